"""How full a cohort is. Every road to a place comes by here, so that no one is ever overbooked.

Each function is one conditional update: it succeeds whole or changes nothing, on SQLite and
PostgreSQL alike, whoever else asks at the same moment (R44). Call them inside the
transaction that makes or ends the place.
"""

from uuid import UUID

from django.db.models import F, Q

from course.cohorts.models import Cohort


class Full(Exception):
    """There is no room for so many. Nothing was changed."""


def _with_room(cohort_id: UUID, number: int) -> Q:
    room = Q(capacity=None) | Q(capacity__gte=F("held") + F("sold") + number)
    return Q(pk=cohort_id) & room


def hold(cohort_id: UUID, number: int) -> None:
    """Keep places for an order under way. Raises Full."""
    if not Cohort.objects.filter(_with_room(cohort_id, number)).update(held=F("held") + number):
        raise Full


def let_go(cohort_id: UUID, number: int) -> None:
    """End a hold: the order came to nothing."""
    Cohort.objects.filter(pk=cohort_id).update(held=F("held") - number)


def sell_held(cohort_id: UUID, number: int) -> None:
    """What was held is now someone's."""
    Cohort.objects.filter(pk=cohort_id).update(held=F("held") - number, sold=F("sold") + number)


def take(cohort_id: UUID, number: int = 1) -> None:
    """Take places without a hold before. Raises Full."""
    if not Cohort.objects.filter(_with_room(cohort_id, number)).update(sold=F("sold") + number):
        raise Full


def give_back(cohort_id: UUID, number: int = 1) -> None:
    """Places that were taken are to be had again.

    While a group has no limit, some in it were never counted: then there is nothing to give.
    """
    group = Cohort.objects.filter(pk=cohort_id)
    counted = group.filter(Q(capacity__isnull=False) | Q(sold__gte=number))
    if not counted.update(sold=F("sold") - number):
        group.update(sold=0)


def offer_bursaries(cohort_id: UUID, number: int) -> None:
    """Set bursary places aside. Raises Full."""
    room = Cohort.objects.filter(_with_room(cohort_id, number))
    if not room.update(held=F("held") + number, bursaries=F("bursaries") + number):
        raise Full


def offer_held_as_bursaries(cohort_id: UUID, number: int) -> None:
    """Places held for an order become bursary places: someone gave them."""
    Cohort.objects.filter(pk=cohort_id).update(bursaries=F("bursaries") + number)


def withdraw_bursaries(cohort_id: UUID, number: int) -> int:
    """Take back as many of these as nobody has taken yet. Returns how many."""
    for many in range(number, 0, -1):
        offered = Cohort.objects.filter(pk=cohort_id, bursaries__gte=many)
        if offered.update(held=F("held") - many, bursaries=F("bursaries") - many):
            return many
    return 0


def take_bursary(cohort_id: UUID) -> None:
    """One bursary place becomes someone's. Raises Full when there is none."""
    offered = Cohort.objects.filter(pk=cohort_id, bursaries__gt=0)
    if not offered.update(bursaries=F("bursaries") - 1, held=F("held") - 1, sold=F("sold") + 1):
        raise Full
