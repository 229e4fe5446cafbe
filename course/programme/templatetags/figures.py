"""The calculator's sums in sentences and as rows. Both say the same."""

from decimal import Decimal
from typing import NamedTuple

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from course.programme.business_case import Figures, Sums, in_figures

register = template.Library()


class Row(NamedTuple):
    what: str
    how: str
    result: str


def pounds(value: Decimal) -> str:
    return _("£%(amount)s") % {"amount": in_figures(value, places=2)}


def _plain(value: Decimal) -> str:
    return in_figures(value, places=2)


def _days(value: Decimal) -> str:
    figure = in_figures(value, places=1)
    return ngettext("%(n)s day", "%(n)s days", 1 if figure == "1" else 2) % {"n": figure}


def _how(one: Decimal | None, sign: str, other: Decimal | None) -> str:
    """`20 × £18.50`: each side as it was typed."""
    return f"{_plain(one or Decimal(0))} {sign} {pounds(other or Decimal(0))}"


@register.filter
def in_rows(sums: Sums, figures: Figures) -> list[Row]:
    rows = []
    if sums.hours is not None:
        how = f"{_plain(figures.people)} × {_plain(figures.hours)}"
        rows.append(Row(_("Hours of people’s time"), how, _plain(sums.hours)))
    products = [
        (_("Their time"), sums.time, sums.hours, figures.pay),
        (_("Places"), sums.places, figures.people, figures.place),
        (_("Sickness last year"), sums.sickness, figures.sick_days, figures.sick_day),
        (_("Filling posts last year"), sums.leaving, figures.leavers, figures.leaver),
    ]
    rows += [Row(what, _how(a, "×", b), pounds(s)) for what, s, a, b in products if s is not None]
    if sums.time is not None and sums.places is not None:
        how = f"{pounds(sums.time)} + {pounds(sums.places)}"
        rows.append(Row(_("Time and places together"), how, pounds(sums.asked)))
    if sums.each is not None:
        how = f"{pounds(sums.asked)} ÷ {_plain(figures.people)}"
        rows.append(Row(_("The same for one person"), how, pounds(sums.each)))
    if sums.sickness is not None and sums.leaving is not None:
        how = f"{pounds(sums.sickness)} + {pounds(sums.leaving)}"
        rows.append(Row(_("Sickness and filling posts together"), how, pounds(sums.already)))
    if sums.same_as_days is not None:
        how = f"{pounds(sums.asked)} ÷ {pounds(figures.sick_day)}"
        rows.append(Row(_("The same in sickness days"), how, _days(sums.same_as_days)))
    return rows


@register.filter
def in_sentences(sums: Sums) -> list[str]:
    said = []
    if sums.hours is not None:
        words = _("The programme asks for %(hours)s hours of people’s time.")
        said.append(words % {"hours": _plain(sums.hours)})
    if sums.asked is not None:
        said.append(_asked(sums))
    if sums.each is not None:
        said.append(_("That is %(sum)s for each person.") % {"sum": pounds(sums.each)})
    if sums.already is not None:
        said.append(_already(sums))
    if sums.same_as_days is not None:
        words = _("What it asks for is the same as your cost of %(days)s of sickness.")
        said.append(words % {"days": _days(sums.same_as_days)})
    return said


def _asked(sums: Sums) -> str:
    if sums.time is None:
        words = _("The places cost %(sum)s.")
    elif sums.places is None:
        words = _("That time costs you %(sum)s.")
    else:
        words = _("That time and the places together cost %(sum)s.")
    return words % {"sum": pounds(sums.asked)}


def _already(sums: Sums) -> str:
    if sums.leaving is None:
        words = _("Last year, sickness in this group cost you %(sum)s.")
    elif sums.sickness is None:
        words = _("Last year, filling posts in this group cost you %(sum)s.")
    else:
        words = _("Last year, sickness and filling posts in this group cost you %(sum)s.")
    return words % {"sum": pounds(sums.already)}
