"""The ways to pay, chosen on an order's page. Each returns where the buyer goes next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from course.places import buying, card, gateway, quoting, stripe_invoice, transfer
from course.places.models import Order
from course.places.states import OPEN_INVOICE, OrderStatus

CARD, INVOICE, TRANSFER, QUOTE, FREE = "card", "invoice", "transfer", "quote", "free"
PRICE_HOLDS = timedelta(days=2)  # of an order that was started and left


class NotThisRoad(Exception):
    """The order cannot go this way: it went another, or its price is too old."""


class NotReached(Exception):
    """The payment provider does not answer. Nothing was taken, and trying again is safe."""


@dataclass(frozen=True)
class Road:
    name: str
    label: str
    words: str


def may_choose(order: Order, now: datetime) -> bool:
    if order.status == OrderStatus.QUOTED:
        return not order.valid_until or order.valid_until > now
    return order.status == OrderStatus.DRAFT and order.created_at > now - PRICE_HOLDS


def is_paying_by_card(order: Order) -> bool:
    return order.status == OrderStatus.AWAITING_PAYMENT and order.channel == Order.CARD


def page_of(order: Order) -> str:
    """The address of an order's page: a manager's or a person's own."""
    name = "team_order" if order.organisation_id else "my_order"
    return reverse(name, args=[order.pk])


def open_roads(order: Order) -> list[Road]:
    """How this order can be paid here, the usual way first."""
    if order.total_minor == 0:
        return [Road(FREE, _("Take the places"), _("There is nothing to pay."))]
    by_card = Road(CARD, _("Pay by card"), _("On our payment provider’s own page, and back here."))
    words = _("You get an invoice now, and pay it by bank transfer within %(days)s days.")
    words %= {"days": settings.SELLING["invoice_days"]}
    if not order.organisation_id:
        words += " " + _("The place opens once it is paid.")
    by_invoice = Road(TRANSFER, _("Order with an invoice"), words)
    if not gateway.is_configured():
        return [by_invoice]
    return [by_card, replace(by_invoice, name=INVOICE) if order.organisation_id else by_invoice]


def take(order: Order, road: str, *, now: datetime) -> str:
    """Go this way; returns the address to go on to.

    Raises NotThisRoad, NotReached, capacity.Full or pricing.CodeNotValid. Nothing is owed then.
    """
    if not may_choose(order, now) and not (road == CARD and is_paying_by_card(order)):
        raise NotThisRoad
    names = {r.name for r in open_roads(order)} | ({QUOTE} if order.organisation_id else set())
    if road not in names:
        raise NotThisRoad
    try:
        onward = _ROADS[road](order, now=now)
    except stripe_invoice.NeedsApproval:  # a person looks at it first, on the same page
        onward = transfer.choose_transfer(order, now=now)
    except (
        card.NotPayable,
        stripe_invoice.NotInvoiceable,
        transfer.NotNow,
        quoting.QuoteOver,
        buying.NotForSale,
    ):
        raise NotThisRoad from None
    except (gateway.Unreachable, gateway.Refused):
        order.refresh_from_db()
        if order.status in OPEN_INVOICE:  # the order stands; the worker's clock sends its invoice
            return page_of(order)
        raise NotReached from None
    return onward if isinstance(onward, str) else page_of(order)


_ROADS: dict[str, Callable[..., object]] = {
    CARD: card.choose_card,
    INVOICE: stripe_invoice.issue,
    TRANSFER: transfer.choose_transfer,
    QUOTE: quoting.give_quote,
    FREE: transfer.take_free,
}
