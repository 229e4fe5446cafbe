"""The part of the books that is about money: prices, payments, the ledger, papers."""

from collections.abc import Callable, Iterator

from course.places.models import Document, LedgerEntry, Order, Payment, Refund
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus

S = OrderStatus
UNPAID = {S.DRAFT, S.QUOTED, S.AWAITING_APPROVAL, S.AWAITING_PAYMENT, S.PROCESSING}
UNPAID |= OPEN_INVOICE | ENDED
GOING = {Refund.AGREED, Refund.SENT}
ODD = {S.QUARANTINE, S.REFUND_DUE, S.REFUNDED}  # where money of another kind may have come


def the_price_adds_up(order: Order) -> Iterator[str]:
    """I6: whole minor units of one currency."""
    gross = (order.quantity + order.bursaries) * order.unit_minor
    if order.total_minor != gross - order.discount_minor + order.tax_minor:
        yield f"I6: the total is {order.total_minor}, and its parts make another"
    if order.channel == Order.FREE and order.total_minor:
        yield f"I6: {order.total_minor} to pay, and it went as free"
    foreign = [e for e in order.ledger.all() if e.currency != order.currency]
    if foreign and order.status not in ODD:
        yield f"I6: {len(foreign)} movements are in another currency"


def the_ledger_fits_the_status(order: Order) -> Iterator[str]:
    """I7: what came, less what went, is what the order says."""
    kinds = {entry.kind for entry in order.ledger.all()}
    worth, status = _worth(order), order.status
    hole = worth < 0 and LedgerEntry.DISPUTED not in kinds
    if hole:
        yield f"I7: {-worth} more went back than had come"
    if status in UNPAID and kinds:
        yield f"I7: is {status}, and there is money in the ledger"
    if not _fits(order, worth):
        yield f"I7: is {status}, and the ledger says {worth} of {order.total_minor}"


def _worth(order: Order) -> int:
    """What is left when the refunds under way, too, are gone."""
    written = {entry.provider_ref for entry in order.ledger.all()}
    going = sum(
        refund.amount_minor
        for refund in order.refunds.all()
        if refund.state in GOING and f"refund:{refund.pk}" not in written
    )
    if order.status == S.REFUND_DUE:
        going = 0
    own = [e.amount_minor for e in order.ledger.all() if e.currency == order.currency]
    return sum(own) - going


def _came_back(order: Order) -> bool:
    """A refund failed, and a person has to look at it: until then the sums are in between."""
    made_good = {r.instead_of_id for r in order.refunds.all() if r.state in GOING | {Refund.DONE}}
    return any(r.state == Refund.FAILED and r.pk not in made_good for r in order.refunds.all())


def _fits(order: Order, worth: int) -> bool:
    whole = order.total_minor
    if order.status == S.PAID:
        return worth == whole or _came_back(order)
    if order.status == S.PARTLY_REFUNDED:
        return 0 < worth < whole or _came_back(order)
    if order.status == S.REFUNDED:
        return worth <= 0
    return order.status != S.REFUND_DUE or bool(order.ledger.all())


def each_movement_has_its_reason(order: Order) -> Iterator[str]:
    """I7: a payment for all that came, a refund for all that went, of the same amount."""
    paid = {_ref(p): p.amount_minor for p in order.payments.all() if p.status == "paid"}
    came = _by_ref(order, LedgerEntry.PAID)
    if set(came) != set(paid):
        yield f"I7: {len(paid)} payments, and {len(came)} of them in the ledger"
    refunds = {f"refund:{refund.pk}": refund for refund in order.refunds.all()}
    for ref, amount in _by_ref(order, LedgerEntry.REFUNDED).items():
        refund = refunds.get(ref)
        if refund is None or refund.amount_minor != -amount or refund.state == Refund.ASKED:
            yield f"I7: {-amount} went back, and no refund says so"
    done = {ref for ref, refund in refunds.items() if refund.state == Refund.DONE}
    if not done <= set(_by_ref(order, LedgerEntry.REFUNDED)):
        yield "I7: a refund is done, and the ledger does not know"


def _ref(payment: Payment) -> str:
    return f"bank:{payment.pk}" if payment.provider == "bank" else payment.object_id or ""


def _by_ref(order: Order, kind: str) -> dict[str, int]:
    return {e.provider_ref: e.amount_minor for e in order.ledger.all() if e.kind == kind}


def refunds_have_their_rules(order: Order) -> Iterator[str]:
    """R42, and as many places withdrawn as refunds say."""
    for refund in order.refunds.all():
        alone = refund.agreed_by_id and refund.agreed_by_id == refund.asked_by_id
        if alone and refund.state != Refund.REFUSED:
            yield f"R42: one person asked for refund {refund.pk} and agreed to it"
    agreed = [r for r in order.refunds.all() if r.state not in {Refund.ASKED, Refund.REFUSED}]
    revoked = sum(place.state == "revoked" for place in order.places.all())
    if sum(refund.places for refund in agreed) > revoked:
        yield f"I10: {revoked} places were withdrawn, fewer than were refunded"


def papers_fit_the_order(order: Order) -> Iterator[str]:
    """Our own invoice stands while it is owed, and a credit note is all that cancels it."""
    papers = list(order.documents.all())
    if order.channel == Order.TRANSFER:
        yield from _own_invoice(order, papers)
    for paper in papers:
        whole = paper.kind != Document.CREDIT_NOTE or paper.cancels_id
        if whole and paper.facts["total_minor"] != order.total_minor:
            yield f"{paper.number} says another total than the order"
        lines = sum(line["amount"] for line in paper.facts["lines"])
        if lines + paper.facts["tax_minor"] != paper.facts["total_minor"]:
            yield f"{paper.number} does not add up"


def _own_invoice(order: Order, papers: list[Document]) -> Iterator[str]:
    invoices = [paper for paper in papers if paper.kind == Document.INVOICE]
    standing = [paper for paper in invoices if not hasattr(paper, "cancelled_by")]
    if order.status in OPEN_INVOICE and len(standing) != 1:
        yield f"is {order.status}, with {len(standing)} invoices that stand"
    if order.status in {S.VOID, S.WRITTEN_OFF} and standing:
        yield f"is {order.status}, and {standing[0].number} was not cancelled"
    if order.status == S.PAID and not [p for p in papers if p.kind == Document.RECEIPT]:
        yield "is paid, and there is no receipt"


OF_AN_ORDER: list[Callable[[Order], Iterator[str]]] = [
    the_price_adds_up,
    the_ledger_fits_the_status,
    each_movement_has_its_reason,
    refunds_have_their_rules,
    papers_fit_the_order,
]
