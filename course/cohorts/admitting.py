"""Whose meetings are whose: who may open a meeting's page, and go in."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from course.cohorts.models import Cohort, Enrolment, Facilitation, Guest, LiveSession
from course.people.models import User


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


def _runs(user: User, cohort: str) -> Q:
    facilitates = Facilitation.objects.filter(user=user, cohort=OuterRef(cohort))
    hosts = Cohort.hosts.through.objects.filter(user=user, cohort=OuterRef(cohort))
    return Q(Exists(facilitates)) | Q(Exists(hosts))
