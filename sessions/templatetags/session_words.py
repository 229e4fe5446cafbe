"""Numbers, times and parts of a session, in words that need no working out."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from course.cohorts import times
from course.cohorts.models import LiveSession

register = template.Library()

NUMBERS = [
    gettext_lazy("none"),
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
]


@register.filter
def in_words(seconds: int) -> str:
    """A length of time: “30 seconds”, “1 minute”, “1 minute 30 seconds”."""
    minutes, rest = divmod(int(seconds or 0), 60)
    words = []
    if minutes:
        words.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    if rest or not minutes:
        words.append(ngettext("%(n)s second", "%(n)s seconds", rest) % {"n": rest})
    return " ".join(words)


@register.filter
def number_in_words(number: int) -> str:
    """“three” for 3, up to eight; a figure above that."""
    return str(NUMBERS[number]) if 0 <= number < len(NUMBERS) else str(number)


@register.filter
def part_name(part: dict[str, Any]) -> str:
    """How a part of a session is called in the list of parts."""
    title = part["title"]
    names = {
        "practice": _("Practice: %(title)s") % {"title": title},
        "share": _("Share: %(title)s") % {"title": title},
        "key_idea": _("The key idea"),
        "pause": _("A pause"),
        "resources": _("To keep"),
    }
    return names.get(part["kind"], title)


@register.filter
def of_kind(parts: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    """The first part of this kind, or None."""
    return next((part for part in parts if part["kind"] == kind), None)


@register.filter
def meeting_time(live: LiveSession) -> str:
    """When a live session is, by the clock of its cohort: day, both hours, whose time."""
    return times.when(live)


@register.filter
def without_states(stops: list[Any]) -> list[dict[str, Any]]:
    """The sessions as a plain map, for someone who asked to see no progress."""
    return [{"number": s.number, "title": s.title, "url": s.url} for s in stops]
