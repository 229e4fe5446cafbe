"""Real processes that can be killed, without a second start of Django for each of them.

For scripts that run inside a site's environment (tests.databases.a_site), never inside pytest.
"""

import importlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

KILLED = -9


def child(work: Callable[[], object]) -> int:
    """Do this in a process of its own. Returns its id."""
    from django.db import connections

    connections.close_all()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.alarm(120)
        work()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


def ended(pid: int, seconds: float = 120) -> int:
    """How it ended: 0, 1, or minus the signal."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("a process did not end")


def run(work: Callable[[], object]) -> int:
    return ended(child(work))


def dying(where: str, *, when: str = "before", nth: int = 1) -> Callable[[], None]:
    """kill -9 of this process at the nth call of "module:attribute" (or "module:Class.method")."""
    module, _, path = where.partition(":")
    owner: Any = importlib.import_module(module)
    *steps, name = path.split(".")
    for step in steps:
        owner = getattr(owner, step)
    whole, calls = getattr(owner, name), 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = whole(*args, **kwargs)
        if calls == nth and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return lambda: setattr(owner, name, deadly)


def killed_at(
    work: Callable[[], object], where: str, *, when: str = "before", nth: int = 1
) -> None:
    """Do this in a process of its own, and see that it died just there."""
    arm = dying(where, when=when, nth=nth)

    def armed() -> None:
        arm()
        work()

    assert run(armed) == KILLED, f"it was not killed {when} call {nth} of {where}"
