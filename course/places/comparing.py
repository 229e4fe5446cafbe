"""Stripe's own list of payments and refunds beside our books: what stands in one of them only.

Reads both, and changes neither. What is found is for a person: an order may have to be looked
at again, or somebody took money at Stripe by hand.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from course.audit.recording import record
from course.places import gateway, stripe_lists
from course.places.accounting import is_uuid
from course.places.models import Difference, LedgerEntry, Order, Payment, Refund
from course.places.stripe_facts import Charge
from course.places.stripe_facts import Refund as RefundSeen

log = logging.getLogger(__name__)

LATELY = timedelta(days=30)
FRESH = timedelta(hours=1)  # what came so lately may still be on its way into the books
COMPARED = "stripe.compared"  # in the audit


def compare_with_stripe(now: datetime) -> int:
    """Every night. While Stripe does not answer, what was found before stays."""
    if not gateway.is_configured():
        return 0
    try:
        found = list({one.object_id: one for one in differences(now)}.values())
    except (gateway.Unreachable, gateway.Refused) as error:
        log.warning("Comparing with Stripe: %s", error)
        return 0
    _keep(found, now=now)
    return len(found)


@transaction.atomic
def _keep(found: list[Difference], *, now: datetime) -> None:
    before = dict(Difference.objects.values_list("object_id", "since"))
    for difference in found:
        difference.since = before.get(difference.object_id, now)
    Difference.objects.all().delete()
    Difference.objects.bulk_create(found)
    record(COMPARED, actor=None, subject=f"differences:{len(found)}", at=now)


def differences(now: datetime) -> Iterator[Difference]:
    """Raises gateway.Unreachable or gateway.Refused."""
    since, until = now - LATELY, now - FRESH
    charges = [c for c in stripe_lists.charges_since(since) if c.amount_minor]
    charges = [c for c in charges if c.livemode == gateway.is_live()]
    refunds = [r for r in stripe_lists.refunds_since(since) if r.status == "succeeded"]
    payments = _payments({c.intent_id for c in charges} | {r.intent_id for r in refunds})
    yield from _charges([c for c in charges if c.created <= until], payments)
    yield from _refunds([r for r in refunds if r.created <= until], payments)
    span = Q(at__gte=since, at__lte=until)
    yield from _payments_not_there(span, {c.intent_id for c in charges})
    yield from _refunds_not_there(span, {r.id for r in refunds})


def _payments(intents: set[str]) -> dict[str, Payment]:
    known = Payment.objects.filter(provider="stripe", intent_id__in=intents - {""})
    return {payment.intent_id: payment for payment in known.select_related("order")}


def _entries(kind: str, refs: Iterable[str]) -> dict[str, LedgerEntry]:
    rows = LedgerEntry.objects.filter(kind=kind, provider_ref__in=list(refs))
    return {row.provider_ref: row for row in rows}


# --- Stripe has it ------------------------------------------------------------------------------


def _charges(charges: list[Charge], payments: dict[str, Payment]) -> Iterator[Difference]:
    entries = _entries(LedgerEntry.PAID, [p.object_id or "" for p in payments.values()])
    for charge in charges:
        payment = payments.get(charge.intent_id)
        entry = entries.get(payment.object_id or "") if payment else None
        order = payment.order if payment else _order(charge.order_id)
        yield from _beside(charge, entry, sign=1, order=order)


def _refunds(refunds: list[RefundSeen], payments: dict[str, Payment]) -> Iterator[Difference]:
    ids = [r.refund_id for r in refunds if is_uuid(r.refund_id)]
    known = Refund.objects.filter(Q(pk__in=ids) | Q(provider_ref__in=[r.id for r in refunds]))
    ours = {str(row.pk): row for row in known} | {row.provider_ref: row for row in known}
    entries = _entries(LedgerEntry.REFUNDED, [f"refund:{row.pk}" for row in known])
    for refund in refunds:
        row = ours.get(refund.id) or ours.get(refund.refund_id)
        entry = entries.get(f"refund:{row.pk}") if row else None
        payment = payments.get(refund.intent_id)
        yield from _beside(refund, entry, sign=-1, order=payment.order if payment else None)


def _beside(
    seen: Charge | RefundSeen, entry: LedgerEntry | None, *, sign: int, order: Order | None
) -> Iterator[Difference]:
    facts: dict[str, Any] = {"object_id": seen.id, "order": order, "currency": seen.currency}
    facts["at_stripe_minor"] = sign * seen.amount_minor
    if entry is None:
        yield Difference(kind=Difference.UNWRITTEN if order else Difference.UNKNOWN, **facts)
    elif (entry.amount_minor, entry.currency) != (sign * seen.amount_minor, seen.currency):
        yield Difference(kind=Difference.AMOUNT, in_books_minor=entry.amount_minor, **facts)


def _order(order_id: str) -> Order | None:
    return Order.objects.filter(pk=order_id).first() if is_uuid(order_id) else None


# --- Our books have it --------------------------------------------------------------------------


def _payments_not_there(span: Q, listed: set[str]) -> Iterator[Difference]:
    """One that Stripe did not list may be older than the list: it is looked at by itself."""
    written = {e.provider_ref: e for e in LedgerEntry.objects.filter(span, kind=LedgerEntry.PAID)}
    rows = Payment.objects.filter(provider="stripe", object_id__in=written)
    for payment in rows.exclude(intent_id="").exclude(intent_id__in=listed).select_related("order"):
        if not _succeeded(payment.intent_id):
            yield _missing(payment.intent_id, payment.order, written[payment.object_id or ""])


def _succeeded(intent_id: str) -> bool:
    try:
        return gateway.state_of_intent(intent_id) == "succeeded"
    except gateway.Missing:
        return False


def _refunds_not_there(span: Q, listed: set[str]) -> Iterator[Difference]:
    rows = Refund.objects.filter(state=Refund.DONE, by_bank=False).exclude(provider_ref__in=listed)
    done = {f"refund:{row.pk}": row for row in rows.select_related("order", "payment")}
    written = LedgerEntry.objects.filter(span, kind=LedgerEntry.REFUNDED, provider_ref__in=done)
    for entry in written:
        refund = done[entry.provider_ref]
        paid = refund.payment or refund.order.payments.filter(status="paid").first()
        there = gateway.refunds(paid.intent_id) if paid and paid.intent_id else []
        if not any((r.id, r.status) == (refund.provider_ref, "succeeded") for r in there):
            yield _missing(refund.provider_ref, refund.order, entry)


def _missing(object_id: str, order: Order, entry: LedgerEntry) -> Difference:
    return Difference(
        object_id=object_id,
        kind=Difference.NOT_THERE,
        order=order,
        in_books_minor=entry.amount_minor,
        currency=entry.currency,
    )
