"""Credit for a large order: a second person looks at it before there is an invoice (R42)."""

from datetime import datetime

from django.db import transaction

from course.outbox.owing import owe
from course.people.models import User
from course.places import buying, gateway, letters, stripe_invoice, transfer
from course.places.models import Manager, Order
from course.places.moving import locked, move
from course.places.states import OrderStatus


class NotYou(Exception):
    """Whoever ordered, or manages the organisation that ordered, cannot decide about it."""


@transaction.atomic
def approve(order: Order, *, by: User, now: datetime) -> bool:
    """Give credit: the invoice goes out. Returns whether this call did it. Raises NotYou."""
    order = locked(order.pk)
    refuse_own(order, by)
    by_stripe = bool(order.organisation_id) and gateway.is_configured()
    facts = {"due_on": transfer.due_on(now)}
    facts |= {"channel": Order.INVOICE} if by_stripe else {}
    if order.status != OrderStatus.AWAITING_APPROVAL or not move(
        order, OrderStatus.INVOICED, now=now, by=by.pk, **facts
    ):
        return False
    if by_stripe:  # written down here; the worker's clock has it sent (jobs.finish_invoices)
        stripe_invoice.ask(order, now=now)
    else:
        transfer.send_invoice(order, now=now)
    return True


@transaction.atomic
def refuse(order: Order, *, by: User, now: datetime, reason: str = Order.NO_REASON) -> bool:
    """Give no credit: the places go back, and the buyer is told. Raises NotYou.

    `reason` is one of Order.REFUSALS, whose words were written to be kind.
    """
    order = locked(order.pk)
    refuse_own(order, by)
    if order.status != OrderStatus.AWAITING_APPROVAL:
        return False
    move(order, OrderStatus.CANCELLED, now=now, by=by.pk, refusal=reason)
    buying.let_places_go(order, now=now)
    owe(letters.say_order_ended, key=f"order:{order.pk}:ended", now=now, order=str(order.pk))
    return True


def refuse_own(order: Order, by: User) -> None:
    """Raises NotYou for the person who ordered, and for all who manage that organisation."""
    manages = Manager.objects.filter(organisation=order.organisation_id, user=by)
    if by.pk == order.buyer_id or manages.exists():
        raise NotYou
