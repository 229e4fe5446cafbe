"""The shape of what someone is given when they ask for everything that is kept about them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Part:
    """One heading, and under it records of plain facts.

    Records hold text, numbers, yes or no, days and moments, or None. `labels` says in words
    what each fact is, in the order of reading; a computer reads the keys.
    """

    key: str
    title: Words
    labels: dict[str, Words]
    records: list[dict[str, Any]] = field(default_factory=list)
    note: Words = ""

    def __repr__(self) -> str:  # never the records: they would end up in a traceback
        return f"<Part {self.key}>"


@dataclass(frozen=True)
class File:
    """A document of one's own, read when its turn comes."""

    name: str
    read: Callable[[], bytes]
