"""The demo's groups, planned and announced as facilitators do it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from course.cohorts import planning
from course.cohorts.models import Cohort, LiveSession
from course.demo import words
from course.people.models import User
from course.programme.models import ProgrammePage
from sessions import measures
from sessions.models import Measure

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
PLANNED_AHEAD = 60 * DAY
ROOM = "https://meet.example.org/resourced-{name}"  # leads nowhere, as all of example.org


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=LONDON)


def announced(
    programme: ProgrammePage,
    name: str,
    title: str,
    *,
    first: date | None,
    flo: User,
    joining: str = Cohort.BY_INVITATION,
    capacity: int | None = None,
) -> Cohort | None:
    """A group with its eight meetings and their cards, or None when it was made before."""
    pk = words.stable_id("cohort", name)
    if Cohort.objects.filter(pk=pk).exists():
        return None
    now = at(first) - PLANNED_AHEAD if first else None
    plan = planning.Plan(
        programme_id=programme.pk,
        title=title,
        starts_on=first,
        joining=joining,
        capacity=capacity,
        rest_after=3 if first else None,
    )
    made_at = now or at(date.today())
    cohort = planning.plan_cohort(plan, facilitators=[flo], pk=pk, by=flo, now=made_at)
    room = ROOM.format(name=name)
    LiveSession.objects.filter(cohort=cohort).update(joining_url=room, dial_in="020 7946 0000")
    planning.announce(cohort, by=flo, now=made_at)
    for measure in Measure.objects.filter(licence_confirmed_on__isnull=False):
        measures.switch_on(measure, cohort=cohort, by=flo, now=made_at)
    cohort.refresh_from_db()
    return cohort


def meetings_of(cohort: Cohort) -> list[LiveSession]:
    return list(cohort.live_sessions.select_related("cohort").order_by("number"))
