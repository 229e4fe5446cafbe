"""The public pages, from their files in `content/pages/`."""

import json
from typing import Any

from course.demo import words
from course.programme.models import PublicPage

# In the order in which the footer lists them.
PUBLIC = [
    "what-to-expect",
    "who-it-is-for",
    "dates-and-prices",
    "booking-policy",
    "about-the-approach",
    "evidence",
    "for-organisations",
    "business-case",
    "help",
    "privacy",
    "accessibility",
]
LISTS = {"one", "other", "parts", "questions", "facts", "claims"}
RICH = {"body", "answer", "source"}


def public_page(facts: dict[str, Any]) -> PublicPage:
    """One page from its file, unsaved."""
    sections = [_section(facts["slug"], place, s) for place, s in enumerate(facts["sections"])]
    return PublicPage(
        title=facts["title"],
        seo_title=facts.get("seo_title", ""),
        slug=facts["slug"],
        lead=facts["lead"],
        sections=json.dumps(sections),
        in_masthead=facts.get("masthead", False),
        footer=facts["footer"],
        search_description=facts["summary"],
    )


def _section(slug: str, place: int, section: dict[str, Any]) -> dict[str, Any]:
    value = {name: _value(name, given) for name, given in section.items() if name != "type"}
    for name in LISTS & set(value):
        value[name] = [
            _item(item, slug, str(place), name, str(n)) for n, item in enumerate(value[name])
        ]
    block_id = str(words.stable_id("section", slug, str(place)))
    return {"type": section["type"], "value": value, "id": block_id}


def _item(item: Any, *where: str) -> dict[str, Any]:
    """One of a list, as a ListBlock stores it."""
    value = item
    if isinstance(item, dict):
        # The words of a part or a claim are rich; those of a fact or a list are plain.
        value = {name: _value("body" if name == "text" else name, v) for name, v in item.items()}
    return {"type": "item", "value": value, "id": str(words.stable_id("item", *where))}


def _value(name: str, given: Any) -> Any:
    return words.rich(given) if name in RICH and given else given
