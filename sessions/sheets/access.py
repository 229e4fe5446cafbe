"""Who may open a sheet that is not open to everyone: those who may open the sessions."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from course.cohorts.models import Cohort, Enrolment
from course.people.models import User


def may_open(user: User | AnonymousUser, *, programme_id: int) -> bool:
    """Whether this person has a place here, facilitates here, or writes the pages."""
    if not user.is_authenticated:
        return False
    places = Enrolment.objects.current().for_attendee(user)
    groups = Cohort.objects.filter(Q(facilitators=user) | Q(enrolments__in=places))
    return groups.filter(programme_id=programme_id).exists() or user.has_perm(
        "wagtailadmin.access_admin"
    )
