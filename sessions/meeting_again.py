"""Which earlier questions a question can meet again, by their words. Keys are read, never made."""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _


def is_a_key(value: Any) -> bool:
    return 0 < len(str(value)) <= 40


def earlier_questions() -> list[tuple[str, str]]:
    """Every question there is, published or in a draft, as (key, words). One query.

    A key that some question still points to, while its own question is gone, stays in the list
    and says so: otherwise saving the page would lose the thread without a word.
    """
    known: dict[str, str] = {}
    wanted: set[str] = set()
    for number, value in _all_questions():
        if value.get("key"):
            words = {"number": number, "question": value.get("label", "")}
            known.setdefault(value["key"], _("Session %(number)s: %(question)s") % words)
        wanted.add(value.get("revisits") or "")
    gone = sorted(key for key in wanted - set(known) if is_a_key(key))
    return [
        ("", _("No earlier question")),
        *known.items(),
        *((key, _("A question that is no longer there (%(key)s)") % {"key": key}) for key in gone),
    ]


def _all_questions() -> Iterator[tuple[int, dict[str, Any]]]:
    """Each question as it is stored, with its session's number: newest draft first."""
    pages = apps.get_model("course_sessions", "SessionPage").objects.select_related(
        "latest_revision"
    )
    only = ("number", "prompts", "path", "latest_revision__content")
    for page in pages.only(*only).order_by("number", "path"):
        draft = page.latest_revision.content if page.latest_revision else {}
        stored = [json.loads(draft.get("prompts") or "[]"), list(page.prompts.raw_data)]
        for questions in stored:
            for question in questions:
                yield page.number, question["value"]
