from types import SimpleNamespace

import pytest

from course.people import limiting


@pytest.fixture
def still_clock(monkeypatch) -> SimpleNamespace:
    """Counting does not reach into the next minute, however slow the machine is."""
    clock = SimpleNamespace(now=1_000_000.0)
    monkeypatch.setattr(limiting, "time", SimpleNamespace(time=lambda: clock.now))
    return clock
