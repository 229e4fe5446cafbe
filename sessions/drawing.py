"""The part of a session that everyone with the same standing sees alike, drawn once."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from course.programme import glossary

PIECES = ["title", "crumbs", "heading", "opening", "card", "around"]
# How someone may stand to a session: not yet, or attended in some way, also in own time or not.
STANDINGS = [("", 0), ("caught_up", 1), *((s, own) for s in ("present", "part") for own in (0, 1))]


def draw_shared(session: Any, *, access: str, frame: Any = None) -> dict[str, Any]:
    """The HTML of everything but the reader's own few lines, and the table of parts.

    It holds nothing of anyone's own, so it may be kept and shown to others.
    """
    parts = [
        {
            "anchor": anchor_of(block),
            "kind": block.block_type,
            "title": block.value.get("title") or "",
            "minutes": block.value.get("minutes"),
        }
        for block in session.body
    ]
    context = {
        "page": session,
        "parts": parts,
        "access": access,
        "frame": frame,
        "total": frame.total if frame else 8,
        "previous": frame.beside(session.number, -1) if frame else None,
        "next": frame.beside(session.number, +1) if frame else None,
    }
    drawn = {piece: render_to_string(f"sessions/_{piece}.html", context) for piece in PIECES}
    # The same opening leads to places on its page, or to one part at a time.
    drawn["start"] = render_to_string("sessions/_opening.html", context | {"one_by_one": True})
    drawn["drawn_parts"] = _draw_parts(session, parts)
    every = {word["term"]: word for part in parts for word in part["words"]}
    used = sorted(every.values(), key=lambda word: word["term"].lower())
    drawn["words"] = render_to_string("sessions/_words.html", {"words": used})
    drawn["closing"] = {
        f"{state}{own}": render_to_string(
            "sessions/_closing.html", context | {"state": state, "own_time": own}
        )
        for state, own in STANDINGS
    }
    drawn["place_address"] = reverse("keep_place", args=[session.key])
    return drawn | {"parts": parts}


def _draw_parts(session: Any, parts: list[dict[str, Any]]) -> list[str]:
    """Each part by itself. The first use of a word in the session explains it; `parts` are told
    which words they use, for the list that is its equal."""
    known = glossary.Glossary(glossary.read())
    drawn = []
    for part, block in zip(parts, session.body, strict=True):
        facts = {"anchor": part["anchor"], "block": block}
        html, used = known.mark(render_to_string("sessions/_part.html", facts))
        part["words"] = [{"term": w.term, "explanation": w.explanation} for w in used]
        drawn.append(html)
    return drawn


def whole(drawn: dict[str, Any]) -> str:
    """All the parts of a session, one after the other, with the way to the reflection."""
    return "".join([*drawn["drawn_parts"], drawn["card"]])


def only(drawn: dict[str, Any], name: str) -> str:
    """One part by itself; "" for the start and the end, which hold each reader's own lines."""
    if name == "reflection":
        return drawn["card"]
    named = zip(drawn["parts"], drawn["drawn_parts"], strict=True)
    return next((html for part, html in named if part["anchor"] == name), "")


def anchor_of(block: Any) -> str:
    """The address of one part on its page, stable while the part exists."""
    return f"part-{str(block.id)[:8]}"
