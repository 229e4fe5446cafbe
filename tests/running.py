"""The real product, started as its users start it: web server, worker, databases of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.databases import ROOT, a_site

RUN_PREPARED = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "course.settings"
import django
django.setup()
from django.core.management import call_command
from course.management.commands import run
run.Command._prepare = run.Command._need_pango = lambda self: None
call_command("run")
"""


@dataclass
class Site:
    """A running site. `address` is where; `env` is what its processes were given."""

    address: str
    folder: Path
    env: dict[str, str]
    process: subprocess.Popen | None = None
    log: Path = field(default_factory=Path)
    mother: subprocess.Popen | None = None  # of short processes: tests/nursery.py
    nursery: str = ""

    def manage(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def command(self, code: str) -> list[str]:
        """What runs a few lines in a process of their own, with this site's settings and databases."""
        if not self.nursery:
            self.nursery = str(Path(tempfile.mkdtemp()) / "nursery")
            script = [sys.executable, "-m", "tests.nursery", "serve", self.nursery]
            env = self.env | {"DJANGO_SETTINGS_MODULE": "course.settings"}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self.mother = subprocess.Popen(script, cwd=ROOT, env=env, **pipes)
            assert self.mother.stdout.readline() == "ready\n"
        script = str(ROOT / "tests" / "nursery.py")
        return [sys.executable, "-S", "-E", script, "ask", self.nursery, code]

    def python(self, code: str) -> str:
        """Run a few lines inside the site's own settings and databases; returns what they print."""
        done = subprocess.run(
            self.command(code), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *, prepared: bool = False) -> None:
        """As its users start it; where all is prepared, without looking at that again."""
        self.log = self.folder / "run.log"
        self.wait_until_closed()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(["-c", RUN_PREPARED] if prepared else ["manage.py", "run"])],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_closed(self, seconds: float = 60) -> None:
        """A killed web server's own children may hold the port for another moment."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", int(self.env["PORT"])), 2).close()
            except OSError:
                return
            time.sleep(0.2)
        raise AssertionError("something else still listens at " + self.address)

    def wait_until_ready(self, seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process is None or self.process.poll() is None, self.log.read_text()
            with suppress(OSError), urllib.request.urlopen(self.address + "/livez", timeout=2):
                return
            time.sleep(0.2)
        raise AssertionError("the site did not start:\n" + self.log.read_text())

    def close(self) -> None:
        """End what `command` needs. Whatever it began has its own end."""
        if self.mother:
            self.mother.communicate(timeout=60)
            self.mother, self.nursery = None, ""

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def children(self, of: int = 0) -> dict[str, int]:
        """Process ids of the web server and the worker, by what they are."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(of or self.process.pid)],
            capture_output=True,
            text=True,
            check=False,  # where nobody is found, ps says so by its exit code
        ).stdout
        found = {}
        for line in listing.splitlines():
            pid, _, words = line.strip().partition(" ")
            found["web" if "gunicorn" in words else "worker"] = int(pid)
        return found


def soon(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Look again and again until it holds, for so long at most."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return held


def free_port() -> int:
    """One below those that the system hands out by itself: a site that is started again must not
    find that meanwhile somebody's connection has got its port."""
    for port in (20_000 + (os.getpid() * 7 + n) % 10_000 for n in range(10_000)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextmanager
def still_site(folder: Path) -> Iterator[Site]:
    """The product's databases with the demo in them, and no web server or worker."""
    with a_site(folder) as env:
        site = Site("", folder, env)
        try:
            yield site
        finally:
            site.close()


@contextmanager
def running_site(folder: Path, *, prepared: bool = False) -> Iterator[Site]:
    port = free_port()
    with a_site(folder) as env:
        env |= {"PORT": str(port), "SITE_URL": f"http://localhost:{port}"}
        site = Site(f"http://localhost:{port}", folder, env)
        site.start(prepared=prepared)
        try:
            yield site
        finally:
            site.close()
            if site.process.poll() is None:
                site.stop()
