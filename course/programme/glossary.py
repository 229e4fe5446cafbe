"""Words explained where they first stand: a button that opens a few lines, without a script."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise

from course.programme.models import GlossaryTerm

# Nothing is opened from inside these: they are controls, names of things, or not prose.
CLOSED = {"a", "button", "summary", "label", "legend", "option", "script", "style", "svg"}
CLOSED |= {"h1", "h2", "h3", "h4", "h5", "h6", "textarea", "select", "dt"}


@dataclass(frozen=True)
class Word:
    """One term as a page needs it."""

    number: int
    term: str
    forms: tuple[str, ...]
    explanation: str


def read() -> list[Word]:
    return [Word(t.pk, t.term, tuple(t.forms), t.explanation) for t in GlossaryTerm.objects.all()]


def sign_of(words: list[Word]) -> str:
    """Changes with any change of the glossary, for the names of what is drawn with it."""
    return sha256(repr(words).encode()).hexdigest()[:16]


class Glossary:
    """Marks the first use of each word over several pieces of one page, in their order."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.by_form = {form: word for word in words for form in word.forms}
        self.by_lower = {f.lower(): w for f, w in self.by_form.items() if not _is_abbreviation(f)}
        forms = sorted(self.by_form, key=len, reverse=True)
        either = "|".join(_pattern(form) for form in forms)
        self.forms = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])") if forms else None
        self.marked: set[int] = set()

    def mark(self, html: str) -> tuple[str, list[Word]]:
        """One piece with its new words marked, and every word that it uses, new or not."""
        if self.forms is None:
            return html, []
        marker = _Marker(self)
        marker.feed(html)
        marker.close()
        used = {word.number: word for word in marker.used}
        return "".join(marker.out), sorted(used.values(), key=lambda word: word.term.lower())

    def word_for(self, form: str) -> Word | None:
        return self.by_form.get(form) or self.by_lower.get(form.lower())


def _is_abbreviation(form: str) -> bool:
    return any(a.isupper() and b.isupper() for a, b in pairwise(form))


def _pattern(form: str) -> str:
    words = re.escape(form)
    return words if _is_abbreviation(form) else f"(?i:{words})"


class _Marker(HTMLParser):
    """Copies HTML letter by letter, but for what it marks in running text."""

    def __init__(self, glossary: Glossary) -> None:
        super().__init__(convert_charrefs=False)
        self.glossary = glossary
        self.out: list[str] = []
        self.used: list[Word] = []
        self.closed = 0  # how many elements are open in which nothing may be marked

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.closed += tag in CLOSED
        self.out.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.closed -= tag in CLOSED
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data if self.closed else self.glossary.forms.sub(self._marked, data))

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def _marked(self, found: re.Match[str]) -> str:
        word = self.glossary.word_for(unescape(found[0]))
        if word is None:
            return found[0]
        self.used.append(word)
        if word.number in self.glossary.marked:
            return found[0]
        self.glossary.marked.add(word.number)
        name = f"word-{word.number}"
        return (
            f'<button class="word" type="button" popovertarget="{name}">{found[0]}</button>'
            f'<span popover id="{name}">{escape(word.explanation)}</span>'
        )
