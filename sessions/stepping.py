"""One part of a session at a time, for who takes in less at once: `?part=` and nothing else."""

from typing import Any

from django.utils.translation import gettext as _

START, REFLECTION, END, WHOLE = "start", "reflection", "end", "all"


def step_of(
    parts: list[dict[str, Any]], *, wanted: str, always: bool, has_end: bool
) -> dict[str, Any] | None:
    """The step that is asked for, with what lies before and after it; None for the whole session.

    `always` is the reading setting: without a part it begins at the start. The address wins.
    """
    steps = [_step(START), *parts, _step(REFLECTION, _("Your private reflection"))]
    steps += [_step(END, _("The end of this session"))] if has_end else []
    names = [step["anchor"] for step in steps]
    if wanted == WHOLE or not (always or wanted in names):
        return None
    at = names.index(wanted) if wanted in names else 0
    return {
        "here": steps[at],
        "number": at,
        "total": len(steps) - 1,
        "back": steps[at - 1] if at else None,
        "on": steps[at + 1] if at + 1 < len(steps) else None,
        "steps": steps[1:],
        "kept_as": parts[min(at, len(parts)) - 1]["anchor"] if at else "",
    }


def _step(name: str, title: str = "") -> dict[str, Any]:
    """A step that is no part of the text, in the shape of one."""
    return {"anchor": name, "kind": name, "title": title, "minutes": None}
