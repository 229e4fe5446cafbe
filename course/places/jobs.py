"""What the worker does about money by itself: events from Stripe, and what the clock asks for.

Every one may run twice, or late. One order that cannot be looked at now stops no other.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from course.audit.recording import record
from course.outbox.owing import owe
from course.places import calling_off, card, gateway, stripe_invoice, stripe_lists
from course.places.accounting import is_uuid
from course.places.models import Order, Payment, Refund, StripeEvent
from course.places.moving import move
from course.places.reconciling import reconcile
from course.places.states import OPEN_INVOICE, OrderStatus
from course.places.stripe_facts import Event

log = logging.getLogger(__name__)

STILL_KNOWN = timedelta(days=4)  # Stripe sends an event again for three days
LATELY = timedelta(days=30)
UNFINISHED = timedelta(minutes=1)
OPEN_ENDED = {
    OrderStatus.AWAITING_PAYMENT,
    OrderStatus.PROCESSING,
    OrderStatus.QUARANTINE,
    OrderStatus.REFUND_DUE,
    OrderStatus.DISPUTED,
} | OPEN_INVOICE


@transaction.atomic
def take_in(event: Event, *, now: datetime) -> bool:
    """Keep that something happened, once for each event (R32). Returns whether it is news.

    An event of the other mode, test or live, is kept as such and nothing follows from it (I9).
    """
    ours = event.livemode == gateway.is_live()
    _row, made = StripeEvent.objects.get_or_create(
        event_id=event.id,
        defaults={
            "type": event.type,
            "object_id": event.object_id,
            "livemode": event.livemode,
            "api_version": event.api_version,
            "created": event.created,
            "received_at": now,
            "state": StripeEvent.NEW if ours else StripeEvent.DEAD,
        },
    )
    if made and ours:
        owe(look_at, key=f"stripe:{event.id}", urgent=True, now=now, event=event.id)
    elif made:
        record("stripe.wrong_mode", actor=None, subject=event.id[:80], result="refused", at=now)
    return made


def look_at(*, event: str) -> None:
    """What the event is about is retrieved; what the event itself said is not trusted (R30)."""
    found = StripeEvent.objects.filter(pk=event, state=StripeEvent.NEW).first()
    if not found:
        return
    order = order_behind(found.object_id)
    if order:
        reconcile(order, now=timezone.now())
    StripeEvent.objects.filter(pk=event).update(state=StripeEvent.DONE)


def order_behind(object_id: str) -> Order | None:
    """Which order something at Stripe belongs to. None: it is none of ours."""
    if not object_id:
        return None
    known = _order_of(Q(object_id=object_id) | Q(intent_id=object_id))
    if known:
        return known
    behind = gateway.behind(object_id)
    if is_uuid(behind.order_id):
        return Order.objects.filter(pk=UUID(behind.order_id)).first()
    return _order_of(Q(intent_id=behind.intent_id)) if behind.intent_id else None


def _order_of(which: Q) -> Order | None:
    payment = Payment.objects.filter(which, provider="stripe").select_related("order").first()
    return payment.order if payment else None


# --- By the clock -------------------------------------------------------------------------------


def end_holds(now: datetime) -> int:
    """Let go of room that nobody paid for in time. Stripe is asked first (R35)."""
    over = Order.objects.filter(
        status=OrderStatus.AWAITING_PAYMENT, channel=Order.CARD, valid_until__lte=now
    )
    return _each(over, lambda order: card.end_hold(order, now=now))


def finish_invoices(now: datetime) -> int:
    """Go on with invoices that broke off in the middle."""
    if not gateway.is_configured():
        return 0
    begun = Payment.objects.filter(
        kind=Payment.INVOICE,
        provider="stripe",
        status=stripe_invoice.ASKED,
        order__status__in=OPEN_INVOICE,
        created_at__lte=now - UNFINISHED,
    )
    return _each(begun, lambda payment: stripe_invoice.finish(payment, now=now))


def note_overdue(now: datetime) -> int:
    """Invoices of Stripe's whose day has passed. Nobody's place is touched."""
    late = Order.objects.filter(channel=Order.INVOICE, due_on__lt=now.date())
    late = late.filter(status=OrderStatus.INVOICED)
    return _each(late, lambda order: _note_overdue(order, now=now))


def _note_overdue(order: Order, *, now: datetime) -> None:
    if gateway.is_configured():
        order = reconcile(order, now=now)
    if order.status == OrderStatus.INVOICED:
        with transaction.atomic():
            move(order, OrderStatus.OVERDUE, now=now)


def void_what_was_called_off(now: datetime) -> int:
    """Invoices at Stripe for groups that do not take place, where nobody has begun."""
    if not gateway.is_configured():
        return 0
    asked = Order.objects.filter(channel=Order.INVOICE, status__in=OPEN_INVOICE)
    void = calling_off.without_use(asked.filter(cohort__cancelled_at__isnull=False))
    return _each(void, lambda order: stripe_invoice.void(order, now=now))


def look_at_everything(now: datetime) -> int:
    """Every night: what is still open is compared with Stripe, and lost events are found (I7)."""
    if not gateway.is_configured():
        return 0
    try:
        for event in stripe_lists.events_since(now - STILL_KNOWN):
            # A list is in our own version; only a message shows in which the endpoint writes.
            take_in(replace(event, api_version=""), now=now)
    except (gateway.Unreachable, gateway.Refused) as error:
        log.warning("Events of the last days: %s", error)
    lately = Q(state=Refund.FAILED, asked_at__gte=now - LATELY)
    going = Refund.objects.filter(Q(state=Refund.SENT) | lately).values("order")
    at_stripe = Order.objects.filter(payments__provider="stripe")
    still = at_stripe.filter(Q(status__in=OPEN_ENDED) | Q(pk__in=going)).distinct()
    return _each(still, lambda order: reconcile(order, now=now))


def forget_old_events(now: datetime) -> int:
    """What was handled long ago is not needed any more: all that counts is at Stripe and in the
    ledger. One that waits stays, and so does the story of an order that is not settled yet."""
    days = max(settings.SELLING["stripe_event_days"], LATELY.days)
    unsettled = Payment.objects.filter(order__status__in=OPEN_ENDED).exclude(object_id=None)
    old = StripeEvent.objects.filter(received_at__lt=now - timedelta(days=days))
    old = old.exclude(state=StripeEvent.NEW).exclude(object_id__in=unsettled.values("object_id"))
    return old.exclude(object_id__in=unsettled.values("intent_id")).delete()[0]


def _each(
    rows: "QuerySet[Order] | QuerySet[Payment]", do: Callable[..., object], *, at_most: int = 200
) -> int:
    """Do it for each; a failure is logged by its kind and leaves the others alone."""
    done = 0
    found: Iterable[Order | Payment] = list(rows.order_by("pk")[:at_most])
    for row in found:
        try:
            do(row)
            done += 1
        except Exception as error:  # the others must go on
            log.warning("%s: %s", row, type(error).__name__)
    return done
