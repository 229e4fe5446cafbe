"""Words for documents: times, days, ways of taking part, and letters that print."""

import unicodedata
from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from course import names

register = template.Library()

HOW = {
    "present": gettext_lazy("live"),
    "part": gettext_lazy("there for part of it"),
    "caught_up": gettext_lazy("caught up"),
}
UNSEEN = {"Cc", "Cf", "Mn"}  # left out where they cannot print: nobody would see them


@register.filter
def duration(minutes: int) -> str:
    """824 as “13 hours 44 minutes”."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if rest or not hours:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest})
    return " ".join(parts)


@register.filter
def how(state: str) -> str:
    """An attendance state in words."""
    return str(HOW.get(state, state))


@register.filter
def day(when: date) -> str:
    """26 January 2027."""
    return date_format(when, "j F Y")


@register.filter
def day_of(when: date, facts: dict) -> str:
    """26 January, with the year only where a programme runs from one year into the next."""
    one_year = facts["first_day"].year == facts["last_day"].year
    return date_format(when, "j F") if one_year else day(when)


@register.filter
def listed(words: Iterable[str]) -> str:
    """Flo Adeyemi and Sam Reyes."""
    return get_text_list(list(words), _("and"))


@register.filter
def face(text: str) -> str:
    """The typeface that draws all of a text alike, as a class name."""
    return names.face("".join(text.split()))


@register.filter
def direction(text: str) -> str:
    """Which way a text runs, told from its first letter that has a direction."""
    for letter in text:
        way = unicodedata.bidirectional(letter)
        if way in ("R", "AL"):
            return "rtl"
        if way == "L":
            break
    return "ltr"


@register.filter
def printable(text: str) -> str:
    """The text, with a sign that no font can draw spelled out: “[slightly smiling face]”."""
    if text.isascii() and text.isprintable():
        return text  # nearly always, and without opening every font
    for sign in names.unprintable("".join(text.split())):
        text = text.replace(sign, _spelled(sign))
    return text


def _spelled(sign: str) -> str:
    if unicodedata.category(sign) in UNSEEN:
        return ""
    return f"[{unicodedata.name(sign, _('a sign that cannot be printed')).lower()}]"
