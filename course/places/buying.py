"""From a wish to places that may be used: starting an order, keeping room for it, fulfilling it.

What is special about a road to payment (card, invoice, transfer) is in a module of its own;
all of them come by here, so that room and places are exact on every road.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from course.cohorts import capacity, joining, turns, waiting
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import pricing
from course.places.models import Order, Organisation, Place
from course.places.moving import locked, move, move_places
from course.places.states import UNSTARTED, OrderStatus, PlaceState


class NotForSale(Exception):
    """This cohort is over, closed, or not open to this buyer."""


@transaction.atomic
def start_order(
    buyer: User,
    *,
    cohort: Cohort,
    quantity: int,
    organisation: Organisation | None = None,
    bursaries: int = 0,
    code: str = "",
    po_number: str = "",
    pk: UUID | None = None,
    now: datetime,
) -> Order:
    """Fix a price for a number of places. Nothing is kept or owed yet.

    `pk` is made with the page that asks, so that a double click cannot make two orders.

    Raises NotForSale, pricing.NotThatMany or pricing.CodeNotValid.
    """
    may_buy = organisation or cohort.joining == Cohort.OPEN or turns.has_offer(buyer, cohort.pk)
    if not cohort.takes_people(now.date()) or not may_buy:
        raise NotForSale
    discount = pricing.find_discount(code, cohort=cohort, now=now)
    price = pricing.price(
        cohort,
        quantity=quantity,
        bursaries=bursaries,
        for_team=organisation is not None,
        discount=discount,
    )
    return Order.objects.create(
        id=pk or uuid4(),
        organisation=organisation,
        buyer=buyer,
        cohort=cohort,
        billing=organisation.billing() if organisation else {"email": buyer.email},
        po_number=po_number,
        discount=discount if price.discount_minor else None,
        created_at=now,
        **vars(price),
    )


@transaction.atomic
def keep_places(
    order: Order, *, status: OrderStatus, channel: str, now: datetime, **facts: object
) -> bool:
    """Leave the draft: keep room in the cohort and make the places, all or nothing.

    A place that was offered to whoever buys for themselves passes on to the order, and nobody
    who waits is passed by. Returns False when the order had left it before. Raises
    capacity.Full or CodeNotValid.
    """
    order = locked(order.pk)
    quoted = order.status == OrderStatus.QUOTED  # then its code is counted already
    if not move(order, status, now=now, by=order.buyer_id, channel=channel, **facts):
        return False
    if order.discount and not quoted:
        pricing.use_discount(order.discount)
    turns.hold(order.cohort_id, order.seats, buyer=_for_themselves(order), now=now)
    Place.objects.bulk_create(
        Place(order=order, cohort_id=order.cohort_id, seq=seq)
        for seq in range(1, order.quantity + 1)
    )
    return True


def _for_themselves(order: Order) -> User | None:
    """Who will use the place, where someone bought it for themselves."""
    return None if order.organisation_id else order.buyer


@transaction.atomic
def fulfil(order: Order, *, now: datetime) -> bool:
    """Let the places be used. Once for each order, whoever calls and however often (R29).

    Someone who bought for themselves takes their place at once.
    """
    order = locked(order.pk)
    if not Order.objects.filter(pk=order.pk, fulfilled_at=None).update(fulfilled_at=now):
        return False
    capacity.sell_held(order.cohort_id, order.quantity)
    if order.bursaries:
        capacity.offer_held_as_bursaries(order.cohort_id, order.bursaries)
    move_places(order.places.all(), PlaceState.AVAILABLE)
    if not order.organisation_id and order.buyer and not order.cohort.cancelled_at:
        with suppress(joining.AlreadyIn):  # then the place stays free, to give away or back
            take(order.places.get(), user=order.buyer, now=now)
    return True


@transaction.atomic
def keep_places_again(order: Order, *, now: datetime) -> bool:
    """Room for an order that had ended, because its money came after all. False: there is none.

    What is kept for its buyer by then is theirs, as it is when an order begins.
    """
    order = locked(order.pk)
    released = order.places.filter(state=PlaceState.RELEASED)
    if order.fulfilled_at or released.count() != order.quantity:
        return False
    if order.discount:
        with suppress(pricing.CodeNotValid):  # used up since; what was asked for was paid
            pricing.use_discount(order.discount)
    try:
        with transaction.atomic():
            turns.locked(order.cohort_id)
            mine = _for_themselves(order)
            kept = mine and turns.take_up_offer(mine, cohort_id=order.cohort_id, now=now)
            capacity.hold(order.cohort_id, order.seats - bool(kept))
    except capacity.Full:
        let_code_go(order)
        return False
    move_places(released, PlaceState.RESERVED)
    return True


@transaction.atomic
def let_places_go(order: Order, *, now: datetime) -> None:
    """The order ended before its places could be used: room and code are for others again."""
    order = locked(order.pk)
    kept = order.places.filter(state=PlaceState.RESERVED)
    if order.fulfilled_at or not kept.exists():
        return
    move_places(kept, PlaceState.RELEASED)
    let_code_go(order)  # before the room, since all roads lock code and cohort in this order
    capacity.let_go(order.cohort_id, order.seats)
    _put_back_on_the_list(order, now=now)
    waiting.offer_next(order.cohort_id, now=now)


def _put_back_on_the_list(order: Order, *, now: datetime) -> None:
    """Someone who bought the place that was kept for them waits again, unless they have another."""
    buyer = _for_themselves(order)
    others = Place.objects.live().filter(order__buyer=buyer, order__organisation=None)
    if buyer and not others.filter(cohort=order.cohort_id).exclude(order=order).exists():
        failed = order.status == OrderStatus.FAILED
        facts = {"cohort_id": order.cohort_id, "since": order.created_at, "now": now}
        waiting.wait_again(buyer, failed=failed, **facts)


def let_code_go(order: Order) -> None:
    """Once it has no more places, and is no quote: others can use its code."""
    if order.discount:
        pricing.count_again(order.discount)


@transaction.atomic
def withdraw_places(order: Order, *, number: int | None = None, now: datetime) -> int:
    """Withdraw places that nobody has started, the last ones first (4.2). Returns how many.

    `number` None is all of them. Whoever started keeps everything (I10).
    """
    order = locked(order.pk)
    free_first = order.places.filter(state__in=UNSTARTED).order_by("-seq")
    chosen = list(free_first.values_list("pk", "enrolment_id", "cohort_id")[:number])
    places = Place.objects.filter(pk__in=[pk for pk, _enrolment, _cohort in chosen])
    joining.end_enrolments([e for _pk, e, _cohort in chosen if e], now=now)
    gone = 0
    for cohort_id in sorted({cohort for _pk, _enrolment, cohort in chosen}):
        # Room is free again where the place was: some moved on to a later group.
        there = move_places(places.filter(cohort=cohort_id), PlaceState.REVOKED)
        room = capacity.give_back if order.fulfilled_at else capacity.let_go
        room(cohort_id, there)
        gone += there
    return gone


@transaction.atomic
def take(place: Place, *, user: User, now: datetime) -> bool:
    """Give a place that may be used to someone, with all that belongs to it. False: it is gone.

    Raises joining.AlreadyIn when they have a place in this cohort.
    """
    joining.refuse_second_place(user, cohort_id=place.cohort_id)
    free = Place.objects.filter(pk=place.pk, state__in=[PlaceState.AVAILABLE, PlaceState.INVITED])
    if not free.update(state=PlaceState.ACCEPTED, holder=user, taken_at=now):
        return False
    enrolment = joining.enrol(user, cohort=place.cohort, now=now)
    Place.objects.filter(pk=place.pk).update(enrolment=enrolment)
    return True
