"""Changing the state of orders and places: one conditional update each, and nothing beside it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from course.audit.recording import record
from course.places.models import Order, Place
from course.places.states import MAY_FOLLOW, PLACE_MAY_FOLLOW, OrderStatus, PlaceState


def locked(order_id: UUID) -> Order:
    """The order, locked until the transaction ends. Locks go Order, then cohort, then places."""
    return Order.objects.select_for_update(of=("self",)).get(pk=order_id)


def move(
    order: Order, to: OrderStatus, *, now: datetime, by: UUID | None = None, **facts: Any
) -> bool:
    """Bring an order into another state, if it may follow the present one (I8).

    Returns whether this call did it. `by` is the person who asked for it, for the audit.
    """
    before = [status for status, after in MAY_FOLLOW.items() if to in after]
    moved = Order.objects.filter(pk=order.pk, status__in=before).update(status=to, **facts)
    if not moved:
        return False
    order.status = to
    for name, value in facts.items():
        setattr(order, name, value)
    record(f"order.{to}", actor=by, subject=f"order:{order.pk}", at=now)
    return True


def move_places(places: QuerySet[Place], to: PlaceState, **facts: Any) -> int:
    """Bring all of these places into another state, where it may follow. Returns how many."""
    before = [state for state, after in PLACE_MAY_FOLLOW.items() if to in after]
    return places.filter(state__in=before).update(state=to, **facts)


def move_place(place_id: UUID, to: PlaceState, *, only_from: Iterable[str], **facts: Any) -> bool:
    """Bring one place into another state, but only out of these. Returns whether it moved."""
    before = {state for state, after in PLACE_MAY_FOLLOW.items() if to in after} & set(only_from)
    return bool(Place.objects.filter(pk=place_id, state__in=before).update(state=to, **facts))
