"""Words that someone sends on purpose. They are typed or copied for it, never linked to a
reflection, and can be taken back at any time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from course.places import using
from course.places.models import Organisation
from sessions.models import Thought

SENTENCES_SHOWN = 5  # to the next group


class NobodyToRead(Exception):
    """There is no such reader, or no longer: nothing was sent."""


@dataclass(frozen=True)
class Reader:
    """Someone a thought can be for: the choice's value, its words, and who that is exactly."""

    value: str
    words: str
    who: str


def readers(enrolment: Enrolment) -> list[Reader]:
    """To whom this person can send a thought, and who will read it, by name."""
    cohort = enrolment.cohort
    found = [
        Reader(
            Thought.TO_FACILITATORS,
            _("The facilitators of my group"),
            _("%(names)s. It also stands in their summary of the group.") % {"names": names(cohort)}
            if names(cohort)
            else _("Whoever facilitates your group. It also stands in their summary."),
        ),
        Reader(
            Thought.TO_NEXT_COHORT,
            _("The next group, in one sentence"),
            _("Everyone in a later group, and the facilitators."),
        ),
    ]
    organisation = None if cohort.closed_at else using.paid_by(enrolment.pk)
    if organisation:
        found.append(_organisation(organisation))
    return found


def _organisation(organisation: Organisation) -> Reader:
    who = _("Those who look after its places, in a report once the group has ended.")
    return Reader(
        Thought.TO_ORGANISATION,
        _("%(organisation)s, which pays for my place") % {"organisation": organisation.name},
        f"{who} " + _("Where few take part, it may guess who wrote."),
    )


def names(cohort: Cohort) -> str:
    people = cohort.facilitators.filter(is_active=True).order_by("display_name")
    return get_text_list([name_of(person) for person in people if name_of(person)], _("and"))


def name_of(user: User) -> str:
    return user.document_name or user.display_name


def send(
    enrolment: Enrolment,
    *,
    for_whom: str,
    words: str,
    with_name: bool,
    now: datetime,
    about_around: bool = False,
) -> Thought:
    """Send a thought to people who will read it. Sending the same words twice is sending once.

    Raises NobodyToRead for an organisation where none pays for the place, or its report
    is already made.
    """
    organisation = None
    if for_whom == Thought.TO_ORGANISATION:
        organisation = using.paid_by(enrolment.pk)
        if organisation is None or enrolment.cohort.closed_at:
            raise NobodyToRead
    thought, _made = Thought.objects.get_or_create(
        enrolment=enrolment,
        for_whom=for_whom,
        words=words,
        taken_back_at=None,
        defaults={
            "with_name": with_name,
            "about_around": about_around and for_whom != Thought.TO_NEXT_COHORT,
            "organisation_id": organisation.pk if organisation else None,
            "sent_at": now,
        },
    )
    return thought


def take_back(thought: Thought, *, now: datetime) -> bool:
    """Take a thought back. A summary that was already made keeps it, and the page says so."""
    return bool(Thought.objects.filter(pk=thought.pk, taken_back_at=None).update(taken_back_at=now))


def from_earlier_groups(cohort: Cohort) -> QuerySet[Thought]:
    """Sentences that people of closed groups of this programme left for those who come next."""
    left = Thought.objects.filter(
        for_whom=Thought.TO_NEXT_COHORT,
        taken_back_at=None,
        enrolment__cohort__programme_id=cohort.programme_id,
        enrolment__cohort__closed_at__isnull=False,
    )
    mine = left.exclude(enrolment__cohort=cohort).select_related("enrolment__user")
    return mine.order_by("-enrolment__cohort__closed_at", "pk")[:SENTENCES_SHOWN]
