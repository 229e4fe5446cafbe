"""Who is concerned by a meeting or a cohort at this moment.

Every letter asks here twice: when it is owed and again when it is sent. So whoever left,
paused, or was taken off a group as facilitator in between gets nothing more.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from course.cohorts.models import (
    Cohort,
    Enrolment,
    Guest,
    LiveSession,
    NotComing,
    Reminders,
)
from course.people.models import User


def attendees(cohort_id: UUID, *, paused: bool = False) -> QuerySet[User]:
    """Who has a place and has not left; those who paused only where `paused` says so."""
    places = Enrolment.objects.current().filter(cohort=cohort_id)
    if not paused:
        places = places.filter(paused_at=None)
    return User.objects.filter(is_active=True, pk__in=places.values("user"))


def leaders(cohort_id: UUID) -> QuerySet[User]:
    """Who facilitates or hosts it."""
    runs = Q(facilitates=cohort_id) | Q(hosts=cohort_id)
    return User.objects.filter(runs, is_active=True).distinct()


def guests(meeting_id: UUID, *, paused: bool = False) -> QuerySet[User]:
    """Who comes to this one meeting from another group."""
    visits = Guest.objects.filter(meeting=meeting_id, enrolment__ended_at=None)
    if not paused:
        visits = visits.filter(enrolment__paused_at=None)
    return User.objects.filter(is_active=True, pk__in=visits.values("enrolment__user"))


def everyone_in(cohort_id: UUID, *, paused: bool = False) -> set[UUID]:
    """The ids of its attendees, facilitators and hosts, each once."""
    people = attendees(cohort_id, paused=paused).values_list("pk", flat=True)
    return {*people, *leaders(cohort_id).values_list("pk", flat=True)}


def everyone_at(meeting: LiveSession, *, paused: bool = False) -> set[UUID]:
    """The ids of all who are concerned by this meeting, each once."""
    visiting = guests(meeting.pk, paused=paused).values_list("pk", flat=True)
    return everyone_in(meeting.cohort_id, paused=paused) | set(visiting)


def is_running(cohort: Cohort) -> bool:
    """Whether anything may be sent about it: announced, and neither called off nor closed."""
    return bool(cohort.announced_at) and not cohort.cancelled_at and not cohort.closed_at


def wanting(kind: str, people: Iterable[UUID]) -> QuerySet[Reminders]:
    """Who of these people chose to be written to about this: a field of Reminders."""
    chosen = Reminders.objects.filter(**{kind: True}, by_email=True, user__in=list(people))
    return chosen.select_related("user")


def expected_at(meeting: LiveSession) -> set[UUID]:
    """Everyone at the meeting but those who said that they will not come."""
    out = NotComing.objects.filter(meeting=meeting).values_list("enrolment__user", flat=True)
    return everyone_at(meeting) - set(out)


def takes_messages(user: User) -> bool:
    """Facilitators' messages come by letter until someone stops them."""
    return not Reminders.objects.filter(user=user, messages=False).exists()
