"""A tentative run becomes sure once enough people have joined, and everyone is told once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from course.cohorts import times, turns, waiting_tasks
from course.cohorts.models import Cohort, Enrolment
from course.cohorts.quiet import allowed_from
from course.outbox.owing import owe


@transaction.atomic
def confirm_if_enough(cohort_id: UUID, *, now: datetime) -> bool:
    """Say for sure that it runs, when enough have joined. Returns whether this call did it."""
    cohort = turns.locked(cohort_id)  # two who join at once are both counted
    current = Enrolment.objects.current().filter(cohort=cohort).select_related("user")
    if not cohort.is_tentative or not cohort.takes_people(now.date()):
        return False
    if current.count() < cohort.people_needed:
        return False
    Cohort.objects.filter(pk=cohort.pk).update(confirmed_at=now)
    for enrolment in current:
        after = allowed_from(now, times.zone_for(enrolment.user, cohort)) - now
        key = f"enrolment:{enrolment.pk}:confirmed"
        facts = {"enrolment": str(enrolment.pk)}
        owe(waiting_tasks.say_group_confirmed, key=key, now=now, after=after, **facts)
    return True


def confirm_tentative(now: datetime) -> int:
    """The safety net, also for when fewer people are needed than before."""
    waiting = Cohort.objects.filter(people_needed__isnull=False, confirmed_at=None)
    waiting = waiting.filter(announced_at__isnull=False, cancelled_at=None, closed_at=None)
    groups = waiting.values_list("pk", flat=True)
    return sum(confirm_if_enough(group, now=now) for group in groups)
