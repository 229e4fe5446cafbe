"""The drawings, as template tags. The words beside them always say the same."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django import template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from course.programme import context as frame
from course.programme import spiral

register = template.Library()

STATES = {"done": gettext_lazy("Been to, or caught up"), "opened": gettext_lazy("Opened")}


def _one(value: float) -> str:
    """A coordinate that no locale can put a comma into."""
    return f"{value:.1f}"


def _point(point: spiral.Point) -> dict[str, str]:
    return {"x": _one(point[0]), "y": _one(point[1])}


def _fact(thing: Any, name: str, default: Any = "") -> Any:
    """A fact of an object or of a dict: pages and rows of facts are both drawn."""
    if isinstance(thing, dict):
        return thing.get(name, default)
    return getattr(thing, name, default)


def _station(session: Any, *, with_states: bool) -> dict[str, Any]:
    state, is_next = _fact(session, "state"), bool(_fact(session, "is_next", False))
    words = []
    if with_states:
        words = [STATES.get(state, _("Not opened yet"))]
        if is_next:
            words.append(_("Next"))
    return {
        "number": _fact(session, "number"),
        "title": _fact(session, "title"),
        "url": _fact(session, "url"),
        "state": state,
        "is_next": is_next,
        "words": words,
        **_point(spiral.station(_fact(session, "number"))),
    }


@register.inclusion_tag("components/spiral_map.html")
def spiral_map(sessions: Iterable[Any], label: str = "", states: bool = False) -> dict[str, Any]:
    """The eight sessions on one line. `states=True` also draws what was opened or done."""
    stations = [_station(session, with_states=states) for session in sessions]
    return {
        "label": label or _("The eight sessions on one spiral. The list says the same."),
        "line": spiral.map_line(),
        "rest": _point(spiral.rest_week()),
        "stations": stations,
    }


@register.inclusion_tag("components/spiral_line.html")
def spiral_line() -> dict[str, str]:
    """The line alone, without its stations: for the head of a public page."""
    return {"line": spiral.map_line()}


@register.inclusion_tag("components/mark.html")
def mark(k: int) -> dict[str, Any]:
    """The small drawing beside an h1, with a dot at session `k`."""
    drawn = spiral.mark(int(k))
    return {"line": drawn.path, "dot": _point(drawn.dot)}


@register.inclusion_tag("components/turn_mark.html")
def turn_mark(turn: int) -> dict[str, str]:
    line, arc = spiral.turn_mark(int(turn))
    return {"line": line, "arc": arc}


@register.inclusion_tag("components/brand_mark.html")
def brand_mark() -> dict[str, str]:
    return {"line": spiral.brand_path()}


@register.inclusion_tag("components/my_spiral.html")
@sensitive_variables()
def my_spiral(entries: Iterable[Any], name: str = "my-spiral") -> dict[str, Any]:
    """Someone's own line. An entry has `number`, and may have `weight` (1 to 5) or `said`
    ("hard_to_tell", "rather_not_say"), and `giving` and `receiving` (0 to 10). What is
    None leaves a gap. `name` tells several drawings on one page apart."""
    rows = [row for row in entries if _fact(row, "number") in spiral.SESSIONS]
    answers = {
        _fact(row, "number"): _fact(row, "weight", None) or _fact(row, "said", None) for row in rows
    }
    arms = []
    for row in rows:
        for kind, draw in (("giving", spiral.giving_arm), ("receiving", spiral.receiving_arm)):
            value = _fact(row, kind, None)
            if value is not None:
                arm = draw(_fact(row, "number"), value)
                arms.append({"kind": kind, "path": arm.path, "value": value} | _point(arm.label))
    stations = [
        {"number": k, "met": answers.get(k) is not None} | _point(spiral.station(k, spiral.MINE))
        for k in spiral.SESSIONS
    ]
    line = spiral.my_line(answers)
    return {"line": line, "arms": arms, "stations": stations, "name": name}


@register.simple_tag(takes_context=True)
def site_frame(context: template.Context) -> Any:
    """The facts of the frame, ours even where allauth calls the current host `site`."""
    given = context.get("site")
    return frame.site(context.get("request"))["site"] if hasattr(given, "domain") else given


@register.filter
def on_page(masthead: dict[str, str], path: str) -> str:
    """The head of a page as it stands on this one; reading settings lead back here."""
    drawn = masthead.get(path) or masthead[frame.SOME_PAGE].replace(frame.SOME_PAGE, quote(path))
    return mark_safe(drawn)  # drawn by our own template; a quoted path holds no markup


@register.filter
def by_turn(sessions: Iterable[Any]) -> list[dict[str, Any]]:
    """Sessions in their three turns, each with its words."""
    words = {
        1: (_("First turn: me"), _("How am I, and how much can I take on today?")),
        2: (_("Second turn: me with others"), _("How do I give, and receive as well?")),
        3: (_("Third turn: all of us"), _("What stays with us, and what could we change?")),
    }
    turns: dict[int, list[Any]] = {1: [], 2: [], 3: []}
    for session in sessions:
        number = _fact(session, "number", 1)
        turns[_fact(session, "turn", 0) or min(3, (number + 2) // 3)].append(session)
    return [
        {"number": turn, "title": words[turn][0], "words": words[turn][1], "sessions": rows}
        for turn, rows in turns.items()
        if rows
    ]


@register.filter
def first_sentence(text: str) -> str:
    """Enough of a summary for a map of many sessions; the session's page has the rest."""
    head, stop, _rest = str(text).partition(". ")
    return head + stop.strip()
