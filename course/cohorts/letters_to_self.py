"""The letter to oneself, six weeks on: a link to one's own words, and never the words.

It waits while someone has paused, and is not sent to someone who left.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max

from course.cohorts import letter_tasks, times
from course.cohorts.models import Cohort, Enrolment, LetterToSelf
from course.cohorts.quiet import is_quiet, local_moment
from course.outbox.owing import owe

SIX_WEEKS = timedelta(weeks=6)
AT = time(10)  # of the reader's own clock
AHEAD = timedelta(hours=14)  # no clock on earth is further ahead of ours


@transaction.atomic
def ask(enrolment: Enrolment, *, now: datetime) -> LetterToSelf:
    """Ask for the letter: six weeks after the last meeting, or from now when that has been.
    Asking twice is asking once."""
    due = _due(asked=now, last_day=_last_day(enrolment.cohort))
    facts = {"asked_at": now, "due_on": due}
    return LetterToSelf.objects.get_or_create(enrolment=enrolment, defaults=facts)[0]


@transaction.atomic
def take_back(enrolment: Enrolment) -> bool:
    """No letter, and no trace that one was asked for. Returns whether there was one to come."""
    gone, _kinds = LetterToSelf.objects.filter(enrolment=enrolment, sent_at=None).delete()
    return bool(gone)


def carry_over(before: Enrolment, *, to: Enrolment) -> None:
    """Someone goes on with another group: the letter comes six weeks after its last meeting."""
    letter = LetterToSelf.objects.filter(enrolment=before, sent_at=None).first()
    if letter and not LetterToSelf.objects.filter(enrolment=to).exists():
        letter.enrolment = to
        letter.due_on = _due(asked=letter.asked_at, last_day=_last_day(to.cohort))
        letter.save(update_fields=["enrolment", "due_on"])


def _last_day(cohort: Cohort) -> date | None:
    held = cohort.live_sessions.filter(cancelled_at=None)
    return held.aggregate(last=Max("day"))["last"]


def follow(cohort: Cohort, *, last_day: date) -> None:
    """The last meeting has moved: the letters that wait go with it."""
    for letter in LetterToSelf.objects.filter(enrolment__cohort=cohort, sent_at=None):
        letter.due_on = _due(asked=letter.asked_at, last_day=last_day)
        letter.save(update_fields=["due_on"])


def _due(*, asked: datetime, last_day: date | None) -> date:
    return max(asked.date(), last_day or asked.date()) + SIX_WEEKS


def send_due(now: datetime) -> int:
    """A job. Owes the letters whose day and hour have come, each once. Returns how many."""
    due = LetterToSelf.objects.filter(
        sent_at=None,
        due_on__lte=(now + AHEAD).date(),
        enrolment__ended_at=None,
        enrolment__paused_at=None,
        enrolment__user__is_active=True,
        enrolment__cohort__cancelled_at=None,
    )
    return sum(
        _send(x, now=now) for x in due.select_related("enrolment__user", "enrolment__cohort")
    )


@transaction.atomic
def _send(letter: LetterToSelf, *, now: datetime) -> bool:
    zone = times.zone_for(letter.enrolment.user, letter.enrolment.cohort)
    if now < local_moment(letter.due_on, AT, zone) or is_quiet(now, zone):
        return False
    if not LetterToSelf.objects.filter(pk=letter.pk, sent_at=None).update(sent_at=now):
        return False
    owe(letter_tasks.send_letter_to_self, key=f"self:{letter.pk}", now=now, letter=letter.pk)
    return True
