"""Looking at everything Stripe knows about an order. Only reads, and only at Stripe."""

from dataclasses import dataclass

from course.audit.recording import record
from course.places import gateway
from course.places.models import Order, Payment
from course.places.stripe_facts import Dispute, Refund, Session
from course.places.stripe_lines import quantity_of

PAID, PROCESSING, FAILED, EXPIRED = "paid", "processing", "failed", "expired"
OPEN, DRAFT, VOID, UNCOLLECTIBLE = "open", "draft", "void", "uncollectible"
BROKEN_OFF = {"requires_payment_method", "canceled"}  # how an intent ends without money


@dataclass(frozen=True)
class Seen:
    """One payment of an order, as Stripe has it at this moment."""

    payment: Payment
    state: str  # one of the above
    amount_minor: int
    currency: str
    matches: bool  # amount, currency and quantity are the order's own (R34)
    intent_id: str
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()


def look(order: Order) -> list[Seen]:
    """What Stripe has, for each payment of the order, oldest first. Raises gateway.Unreachable."""
    known = order.payments.filter(provider="stripe").exclude(object_id=None)
    found = [_look_at(payment, order) for payment in known.order_by("created_at")]
    return [seen for seen in found if seen]


def _look_at(payment: Payment, order: Order) -> Seen | None:
    find = gateway.find_session if payment.kind == Payment.SESSION else gateway.find_invoice
    try:
        found = find(payment.object_id or "")
    except gateway.Missing:  # another account, or a draft that was thrown away
        return None
    if found.livemode != gateway.is_live():  # test and real never touch (I9)
        record("stripe.wrong_mode", actor=None, subject=f"order:{order.pk}", result="refused")
        return None
    state = _state_of_session(found) if isinstance(found, Session) else found.status
    fits = found.amount_minor == order.total_minor and found.currency == order.currency
    if isinstance(found, Session):
        fits = fits and found.quantity == quantity_of(order)
    intent = found.intent_id or payment.intent_id
    return Seen(
        payment=payment,
        state=state,
        amount_minor=found.amount_minor,
        currency=found.currency,
        matches=fits,
        intent_id=intent,
        refunds=tuple(gateway.refunds(intent)) if intent and state == PAID else (),
        disputes=tuple(gateway.disputes(intent)) if intent and state == PAID else (),
    )


def _state_of_session(session: Session) -> str:
    """`complete` is not paid: a slow method may still fail (R30)."""
    if session.status != "complete":
        return session.status
    if session.payment_status == "paid":
        return PAID
    return FAILED if gateway.state_of_intent(session.intent_id) in BROKEN_OFF else PROCESSING
