"""What the papers about a whole group say, frozen as plain JSON when the group closes.

Figures come ready-made from whoever closes the group: only what may be shown is in them, so
that neither an answer nor a person can be found again from a paper.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from certificates.facts import plain

Figure = dict[str, Any]  # sessions/disclosing.py says which forms it has


@dataclass(frozen=True)
class Said:
    """Words that someone sent on purpose, with their name only where they put it there."""

    words: str
    name: str = ""


@dataclass(frozen=True)
class SessionCount:
    """How the group's people were with one session. Exact: facilitators run the register."""

    number: int
    title: str
    on: date | None
    live: int
    caught_up: int
    not_this_time: int
    not_noted: int


@dataclass(frozen=True)
class Pulse:
    """What people said about one live session."""

    number: int
    title: str
    safe: Figure
    useful: Figure
    accessible: Figure
    comments: list[str] = field(default_factory=list)  # unsigned and shuffled


@dataclass(frozen=True)
class Question:
    """One item of a measure: how it was at the end, and what changed, for the same people."""

    words: str
    after: Figure
    change: Figure


@dataclass(frozen=True)
class MeasureFacts:
    title: str
    low: str
    high: str
    limits: str
    attribution: str
    questions: list[Question]
    score: Question | None = None  # each person's own mean of several items


@dataclass(frozen=True)
class Group:
    """What the papers of one group share."""

    programme: str
    cohort: str
    first_day: date | None
    last_day: date | None
    issuer: str
    facilitators: list[str]
    people_asked_for: int  # the fewest people of whom a figure was shown


@dataclass(frozen=True)
class GroupFacts(Group):
    """A group's summary for its facilitators. Minutes are whole minutes, of all together."""

    people: int
    completed: int
    live_minutes: int
    own_minutes: int
    sessions: list[SessionCount]
    scales: dict[str, str]  # the words of what was asked after each meeting
    pulses: list[Pulse]
    measures: list[MeasureFacts]
    around: Question | None  # what the place around people made possible
    said_around: list[Said]
    thoughts: list[Said]
    for_next_cohort: list[Said]

    def frozen(self) -> dict[str, Any]:
        return plain(asdict(self))


@dataclass(frozen=True)
class ReportFacts(Group):
    """One page for one organisation about its places in one group."""

    organisation: str
    places: int
    taken: int
    completed_shown: int  # of those who completed and said yes to showing it
    hours_shown: int | None  # of the same people together, to five hours; None: withheld
    said_around: list[Said]
    thoughts: list[Said]

    def frozen(self) -> dict[str, Any]:
        return plain(asdict(self))


def thaw_group(facts: dict[str, Any]) -> dict[str, Any]:
    """Frozen facts for a template, with real dates again."""

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    days = {name: day(facts[name]) for name in ("first_day", "last_day")}
    sessions = [s | {"on": day(s["on"])} for s in facts.get("sessions", [])]
    return facts | days | {"sessions": sessions}
