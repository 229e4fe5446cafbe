"""What is noted of someone's sessions: in one's own time, and by the register of a meeting."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from course.audit.recording import record_each
from course.cohorts.models import Enrolment, LiveSession
from course.cohorts.models.meetings import DOORS
from course.people.models import User
from course.places import using
from sessions.completing import complete_if_ready, who_may_complete
from sessions.marks import Conflict, Facts, Mark, Marked, as_seen, facts_of
from sessions.models import Attendance, AttendanceQuestion, Completion, Progress, SessionPage
from sessions.roster import Seat, Taught, seats_of, session_of


def open_session(enrolment: Enrolment, *, session: SessionPage, now: datetime) -> Progress:
    """Note that someone opened a session, for their own map. It counts for nothing."""
    progress, made = Progress.objects.get_or_create(
        enrolment=enrolment, session_key=session.key, defaults={"opened_at": now}
    )
    if made:
        using.started(enrolment.pk)
    return progress


def keep_place(enrolment: Enrolment, *, session: SessionPage, part: str, now: datetime) -> None:
    """Remember which part someone was at, so that they can pick up there."""
    Progress.objects.update_or_create(
        enrolment=enrolment,
        session_key=session.key,
        defaults={"place": part, "place_at": now},
        create_defaults={"opened_at": now, "place": part, "place_at": now},
    )


# --- In one's own time ------------------------------------------------------------------------


@transaction.atomic
def work_through(enrolment: Enrolment, *, session: SessionPage, now: datetime) -> Completion | None:
    """Someone says that they worked through a session. It counts as much as being there.

    Returns the completion when the rule is met, now or before. Safe to press twice:
    what was attended live keeps its state and gains the module's minutes once.
    """
    Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    attendance, made = Attendance.objects.get_or_create(
        enrolment=enrolment,
        session_key=session.key,
        defaults={
            "number": session.number,
            "title": session.title,
            "state": Attendance.CAUGHT_UP,
            "own_minutes": session.minutes,
            "on": _day_of(now, enrolment),
            "marked_at": now,
            "marked_by_id": enrolment.user_id,
        },
    )
    if not made:
        _add_own_time(attendance, enrolment, session=session, now=now)
    return complete_if_ready(enrolment, now=now)


def _day_of(now: datetime, enrolment: Enrolment) -> date:
    return now.astimezone(ZoneInfo(enrolment.cohort.zone)).date()


def _add_own_time(
    attendance: Attendance, enrolment: Enrolment, *, session: SessionPage, now: datetime
) -> None:
    attendance.own_minutes = attendance.own_minutes or session.minutes
    if attendance.state == Attendance.NOT_THIS_TIME:
        attendance.state = Attendance.CAUGHT_UP
        attendance.on = _day_of(now, enrolment)
        attendance.marked_at = now
        attendance.marked_by_id = enrolment.user_id
    attendance.save(update_fields=["own_minutes", "state", "on", "marked_at", "marked_by"])


@transaction.atomic
def undo_work_through(enrolment: Enrolment, *, session: SessionPage) -> bool:
    """Take the tick back. Once a certificate rests on it, the tick stays; returns False."""
    Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if Completion.objects.filter(enrolment=enrolment).exists():
        return False
    mine = Attendance.objects.filter(enrolment=enrolment, session_key=session.key)
    mine.filter(state=Attendance.CAUGHT_UP).delete()
    mine.update(own_minutes=0)
    return True


# --- The register of a meeting ------------------------------------------------------------------


AT_ONCE = 10  # completions while someone waits for the page


class CannotMark(Exception):
    """The meeting has not begun, was called off, or does not list this person. Nothing changed."""


def mark(
    enrolment: Enrolment,
    *,
    meeting: LiveSession,
    state: str,
    minutes: int | None = None,
    by: User,
    now: datetime,
) -> Marked:
    """Note one person at one meeting, whatever was noted before. Raises CannotMark."""
    if not seats_of(meeting, only=[enrolment.pk]):
        raise CannotMark
    return mark_all(meeting, marks=[Mark(enrolment.pk, state, minutes)], by=by, now=now)


@transaction.atomic
def mark_all(meeting: LiveSession, *, marks: Collection[Mark], by: User, now: datetime) -> Marked:
    """Note many people at once. What someone else changed meanwhile is reported, not overwritten.

    An own tick is never in the way, and never lost: minutes in one's own time stay beside the
    live ones, and “not this time” leaves “caught up” as it is. Live minutes that were noted
    with another group are not lowered from here. People this meeting does not list are passed
    over. A later change goes into the audit, and a completion stands. Raises CannotMark.
    """
    if meeting.cancelled_at or now < meeting.starts_at - DOORS:
        raise CannotMark
    _lock({m.enrolment for m in marks})
    session = session_of(meeting)
    seats = {s.enrolment.pk: s for s in seats_of(meeting, only={m.enrolment for m in marks})}
    _lock({seat.kept_at for seat in seats.values()} - seats.keys())
    rows = _rows(seats.values(), session)
    marked = Marked()
    new, changed, corrected = [], [], []
    for wish in marks:
        seat = seats.get(wish.enrolment)
        if not seat:
            continue
        row = rows.get(seat.kept_at)
        facts = facts_of(wish, row, meeting=meeting, session=session, now=now)
        if row is None:
            new.append(_new(seat, facts, session=session, by=by, now=now))
        elif _stays(wish, seat, row, facts, meeting=meeting, by=by, marked=marked):
            continue
        else:
            changed.append((row, facts))
            if row.marked_by_id != seat.enrolment.user_id:
                corrected.append(f"attendance:{row.pk}")
    Attendance.objects.bulk_create(new)
    _change(changed, by=by, now=now)
    record_each("attendance.corrected", actor=by.pk, subjects=corrected, at=now)
    touched = {row.enrolment_id for row in [*new, *(row for row, _facts in changed)]}
    asked = {s.enrolment.pk for s in seats.values() if s.kept_at in touched}
    _settle_questions(touched | asked, number=session.number, now=now)
    marked.changed = len(touched)
    _complete(touched, marked, now=now)
    return marked


def _lock(enrolments: set[UUID]) -> None:
    """In one order, so that two registers never wait for each other."""
    if enrolments:
        rows = Enrolment.objects.select_for_update(of=("self",)).filter(pk__in=enrolments)
        list(rows.order_by("pk").values_list("pk", flat=True))


def _rows(seats: Iterable[Seat], session: Taught) -> dict[UUID, Attendance]:
    kept_at = [seat.kept_at for seat in seats]
    found = Attendance.objects.filter(enrolment__in=kept_at, session_key=session.key)
    return {row.enrolment_id: row for row in found.select_related("marked_by")}


def _stays(
    wish: Mark,
    seat: Seat,
    row: Attendance,
    facts: Facts,
    *,
    meeting: LiveSession,
    by: User,
    marked: Marked,
) -> bool:
    """Whether what is noted stays as it is: it says so already, or others have a say in it."""
    if (row.state, row.live_minutes) == (facts.state, facts.live_minutes):
        return True
    if wish.seen is None:
        return False
    name = seat.enrolment.user.display_name
    if row.on != meeting.day and row.live_minutes and facts.live_minutes <= row.live_minutes:
        marked.kept.append(name)
        return True
    own_hand = row.marked_by_id in {by.pk, seat.enrolment.user_id}
    if wish.seen != as_seen(row) and not own_hand:
        marked.conflicts.append(Conflict(name, row, wish.state))
        return True
    return False


def _new(seat: Seat, facts: Facts, *, session: Taught, by: User, now: datetime) -> Attendance:
    return Attendance(
        enrolment_id=seat.kept_at,
        session_key=session.key,
        number=session.number,
        title=session.title,
        marked_at=now,
        marked_by=by,
        **facts._asdict(),
    )


def _change(changed: list[tuple[Attendance, Facts]], *, by: User, now: datetime) -> None:
    """One update for all rows that become the same."""
    alike: dict[Facts, list[int]] = defaultdict(list)
    for row, facts in changed:
        alike[facts].append(row.pk)
    for facts, pks in alike.items():
        rows = Attendance.objects.filter(pk__in=pks)
        rows.update(marked_at=now, marked_by=by, **facts._asdict())


def _settle_questions(enrolments: set[UUID], *, number: int, now: datetime) -> None:
    """Whoever questioned what was noted sees that someone has looked and changed it."""
    asked = AttendanceQuestion.objects.filter(enrolment__in=enrolments, number=number)
    asked.filter(settled_at=None).update(settled_at=now)


def _complete(enrolments: set[UUID], marked: Marked, *, now: datetime) -> None:
    """A few at once. For a large group the clock makes the others (completing.py), so that
    sending a register never takes long."""
    ready = who_may_complete(enrolments)
    found = (complete_if_ready(one, now=now) for one in ready[:AT_ONCE])
    marked.completions = [completion for completion in found if completion]
    marked.to_follow = len(ready[AT_ONCE:])
