"""When the modules of a group open. What was open once is never locked again.

A group may open each module some days before its meeting; most open everything at once.
The clock writes an Opening when the day has come; reading looks at the day as well, in case
the clock is slow. Facilitators open a module sooner, for one person or for the group.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from course.audit.recording import record
from course.cohorts.models import Cohort, Enrolment, LiveSession, Opening
from course.people.models import User

MODULES = 8


def opens_on(day: date, days_before: int) -> date:
    """The day a module opens, at its first minute in the group's own zone."""
    return day - timedelta(days=days_before)


def has_come(day: date, *, zone: str, now: datetime) -> bool:
    return day <= now.astimezone(ZoneInfo(zone)).date()


def locked_until(enrolment: Enrolment, *, now: datetime) -> dict[int, date]:
    """The sessions that are not open yet to this person, each with the day it opens."""
    cohort = enrolment.cohort
    if cohort.opens_days_before is None or cohort.cancelled_at or cohort.closed_at:
        return {}
    for_them = Q(enrolment=None) | Q(enrolment=enrolment)
    opened = Opening.objects.filter(for_them, cohort=cohort).values_list("number", flat=True)
    days = LiveSession.objects.filter(cohort=cohort).exclude(number__in=opened)
    meetings = days.values_list("number", "day")
    opening = {n: opens_on(day, cohort.opens_days_before) for n, day in meetings}
    return {n: day for n, day in opening.items() if not has_come(day, zone=cohort.zone, now=now)}


@transaction.atomic
def open_modules(
    cohort: Cohort,
    numbers: Iterable[int],
    *,
    for_one: Enrolment | None = None,
    by: User,
    now: datetime,
) -> list[int]:
    """Open these before their day, for everyone in the group or `for_one` of them.

    Returns the numbers that were not open that way before.
    """
    wanted = {"cohort": cohort, "enrolment": for_one}
    opened = []
    for number in numbers:
        facts = {"opened_at": now, "opened_by": by}
        _row, made = Opening.objects.get_or_create(**wanted, number=number, defaults=facts)
        opened += [number] if made else []
    whose = f"enrolment:{for_one.pk}" if for_one else f"cohort:{cohort.pk}"
    if opened:
        record("modules.opened", actor=by.pk, subject=whose, at=now)
    return opened


def keep_open(before: Enrolment, following: Enrolment, *, now: datetime) -> None:
    """Someone goes on with another group: what was open to them is never locked again."""
    if following.cohort.opens_days_before is None:
        return
    locked = locked_until(before, now=now)
    facts = {"cohort": following.cohort, "enrolment": following}
    Opening.objects.bulk_create(
        # Since they came: it is no news, and nobody is written to about it.
        (
            Opening(number=n, opened_at=before.enrolled_at, **facts)
            for n in range(1, MODULES + 1)
            if n not in locked
        ),
        ignore_conflicts=True,
    )


def open_due(now: datetime) -> int:
    """Write down what has opened by its day, so that moving a date locks nothing again."""
    timed = Cohort.objects.filter(
        opens_days_before__isnull=False,
        announced_at__isnull=False,
        cancelled_at=None,
        closed_at=None,
    )
    return sum(open_due_of(cohort, now=now) for cohort in timed)


def open_due_of(cohort: Cohort, *, now: datetime) -> int:
    """The same for one group. Whoever moves its dates calls this first."""
    if cohort.opens_days_before is None or not cohort.announced_at:
        return 0
    everyone = Opening.objects.filter(cohort=cohort, enrolment=None)
    opened = set(everyone.values_list("number", flat=True))
    due = [
        number
        for number, day in cohort.live_sessions.values_list("number", "day")
        if number not in opened
        and has_come(opens_on(day, cohort.opens_days_before), zone=cohort.zone, now=now)
    ]
    rows = [Opening(cohort=cohort, number=number, opened_at=now) for number in due]
    Opening.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
