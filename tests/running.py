"""The real product, started as its users start it: web server, worker, databases of its own."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.databases import ROOT, a_site


@dataclass
class Site:
    """A running site. `address` is where; `env` is what its processes were given."""

    address: str
    folder: Path
    env: dict[str, str]
    process: subprocess.Popen | None = None
    log: Path = field(default_factory=Path)

    def manage(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        """Run a few lines inside the site's own settings and databases; returns what they print."""
        return self.manage("shell", "--no-imports", "-c", code)

    def start(self) -> None:
        self.log = self.folder / "run.log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process is None or self.process.poll() is None, self.log.read_text()
            with suppress(OSError), urllib.request.urlopen(self.address + "/livez", timeout=2):
                return
            time.sleep(0.2)
        raise AssertionError("the site did not start:\n" + self.log.read_text())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def children(self) -> dict[str, int]:
        """Process ids of the web server and the worker, by what they are."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = {}
        for line in listing.splitlines():
            pid, _, words = line.strip().partition(" ")
            found["web" if "gunicorn" in words else "worker"] = int(pid)
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    port = free_port()
    with a_site(folder) as env:
        env |= {"PORT": str(port), "SITE_URL": f"http://localhost:{port}"}
        site = Site(f"http://localhost:{port}", folder, env)
        site.start()
        try:
            yield site
        finally:
            if site.process.poll() is None:
                site.stop()
