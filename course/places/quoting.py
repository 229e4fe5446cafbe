"""A price in writing, for as long as it says. It keeps no places and binds nobody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from course.outbox.owing import owe
from course.places import buying, letters, papers, pricing
from course.places.models import Document, Order
from course.places.moving import locked, move
from course.places.states import OrderStatus


class QuoteOver(Exception):
    """The price was promised until a day that has passed."""


@transaction.atomic
def give_quote(order: Order, now: datetime) -> Document | None:
    """Turn a draft into a quote. Asking twice gives the same paper; None: it is no draft.

    Its price is a promise, so a code that lowers it is counted now, and not again when the
    quote becomes an order. Raises pricing.CodeNotValid when others used it up before.
    """
    order = locked(order.pk)
    until = now + timedelta(days=settings.SELLING["quote_days"])
    if move(order, OrderStatus.QUOTED, now=now, by=order.buyer_id, valid_until=until):
        if order.discount:
            pricing.use_discount(order.discount)
        made = papers.quote(order, now)
        owe(letters.send_quote, key=f"paper:{made.pk}:letter", now=now, document=str(made.pk))
        return made
    return order.documents.filter(kind=Document.QUOTE).first()


def refuse_if_over(order: Order, *, now: datetime) -> None:
    """Every road that turns a quote into an order comes by here first. Raises QuoteOver."""
    if order.status == OrderStatus.QUOTED and order.valid_until and order.valid_until <= now:
        raise QuoteOver


def end_old_quotes(now: datetime) -> int:
    """What the clock does. Returns how many ended."""
    old = Order.objects.filter(status=OrderStatus.QUOTED, valid_until__lte=now)
    return sum(_end(order, now=now) for order in old)


@transaction.atomic
def _end(order: Order, *, now: datetime) -> bool:
    ended = move(order, OrderStatus.EXPIRED, now=now)
    buying.let_code_go(order)
    return ended
