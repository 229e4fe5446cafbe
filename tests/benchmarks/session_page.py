"""P1 and P2: a session page for a signed-in attendee, beside a bare view with session and user.

Asked of a real web server over HTTP; counted is the CPU time of its worker. SQLite runs inside
that worker, so the database's own work is counted too.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks import ROOT, prepare, show
from tests.running import free_port

PAGES = {
    "bare view with session and user": "/bare/",
    "session page": "/resourced/starting-with-you/",
    "my programme": "/my/",
}
ROUNDS, TIMES = 9, 60


def main() -> None:
    prepare()
    cookie = count_queries()
    port = free_port()
    server = [sys.executable, "-m", "gunicorn", "tests.benchmarks.bare", "--workers", "1"]
    server += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"]
    master = subprocess.Popen(server, cwd=ROOT)
    try:
        worker = worker_of(master.pid)
        figures: dict[str, list[float]] = {name: [] for name in PAGES}
        for address in PAGES.values():
            for _warm in range(5):
                ask(port, address, cookie)
        for _round in range(ROUNDS):
            for name, address in PAGES.items():
                start = spent_ms(worker)
                for _again in range(TIMES):
                    ask(port, address, cookie)
                figures[name].append((spent_ms(worker) - start) / TIMES)
    finally:
        master.send_signal(signal.SIGTERM)
        master.wait(20)
    show(figures, base="bare view with session and user")
    print("P1 must be 2.0x at most, P2 six queries at most")


def count_queries() -> str:
    """Print how many queries each page takes. Returns ada's session cookie."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    import tests.benchmarks.bare  # noqa: F401  (adds the bare view)
    from course.people.models import User

    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    for name, address in PAGES.items():
        for _warm in range(2):
            assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        print(f"{name:44}{len(queries)} queries")
    return "; ".join(f"{c.key}={c.value}" for c in client.cookies.values())


def ask(port: int, address: str, cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", address, headers={"Host": "localhost", "Cookie": cookie})
    reply = connection.getresponse()
    reply.read()
    assert reply.status == 200, (address, reply.status)
    connection.close()


def worker_of(master: int, seconds: float = 30) -> int:
    """The process id of the web server's one worker, once it is there and serves."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        if children:
            time.sleep(3)
            return int(children[0])
        time.sleep(0.1)
    raise AssertionError("the web server did not start")


def spent_ms(process: int) -> float:
    """CPU milliseconds a process has used so far, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
