"""The sheets that sessions promise, from their files in `content/resources/`."""

import json
from typing import Any

from course.demo import words
from sessions.models import ResourcePage

LISTS = ["fields", "items", "columns", "rows"]


def resource_page(facts: dict[str, Any]) -> ResourcePage:
    """One sheet from its file, unsaved."""
    blocks = [_block(facts["slug"], place, block) for place, block in enumerate(facts["blocks"])]
    return ResourcePage(
        title=facts["title"],
        slug=facts["slug"],
        summary=facts["summary"],
        session_number=facts["session"],
        for_everyone=facts["for_everyone"],
        body=json.dumps(blocks),
        search_description=facts["summary"][:155],
    )


def _block(slug: str, place: int, block: dict[str, Any]) -> dict[str, Any]:
    value = {name: _value(name, given) for name, given in block.items() if name != "type"}
    for name in LISTS:
        if name in value:
            value[name] = [
                {"type": "item", "value": item, "id": _id(slug, place, name, n)}
                for n, item in enumerate(value[name])
            ]
    return {"type": block["type"], "value": value, "id": _id(slug, place)}


def _value(name: str, given: Any) -> Any:
    if name == "body":
        return words.rich(given)
    if isinstance(given, list):
        return [_item(item) for item in given]
    return given


def _item(item: Any) -> Any:
    """One line of a list: words, or facts that may hold words of their own."""
    if isinstance(item, dict):
        return {name: _value(name, value) for name, value in item.items()}
    return item


def _id(slug: str, *place: Any) -> str:
    return str(words.stable_id("sheet", slug, *map(str, place)))
