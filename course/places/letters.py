"""What the outbox does for papers and letters about money: fetch by id, draw or write.

Safe to repeat. Like `tasks`, it imports no flow.
"""

from django.urls import reverse
from django.utils.formats import date_format

from course import mail
from course.places import drawing
from course.places.amounts import shown
from course.places.models import Document, Order, Refund
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus


def draw_paper(*, document: str) -> None:
    found = Document.objects.filter(pk=document, pdf=None).first()
    if found:
        drawing.keep_drawn(found)


def send_invoice(*, document: str) -> None:
    found = _paper(document)
    if found and found.order.status in OPEN_INVOICE:
        mail.invoice_issued(
            to=payer(found.order), key=f"paper:{document}", **_attached(found), **_due(found)
        )


def remind_of_invoice(*, document: str, time: int) -> None:
    """Only while it is still open: a payment of this morning needs no reminder."""
    found = _paper(document)
    called_off = found and found.order.cohort.cancelled_at
    if found and found.order.status == OrderStatus.OVERDUE and not called_off:
        key = f"paper:{document}:reminder:{time}"
        mail.invoice_reminder(to=payer(found.order), key=key, **_attached(found), **_due(found))


def send_receipt(*, document: str) -> None:
    found = _paper(document)
    if found is None:
        return
    facts = {"to": payer(found.order), "key": f"paper:{document}"} | _attached(found)
    if found.facts["total_minor"]:
        mail.order_confirmed(**facts, total=_total(found))
    else:
        mail.order_settled(**facts)


def send_quote(*, document: str) -> None:
    found = _paper(document)
    if found:
        until = drawing.context(found)["facts"]["valid_until"]
        mail.quote_ready(
            to=buyer(found.order),
            key=f"paper:{document}",
            number=found.number,
            total=_total(found),
            until=date_format(until, "j F Y"),
            **_attached(found),
        )


def say_refund_sent(*, refund: str) -> None:
    found = Refund.objects.select_related("instead_of").get(pk=refund)
    noted = Document.objects.filter(reason=f"refund:{found.first.pk}")
    note = noted.select_related("order__buyer").first()
    if note:
        facts = {"to": payer(note.order), "key": f"refund:{refund}", "total": _total(note)}
        another_way = found.by_bank and note.order.channel != Order.TRANSFER
        mail.refund_sent(**facts, another_way=another_way, **_attached(note))


def say_credit_is_looked_at(*, order: str) -> None:
    found = _order(order)
    if found and found.status == OrderStatus.AWAITING_APPROVAL:
        total = shown(found.total_minor, found.currency)
        mail.credit_being_looked_at(to=buyer(found), key=f"order:{order}:looked-at", total=total)


def say_payment_failed(*, order: str) -> None:
    found = _order(order)
    if found and found.status == OrderStatus.FAILED:
        facts = {"to": buyer(found), "key": f"order:{order}:failed", "path": _page(found)}
        mail.payment_did_not_go_through(**facts)


def say_order_ended(*, order: str) -> None:
    found = _order(order)
    if found and found.status in ENDED:
        facts = {"to": buyer(found), "key": f"order:{order}:ended", "path": _page(found)}
        mail.order_ended(**facts, reason=str(found.get_refusal_display()))


def payer(order: Order) -> str:
    """Where invoices and receipts go: the address that was frozen with the order."""
    return order.billing.get("email") or buyer(order)


def buyer(order: Order) -> str:
    return order.buyer.email if order.buyer else order.billing.get("email", "")


def _page(order: Order) -> str:
    """An order's page, which also leads to a fresh start."""
    return reverse("order", args=[order.pk])


def _order(pk: str) -> Order | None:
    return Order.objects.select_related("buyer").filter(pk=pk).first()


def _paper(pk: str) -> Document | None:
    return Document.objects.select_related("order__buyer", "order__cohort").filter(pk=pk).first()


def _attached(document: Document) -> dict[str, tuple[str, bytes]]:
    return {"paper": (drawing.file_name(document), drawing.keep_drawn(document))}


def _total(document: Document) -> str:
    return shown(document.facts["total_minor"], document.facts["currency"])


def _due(document: Document) -> dict[str, str]:
    due = drawing.context(document)["facts"]["due_on"]
    facts = {"number": document.number, "total": _total(document)}
    return facts | {"due": date_format(due, "j F Y")}
