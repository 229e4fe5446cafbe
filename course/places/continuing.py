"""What becomes of a place, and of the room it takes, when its person moves on, leaves, or
comes back. Whoever paid, the place stays what was paid for; here it only follows.

Locks go Order, then cohorts, then enrolments and places, as everywhere in this package.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from course.audit.recording import record
from course.cohorts import capacity, joining, turns, waiting
from course.cohorts.models import Cohort, Enrolment
from course.places.changing import CannotMove
from course.places.models import Invitation, Order, Place
from course.places.moving import locked, move_place
from course.places.offering import SOLD
from course.places.states import OPEN_INVOICE, OrderStatus, PlaceState

S, P = OrderStatus, PlaceState
GOES_ALONG = {P.ACCEPTED, P.STARTED}
SETTLED = {S.PAID, S.PARTLY_REFUNDED}


def place_of(enrolment: Enrolment) -> Place | None:
    """The paid place behind an enrolment. None: it was free, or a bursary."""
    found = Place.objects.filter(enrolment=enrolment).select_related("order__organisation")
    return found.first()


def later_groups(enrolment: Enrolment, *, now: datetime) -> list[Cohort]:
    """Where someone can go on instead: open, later or in one's own time, with room, and where
    their place is worth as much."""
    own, today = enrolment.cohort, now.date()
    begins_later = Q(starts_on__gt=max(today, own.starts_on or today))
    if own.is_dated:
        begins_later |= Q(starts_on=None)
    mine = Enrolment.objects.current().filter(user=enrolment.user_id).values("cohort")
    open_ones = Cohort.objects.to_join(today).filter(
        begins_later, programme_id=own.programme_id, joining=Cohort.OPEN
    )
    place = place_of(enrolment)
    worth_it = _same_terms(open_ones.exclude(pk__in=mine), place=place, own=own)
    bursary = place is None and not own.is_free
    return [c for c in worth_it if (c.bursaries if bursary else c.room is None or c.room > 0)]


def _same_terms(groups: QuerySet[Cohort], *, place: Place | None, own: Cohort) -> QuerySet[Cohort]:
    if place is None:  # free to free, and bursary to bursary
        return groups.filter(price_minor=0) if own.is_free else groups.filter(price_minor__gt=0)
    order = place.order
    settled = order.status in SETTLED or (order.organisation_id and order.status in OPEN_INVOICE)
    if place.state not in GOES_ALONG or not settled:
        return groups.none()
    price = "team_price_minor" if order.organisation_id else "price_minor"
    worth = {f"{price}__lte": order.unit_minor, f"{price}__gt": 0}
    return groups.filter(currency=order.currency, **worth)


@transaction.atomic
def move(enrolment: Enrolment, *, to: Cohort, now: datetime) -> Enrolment:
    """End this enrolment and begin one in a later group; the place goes along.

    Raises CannotMove, capacity.Full or joining.AlreadyIn; then nothing was changed.
    """
    place, before = _lock_all(enrolment, to)
    if enrolment.ended_at or to not in later_groups(enrolment, now=now):
        raise CannotMove
    joining.refuse_second_place(enrolment.user, cohort_id=to.pk)
    _swap_room(enrolment, place, before=before, to=to, now=now)
    joining.end_enrolments([enrolment.pk], now=now)
    following = joining.enrol(enrolment.user, cohort=to, now=now)
    _bring_along(place, to=to, enrolment=following, now=now)
    return following


@transaction.atomic
def move_back(enrolment: Enrolment, *, to: Enrolment, now: datetime) -> None:
    """Undo a move: the enrolment from before goes on, if its group still has room.

    Raises CannotMove, capacity.Full or joining.AlreadyIn.
    """
    place, before = _lock_all(enrolment, to.cohort)
    to.refresh_from_db()
    if enrolment.ended_at or not to.ended_at or not to.cohort.takes_people(now.date()):
        raise CannotMove
    if place and place.state not in GOES_ALONG:
        raise CannotMove
    joining.refuse_second_place(enrolment.user, cohort_id=to.cohort_id)
    _swap_room(enrolment, place, before=before, to=to.cohort, now=now)
    joining.end_enrolments([enrolment.pk], now=now)
    Enrolment.objects.filter(pk=to.pk).update(ended_at=None)
    _bring_along(place, to=to.cohort, enrolment=to, now=now)


def _lock_all(enrolment: Enrolment, to: Cohort) -> tuple[Place | None, Cohort]:
    place = place_of(enrolment)
    if place:
        locked(place.order_id)
    both = Cohort.objects.select_for_update().filter(pk__in=[enrolment.cohort_id, to.pk])
    groups = {cohort.pk: cohort for cohort in both.order_by("pk")}
    Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    enrolment.refresh_from_db()
    return place_of(enrolment), groups[enrolment.cohort_id]


def _swap_room(
    enrolment: Enrolment, place: Place | None, *, before: Cohort, to: Cohort, now: datetime
) -> None:
    _take_room(enrolment, place, cohort=to, now=now)
    _free_room(before, place=place, now=now)


def _take_room(enrolment: Enrolment, place: Place | None, *, cohort: Cohort, now: datetime) -> None:
    if place is None and not cohort.is_free:
        capacity.take_bursary(cohort.pk)
    else:
        turns.take_one(enrolment.user, cohort_id=cohort.pk, now=now)


def _free_room(cohort: Cohort, *, place: Place | None, now: datetime) -> None:
    """Call it while the enrolment is still current. A bursary place is one for the next."""
    places = Place.objects.filter(cohort=cohort, state__in=SOLD).count()
    if place is None and cohort.sold <= places:
        return  # where there is no limit, they were let in without being counted
    capacity.give_back(cohort.pk)
    if place is None and not cohort.is_free:
        capacity.offer_bursaries(cohort.pk, 1)
    else:
        waiting.offer_next(cohort.pk, now=now)


def _bring_along(place: Place | None, *, to: Cohort, enrolment: Enrolment, now: datetime) -> None:
    if place is None:
        return
    Place.objects.filter(pk=place.pk).update(cohort=to, enrolment=enrolment)
    order = place.order
    if not order.organisation_id and order.quantity == 1:
        Order.objects.filter(pk=order.pk).update(cohort=to)
    record("place.moved_to_cohort", actor=enrolment.user_id, subject=f"place:{place.pk}", at=now)


def begin_another_round(enrolment_id: UUID, *, then: Enrolment) -> None:
    """The same place carries a second round in the same group."""
    Place.objects.filter(enrolment=enrolment_id).update(enrolment=then)


@transaction.atomic
def leave(enrolment: Enrolment, *, now: datetime) -> bool:
    """End it. A place that was not started is its buyer's again; one that was started is used.

    Returns False when it had ended already.
    """
    place, cohort = _lock_all(enrolment, enrolment.cohort)
    if enrolment.ended_at:
        return False
    if place is None:
        _free_room(cohort, place=None, now=now)
    joining.end_enrolments([enrolment.pk], now=now)
    # The place keeps which enrolment it was, so that leaving can be undone while it is free.
    nobody = {"holder": None, "taken_at": None, "completion_shown_at": None}
    if place and move_place(place.pk, P.AVAILABLE, only_from=[P.ACCEPTED], **nobody):
        given = Invitation.objects.filter(place=place, state=Invitation.ACCEPTED)
        given.update(state=Invitation.WITHDRAWN)
        record("place.left", actor=enrolment.user_id, subject=f"place:{place.pk}", at=now)
    return True


@transaction.atomic
def come_back(enrolment: Enrolment, *, now: datetime) -> None:
    """Undo leaving, while there is a place. Raises CannotMove, capacity.Full, joining.AlreadyIn."""
    place, cohort = _lock_all(enrolment, enrolment.cohort)
    if not enrolment.ended_at or not cohort.takes_people(now.date()):
        raise CannotMove
    joining.refuse_second_place(enrolment.user, cohort_id=cohort.pk)
    if place is None:
        _take_room(enrolment, None, cohort=cohort, now=now)
    elif place.state not in {P.STARTED, P.COMPLETED}:
        mine = {"holder": enrolment.user, "taken_at": now}
        if not move_place(place.pk, P.ACCEPTED, only_from=[P.AVAILABLE], **mine):
            raise CannotMove
    elif place.holder_id != enrolment.user_id:
        raise CannotMove
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_at=None)
