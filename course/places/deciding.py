"""What a person decides about money that does not fit its order: keep it, or send it back."""

from datetime import datetime

from django.db import transaction

from course.outbox.owing import owe
from course.people.models import User
from course.places import accounting, buying, letters, papers
from course.places.models import LedgerEntry, Order
from course.places.moving import locked, move
from course.places.reconciling import withdraw_all
from course.places.states import OrderStatus


def may_accept(order: Order) -> bool:
    """Only when the sum is the order's own, so that the books and the receipt say what came.
    What is short, too much or of another currency can only go back."""
    return order.status == OrderStatus.QUARANTINE and accounting.worth(order) == order.total_minor


@transaction.atomic
def accept_money(order: Order, *, by: User, now: datetime) -> bool:
    """It is right: the order counts as paid. Returns whether this call did it."""
    order = locked(order.pk)
    if not may_accept(order):
        return False
    move(order, OrderStatus.PAID, now=now, by=by.pk, valid_until=None)
    buying.fulfil(order, now=now)
    made = papers.receipt(order, reason="accepted", now=now)
    owe(letters.send_receipt, key=f"paper:{made.pk}:letter", now=now, document=str(made.pk))
    return True


@transaction.atomic
def return_money(order: Order, *, by: User, now: datetime) -> bool:
    """All of it goes back, and the places are for others. Returns whether this call did it."""
    order = locked(order.pk)
    if order.status != OrderStatus.QUARANTINE:
        return False
    move(order, OrderStatus.REFUND_DUE, now=now, by=by.pk)
    withdraw_all(order, now=now)
    came = order.ledger.filter(kind=LedgerEntry.PAID)
    amounts = dict(came.values_list("provider_ref", "amount_minor"))
    for payment in order.payments.filter(object_id__in=amounts):
        accounting.send_back(order, payment, amounts[payment.object_id], now=now)
    return True
