"""Making an order what Stripe says it is. One function for the webhook's job, the page people
come back to, and the night; calling it twice, late or in any order ends the same (R29, R32).

It sets, and never adds: everything is retrieved first, outside any transaction, and then
written in one short transaction.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from course.audit.recording import record
from course.cohorts import capacity
from course.outbox.owing import owe
from course.places import accounting, buying, letters, papers, refunding
from course.places.looking import EXPIRED, FAILED, PAID, PROCESSING, UNCOLLECTIBLE, VOID, Seen, look
from course.places.models import Invitation, Order, Payment, Place
from course.places.moving import locked, move, move_places
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus, PlaceState

S = OrderStatus
TRIES = 6
OVER = {EXPIRED, FAILED, PROCESSING, VOID, UNCOLLECTIBLE}
REPLACED = "replaced"  # an invoice that was voided because another took its place
WAITING = {S.AWAITING_PAYMENT, S.PROCESSING} | OPEN_INVOICE
SETTLED = {S.PAID, S.PARTLY_REFUNDED, S.DISPUTED, S.REFUNDED}
USED = [PlaceState.STARTED, PlaceState.COMPLETED]


class LookAgain(Exception):
    """Others kept changing this order while we looked. The caller is asked again later."""


def reconcile(order: Order, *, now: datetime) -> Order:
    """Set the order's state from what Stripe has. Returns it as it is now.

    Raises gateway.Unreachable, and LookAgain.
    """
    for _again in range(TRIES):
        looks = Order.objects.values_list("looks", flat=True).get(pk=order.pk)
        seen = look(order)
        if _write(order, seen, looks=looks, now=now):
            return Order.objects.get(pk=order.pk)
    raise LookAgain


@transaction.atomic
def _write(order: Order, seen: list[Seen], *, looks: int, now: datetime) -> bool:
    """False when somebody else wrote since we looked: what we saw may be old."""
    order = locked(order.pk)
    if not Order.objects.filter(pk=order.pk, looks=looks).update(looks=F("looks") + 1):
        return False
    for one in seen:
        _note(one)
    paid = [one for one in seen if one.state == PAID]
    current = [one for one in seen if one.payment.status != REPLACED]
    if paid:
        _take_money(order, paid, now=now)
    elif current:
        _go_without_money(order, current[-1], now=now)
    return True


def _note(one: Seen) -> None:
    """How a payment ended. That it is open is noted by those who opened it."""
    payment = Payment.objects.filter(pk=one.payment.pk)
    payment.update(intent_id=one.intent_id)
    if one.state == PAID or (one.state in OVER and one.payment.status != REPLACED):
        payment.update(status=one.state)


# --- There is money ---------------------------------------------------------------------------


def _take_money(order: Order, paid: list[Seen], *, now: datetime) -> None:
    settling = accounting.write(order, paid, now=now)
    if order.status in WAITING and not settling.matches:
        move(order, S.QUARANTINE, now=now)
    elif order.status in WAITING:
        _pay(order, settling, now=now)
    elif order.status in ENDED:
        _take_late_money(order, settling, now=now)
    if order.status in SETTLED:
        _follow_money(order, settling, now=now)
    if order.status in {S.REFUND_DUE, S.QUARANTINE}:
        _follow_money_back(order, now=now)
    for extra in paid:  # somebody paid twice: the second time goes back, the first stays (I7)
        if extra.payment != settling.payment:
            accounting.send_back(order, extra.payment, extra.amount_minor, now=now)


def _pay(order: Order, settling: Seen, *, now: datetime) -> None:
    """Money, places and receipt in one transaction: none is ever there without the others."""
    move(order, S.PAID, now=now, valid_until=None)
    if buying.fulfil(order, now=now):
        order.fulfilled_at = now
    made = papers.receipt(order, reason=f"payment:{settling.payment.pk}", now=now)
    owe(letters.send_receipt, key=f"paper:{made.pk}:letter", now=now, document=str(made.pk))


def _take_late_money(order: Order, settling: Seen, *, now: datetime) -> None:
    """It came after the end: places if there still are some, or the money goes back.

    Whoever uses a place of this order has had what was paid for: then a person looks at it.
    """
    used = order.places.filter(state__in=USED).exists()
    if settling.matches and (used or buying.keep_places_again(order, now=now)):
        _pay(order, settling, now=now)
        record("order.paid_late", actor=None, subject=f"order:{order.pk}", result="look", at=now)
        return
    move(order, S.REFUND_DUE, now=now)
    accounting.send_back(order, settling.payment, settling.amount_minor, now=now)


def _follow_money(order: Order, settling: Seen, *, now: datetime) -> None:
    """Refunds and disputes of an order that was paid."""
    taken = [dispute for dispute in settling.disputes if dispute.taken]
    if any(dispute.status not in {"won", "lost"} for dispute in taken):
        move_places(order.places.all(), PlaceState.FROZEN)
        move(order, S.DISPUTED, now=now)
        return
    worth = accounting.worth(order)
    if worth <= 0 or any(dispute.status == "lost" for dispute in taken):
        withdraw_all(order, now=now)
    else:
        _unfreeze(order.places.filter(state=PlaceState.FROZEN))
    if worth <= 0:
        move(order, S.REFUNDED, now=now)
    elif order.status != S.REFUNDED:
        whole = worth >= order.total_minor or not accounting.gone(order)
        move(order, S.PAID if whole else S.PARTLY_REFUNDED, now=now)
    elif accounting.came_back(order):
        move(order, S.REFUND_DUE, now=now)


def _unfreeze(frozen: QuerySet[Place]) -> None:
    """As they were: whoever was invited still is."""
    ids = list(frozen.values_list("pk", flat=True))
    again = Place.objects.filter(pk__in=ids)
    move_places(again, PlaceState.AVAILABLE)
    asked = Invitation.objects.filter(place__in=ids, state=Invitation.PENDING)
    move_places(again.filter(pk__in=asked.values("place")), PlaceState.INVITED)


def _follow_money_back(order: Order, *, now: datetime) -> None:
    """All of it went back, by our refund or by hand at Stripe: the order is over."""
    if not refunding.is_empty(order):
        return
    withdraw_all(order, now=now)
    move(order, S.REFUND_DUE, now=now)  # from quarantine, which has no other way there
    move(order, S.REFUNDED, now=now)


def withdraw_all(order: Order, *, now: datetime) -> None:
    """Nothing was paid in the end. Whoever has started keeps their place (I10)."""
    if not order.fulfilled_at:
        buying.let_places_go(order, now=now)
        return
    if buying.withdraw_places(order, now=now) and order.bursaries:
        capacity.withdraw_bursaries(order.cohort_id, order.bursaries)


# --- There is none ----------------------------------------------------------------------------


def _go_without_money(order: Order, last: Seen, *, now: datetime) -> None:
    """What the newest payment says when none was paid."""
    if order.status in OPEN_INVOICE:
        if last.state == VOID:
            _end_invoice(order, S.VOID, now=now)
        if last.state == UNCOLLECTIBLE:
            _end_invoice(order, S.WRITTEN_OFF, now=now)
    elif last.state == PROCESSING:
        move(order, S.PROCESSING, now=now, valid_until=None)
    elif last.state == FAILED:
        end_unpaid(order, S.FAILED, now=now)
    elif last.state == EXPIRED:
        end_unpaid(order, S.EXPIRED, now=now)


@transaction.atomic
def end_unpaid(order: Order, to: OrderStatus, *, now: datetime) -> None:
    """The order is over before it was paid: others can have the room."""
    if not move(order, to, now=now):
        return
    buying.let_places_go(order, now=now)
    if to == S.FAILED:
        key = f"order:{order.pk}:failed"
        owe(letters.say_payment_failed, key=key, now=now, order=str(order.pk))


def _end_invoice(order: Order, to: OrderStatus, *, now: datetime) -> None:
    if move(order, to, now=now):
        withdraw_all(order, now=now)
