"""The part of a session that everyone with the same standing sees alike, drawn once."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

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
    blocks = [(anchor_of(block), block) for block in session.body]
    drawn["body"] = render_to_string("sessions/_body.html", {"parts": blocks}) + drawn["card"]
    drawn["closing"] = {
        f"{state}{own}": render_to_string(
            "sessions/_closing.html", context | {"state": state, "own_time": own}
        )
        for state, own in STANDINGS
    }
    drawn["place_address"] = reverse("keep_place", args=[session.key])
    return drawn | {"parts": parts}


def anchor_of(block: Any) -> str:
    """The address of one part on its page, stable while the part exists."""
    return f"part-{str(block.id)[:8]}"
