"""Money back, in whole or in part, with the places it takes along. Never a started one.

Asked by one person and agreed by another, where it is above a limit (R42). With the
agreement everything is settled in one transaction: places withdrawn, credit note numbered,
one line in the ledger under `refund:<id>`, and the sending owed. Whoever sends the money
changes only the refund's own state, and writes no second line in the ledger.

One that did not arrive is made again, by the same road or by bank: another row that names
the first, agreed like any other. Its places went before, and its credit note still stands.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from course.audit.recording import record
from course.cohorts import capacity
from course.outbox.owing import owe
from course.people.models import User
from course.places import buying, letters, papers, tasks
from course.places.models import LedgerEntry, Order, Refund
from course.places.moving import locked, move
from course.places.states import UNSTARTED, OrderStatus

PAID_FOR = {OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED}
AGAIN = PAID_FOR | {OrderStatus.REFUND_DUE}
OPEN = {Refund.ASKED}
GOES = {Refund.AGREED, Refund.SENT, Refund.DONE, Refund.FAILED}


class NothingToRefund(Exception):
    """Nothing was paid, or not so much is left, or too few places are un-started."""


class SecondPersonNeeded(Exception):
    """Whoever asked for a refund of this size cannot agree to it."""


def left(order: Order) -> int:
    """Paid, and neither sent back nor disputed. May be zero, never less."""
    return order.ledger.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def asked_for(order: Order) -> int:
    waiting = order.refunds.filter(state__in=OPEN)
    return waiting.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def worth(order: Order, places: int) -> int:
    """What so many places are worth of what was paid: all parts together are never more than
    the whole, and never less than all of it."""
    before = sum(order.refunds.exclude(state=Refund.REFUSED).values_list("places", flat=True))
    upto = [order.total_minor * number // order.seats for number in (before, before + places)]
    return upto[1] - upto[0]


@transaction.atomic
def ask_refund(
    order: Order, *, places: int, by: User | None, now: datetime, amount: int | None = None
) -> Refund:
    """Ask for money back for so many places; without an amount, for what they cost.

    A small one is agreed at once. Raises NothingToRefund.
    """
    order = locked(order.pk)
    amount = worth(order, places) if amount is None else amount
    if order.status not in PAID_FOR or not 0 < amount <= left(order) - asked_for(order):
        raise NothingToRefund
    if not 0 <= places <= _unstarted(order):
        raise NothingToRefund
    by_bank = order.channel == Order.TRANSFER
    return _ask(order, places=places, amount_minor=amount, by_bank=by_bank, by=by, now=now)


def _ask(order: Order, *, by: User | None, now: datetime, **facts: Any) -> Refund:
    """Written down; and agreed at once when it is small (R42)."""
    refund = Refund.objects.create(order=order, asked_by=by, asked_at=now, **facts)
    record("refund.asked", actor=by and by.pk, subject=f"order:{order.pk}", at=now)
    if refund.amount_minor <= settings.SELLING["second_person_above"]:
        _settle(order, refund, now=now)
    return refund


def did_not_arrive(refund: Refund) -> bool:
    """Its bank sent it back, or Stripe would not send it, and nothing was done about it yet."""
    others = {again.state for again in refund.replacements.all()}
    return refund.state == Refund.FAILED and others <= {Refund.REFUSED}


def waits(order: Order) -> bool:
    """Money is with us that should go back, and a person has to find another road for it."""
    return any(did_not_arrive(r) for r in order.refunds.prefetch_related("replacements"))


@transaction.atomic
def send_again(refund: Refund, *, by_bank: bool, by: User, now: datetime) -> Refund:
    """Ask for another refund in place of one that did not arrive. Raises NothingToRefund."""
    order = locked(refund.order_id)
    refund.refresh_from_db()
    if not did_not_arrive(refund):
        raise NothingToRefund
    write_back(order, refund, now=now)
    if order.status == OrderStatus.REFUNDED:
        move(order, OrderStatus.REFUND_DUE, now=now, by=by.pk)
    amount = refund.amount_minor
    if order.status not in AGAIN or amount > left(order) - asked_for(order):
        raise NothingToRefund
    facts = {"payment": refund.payment, "amount_minor": amount, "by_bank": by_bank}
    return _ask(order, instead_of=refund, by=by, now=now, **facts)


def write_back(order: Order, failed: Refund, *, now: datetime) -> None:
    """What had been written as gone is with us again. The places do not come back with it."""
    ref = f"refund:{failed.pk}"
    gone = order.ledger.filter(kind=LedgerEntry.REFUNDED, provider_ref=ref).first()
    if gone:
        back = {"amount_minor": -gone.amount_minor, "currency": gone.currency, "at": now}
        LedgerEntry.objects.get_or_create(
            kind=LedgerEntry.CAME_BACK, provider_ref=ref, defaults={"order": order} | back
        )


def _unstarted(order: Order) -> int:
    """Places that may still be withdrawn, without those that another request waits for."""
    waiting = order.refunds.filter(state__in=OPEN).aggregate(sum=Sum("places"))["sum"] or 0
    return order.places.filter(state__in=UNSTARTED).count() - waiting


@transaction.atomic
def agree(refund: Refund, *, by: User, now: datetime) -> bool:
    """A second person agrees. Returns whether this call did it.

    Raises SecondPersonNeeded, or NothingToRefund when a place was started meanwhile.
    """
    order = locked(refund.order_id)
    refund.refresh_from_db()
    if refund.state != Refund.ASKED:
        return False
    if by.pk == refund.asked_by_id:
        raise SecondPersonNeeded
    _settle(order, refund, by=by, now=now)
    return True


def _settle(order: Order, refund: Refund, *, now: datetime, by: User | None = None) -> None:
    """Everything that belongs to an agreed refund. The order is locked by the caller."""
    again = refund.instead_of is not None
    if order.status not in (AGAIN if again else PAID_FOR) or refund.amount_minor > left(order):
        raise NothingToRefund
    if not again:
        _withdraw(order, refund, whole=refund.amount_minor == left(order), now=now)
    Refund.objects.filter(pk=refund.pk).update(state=Refund.AGREED, agreed_by=by)
    refund.state, refund.agreed_by = Refund.AGREED, by
    if order.status != OrderStatus.REFUND_DUE:  # there it is written when it has gone
        _write_and_move(order, refund, now=now)
    record("refund.agreed", actor=by and by.pk, subject=f"order:{order.pk}", at=now)
    if not refund.by_bank:  # a person sends money by bank, and notes it
        owe(tasks.send_refund, key=f"refund:{refund.pk}", now=now, refund=str(refund.pk))


def _withdraw(order: Order, refund: Refund, *, whole: bool, now: datetime) -> None:
    """Without any money left there is no un-started place left either."""
    if whole:
        places = None
    elif refund.places:
        places = refund.places
    else:
        return
    gone = buying.withdraw_places(order, number=places, now=now)
    if gone < refund.places:
        raise NothingToRefund
    if whole and order.bursaries:
        capacity.withdraw_bursaries(order.cohort_id, order.bursaries)
    Refund.objects.filter(pk=refund.pk).update(places=gone)
    refund.places = gone


def _write_and_move(order: Order, refund: Refund, *, now: datetime) -> None:
    """What was paid twice goes back without a credit note: the order stays paid, and whole."""
    _write(order, refund, now=now)
    rest = left(order)
    if rest < order.total_minor:
        papers.refund_note(refund, now)
        move(order, OrderStatus.PARTLY_REFUNDED if rest else OrderStatus.REFUNDED, now=now)


def _write(order: Order, refund: Refund, *, now: datetime) -> None:
    LedgerEntry.objects.create(
        order=order,
        kind=LedgerEntry.REFUNDED,
        amount_minor=-refund.amount_minor,
        currency=_currency(refund),
        provider_ref=f"refund:{refund.pk}",
        at=now,
    )


def _currency(refund: Refund) -> str:
    """That of the money it gives back, which may not be the order's."""
    object_id = refund.payment.object_id if refund.payment else None
    came = refund.order.ledger.filter(kind=LedgerEntry.PAID, provider_ref=object_id or "")
    return came.values_list("currency", flat=True).first() or refund.order.currency


def is_empty(order: Order) -> bool:
    """Money came, and in no currency is any of it left."""
    sums = order.ledger.order_by().values("currency").annotate(sum=Sum("amount_minor"))
    return bool(sums) and all(row["sum"] <= 0 for row in sums)


@transaction.atomic
def refuse(refund: Refund, *, by: User, now: datetime) -> bool:
    """Nothing is refunded. Returns whether this call did it."""
    locked(refund.order_id)
    waiting = Refund.objects.filter(pk=refund.pk, state=Refund.ASKED)
    if not waiting.update(state=Refund.REFUSED, agreed_by=by):
        return False
    record("refund.refused", actor=by.pk, subject=f"order:{refund.order_id}", at=now)
    return True


@transaction.atomic
def mark_sent(refund: Refund, *, by: User, reference: str, now: datetime) -> bool:
    """Note that someone sent the money by bank. Returns whether this call did it."""
    order = locked(refund.order_id)
    if not refund.by_bank:
        return False
    facts = {"state": Refund.DONE, "provider_ref": " ".join(reference.split())[:120]}
    if not Refund.objects.filter(pk=refund.pk, state=Refund.AGREED).update(**facts):
        return False
    if order.status == OrderStatus.REFUND_DUE:  # money that came after the end: still unwritten
        _write(order, refund, now=now)
        papers.refund_note(refund, now)
        if is_empty(order):
            move(order, OrderStatus.REFUNDED, now=now, by=by.pk)
    record("refund.sent", actor=by.pk, subject=f"order:{order.pk}", at=now)
    say_sent(refund, now=now)
    return True


def say_sent(refund: Refund, *, now: datetime) -> None:
    """Owe the letter, once, whichever way the money went."""
    key = f"refund:{refund.pk}:letter"
    owe(letters.say_refund_sent, key=key, now=now, refund=str(refund.pk))
