"""Moving to a later group instead of a refund: the same place, at the same price."""

from datetime import datetime

from django.db import transaction

from course.audit.recording import record
from course.cohorts import capacity, joining, turns, waiting
from course.cohorts.models import Cohort
from course.people.models import User
from course.places.models import Order, Place
from course.places.moving import locked
from course.places.states import OrderStatus, PlaceState

MAY_MOVE = {PlaceState.AVAILABLE, PlaceState.ACCEPTED}


class CannotMove(Exception):
    """Not this order, or not to that group. Nothing was changed."""


def later_cohorts(order: Order, now: datetime) -> list[Cohort]:
    """Where someone may move to: open to anyone, later, and not dearer."""
    cohorts = Cohort.objects.to_join(now.date()).filter(
        programme_id=order.cohort.programme_id,
        joining=Cohort.OPEN,
        currency=order.currency,
        price_minor__lte=order.unit_minor,
        price_minor__gt=0,
        starts_on__gt=max(now.date(), order.cohort.starts_on or now.date()),
    )
    return [c for c in cohorts.exclude(pk=order.cohort_id) if c.room is None or c.room > 0]


@transaction.atomic
def move_to_cohort(order: Order, *, to: Cohort, by: User, now: datetime) -> None:
    """Take someone's own un-started place along to a later group.

    Raises CannotMove, capacity.Full or joining.AlreadyIn.
    """
    order = locked(order.pk)
    both = Cohort.objects.select_for_update().filter(pk__in=[order.cohort_id, to.pk])
    list(both.order_by("pk"))  # locked in one order, so that two moves never wait for each other
    place = order.places.filter(state__in=MAY_MOVE).select_related("holder", "enrolment").first()
    own = by.pk == order.buyer_id and not order.organisation_id
    own = own and place and place.holder_id in {None, by.pk}  # not one that was given away
    settled = order.status in {OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED}
    if not (own and settled and to in later_cohorts(order, now)):
        raise CannotMove
    joining.refuse_second_place(by, cohort_id=to.pk)
    turns.take_one(by, cohort_id=to.pk, now=now)
    capacity.give_back(order.cohort_id)
    waiting.offer_next(order.cohort_id, now=now)
    taken = place.state == PlaceState.ACCEPTED  # a free one may still say whose it was
    if taken:
        joining.end_enrolments([place.enrolment_id], now=now)
    enrolment = joining.enrol(by, cohort=to, now=now) if taken else None
    Place.objects.filter(pk=place.pk).update(cohort=to, enrolment=enrolment)
    Order.objects.filter(pk=order.pk).update(cohort=to)
    record("order.moved_to_cohort", actor=by.pk, subject=f"order:{order.pk}", at=now)
