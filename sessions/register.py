"""The register of a meeting: what it shows, and what someone sent back filled in.

Each choice carries what was shown when the page was opened, so that two facilitators at
once lose nothing. A thousand people take as many queries as one.

On the page, for each row: radios named `row.field` with the values of `row.choices`, and
optionally a number named `row.minutes_field`. A button named `rest` gives its value, a
state, to everyone who has no choice yet; whoever said that they will not come gets “not
this time” instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from course.cohorts.models import LiveSession, NotComing
from course.people.models import User
from sessions import attending
from sessions.marks import Conflict, Mark, Marked, as_seen
from sessions.models import Attendance, AttendanceQuestion
from sessions.roster import Seat, Taught, seats_of, session_of

STATES = dict(Attendance.STATES)
AT_MOST = 1000  # people in one register that is sent; larger groups come by pages
REST = "rest"


@dataclass(frozen=True)
class Choice:
    state: str
    label: str
    value: str  # the state, and what was seen
    checked: bool


@dataclass(frozen=True)
class Row:
    """One person, as the register shows them."""

    enrolment: UUID
    name: str
    attendance: Attendance | None  # with `marked_by`
    live_minutes: int  # of the meeting
    not_coming: bool  # they said so beforehand
    question: str | None  # their open question about it: words, or empty; None is none
    guest_of: str  # the group a guest comes from
    paused: bool
    elsewhere: date | None  # live minutes are from another day: noted with another group
    may_see: bool  # what is noted; not, when someone moved on and did this session there

    @property
    def seen(self) -> str:
        return as_seen(self.attendance) if self.may_see else ""

    @property
    def state(self) -> str:
        return self.attendance.state if self.attendance and self.may_see else ""

    @property
    def minutes(self) -> int | None:
        return self.attendance.live_minutes if self.state == Attendance.PART else None

    @property
    def field(self) -> str:
        return f"mark-{self.enrolment}"

    @property
    def minutes_field(self) -> str:
        return f"minutes-{self.enrolment}"

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(state, str(label), f"{state}~{self.seen}", state == self.state)
            for state, label in STATES.items()
        ]


@dataclass
class Sent:
    """What came of a register that was sent. `errors` are {enrolment: words}; the rest is kept."""

    marked: Marked
    errors: dict[UUID, str] = field(default_factory=dict)

    def conflicts_in_words(self) -> list[str]:
        return [_in_words(conflict) for conflict in self.marked.conflicts]


@dataclass
class Register:
    """A meeting's register. Make it anew for each request."""

    meeting: LiveSession  # with its cohort

    @cached_property
    def session(self) -> Taught:
        return session_of(self.meeting)

    @cached_property
    def rows(self) -> list[Row]:
        """Everyone in it, in six queries."""
        seats = seats_of(self.meeting)
        kept_at = [seat.kept_at for seat in seats]
        noted = Attendance.objects.filter(enrolment__in=kept_at, session_key=self.session.key)
        taken = {a.enrolment_id: a for a in noted.select_related("marked_by")}
        away = NotComing.objects.filter(meeting=self.meeting)
        not_coming = set(away.values_list("enrolment_id", flat=True))
        open_ones = AttendanceQuestion.objects.filter(
            enrolment__in=[seat.enrolment.pk for seat in seats],
            number=self.meeting.number,
            settled_at=None,
        )
        questions = dict(open_ones.values_list("enrolment_id", "words"))
        return [self._row(seat, taken.get(seat.kept_at), not_coming, questions) for seat in seats]

    def _row(self, seat: Seat, taken: Attendance | None, not_coming: set, questions: dict) -> Row:
        one = seat.enrolment
        other_day = bool(taken and taken.live_minutes and taken.on != self.meeting.day)
        moved = seat.kept_at != one.pk
        return Row(
            enrolment=one.pk,
            name=one.user.display_name or _("No name given"),
            attendance=taken,
            live_minutes=self.meeting.live_minutes,
            not_coming=one.pk in not_coming,
            question=questions.get(one.pk),
            guest_of=one.cohort.title if seat.is_guest else "",
            paused=one.paused_at is not None,
            elsewhere=taken.on if taken and other_day and not moved else None,
            may_see=not moved or bool(taken and taken.on == self.meeting.day),
        )

    def send(self, posted: Mapping[str, str], *, by: User, now: datetime) -> Sent:
        """Note what was chosen. What needs another look is said; all else is kept.

        Raises attending.CannotMark, and then nothing was noted.
        """
        marks, errors = self.read(posted)
        return Sent(attending.mark_all(self.meeting, marks=marks, by=by, now=now), errors)

    def read(self, posted: Mapping[str, str]) -> tuple[list[Mark], dict[UUID, str]]:
        """The marks that differ from what was shown, and {enrolment: what needs another look}.

        Names of fields that belong to nobody in this register are passed over.
        """
        marks, errors = [], {}
        for row in self.rows:
            state, _sign, seen = self._chosen(row, posted).partition("~")
            if not state:
                continue
            typed = posted.get(row.minutes_field, "").strip()
            minutes = _whole(typed, most=row.live_minutes) if state == Attendance.PART else None
            if state not in STATES or len(seen) > 30:
                errors[row.enrolment] = _("Please choose one of the four.")
            elif state == Attendance.PART and typed and minutes is None:
                words = _("Please write whole minutes, from 1 to %(most)s, or leave it empty.")
                errors[row.enrolment] = words % {"most": row.live_minutes}
            elif not _as_shown(state, minutes, seen):
                marks.append(Mark(row.enrolment, state, minutes, seen))
        return marks, errors

    def _chosen(self, row: Row, posted: Mapping[str, str]) -> str:
        rest = posted.get(REST, "")
        if row.field in posted or rest not in STATES or row.state:
            return posted.get(row.field, "")
        return f"{Attendance.NOT_THIS_TIME if row.not_coming else rest}~"


def _whole(typed: str, *, most: int) -> int | None:
    fits = typed.isascii() and typed.isdigit() and len(typed) < 5
    return int(typed) if fits and 1 <= int(typed) <= most else None


def _as_shown(state: str, minutes: int | None, seen: str) -> bool:
    """Whether a choice is what the page showed already, so that nothing is to be done."""
    shown, _sign, live = seen.rpartition("-")
    return state == shown and (minutes is None or str(minutes) == live)


def _in_words(conflict: Conflict) -> str:
    who = conflict.stands.marked_by
    words = _("%(name)s: %(who)s noted “%(what)s” meanwhile. That stays; you chose “%(wanted)s”.")
    return words % {
        "name": conflict.name,
        "who": (who and who.display_name) or _("someone else"),
        "what": conflict.stands.get_state_display(),
        "wanted": STATES[conflict.wanted],
    }
