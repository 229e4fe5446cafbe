"""Whose meetings are whose: who may open a meeting's page, and go in."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from course.cohorts.models import Cohort, Enrolment, Facilitation, Guest, LiveSession
from course.people.models import User

SHOWN = 2  # of the meetings that someone hosts or visits, beside their own


def meetings_for(user: User) -> QuerySet[LiveSession]:
    """The meetings this person may come to: with their group, as a guest of another one, or
    because they run or host it. `runs_it` says which of them they run or host."""
    runs = _runs(user, "cohort_id")
    comes = Enrolment.objects.current().filter(user=user, cohort=OuterRef("cohort_id"))
    visits = Guest.objects.filter(
        meeting=OuterRef("pk"), enrolment__user=user, enrolment__ended_at=None
    )
    found = LiveSession.objects.select_related("cohort").annotate(runs_it=runs)
    if user.is_superuser:
        return found
    return found.filter(Q(runs_it=True) | Exists(comes) | Exists(visits))


def cohorts_of(user: User) -> QuerySet[Cohort]:
    """Announced cohorts that someone takes part in, runs or hosts; called off ones included."""
    mine = Enrolment.objects.current().filter(user=user, cohort=OuterRef("pk"))
    found = Cohort.objects.filter(announced_at__isnull=False).annotate(
        takes_part=Exists(mine), runs_it=_runs(user, "pk")
    )
    still_runs = Q(runs_it=True, closed_at=None)
    return found.filter(Q(takes_part=True) | still_runs)


def visits_of(user: User) -> QuerySet[LiveSession]:
    """Meetings of other cohorts that someone comes to as a guest."""
    current = Q(guests__enrolment__user=user, guests__enrolment__ended_at=None)
    return LiveSession.objects.filter(current).select_related("cohort").distinct()


def coming_elsewhere(user: User, *, now: datetime) -> list[LiveSession]:
    """The next meetings that someone hosts, or comes to as a guest. `hosts_it` says which."""
    visits = Guest.objects.filter(
        meeting=OuterRef("pk"), enrolment__user=user, enrolment__ended_at=None
    )
    hosts = Cohort.hosts.through.objects.filter(user=user, cohort=OuterRef("cohort_id"))
    found = LiveSession.objects.select_related("cohort").annotate(hosts_it=Exists(hosts))
    coming = found.filter(
        Q(hosts_it=True) | Exists(visits),
        cancelled_at=None,
        day__gte=now.date() - timedelta(days=1),  # zones differ by less than a day
        cohort__announced_at__isnull=False,
        cohort__cancelled_at=None,
        cohort__closed_at=None,
    )
    soonest = coming.order_by("day", "starts")[: 3 * SHOWN]
    return [meeting for meeting in soonest if not meeting.is_over(now)][:SHOWN]


def _runs(user: User, cohort: str) -> Q:
    facilitates = Facilitation.objects.filter(user=user, cohort=OuterRef(cohort))
    hosts = Cohort.hosts.through.objects.filter(user=user, cohort=OuterRef(cohort))
    return Q(Exists(facilitates)) | Q(Exists(hosts))
