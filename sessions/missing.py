"""Not being at a meeting: saying so beforehand, and being at the same session elsewhere."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from course.cohorts import capacity
from course.cohorts.models import Cohort, Enrolment, Guest, LiveSession, NotComing


class NotNow(Exception):
    """The meeting was, is called off, or is not one of theirs. Nothing was changed."""


@transaction.atomic
def say_not_coming(enrolment: Enrolment, *, meeting: LiveSession, now: datetime) -> NotComing:
    """Say that one will not be there. No reason. Saying it twice is saying it once.

    Raises NotNow.
    """
    if meeting.cohort_id != enrolment.cohort_id or meeting.cancelled_at or meeting.is_over(now):
        raise NotNow
    said, _made = NotComing.objects.get_or_create(
        enrolment=enrolment, meeting=meeting, defaults={"said_at": now}
    )
    return said


def take_back(enrolment: Enrolment, *, meeting: LiveSession) -> bool:
    """Coming after all. Returns whether there was something to take back."""
    return bool(NotComing.objects.filter(enrolment=enrolment, meeting=meeting).delete()[0])


def meetings_to_visit(enrolment: Enrolment, *, number: int, now: datetime) -> list[LiveSession]:
    """Where the same session is still to come with another group that has a chair free."""
    cohort = enrolment.cohort
    mine = Enrolment.objects.current().filter(user=enrolment.user_id).values("cohort")
    found = (
        LiveSession.objects.filter(
            cohort__programme_id=cohort.programme_id,
            cohort__announced_at__isnull=False,
            cohort__cancelled_at=None,
            cohort__closed_at=None,
            number=number,
            cancelled_at=None,
            day__gte=(now - timedelta(days=1)).date(),  # zones differ by less than a day
        )
        .exclude(cohort__in=mine)
        .select_related("cohort")
        .annotate(expected=Count("guests"))
        .order_by("day", "starts")
    )
    return [m for m in found if m.starts_at > now and _has_a_chair(m.cohort, m.expected)]


def _has_a_chair(cohort: Cohort, guests: int) -> bool:
    """Guests sit on chairs that nobody has a place for. They take no place from anyone."""
    return cohort.room is None or cohort.room > guests


@transaction.atomic
def visit(enrolment: Enrolment, *, meeting: LiveSession, now: datetime) -> Guest:
    """Come to the same session with another group. Asking twice is asking once.

    Raises NotNow or capacity.Full.
    """
    cohort = Cohort.objects.select_for_update().get(pk=meeting.cohort_id)
    already = Guest.objects.filter(enrolment=enrolment, meeting=meeting).first()
    if already:
        return already
    open_to_guests = cohort.announced_at and not (cohort.cancelled_at or cohort.closed_at)
    same = cohort.programme_id == enrolment.cohort.programme_id
    own = Enrolment.objects.current().filter(user=enrolment.user_id, cohort=cohort).exists()
    if meeting.cancelled_at or meeting.starts_at <= now or own or not (same and open_to_guests):
        raise NotNow
    if not _has_a_chair(cohort, meeting.guests.count()):
        raise capacity.Full
    return Guest.objects.create(enrolment=enrolment, meeting=meeting, asked_at=now)


def cancel_visit(enrolment: Enrolment, *, meeting: LiveSession, now: datetime) -> bool:
    """Not coming as a guest after all. A visit that was stays. Returns whether it was undone."""
    if meeting.is_over(now):
        return False
    return bool(Guest.objects.filter(enrolment=enrolment, meeting=meeting).delete()[0])
