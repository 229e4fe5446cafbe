"""Responses: what was asked, in the words it was asked in, and what was answered.

A reflection's text is JSON:

    {"session": {"number": 2, "title": "…"},
     "responses": {"<prompt key>": {"kind", "label", "help", "low_label", "high_label",
                                    "options", "answer"}}}

and an answer is, by kind,

    checkin      {"level": 1..5 or null, "said": "hard_to_tell" | "rather_not_say" | null, "word"}
    slider       0..10 or null
    balance      {"giving": 0..10 or null, "receiving": 0..10 or null}
    choose_many  {"chosen": [option keys], "other": "…"}
    free_text    "…"
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from sessions.prompts import Prompt

ENVELOPE = 4096 - 4  # letters; a reflection's size tells a database thief next to nothing

LEVELS = {
    1: gettext_lazy("Running on empty"),
    2: gettext_lazy("Low"),
    3: gettext_lazy("Getting by"),
    4: gettext_lazy("Steady"),
    5: gettext_lazy("Well resourced"),
}
UNSAID = {
    "hard_to_tell": gettext_lazy("Hard to tell"),
    "rather_not_say": gettext_lazy("Rather not say"),
}
ADDED_OPTIONS = {
    "something_else": gettext_lazy("Something else"),
    "none_of_these": gettext_lazy("None of these"),
    "rather_not_say": gettext_lazy("Rather not say"),
}


@dataclass(frozen=True)
class Response:
    """One question as it was put, and its answer."""

    prompt: Prompt
    answer: Any

    def __repr__(self) -> str:  # never the answer: it would end up in a traceback
        return f"<Response to {self.prompt.key}>"

    @property
    def is_empty(self) -> bool:
        if isinstance(self.answer, dict):
            return not any(value not in (None, "", []) for value in self.answer.values())
        return self.answer in (None, "")


@dataclass(frozen=True)
class Pages:
    """Everything in one reflection: which session it was for, and its responses by key."""

    number: int
    title: str
    responses: dict[str, Response] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Pages of session {self.number}>"

    @property
    def is_blank(self) -> bool:
        return all(response.is_empty for response in self.responses.values())


@sensitive_variables()
def to_text(pages: Pages) -> str:
    """As it is sealed: JSON filled up with spaces, so that size says little."""
    responses = {key: asdict(r.prompt) | {"answer": r.answer} for key, r in pages.responses.items()}
    whole = {"session": {"number": pages.number, "title": pages.title}, "responses": responses}
    text = json.dumps(whole, ensure_ascii=False)
    size = len(text.encode())
    return text + " " * (-(size + 4) % (ENVELOPE + 4))


@sensitive_variables()
def from_text(text: str) -> Pages:
    whole = json.loads(text)
    responses = {}
    for key, fields in whole["responses"].items():
        answer = fields.pop("answer")
        responses[key] = Response(Prompt(**fields), answer)
    return Pages(whole["session"]["number"], whole["session"]["title"], responses)


@sensitive_variables()
def in_words(response: Response) -> list[str]:
    """An answer as lines to read, in the words of the form. Empty when nothing was said."""
    answer = response.answer
    if response.is_empty:
        return []
    match response.prompt.kind:
        case "checkin":
            said = [LEVELS.get(answer["level"]), UNSAID.get(answer["said"])]
            return [str(word) for word in said if word] + [w for w in [answer["word"]] if w]
        case "slider":
            return [_("%(number)s out of 10") % {"number": answer}]
        case "balance":
            sides = {"giving": _("Giving: %s"), "receiving": _("Receiving: %s")}
            return [words % answer[s] for s, words in sides.items() if answer[s] is not None]
        case "choose_many":
            labels = response.prompt.options | {k: str(v) for k, v in ADDED_OPTIONS.items()}
            chosen = [labels.get(key, key) for key in answer["chosen"]]
            return chosen + [w for w in [answer["other"]] if w]
        case _:
            return answer.splitlines()
