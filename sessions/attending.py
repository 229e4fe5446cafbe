"""Working through a session in one's own time. Live registers join it here later."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from course.cohorts.models import Enrolment
from course.places import using
from sessions.completing import complete_if_ready
from sessions.models import Attendance, Completion, Progress, SessionPage


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
            "on": now.astimezone(ZoneInfo(enrolment.cohort.zone)).date(),
            "marked_at": now,
            "marked_by_id": enrolment.user_id,
        },
    )
    if not made:
        _add_own_time(attendance, session=session, now=now)
    return complete_if_ready(enrolment, now=now)


def _add_own_time(attendance: Attendance, *, session: SessionPage, now: datetime) -> None:
    attendance.own_minutes = attendance.own_minutes or session.minutes
    if attendance.state == Attendance.NOT_THIS_TIME:
        attendance.state = Attendance.CAUGHT_UP
        attendance.marked_at = now
    attendance.save(update_fields=["own_minutes", "state", "marked_at"])


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
