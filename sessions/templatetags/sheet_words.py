"""What an editor wrote, as a sheet may show it: plain words, and nothing to fetch."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import RichText, expand_db_html

from certificates.templatetags.paper_words import printable
from course.programme import cleaning

register = template.Library()


@register.filter
def tidy(words: RichText) -> SafeString:
    """Rich text with paragraphs, lists, bold and links, and no other element or attribute."""
    return cleaning.clean(expand_db_html(words.source), elements=cleaning.WORDS)


@register.filter
def for_paper(html: str) -> SafeString:
    """The same without links, since paper has none, and with signs that no font has in words."""
    return mark_safe(printable(re.sub(r" <span\b.*?</span>|</?a\b[^>]*>", "", html)))


@register.filter
def in_parts(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """A table's rows as parts: the title of each, and the titles of its rows."""
    parts: list[dict[str, Any]] = []
    for row in rows:
        if row["starts_part"] or not parts:
            parts.append({"title": row["title"] if row["starts_part"] else "", "rows": []})
        if not row["starts_part"]:
            parts[-1]["rows"].append(row["title"])
    return parts


@register.filter
def times(count: int) -> range:
    return range(count)


@register.filter
def quoted_lines(text: str) -> list[str]:
    """Sentences to say, one on each line of what an editor typed."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
