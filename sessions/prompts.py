"""The questions of a reflection, as authored. Their keys outlive their wording."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

CHECKIN, SLIDER, BALANCE, CHOOSE_MANY, FREE_TEXT = (
    "checkin",
    "slider",
    "balance",
    "choose_many",
    "free_text",
)


@dataclass(frozen=True)
class Prompt:
    """One question. `key` never changes; an answer keeps the wording it was given to."""

    key: str
    kind: str
    label: str
    help: str = ""
    revisits: str = ""  # the key of an earlier prompt whose answer is offered here
    low_label: str = ""
    high_label: str = ""
    options: dict[str, str] = field(default_factory=dict)


def read(stream: Any) -> Iterator[Prompt]:
    """The prompts of a session, in the order they are asked."""
    for block in stream:
        yield prompt_of(block.block_type, block.value)


def prompt_of(kind: str, value: Mapping[str, Any]) -> Prompt:
    """One question, from its kind and what an editor filled in."""
    return Prompt(
        key=value["key"],
        kind=kind,
        label=value["label"],
        help=value.get("help") or "",
        revisits=value.get("revisits") or "",
        low_label=value.get("low_label") or "",
        high_label=value.get("high_label") or "",
        options={option["key"]: option["label"] for option in value.get("options") or []},
    )


def give_keys(stream: Any) -> None:
    """Name every question and option that has no name yet, and part twins.

    Duplicating a block in the editor copies its hidden key; the copy is a new question.
    """
    seen: set[str] = set()
    for block in stream:
        _give_key(block.value, seen)
        options: set[str] = set()
        for option in block.value.get("options") or []:
            _give_key(option, options)


def _give_key(value: Any, seen: set[str]) -> None:
    if not value.get("key") or value["key"] in seen:
        value["key"] = f"q_{uuid.uuid4().hex[:12]}"
    seen.add(value["key"])
