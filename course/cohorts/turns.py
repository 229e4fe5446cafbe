"""Whose turn it is. Whoever waits for a place is passed by nobody, whichever road others take.

Call these inside the transaction that makes the place, after locking what comes before a
cohort (an order). Each locks the cohort itself, so that an offer, its end and a walk-in
follow one another.
"""

from datetime import datetime
from uuid import UUID

from course.cohorts import capacity
from course.cohorts.models import Cohort, Waiting
from course.people.models import User


def locked(cohort_id: UUID) -> Cohort:
    return Cohort.objects.select_for_update(of=("self",)).get(pk=cohort_id)


def take_one(user: User, *, cohort_id: UUID, now: datetime) -> None:
    """One place becomes this person's: the one that is kept for them, or one that nobody waits
    for. Raises capacity.Full."""
    cohort = locked(cohort_id)
    if take_up_offer(user, cohort_id=cohort_id, now=now):
        capacity.sell_held(cohort_id, 1)
        return
    _refuse_to_pass(cohort, user=user, now=now)
    capacity.take(cohort_id)


def hold(cohort_id: UUID, number: int, *, buyer: User | None, now: datetime) -> None:
    """Keep places for an order. The one that is kept for `buyer` passes on to it as it is, so
    that there is no moment in which someone else could have it. Raises capacity.Full."""
    cohort = locked(cohort_id)
    if buyer and take_up_offer(buyer, cohort_id=cohort_id, now=now):
        number -= 1
    if number:
        _refuse_to_pass(cohort, user=buyer, now=now)
        capacity.hold(cohort_id, number)


def take_up_offer(user: User, *, cohort_id: UUID, now: datetime) -> bool:
    """Say yes to the place that is kept for this person. The caller has its hold from now on."""
    offered = Waiting.objects.offered().filter(user=user, cohort=cohort_id)
    return bool(offered.update(accepted_at=now))


def has_offer(user: User, cohort_id: UUID) -> bool:
    return Waiting.objects.offered().filter(user=user, cohort=cohort_id).exists()


def end_wait(user: User, *, cohort_id: UUID, now: datetime) -> None:
    """Someone has a place, by whichever road: they wait no more, and nothing is kept for them."""
    if not Waiting.objects.open().filter(user=user, cohort=cohort_id).exists():
        return
    locked(cohort_id)
    if take_up_offer(user, cohort_id=cohort_id, now=now):
        capacity.let_go(cohort_id, 1)
    else:
        Waiting.objects.open().filter(user=user, cohort=cohort_id).update(accepted_at=now)


def _refuse_to_pass(cohort: Cohort, *, user: User | None, now: datetime) -> None:
    """Raises capacity.Full while others wait for what is free. Where people ask and a person
    answers there is no queue that could be passed."""
    waiting = Waiting.objects.in_turn(now).filter(cohort=cohort).exclude(user=user)
    if cohort.joining == Cohort.OPEN and waiting.exists():
        raise capacity.Full
