"""Numbered papers about an order: invoice, credit note, quote, receipt.

Each is made once, from facts frozen at that moment. The number is given inside the
transaction that makes the paper, under a lock, so that there is never a gap.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from course.outbox.owing import owe
from course.people.models import User
from course.places import letters
from course.places.amounts import rate_shown
from course.places.models import Document, Numbering, Order, Refund
from course.places.moving import locked
from course.programme.models import SiteSettings

PREFIX = {
    Document.INVOICE: "INV",
    Document.CREDIT_NOTE: "CN",
    Document.QUOTE: "QUO",
    Document.RECEIPT: "REC",
}
MAY_READ = "places.view_order"  # staff


@transaction.atomic
def invoice(order: Order, now: datetime) -> Document:
    """The invoice of an order. What it asks for is the order's own frozen price."""
    due = {"due_on": order.due_on.isoformat()} if order.due_on else {}
    return _paper(Document.INVOICE, order, reason="order", now=now, facts=due)


@transaction.atomic
def receipt(order: Order, *, reason: str, now: datetime) -> Document:
    """That money came. `reason` names the payment it is for."""
    paid = {"invoice": _number_of_invoice(order)}
    return _paper(Document.RECEIPT, order, reason=reason, now=now, facts=paid)


@transaction.atomic
def quote(order: Order, now: datetime) -> Document:
    until = {"valid_until": order.valid_until.date().isoformat()} if order.valid_until else {}
    return _paper(Document.QUOTE, order, reason="order", now=now, facts=until)


@transaction.atomic
def credit_note(invoice: Document, now: datetime) -> Document:
    """Cancels an invoice, whole. Nothing else can."""
    facts = {"invoice": invoice.number, "whole": True}
    return _paper(
        Document.CREDIT_NOTE, invoice.order, reason="cancels", now=now, facts=facts, cancels=invoice
    )


@transaction.atomic
def refund_note(refund: Refund, now: datetime) -> Document:
    """A credit note about money that goes back: part of an order, or all of it. Sending the same
    money again, because its bank sent it back, makes no second one."""
    order, refund = refund.order, refund.first
    tax = _tax_within(refund.amount_minor, order)
    facts = {
        "invoice": _number_of_invoice(order),
        "places": refund.places,
        "lines": [{"what": "refund", "amount": refund.amount_minor - tax}],
        "tax_minor": tax,
        "total_minor": refund.amount_minor,
    }
    reason = f"refund:{refund.pk}"
    return _paper(Document.CREDIT_NOTE, order, reason=reason, now=now, facts=facts)


def _tax_within(amount: int, order: Order) -> int:
    """The tax in a part of a total, rounded so that all parts together hold all of it."""
    before = sum(
        note.facts["total_minor"]
        for note in order.documents.filter(kind=Document.CREDIT_NOTE, cancels=None)
    )
    share = order.tax_minor * (before + amount) // (order.total_minor or 1)
    return share - order.tax_minor * before // (order.total_minor or 1)


def _number_of_invoice(order: Order) -> str:
    found = order.documents.filter(kind=Document.INVOICE).values_list("number", flat=True)
    return found.first() or ""


def _paper(
    kind: str,
    order: Order,
    *,
    reason: str,
    now: datetime,
    facts: dict[str, Any],
    cancels: Document | None = None,
) -> Document:
    """Make one paper, once for each order and reason. The worker draws it."""
    order = locked(order.pk)
    made_before = order.documents.filter(kind=kind, reason=reason).first()
    if made_before:
        return made_before
    number = _next_number(kind, now)
    made = Document.objects.create(
        kind=kind,
        number=number,
        order=order,
        reason=reason,
        cancels=cancels,
        facts=_facts(order) | {"number": number, "on": now.date().isoformat()} | facts,
        issued_at=now,
    )
    owe(letters.draw_paper, key=f"paper:{made.pk}:draw", now=now, document=str(made.pk))
    return made


def _next_number(kind: str, now: datetime) -> str:
    """Call it inside the transaction that uses the number: a roll-back gives it back."""
    Numbering.objects.get_or_create(kind=kind, year=now.year)
    count = Numbering.objects.select_for_update().get(kind=kind, year=now.year)
    Numbering.objects.filter(pk=count.pk).update(last=F("last") + 1)
    return f"{PREFIX[kind]}-{now.year}-{count.last + 1:04d}"


def _facts(order: Order) -> dict[str, Any]:
    """Everything that is printed, as it is today."""
    selling, cohort = settings.SELLING, order.cohort
    site = SiteSettings.objects.first() or SiteSettings()
    seller = [line.strip() for line in selling["seller"].split("|") if line.strip()]
    buyer = {"email": "", "name": "", "address": "", "vat_number": ""} | order.billing
    return {
        "site": site.name,
        "seller": seller or [site.issuer or site.name],
        "seller_tax_number": selling["tax_number"],
        "questions": site.help_email,
        "bank": [line.strip() for line in selling["bank_details"].split("|") if line.strip()],
        "buyer": buyer,
        "po_number": order.po_number,
        "group": cohort.title,
        "starts_on": cohort.starts_on and cohort.starts_on.isoformat(),
        "ends_on": cohort.ends_on and cohort.ends_on.isoformat(),
        "lines": _lines(order),
        "tax_name": selling["tax_name"],
        "tax_rate": rate_shown(order.tax_rate) if order.tax_rate else "",
        "tax_minor": order.tax_minor,
        "total_minor": order.total_minor,
        "currency": order.currency,
    }


def _lines(order: Order) -> list[dict[str, Any]]:
    unit = order.unit_minor
    lines = [{"what": "places", "number": order.quantity, "unit": unit}]
    if order.bursaries:
        lines.append({"what": "bursaries", "number": order.bursaries, "unit": unit})
    for line in lines:
        line["amount"] = line["number"] * unit
    if order.discount_minor:
        code = order.discount.code if order.discount else ""
        lines.append({"what": "discount", "code": code, "amount": -order.discount_minor})
    return lines


def readable_by(user: User) -> QuerySet[Document]:
    """The papers this person may open: their organisation's, their own, or all of them as staff."""
    if user.is_active and user.has_perm(MAY_READ):
        return Document.objects.all()
    own = Order.objects.for_buyer(user).values("pk")
    managed = Order.objects.for_manager(user).values("pk")
    return Document.objects.filter(order__in=own) | Document.objects.filter(order__in=managed)
