"""The ledger: money that came and went, each movement once, and what follows from its sum."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, Sum

from course.audit.recording import record
from course.outbox.owing import owe
from course.places import papers, refunding, tasks
from course.places.looking import Seen
from course.places.models import LedgerEntry, Order, Payment, Refund
from course.places.stripe_facts import Dispute
from course.places.stripe_facts import Refund as RefundSeen

STATE = {
    "succeeded": Refund.DONE,
    "pending": Refund.SENT,
    "requires_action": Refund.SENT,
    "failed": Refund.FAILED,
    "canceled": Refund.FAILED,
}
NOT_GOING = [Refund.FAILED, Refund.REFUSED]


def write(order: Order, paid: list[Seen], *, now: datetime) -> Seen:
    """Every movement of money, in the ledger. Call it with the order locked. Returns the
    payment that pays the order; whatever else was paid is too much."""
    for one in paid:
        ref = one.payment.object_id or ""
        _enter(order, LedgerEntry.PAID, one.amount_minor, one.currency, ref=ref, now=now)
    first = _settling(order, paid)
    for one in paid:
        for refund in one.refunds:
            _write_refund(order, one, refund, with_note=one is first, now=now)
        for dispute in one.disputes:
            _write_dispute(order, dispute, now=now)
    for refused in order.refunds.filter(state=Refund.FAILED):
        refunding.write_back(order, refused, now=now)
    return first


def _enter(order: Order, kind: str, amount: int, currency: str, *, ref: str, now: datetime) -> bool:
    """One row for each movement, however often it is seen. Returns whether it is new."""
    _entry, made = LedgerEntry.objects.get_or_create(
        kind=kind,
        provider_ref=ref,
        defaults={"order": order, "amount_minor": amount, "currency": currency, "at": now},
    )
    return made


def _write_refund(
    order: Order, seen: Seen, found: RefundSeen, *, with_note: bool, now: datetime
) -> None:
    ours = _refund_of_ours(order, seen, found, now=now)
    state = STATE.get(found.status, Refund.SENT)
    others = Refund.objects.filter(pk=ours.pk).exclude(state=state)
    changed = others.update(state=state, provider_ref=found.id)
    if state == Refund.DONE:
        facts = {"ref": f"refund:{ours.pk}", "now": now}
        _enter(order, LedgerEntry.REFUNDED, -found.amount_minor, found.currency, **facts)
    if changed and state == Refund.DONE and with_note:
        papers.refund_note(ours, now)
        refunding.say_sent(ours, now=now)
    if changed and state == Refund.FAILED:
        record("refund.failed", actor=None, subject=f"refund:{ours.pk}", result="look", at=now)


def _refund_of_ours(order: Order, seen: Seen, found: RefundSeen, *, now: datetime) -> Refund:
    """Known by its id at Stripe or by ours within it, never by its amount (R40). One that was
    made by hand at Stripe gets a row of its own, and takes no places along."""
    known = Q(provider_ref=found.id)
    if is_uuid(found.refund_id):
        known |= Q(pk=found.refund_id)
    refund = order.refunds.filter(known).first()
    return refund or Refund.objects.create(
        order=order,
        payment=seen.payment,
        amount_minor=found.amount_minor,
        state=Refund.SENT,
        provider_ref=found.id,
        asked_at=now,
    )


def _write_dispute(order: Order, found: Dispute, *, now: datetime) -> None:
    ref, subject = found.id, f"order:{order.pk}"
    if not found.taken:  # an inquiry: somebody should answer it, and that is all
        if not LedgerEntry.objects.filter(provider_ref=ref).exists():
            record("dispute.inquiry", actor=None, subject=subject, result="look", at=now)
        return
    amount, currency = found.amount_minor, found.currency
    if _enter(order, LedgerEntry.DISPUTED, -amount, currency, ref=ref, now=now):
        record("dispute.opened", actor=None, subject=subject, result="look", at=now)
    if found.status == "won":
        _enter(order, LedgerEntry.DISPUTE_WON, amount, currency, ref=ref, now=now)


def worth(order: Order) -> int:
    """What the order has brought, less what went back."""
    entries = order.ledger.filter(currency=order.currency)
    return entries.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def gone(order: Order) -> int:
    """What went back, or was taken back, and stayed away."""
    moved = order.ledger.exclude(kind=LedgerEntry.PAID)
    return -(moved.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def came_back(order: Order) -> bool:
    return order.ledger.filter(kind=LedgerEntry.CAME_BACK).exists()


def _settling(order: Order, paid: list[Seen]) -> Seen:
    """The payment that pays the order: the first that was seen, of those that fit."""
    rows = order.ledger.filter(kind=LedgerEntry.PAID).values_list("provider_ref", "at")
    first_seen = dict(rows)
    return min(
        paid,
        key=lambda one: (
            not one.matches,
            first_seen[one.payment.object_id],
            one.payment.created_at,
        ),
    )


def send_back(order: Order, payment: Payment, amount: int, *, now: datetime) -> None:
    """Owe all of one payment that is not on its way back already. Twice is once.

    After a refund failed nobody tries again without a person having looked.
    """
    about = order.refunds.filter(payment=payment)
    if about.filter(state__in=NOT_GOING).exists():
        return
    left = amount - (about.aggregate(sum=Sum("amount_minor"))["sum"] or 0)
    if left <= 0:
        return
    refund = Refund.objects.create(
        order=order, payment=payment, amount_minor=left, state=Refund.AGREED, asked_at=now
    )
    record("refund.automatic", actor=None, subject=f"refund:{refund.pk}", result="look", at=now)
    owe(tasks.send_refund, key=f"refund:{refund.pk}", now=now, refund=str(refund.pk))


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
