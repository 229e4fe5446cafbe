"""A session's title and address, for pages that know only its number."""

from typing import Any

from django import template
from django.core.cache import cache
from django.db.models import Subquery

from course.programme.models import ProgrammePage
from sessions.models import SessionPage

register = template.Library()
KEEP = 60  # seconds that an edited title may take to appear


@register.simple_tag
def session_of(programme_id: int, number: int) -> dict[str, Any]:
    """Its `title` and `url`; empty while it is not published. One question a minute for all."""
    found = cache.get_or_set(f"session-links:{programme_id}", lambda: _read(programme_id), KEEP)
    return found.get(number, {})


def _read(programme_id: int) -> dict[int, dict[str, Any]]:
    programme = ProgrammePage.objects.filter(pk=programme_id).values("path")
    pages = SessionPage.objects.live().defer("body", "prompts")
    found = pages.filter(path__startswith=Subquery(programme))
    return {page.number: {"title": page.title, "url": page.url} for page in found}
