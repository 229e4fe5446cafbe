"""What a certificate and a summary say, frozen as plain JSON when they are made.

Whoever issues hands these over ready-made. This package cannot look anything up
above itself, so a later edit of a page, a person or a cohort cannot reach a document.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class SessionFact:
    number: int
    title: str
    on: date
    how: str  # an attendance state: present, part or caught_up


@dataclass(frozen=True)
class Taken:
    """How one person took part in one cohort. Minutes are whole minutes."""

    name: str
    programme: str
    cohort: str
    first_day: date
    last_day: date
    live_minutes: int
    own_minutes: int
    issuer: str
    facilitators: list[str]
    sessions: list[SessionFact] = field(default_factory=list)

    def frozen(self) -> dict[str, Any]:
        """As JSON keeps it: dates as ISO text."""
        return plain(asdict(self))


@dataclass(frozen=True)
class Sent:
    """What the person chose to send to the facilitators, and nothing else."""

    access_needs: str = ""
    thoughts: list[str] = field(default_factory=list)
    for_next_cohort: list[str] = field(default_factory=list)

    def frozen(self) -> dict[str, Any]:
        return asdict(self)


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def thaw(facts: dict[str, Any]) -> dict[str, Any]:
    """Frozen facts for a template, with real dates again."""
    sessions = [s | {"on": date.fromisoformat(s["on"])} for s in facts["sessions"]]
    days = {day: date.fromisoformat(facts[day]) for day in ("first_day", "last_day")}
    return facts | days | {"sessions": sessions}
