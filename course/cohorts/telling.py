"""Telling everyone concerned of changed meetings: once, with the old and the new time.

Changes are left to settle for ten minutes, so that a slip of the hand that was put right
sends nothing, and several changes make one letter with what came of them.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from course.cohorts import audience, letter_tasks, times
from course.cohorts.models import Change, Cohort
from course.cohorts.quiet import allowed_from
from course.outbox.owing import owe, waits_until_later
from course.people.models import User

SETTLING = timedelta(minutes=10)
NOTICE = timedelta(hours=2)  # a letter that would come nearer to the meeting does not wait


def tell_of_changes(now: datetime) -> int:
    """A job. Returns how many letters are owed for changes that have settled."""
    untold = Change.objects.filter(told_at=None).order_by().values("meeting__cohort")
    last = untold.annotate(last=Max("changed_at")).filter(last__lte=now - SETTLING)
    return sum(_tell(row["meeting__cohort"], now=now) for row in last)


@transaction.atomic
def _tell(cohort_id: UUID, *, now: datetime) -> int:
    """Owe one letter to each person, about all the changes of one group together."""
    cohort = Cohort.objects.select_for_update().get(pk=cohort_id)
    untold = Change.objects.filter(told_at=None, meeting__cohort=cohort)
    changes = list(untold.select_related("meeting__cohort"))
    if not changes or changes[-1].changed_at > now - SETTLING:
        return 0  # someone else has told them, or is changing more at this moment
    Change.objects.filter(pk__in=[change.pk for change in changes]).update(told_at=now)
    if not audience.is_running(cohort):
        return 0
    concerned = _who_hears_what(changes, now=now)
    people = User.objects.in_bulk(concerned)
    return sum(_owe(people[pk], cohort, heard, now=now) for pk, heard in concerned.items())


def _who_hears_what(changes: list[Change], *, now: datetime) -> dict[UUID, list[Change]]:
    first: dict[UUID, Change] = {}
    for change in changes:
        first.setdefault(change.meeting_id, change)
    heard: dict[UUID, list[Change]] = defaultdict(list)
    for change in first.values():
        if change.matters(now):
            cancelled = change.meeting.cancelled_at is not None
            for pk in audience.everyone_at(change.meeting, paused=cancelled):
                heard[pk].append(change)
    return heard


def _owe(user: User, cohort: Cohort, changes: list[Change], *, now: datetime) -> bool:
    """By day; at night only where the morning would be too near to the meeting."""
    mine = f"changes:{cohort.pk}:{user.pk}:"
    if waits_until_later(mine, now=now):
        return False  # the letter that waits for the morning tells of this as well
    morning = allowed_from(now, times.zone_for(user, cohort))
    soonest = min(min(c.before.starts_at, c.meeting.starts_at) for c in changes)
    after = timedelta(0) if soonest < morning + NOTICE else morning - now
    since = min(change.pk for change in changes)
    owe(
        letter_tasks.tell_of_changes,
        key=f"{mine}{since}",
        after=after,
        now=now,
        cohort=str(cohort.pk),
        user=str(user.pk),
        since=since,
    )
    return True
