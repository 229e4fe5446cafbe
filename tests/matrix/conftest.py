import pytest

from course.dashboard import health
from tests.matrix.world import world

__all__ = ["world"]


@pytest.fixture(autouse=True)
def _another_day(monkeypatch):
    """The cast lives on a day of its own, which no database's clock shares."""
    monkeypatch.setattr(health, "SKEW_AT_MOST", float("inf"))
