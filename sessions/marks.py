"""What a mark in a register means: minutes, days, and what stays beside it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from course.cohorts.models import LiveSession
from sessions.models import Attendance, Completion
from sessions.roster import Taught


class Mark(NamedTuple):
    """What a facilitator notes of one person.

    `seen` is what they had before their eyes (`as_seen`); None overwrites whatever is there.
    """

    enrolment: UUID
    state: str
    minutes: int | None = None  # for part of it; None is half
    seen: str | None = None


@dataclass(frozen=True)
class Conflict:
    """Someone else noted something else meanwhile. Theirs stays, and both are shown."""

    name: str
    stands: Attendance  # with `marked_by`
    wanted: str


@dataclass
class Marked:
    """What a register did. `kept` are people whose live minutes with another group stay."""

    changed: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    to_follow: int = 0  # completions that the clock makes within minutes


class Facts(NamedTuple):
    state: str
    live_minutes: int
    own_minutes: int
    on: date


def as_seen(attendance: Attendance | None) -> str:
    """What a register shows of someone, in a word that a page can carry: “part-40”, or nothing."""
    return f"{attendance.state}-{attendance.live_minutes}" if attendance else ""


def facts_of(
    wish: Mark, row: Attendance | None, *, meeting: LiveSession, session: Taught, now: datetime
) -> Facts:
    own = row.own_minutes if row else 0
    if wish.state == Attendance.PRESENT:
        return Facts(wish.state, meeting.live_minutes, own, meeting.day)
    if wish.state == Attendance.PART:
        minutes = meeting.live_minutes // 2 if wish.minutes is None else wish.minutes
        return Facts(wish.state, max(1, min(minutes, meeting.live_minutes)), own, meeting.day)
    if wish.state == Attendance.CAUGHT_UP or own:
        ticked = row.on if row and row.own_minutes and not row.live_minutes else None
        today = now.astimezone(ZoneInfo(meeting.cohort.zone)).date()
        return Facts(Attendance.CAUGHT_UP, 0, own or session.minutes, ticked or today)
    if wish.state == Attendance.NOT_THIS_TIME:
        return Facts(wish.state, 0, 0, meeting.day)
    raise ValueError(wish.state)
