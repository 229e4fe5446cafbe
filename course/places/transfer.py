"""Paying by bank transfer on our own invoice. Works with no payment provider at all.

An order is paid whole or not at all: a transfer that is short or too large is refused with
words for the person who reads the bank statement, and nothing is changed. Two transfers that
make up the sum together are marked once, with both references.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from course.audit.recording import record
from course.cohorts import capacity
from course.outbox.owing import owe
from course.people.models import User
from course.places import buying, letters, papers, quoting
from course.places.models import Document, LedgerEntry, Order, Payment, Refund
from course.places.moving import locked, move
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus, PlaceState


class WrongAmount(Exception):
    """What came is not what the invoice asks for. Carries the difference in minor units."""

    def __init__(self, difference: int) -> None:
        super().__init__(difference)
        self.difference = difference


class ReferenceUsed(Exception):
    """This transfer has already paid another order."""


class NotNow(Exception):
    """The order is not in a state where this can be done. Nothing was changed."""


@transaction.atomic
def choose_transfer(order: Order, now: datetime) -> Order:
    """Order against an invoice. A large order waits for a person first, with its places kept.

    Choosing twice is choosing once. Raises capacity.Full, pricing.CodeNotValid,
    quoting.QuoteOver or buying.NotForSale.
    """
    order = locked(order.pk)
    if order.status not in {OrderStatus.DRAFT, OrderStatus.QUOTED}:
        return order
    quoting.refuse_if_over(order, now=now)
    _refuse_if_closed(order, now=now)
    if not order.total_minor:
        return take_free(order, now)
    if order.total_minor > settings.SELLING["approve_above"]:
        buying.keep_places(
            order, status=OrderStatus.AWAITING_APPROVAL, channel=Order.TRANSFER, now=now
        )
        facts = {"key": f"order:{order.pk}:looked-at", "order": str(order.pk)}
        owe(letters.say_credit_is_looked_at, now=now, **facts)
    else:
        due = due_on(now)
        facts = {"channel": Order.TRANSFER, "due_on": due}
        buying.keep_places(order, status=OrderStatus.INVOICED, now=now, **facts)
        send_invoice(order, now=now)
    return locked(order.pk)


def _refuse_if_closed(order: Order, *, now: datetime) -> None:
    if not order.cohort.takes_people(now.date()):
        raise buying.NotForSale


def due_on(now: datetime) -> date:
    return now.date() + timedelta(days=settings.SELLING["invoice_days"])


@transaction.atomic
def take_free(order: Order, now: datetime) -> Order:
    """An order with nothing to pay is settled at once. Raises capacity.Full or CodeNotValid."""
    if order.total_minor:
        raise NotNow
    if buying.keep_places(order, status=OrderStatus.PAID, channel=Order.FREE, now=now):
        buying.fulfil(order, now=now)
        _send_receipt(order, reason="free", now=now)
    return locked(order.pk)


def send_invoice(order: Order, *, now: datetime) -> Document:
    """Issue the invoice of an order that has just become an open invoice, and let its places be
    used if that is how this site sells. Call it inside the transaction that moved the order.

    Someone who buys for themselves always pays first: nobody gave them credit.
    """
    order = locked(order.pk)
    made = papers.invoice(order, now)
    owe(letters.send_invoice, key=f"paper:{made.pk}:letter", now=now, document=str(made.pk))
    if order.organisation_id and settings.SELLING["releases_on"] == "issued":
        buying.fulfil(order, now=now)
    return made


def _send_receipt(order: Order, *, reason: str, now: datetime) -> None:
    made = papers.receipt(locked(order.pk), reason=reason, now=now)
    owe(letters.send_receipt, key=f"paper:{made.pk}:letter", now=now, document=str(made.pk))


@transaction.atomic
def mark_paid(
    order: Order, *, by: User, reference: str, amount: int, on: date, now: datetime
) -> bool:
    """Note that a transfer arrived. Returns False when this one was noted before.

    Raises WrongAmount, ReferenceUsed or NotNow, and changes nothing then.
    """
    order, reference = locked(order.pk), " ".join(reference.split())[:100]
    object_id = f"{on:%Y-%m-%d} {reference}"
    noted = Payment.objects.filter(provider="bank", object_id=object_id).first()
    if noted:
        if noted.order_id != order.pk:
            raise ReferenceUsed
        return False
    if order.channel != Order.TRANSFER or order.status not in OPEN_INVOICE | ENDED:
        raise NotNow
    if amount != order.total_minor:
        raise WrongAmount(amount - order.total_minor)
    payment = _write_payment(order, object_id, by=by, now=now)
    still = order.status in OPEN_INVOICE or _is_used(order)
    if still or buying.keep_places_again(order, now=now):
        move(order, OrderStatus.PAID, now=now, by=by.pk)
        buying.fulfil(order, now=now)
        _send_receipt(order, reason=f"payment:{payment.pk}", now=now)
    else:
        _send_back(order, by=by, now=now)
    return True


def _is_used(order: Order) -> bool:
    """Someone has begun with a place, so this money has bought something, late as it is. Whether
    a part goes back for the places that were withdrawn meanwhile is for a person to say."""
    return order.places.filter(state__in=[PlaceState.STARTED, PlaceState.COMPLETED]).exists()


def _write_payment(order: Order, object_id: str, *, by: User, now: datetime) -> Payment:
    money = {"order": order, "amount_minor": order.total_minor, "currency": order.currency}
    payment = Payment.objects.create(
        provider="bank",
        kind=Payment.TRANSFER,
        idempotency_key=f"bank:{object_id}",
        object_id=object_id,
        status="paid",
        created_at=now,
        **money,
    )
    ref = f"bank:{payment.pk}"
    LedgerEntry.objects.create(kind=LedgerEntry.PAID, provider_ref=ref, at=now, **money)
    record("order.transfer_noted", actor=by.pk, subject=f"order:{order.pk}", at=now)
    return payment


def _send_back(order: Order, *, by: User, now: datetime) -> None:
    """The money came after the end, and its places are someone else's: it goes back, whole."""
    move(order, OrderStatus.REFUND_DUE, now=now, by=by.pk)
    Refund.objects.create(
        order=order,
        amount_minor=order.total_minor,
        state=Refund.AGREED,
        by_bank=True,
        asked_by=by,
        asked_at=now,
    )


@transaction.atomic
def cancel_invoice(order: Order, *, by: User, now: datetime) -> bool:
    """Cancel an unpaid invoice with a credit note. Un-started places are withdrawn."""
    return _end_invoice(order, OrderStatus.VOID, by=by, now=now)


@transaction.atomic
def write_off(order: Order, *, by: User, now: datetime) -> bool:
    """Give an invoice up. Whoever asks for it may not be the one who ordered (R42)."""
    if by.pk == order.buyer_id:
        raise NotNow
    return _end_invoice(order, OrderStatus.WRITTEN_OFF, by=by, now=now)


def _end_invoice(order: Order, end: OrderStatus, *, by: User, now: datetime) -> bool:
    order = locked(order.pk)
    if order.channel != Order.TRANSFER or not move(order, end, now=now, by=by.pk):
        return False
    take_places_back(order, now=now)
    for paper in order.documents.filter(kind=Document.INVOICE, cancelled_by=None):
        papers.credit_note(paper, now)
    owe(letters.say_order_ended, key=f"order:{order.pk}:ended", now=now, order=str(order.pk))
    return True


def take_places_back(order: Order, *, now: datetime) -> None:
    """What nobody started goes back, and as many bursary places as nobody has taken."""
    if not order.fulfilled_at:
        buying.let_places_go(order, now=now)
        return
    buying.withdraw_places(order, now=now)
    if order.bursaries:
        capacity.withdraw_bursaries(order.cohort_id, order.bursaries)


@transaction.atomic
def cancel_order(order: Order, *, by: User, now: datetime) -> bool:
    """End an order that asks for no money yet: a draft, a quote, or one being looked at."""
    order = locked(order.pk)
    if order.status not in {
        OrderStatus.DRAFT,
        OrderStatus.QUOTED,
        OrderStatus.AWAITING_APPROVAL,
    } or not move(order, OrderStatus.CANCELLED, now=now, by=by.pk):
        return False
    buying.let_places_go(order, now=now)
    buying.let_code_go(order)  # that a quote had without places
    return True
