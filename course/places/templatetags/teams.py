"""What pages about places draw and say: prices with tax, and places along the line."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings

from course.cohorts.models import Cohort
from course.places import amounts, pricing, showing
from course.places.models import Order
from course.places.showing import Counts
from course.programme import spiral

register = template.Library()
MOST_DRAWN = 60  # rings in a row; above that the numbers say enough


@register.inclusion_tag("places/_rings.html")
def rings_on_the_line() -> dict[str, Any]:
    """The line of the programme, with a closed ring where each session is."""
    points = [spiral.station(k) for k in spiral.SESSIONS]
    return {
        "line": spiral.map_line(),
        "rings": [{"x": f"{x:.1f}", "y": f"{y:.1f}"} for x, y in points],
    }


@register.inclusion_tag("places/_seats.html")
def seats(counts: Counts) -> dict[str, Any]:
    """The counts as rings, for the eye only: the numbers beside them say the same."""
    fits = counts.bought <= MOST_DRAWN
    rest = counts.bought - counts.taken - counts.invited - counts.free
    return {
        "taken": range(counts.taken if fits else 0),
        "invited": range(counts.invited if fits else 0),
        "free": range(counts.free + rest if fits else 0),
    }


@register.inclusion_tag("places/_price.html")
def price_lines(order: Order) -> dict[str, Any]:
    """An order's frozen price, line by line."""
    return {
        "order": order,
        "gross": order.quantity * order.unit_minor,
        "given": order.bursaries * order.unit_minor,
        "off": -order.discount_minor,
        "tax_name": settings.SELLING["tax_name"],
    }


@register.simple_tag
def full_price(cohort: Cohort) -> str:
    """What one place costs a person, with tax."""
    return showing.per_place(pricing.price(cohort, quantity=1, for_team=False))


@register.simple_tag
def prices_of(groups: Iterable[Cohort]) -> dict[UUID, dict[str, str]]:
    """What one place in each group costs a person, with tax, as schema.org writes it."""
    prices = {group.pk: pricing.price(group, quantity=1, for_team=False) for group in groups}
    return {
        pk: {"price": amounts.plain(p.total_minor, p.currency), "priceCurrency": p.currency}
        for pk, p in prices.items()
    }


@register.filter
def per_place(price: pricing.Price) -> str:
    return showing.per_place(price)
