"""Answers on screen: in words to read, and in the boxes of the form."""

from typing import Any

from django import template
from django.views.decorators.debug import sensitive_variables

from reflections import responses
from reflections.responses import ADDED_OPTIONS, LEVELS, UNSAID, Response

register = template.Library()


@register.filter
@sensitive_variables()
def answer_lines(response: Response) -> list[str]:
    """An answer as lines, in the words of the form."""
    return responses.in_words(response)


@register.filter
@sensitive_variables()
def box(question: dict[str, Any], part: str = "") -> dict[str, Any]:
    """One field of a question: its name, its id, what is in it and what needs another look.

    What was typed wins over what is kept, so that no box is ever cleared.
    """
    name = question["prompt"].key + (f"-{part}" if part else "")
    typed = question["typed"] or {}
    value = typed[name] if name in typed else _kept(question["answer"], part)
    error = question["errors"].get(name, "")
    return {"name": name, "id": f"box-{name}", "value": value, "error": error}


@sensitive_variables()
def _kept(answer: Any, part: str) -> Any:
    """The value of one field in a kept answer."""
    if not isinstance(answer, dict):
        return answer
    if part:
        return answer.get(part)
    if "chosen" in answer:
        return answer["chosen"]
    return answer.get("said") or str(answer.get("level") or "")


@register.simple_tag
def checkin_levels() -> dict[str, str]:
    """What a check-in offers, from thin to full."""
    return {str(level): words for level, words in LEVELS.items()}


@register.simple_tag
def unsaid_answers() -> dict[str, str]:
    """The answers that look like every other answer."""
    return UNSAID


@register.simple_tag
def added_options() -> dict[str, str]:
    """What every list to choose from ends with."""
    return ADDED_OPTIONS
