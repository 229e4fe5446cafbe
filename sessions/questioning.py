"""Remembering a session differently from what is noted, and saying so."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from course.audit.recording import record
from course.cohorts import times
from course.cohorts.models import Cohort, Enrolment
from course.cohorts.quiet import allowed_from
from course.outbox.owing import owe
from course.people.models import User
from sessions import letter_tasks
from sessions.models import AttendanceQuestion


@transaction.atomic
def ask(enrolment: Enrolment, *, number: int, words: str = "", now: datetime) -> AttendanceQuestion:
    """Ask the facilitators to look again. Asking again while it is open changes the words.

    What was noted in an earlier group is asked of its facilitators: they were there.
    """
    asked = _where_it_was_noted(enrolment, number)
    Enrolment.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    question, _made = AttendanceQuestion.objects.update_or_create(
        enrolment=asked,
        number=number,
        settled_at=None,
        defaults={"words": words, "asked_at": now},
    )
    _tell_facilitators(asked.cohort, number=number, now=now)
    return question


def _tell_facilitators(cohort: Cohort, *, number: int, now: datetime) -> None:
    """One letter to each about one meeting, however many people ask about it, and by day."""
    for facilitator in cohort.facilitators.filter(is_active=True):
        after = allowed_from(now, times.zone_for(facilitator, cohort)) - now
        key = f"questioned:{cohort.pk}:{number}:{facilitator.pk}"
        facts = {"cohort": str(cohort.pk), "number": number, "user": str(facilitator.pk)}
        owe(letter_tasks.say_attendance_questioned, key=key, now=now, after=after, **facts)


def _where_it_was_noted(enrolment: Enrolment, number: int) -> Enrolment:
    noted = enrolment.attendances.filter(number=number).first()
    for one in way_here(enrolment):
        if noted is None or noted.marked_at >= one.enrolled_at:
            return one
    return enrolment


def way_here(enrolment: Enrolment) -> list[Enrolment]:
    """This enrolment, and those it went on from in earlier groups, the latest first."""
    way = [enrolment]
    while (before := way[-1].continues) and before.cohort_id != way[-1].cohort_id:
        way.append(before)
    return way


def take_back(enrolment: Enrolment, *, number: int) -> bool:
    """The question and its words are gone. Returns whether there was an open one."""
    asked = AttendanceQuestion.objects.filter(enrolment__in=way_here(enrolment), number=number)
    return bool(asked.filter(settled_at=None).delete()[0])


@transaction.atomic
def settle(question_id: UUID, *, by: User, now: datetime) -> bool:
    """A facilitator has looked, and what is noted stays. A new mark settles it by itself."""
    still_open = AttendanceQuestion.objects.filter(pk=question_id, settled_at=None)
    if not still_open.update(settled_at=now):
        return False
    record("attendance.looked_at", actor=by.pk, subject=f"question:{question_id}", at=now)
    return True
