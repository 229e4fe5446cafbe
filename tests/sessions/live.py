"""A group with eight meetings, for tests of what is live."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from course.cohorts.models import Cohort, LiveSession
from tests.cast import enrolled, person

START = date(2026, 11, 10)  # after the cast has joined


def with_meetings(cohort: Cohort, start: date = START) -> list[LiveSession]:
    days = [start + timedelta(weeks=n + (n >= 3)) for n in range(8)]
    return LiveSession.objects.bulk_create(
        LiveSession(cohort=cohort, number=n, day=day, starts=time(10))
        for n, day in enumerate(days, start=1)
    )


def later_group(cohort: Cohort, **facts) -> Cohort:
    """The next run of the same programme, free and open unless `facts` say otherwise."""
    facts = {"joining": Cohort.OPEN, "title": "Winter group"} | facts
    facts = {"starts_on": date(2027, 1, 12), "ends_on": date(2027, 3, 9)} | facts
    return Cohort.objects.create(programme_id=cohort.programme_id, **facts)


def after(meeting: LiveSession) -> datetime:
    return meeting.ends_at + timedelta(hours=1)


def many(cohort: Cohort, number: int) -> list:
    return [enrolled(person(f"many{n}"), cohort) for n in range(number)]


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo("Europe/London"))
