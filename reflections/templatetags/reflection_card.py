"""The way from a session to its private reflection. It reads nothing of anyone's own."""

from typing import Any

from django import template
from django.core.cache import cache

from sessions.models import SessionPage

register = template.Library()
KEEP = 24 * 60 * 60  # seconds; a new revision has a new name


@register.inclusion_tag("reflections/_card.html", takes_context=True)
def reflection_card(context: dict[str, Any], page: SessionPage) -> dict[str, Any]:
    """A card with the number of questions and the way in; never whether anything was written."""
    return {
        "page": page,
        "count": _how_many(page),
        "may_write": context.get("access") == "attendee",
    }


def _how_many(page: SessionPage) -> int:
    """How many questions this published session asks, without fetching them each time."""
    if "prompts" not in page.get_deferred_fields():
        return len(page.prompts)
    name = f"questions-of:{page.pk}:{page.live_revision_id}"
    if page.last_published_at:
        name += f":{page.last_published_at.timestamp()}"
    return cache.get_or_set(name, lambda: len(page.prompts), KEEP)
