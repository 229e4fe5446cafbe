"""Paying by card on Stripe's own page: one open page for each order, and room kept for its life."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from course.places import buying, gateway, reconciling
from course.places.models import Order, Payment
from course.places.moving import locked
from course.places.states import OrderStatus
from course.places.stripe_lines import lines_of

ASKED, OPEN, REFUSED = "asked", "open", "refused"
# Stripe wants half an hour at least by its own clock, and a request may be slow to arrive.
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=23, minutes=50)
LEEWAY = timedelta(minutes=2)
GRACE = timedelta(minutes=15)  # that room is kept longer than the page is open (R35)
TRIES = 2  # how many keys one press may use up


class NotPayable(Exception):
    """This order cannot be paid by card now: it is paid, over, free, or on another road."""


def choose_card(order: Order, *, now: datetime) -> str:
    """Where to go to pay. Pressing again leads to the same page.

    Raises NotPayable, capacity.Full, pricing.CodeNotValid, and gateway.Unreachable or
    gateway.Refused, after which nothing was taken and the order can be tried again.
    """
    for last in range(1, TRIES + 1):
        payment = _ask(order, now=now)
        try:
            return _page_of(payment, now=now)
        except gateway.Refused:
            Payment.objects.filter(pk=payment.pk, object_id=None).update(status=REFUSED)
            if last == TRIES:
                raise
    raise NotPayable


def opened_until(payment: Payment) -> datetime:
    """When its page closes. From what was stored, so that asking again asks for the same."""
    life = max(timedelta(minutes=settings.SELLING["hold_minutes"]), SHORTEST) + LEEWAY
    return payment.created_at + min(life, LONGEST)


@transaction.atomic
def _ask(order: Order, *, now: datetime) -> Payment:
    """Keep room, and write down under which key Stripe is going to be asked (R36)."""
    order = locked(order.pk)
    if order.status in (OrderStatus.DRAFT, OrderStatus.QUOTED):
        _refuse_what_is_over(order, now=now)
        facts = {"channel": Order.CARD, "valid_until": None}
        buying.keep_places(order, status=OrderStatus.AWAITING_PAYMENT, now=now, **facts)
        order = locked(order.pk)
    if order.status != OrderStatus.AWAITING_PAYMENT or order.channel != Order.CARD:
        raise NotPayable
    asked = order.payments.filter(kind=Payment.SESSION).exclude(status=REFUSED).last()
    return asked or _next_attempt(order, now=now)


def _refuse_what_is_over(order: Order, *, now: datetime) -> None:
    ended = not order.cohort.takes_people(now.date())
    quote_over = order.valid_until and order.valid_until <= now
    if ended or quote_over or not order.total_minor or not gateway.is_configured():
        raise NotPayable


def _next_attempt(order: Order, *, now: datetime) -> Payment:
    attempt = order.attempt + 1
    payment = Payment.objects.create(
        order=order,
        provider="stripe",
        kind=Payment.SESSION,
        idempotency_key=f"order:{order.pk}:session:{attempt}",
        amount_minor=order.total_minor,
        currency=order.currency,
        livemode=gateway.is_live(),
        created_at=now,
    )
    until = opened_until(payment) + GRACE
    Order.objects.filter(pk=order.pk).update(attempt=attempt, valid_until=until)
    return payment


def _page_of(payment: Payment, *, now: datetime) -> str:
    if payment.object_id:  # it may have been paid, or have ended, since
        order = reconciling.reconcile(payment.order, now=now)
        if order.status != OrderStatus.AWAITING_PAYMENT:
            raise NotPayable
        return payment.url
    order = payment.order
    back = settings.SITE_URL + reverse("order_return", args=[order.pk])
    session = gateway.open_session(
        key=payment.idempotency_key,
        order_id=str(order.pk),
        lines=lines_of(order),
        currency=order.currency,
        email=order.billing["email"],
        po_number=order.po_number,
        expires_at=opened_until(payment),
        success_url=back + "?session_id={CHECKOUT_SESSION_ID}",
        cancel_url=back,
    )
    Payment.objects.filter(pk=payment.pk, object_id=None).update(
        object_id=session.id, intent_id=session.intent_id, url=session.url, status=OPEN
    )
    return session.url


def end_hold(order: Order, *, now: datetime) -> None:
    """The time to pay is over: close the page, see that it is closed, and let the room go.

    Raises gateway.Unreachable; then the room stays kept until Stripe can be asked.
    """
    opened = order.payments.filter(kind=Payment.SESSION).exclude(object_id=None)
    for payment in opened:
        if gateway.find_session(payment.object_id or "").status == "open":
            with suppress(gateway.Refused):  # paid, or closed, this very moment
                gateway.end_session(payment.object_id or "")
    if opened:
        reconciling.reconcile(order, now=now)
    else:  # nobody was ever shown a page to pay on
        reconciling.end_unpaid(order, OrderStatus.EXPIRED, now=now)
