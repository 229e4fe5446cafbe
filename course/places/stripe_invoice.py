"""Invoices that Stripe sends: made, finalised and sent once, then never changed (R39).

Every step's key comes from a row that was committed before. Whatever breaks off in the
middle, `issue` called again goes on where it stopped; the worker's clock does that.
"""

import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.places import buying, gateway
from course.places.models import Order, Payment
from course.places.moving import locked, move
from course.places.reconciling import reconcile
from course.places.states import OPEN_INVOICE, OrderStatus
from course.places.stripe_lines import lines_of

ASKED, OPEN, REPLACED, WITHDRAWN = "asked", "open", "replaced", "withdrawn"
LONGEST_PO = 140  # Stripe's own limit for a field on an invoice


class NotInvoiceable(Exception):
    """This order cannot be invoiced now: it is paid, over, free, or on another road."""


class NeedsApproval(Exception):
    """The total is above what may be invoiced before somebody has looked at the order."""


def check_po_number(text: str) -> str:
    """A purchase order number as it can be printed. Raises ValidationError, in words."""
    tidy = text.strip()
    if len(tidy) > LONGEST_PO:
        raise ValidationError(
            _("This number is longer than %(most)s characters. Please shorten it."),
            params={"most": LONGEST_PO},
        )
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in tidy):
        raise ValidationError(_("This number holds a line break. Please write it on one line."))
    if tidy[:1] in {"=", "+", "-", "@", "|"}:  # a spreadsheet would run it (R72)
        raise ValidationError(_("Please start the number with a letter or a digit."))
    return tidy


def issue(order: Order, *, now: datetime) -> Payment:
    """Make the invoice and have it sent. Doing it twice is doing it once.

    Raises NotInvoiceable, NeedsApproval, ValidationError (the PO number), capacity.Full, and
    gateway.Unreachable or gateway.Refused: then the order is kept, and the worker goes on.
    """
    payment = ask(order, now=now)
    return finish(payment, now=now)


@transaction.atomic
def ask(order: Order, *, now: datetime) -> Payment:
    """Write down that Stripe is to make this invoice. Nothing is sent yet."""
    order = locked(order.pk)
    if order.status not in OPEN_INVOICE:
        _open_order(order, now=now)
    if order.channel != Order.INVOICE:
        raise NotInvoiceable
    asked = (
        order.payments.filter(kind=Payment.INVOICE).exclude(status__in=[REPLACED, WITHDRAWN]).last()
    )
    return asked or _next_attempt(order, now=now)


def _open_order(order: Order, *, now: datetime) -> None:
    """From a draft, or from one that staff approved, whose places are kept already."""
    check_po_number(order.po_number)
    open_still = order.cohort.takes_people(now.date())
    if not order.total_minor or not open_still or not gateway.is_configured():
        raise NotInvoiceable
    facts = {"due_on": (now + timedelta(days=settings.SELLING["invoice_days"])).date()}
    facts |= {"channel": Order.INVOICE, "valid_until": None}
    if order.status == OrderStatus.AWAITING_APPROVAL:
        move(order, OrderStatus.INVOICED, now=now, **facts)
        return
    if order.status not in (OrderStatus.DRAFT, OrderStatus.QUOTED):
        raise NotInvoiceable
    if order.total_minor > settings.SELLING["approve_above"]:
        raise NeedsApproval
    buying.keep_places(order, status=OrderStatus.INVOICED, now=now, **facts)
    order.refresh_from_db()


def _next_attempt(order: Order, *, now: datetime) -> Payment:
    attempt = order.attempt + 1
    Order.objects.filter(pk=order.pk).update(attempt=attempt)
    return Payment.objects.create(
        order=order,
        provider="stripe",
        kind=Payment.INVOICE,
        idempotency_key=f"order:{order.pk}:invoice:{attempt}",
        amount_minor=order.total_minor,
        currency=order.currency,
        livemode=gateway.is_live(),
        created_at=now,
    )


def finish(payment: Payment, *, now: datetime) -> Payment:
    """Whatever is still to be done until the invoice is with the customer."""
    key, order = payment.idempotency_key, payment.order
    if payment.status == ASKED and not payment.object_id:
        before = _replaced(order)
        if before and not _is_void(before):
            return _keep(before, instead_of=payment, now=now)
        fields = _fields(order)
        old = before.object_id if before else ""
        draft = gateway.draft_invoice(
            key=key, order_id=str(order.pk), billing=order.billing, fields=fields, replaces=old
        )
        Payment.objects.filter(pk=payment.pk, object_id=None).update(object_id=draft)
        payment.refresh_from_db()
    if payment.status == ASKED and _complete(payment, order):
        gateway.send_invoice(payment.object_id or "", key=key)
        _open(payment, now=now)
    payment.refresh_from_db()
    return payment


def _complete(payment: Payment, order: Order) -> bool:
    """Lines, then final; but only when they add up to the order, to the penny. Returns whether
    it is ready to be sent."""
    invoice, key = payment.object_id or "", payment.idempotency_key
    found = gateway.find_invoice(invoice)
    if found.status == "draft" and found.amount_minor != order.total_minor:
        gateway.add_lines(invoice, key=key, lines=lines_of(order), currency=order.currency)
        found = gateway.find_invoice(invoice)
    if found.amount_minor != order.total_minor or found.currency != order.currency:
        record("invoice.differs", actor=None, subject=f"order:{order.pk}", result="look")
        raise gateway.Refused("the lines do not add up")
    if found.status == "draft":
        found = gateway.finalise_invoice(invoice, key=key)
    Payment.objects.filter(pk=payment.pk).update(url=found.url)
    return found.status == "open"


@transaction.atomic
def _open(payment: Payment, *, now: datetime) -> None:
    """The customer has it. By our setting, that lets an organisation's places be used."""
    order = locked(payment.order_id)
    if not Payment.objects.filter(pk=payment.pk, status=ASKED).update(status=OPEN):
        return
    credit = order.organisation_id and settings.SELLING["releases_on"] == "issued"
    if credit and order.status in OPEN_INVOICE:
        buying.fulfil(order, now=now)


def _fields(order: Order) -> dict[str, str]:
    wanted = {"PO number": order.po_number, "VAT number": order.billing.get("vat_number", "")}
    return {name: check_po_number(value) for name, value in wanted.items() if value}


def _replaced(order: Order) -> Payment | None:
    return order.payments.filter(kind=Payment.INVOICE, status=REPLACED).last()


def _is_void(payment: Payment) -> bool:
    """Nobody can pay it any more, because it is void now or was before."""
    if gateway.find_invoice(payment.object_id or "").status in ("open", "uncollectible"):
        with suppress(gateway.Refused):
            gateway.void_invoice(payment.object_id or "")
    return gateway.find_invoice(payment.object_id or "").status == "void"


def _keep(before: Payment, *, instead_of: Payment, now: datetime) -> Payment:
    """The old one was paid before it could be voided: there is no need of another."""
    Payment.objects.filter(pk=instead_of.pk).update(status=WITHDRAWN)
    Payment.objects.filter(pk=before.pk).update(status=OPEN)
    reconcile(before.order, now=now)
    before.refresh_from_db()
    return before


def void(order: Order, *, now: datetime) -> Order:
    """Cancel the invoice, and with it the order. Started places stay. Raises gateway.Refused
    when it was paid this very moment."""
    last = order.payments.filter(kind=Payment.INVOICE, status=OPEN).last()
    if not last:
        raise NotInvoiceable
    gateway.void_invoice(last.object_id or "")
    return reconcile(order, now=now)


@transaction.atomic
def _replace(order: Order, *, po_number: str, now: datetime) -> Payment:
    """Written down before anything is voided, so that the void ends no order."""
    order = locked(order.pk)
    last = order.payments.filter(kind=Payment.INVOICE, status=OPEN)
    if order.status not in OPEN_INVOICE or not last.update(status=REPLACED):
        raise NotInvoiceable
    Order.objects.filter(pk=order.pk).update(po_number=po_number)
    order.po_number = po_number
    return _next_attempt(order, now=now)


def reissue(order: Order, *, po_number: str | None = None, now: datetime) -> Payment:
    """Another invoice in place of the last, as when its PO number was wrong.

    Nothing of a final invoice is ever changed: it is voided, and the new one names it. The
    order and its places stay as they are. Raises like `issue`.
    """
    wanted = check_po_number(order.po_number if po_number is None else po_number)
    return finish(_replace(order, po_number=wanted, now=now), now=now)
