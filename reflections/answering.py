"""From a posted form to answers. Nothing is required; nothing typed is thrown away silently."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from reflections.responses import ADDED_OPTIONS, UNSAID, Response
from sessions.prompts import Prompt

LONGEST = 20_000  # letters in one answer; about forty pages of a pocket book
LONGEST_WORD = 200


@dataclass
class Posted:
    """What came in: responses to keep, and friendly words about what could not be kept."""

    responses: dict[str, Response] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)  # by the form field's name
    mended: bool = False  # some signs cannot be kept as they were

    def __repr__(self) -> str:
        return f"<Posted: {len(self.responses)} responses>"


@sensitive_variables()
def read_post(prompts: list[Prompt], data: QueryDict) -> Posted:
    """Read the answers to the questions that this page asked. Other fields are ignored."""
    posted = Posted()
    for prompt in prompts:
        reader = READERS[prompt.kind]
        answer = reader(prompt, data, posted)
        if not any(name.partition("-")[0] == prompt.key for name in posted.errors):
            posted.responses[prompt.key] = Response(prompt, answer)
    return posted


@sensitive_variables()
def _text(name: str, data: QueryDict, posted: Posted, *, longest: int) -> str:
    """One text field. Signs that no screen can show become �, and the page says so."""
    raw = data.get(name, "").replace("\r\n", "\n")
    text = "".join(c if _can_be_kept(c) else "\ufffd" for c in raw)
    posted.mended = posted.mended or text != raw
    if len(text) > longest:
        posted.errors[name] = _(
            "This box holds %(longest)s letters, and you have %(count)s. "
            "Your words are still in the box. Shorten them a little, then save."
        ) % {"longest": f"{longest:,}", "count": f"{len(text):,}"}
        return ""
    return text.strip("\n")


def _can_be_kept(letter: str) -> bool:
    return letter in "\n\t" or not (letter < " " or "\ud800" <= letter <= "\udfff")


@sensitive_variables()
def _number(name: str, data: QueryDict, posted: Posted) -> int | None:
    """A whole number from 0 to 10, forgiving about spaces and a decimal comma; or nothing."""
    raw = data.get(name, "").strip().replace(",", ".")
    if not raw:
        return None
    try:
        number = round(float(raw))
    except (ValueError, OverflowError):
        number = -1
    if not 0 <= number <= 10:
        posted.errors[name] = _("Please use a number from 0 to 10, or leave it empty.")
        return None
    return number


@sensitive_variables()
def _checkin(prompt: Prompt, data: QueryDict, posted: Posted) -> dict[str, Any]:
    said = data.get(prompt.key, "")
    level = int(said) if said in {"1", "2", "3", "4", "5"} else None
    word = _text(f"{prompt.key}-word", data, posted, longest=LONGEST_WORD)
    return {"level": level, "said": said if said in UNSAID else None, "word": word}


@sensitive_variables()
def _slider(prompt: Prompt, data: QueryDict, posted: Posted) -> int | None:
    return _number(prompt.key, data, posted)


@sensitive_variables()
def _balance(prompt: Prompt, data: QueryDict, posted: Posted) -> dict[str, int | None]:
    return {side: _number(f"{prompt.key}-{side}", data, posted) for side in ("giving", "receiving")}


@sensitive_variables()
def _choose_many(prompt: Prompt, data: QueryDict, posted: Posted) -> dict[str, Any]:
    known = {**prompt.options, **ADDED_OPTIONS}
    chosen = [key for key in known if key in data.getlist(prompt.key)]
    if "rather_not_say" in chosen:  # it clears the rest, as the form says
        return {"chosen": ["rather_not_say"], "other": ""}
    other = _text(f"{prompt.key}-other", data, posted, longest=LONGEST_WORD)
    return {"chosen": chosen, "other": other}


@sensitive_variables()
def _free_text(prompt: Prompt, data: QueryDict, posted: Posted) -> str:
    return _text(prompt.key, data, posted, longest=LONGEST)


READERS = {
    "checkin": _checkin,
    "slider": _slider,
    "balance": _balance,
    "choose_many": _choose_many,
    "free_text": _free_text,
}
