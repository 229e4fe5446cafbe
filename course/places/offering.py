"""What staff decide about selling a group: prices, how many places, bursary places on offer."""

from datetime import datetime
from typing import Any

from django.db import transaction

from course.audit.recording import record
from course.cohorts import capacity, waiting
from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from course.places.models import Place
from course.places.states import PlaceState

SOLD = {
    PlaceState.AVAILABLE,
    PlaceState.INVITED,
    PlaceState.ACCEPTED,
    PlaceState.STARTED,
    PlaceState.COMPLETED,
    PlaceState.FROZEN,
}


class TooFew(Exception):
    """More places than that are taken or kept already. Carries how many."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


@transaction.atomic
def set_terms_and_bursaries(
    cohort: Cohort, *, bursaries: int, by: User, now: datetime, **terms: Any
) -> None:
    """Both or neither. Raises TooFew or capacity.Full."""
    if bursaries < cohort.bursaries:  # first, so that the room can become smaller
        set_bursaries(cohort, bursaries, by=by, now=now)
        set_terms(cohort, by=by, now=now, **terms)
    else:
        set_terms(cohort, by=by, now=now, **terms)
        set_bursaries(cohort, bursaries, by=by, now=now)


@transaction.atomic
def set_terms(
    cohort: Cohort,
    *,
    price_minor: int,
    team_price_minor: int,
    currency: str,
    places: int | None,
    by: User,
    now: datetime,
) -> None:
    """Prices of orders from now on, and how many places there are. Raises TooFew.

    While a group had no limit, some may have joined uncounted; with a limit they are counted.
    """
    cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    sold = counted(cohort) if cohort.capacity is None else cohort.sold
    if places is not None and cohort.held + sold > places:
        raise TooFew(cohort.held + sold)
    Cohort.objects.filter(pk=cohort.pk).update(
        price_minor=price_minor,
        team_price_minor=team_price_minor,
        currency=currency,
        capacity=places,
        sold=sold,
    )
    record("group.terms_set", actor=by.pk, subject=f"cohort:{cohort.pk}", at=now)
    waiting.offer_next(cohort.pk, now=now)


def counted(cohort: Cohort) -> int:
    """Places that are somebody's, or may be given away, whichever way they came about."""
    places = Place.objects.filter(cohort=cohort, state__in=SOLD).count()
    return places + Enrolment.objects.current().filter(cohort=cohort, place=None).count()


@transaction.atomic
def set_bursaries(cohort: Cohort, number: int, *, by: User, now: datetime) -> int:
    """Offer so many bursary places, whoever gave them. Returns how many are on offer then.

    Raises capacity.Full. Those that were taken meanwhile are nobody's to take back.
    """
    cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    more = number - cohort.bursaries
    if more > 0:
        capacity.offer_bursaries(cohort.pk, more)
    elif more < 0:
        capacity.withdraw_bursaries(cohort.pk, -more)
        waiting.offer_next(cohort.pk, now=now)
    if more:
        record("group.bursaries_set", actor=by.pk, subject=f"cohort:{cohort.pk}", at=now)
    cohort.refresh_from_db()
    return cohort.bursaries
