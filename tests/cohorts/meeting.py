"""A group that meets on eight Thursdays across the March change, and what its letters say."""

from datetime import UTC, date, datetime, time, timedelta

import time_machine

from course.cohorts.models import Cohort, LiveSession
from course.outbox.models import Effect
from course.outbox.settling import settle

FIRST = date(2027, 3, 4)  # London goes forward on 28 March 2027, New York on 14 March
WEEKS = [0, 1, 2, 4, 5, 6, 7, 8]  # a rest week after the third


def with_meetings(cohort: Cohort, *, starts: time = time(14), first: date = FIRST) -> Cohort:
    LiveSession.objects.bulk_create(
        LiveSession(
            cohort=cohort,
            number=number,
            day=first + timedelta(weeks=week),
            starts=starts,
            joining_url="https://rooms.example.org/secret-door",
        )
        for number, week in enumerate(WEEKS, 1)
    )
    Cohort.objects.filter(pk=cohort.pk).update(
        starts_on=first, ends_on=first + timedelta(weeks=8), rest_after=3
    )
    cohort.refresh_from_db()
    return cohort


def meeting(cohort: Cohort, number: int) -> LiveSession:
    return LiveSession.objects.select_related("cohort").get(cohort=cohort, number=number)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def settle_at(now: datetime) -> int:
    """What a worker does at this moment: all that is due by then."""
    with time_machine.travel(now, tick=False):
        return sum(
            settle(pk, now=now) for pk in Effect.objects.due(now).values_list("pk", flat=True)
        )
