"""Whose answers count in a group's figures, and when someone should look at them first (R26)."""

from collections import Counter
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from course.cohorts.models import Cohort, Enrolment


def who_counts(cohort: Cohort) -> set[UUID]:
    """The enrolments of people with a confirmed address who are here for themselves.

    Nobody who runs groups, looks after places, or works on this site: whoever holds several
    such accounts could otherwise fill a group around one person and read that one's answers.
    """
    confirmed = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    people = Enrolment.objects.current().filter(
        Exists(confirmed),
        cohort=cohort,
        user__is_active=True,
        user__is_superuser=False,
        user__groups=None,
        user__facilitations=None,
        user__hosts=None,
        user__manages=None,
    )
    return set(people.values_list("pk", flat=True))


def should_be_looked_at(counted: set[UUID]) -> bool:
    """Whether one organisation gave more than half of these places to addresses outside its
    own domain. That is common and mostly fine, and it is how a group would be planted."""
    given = Enrolment.objects.filter(
        pk__in=counted, place__order__organisation__isnull=False
    ).values_list(
        "place__order__organisation", "place__order__organisation__billing_email", "user__email"
    )
    outside = Counter(
        organisation for organisation, own, email in given if not _same_domain(own, email)
    )
    return any(2 * number > len(counted) for number in outside.values())


def _same_domain(one: str, other: str) -> bool:
    """northmoor.example.org and example.org are one house."""
    short, long = sorted((address.rpartition("@")[2].lower() for address in (one, other)), key=len)
    return short == long or long.endswith(f".{short}")
