"""An order's frozen price as lines that add up to it exactly, whatever was taken off."""

from django.conf import settings
from django.utils.translation import gettext as _

from course.places.amounts import rate_shown
from course.places.models import Order
from course.places.stripe_facts import Line


def lines_of(order: Order) -> list[Line]:
    """Places at a whole number of pence each, and the tax as a line of its own.

    A discount seldom divides evenly: then the last places cost one penny more.
    """
    unit, odd = divmod(order.net_minor, order.seats)
    name = _("Place in “%(group)s”") % {"group": order.cohort.title}
    if order.discount_minor:
        name = _("%(place)s, with the discount taken off") % {"place": name}
    lines = [Line(name, unit, order.seats - odd)]
    if odd:
        lines.append(Line(name, unit + 1, odd))
    if order.tax_minor:
        tax = f"{settings.SELLING['tax_name']} {rate_shown(order.tax_rate)}"
        lines.append(Line(tax, order.tax_minor))
    return lines


def quantity_of(order: Order) -> int:
    """How many things all lines together count."""
    return sum(line.quantity for line in lines_of(order))
