"""Finding words in a small set of texts, however they are spelt. It knows no model.

An index of a hundred texts is read whole for each search: that takes a few milliseconds, works
alike on every database, and lets each reader find only in what they may read.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein

WORD = re.compile(r"[^\W_]+(?:’[^\W_]+)?")
_SMALL = (
    "a about an and are as at be but by can do does for from had has have how i if in into is it "
    "its me more my no not of off on or our out so than that the their them then they this to too "
    "up us was we what when where which who why will with you your"
)
SMALL = frozenset(_SMALL.split())
# Two spellings may be one word when they begin alike (ends are what people hear differently) and
# when so much of their letters is the same. Two words run together must be nearer than that.
CLOSE, ALIKE, NEARLY_THE_SAME = 0.86, 0.65, 0.85
IN_TITLE = 4  # a word in a title says as much as this many in the text
PREFIX = 4  # letters from which the beginning of a word is enough
LONGEST_EXCERPT = 180


@dataclass(frozen=True)
class Text:
    """One thing that can be found, as far as one reader may know it."""

    title: str
    where: str
    url: str
    words: str
    titled: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Found:
    texts: list[Text]
    meant: str = ""  # the query with other spellings, where one was needed
    spelt: tuple[str, ...] = ()


def text(*, title: str, where: str, url: str, words: str = "") -> Text:
    return Text(title, where, url, words, Counter(_split(title)), Counter(_split(words)))


def find(texts: Iterable[Text], query: str, *, at_most: int = 20) -> Found:
    """The texts that hold the words of the query, the best first.

    Texts with every word come before all others; when there is none, those with most of them.
    """
    texts = list(texts)
    holders = Counter(word for t in texts for word in t.titled.keys() | t.counted.keys())
    wanted, meant = _wanted(query, holders)
    ranked = []
    for one in texts:
        scores = [_score(one, spellings, holders, len(texts)) for spellings in wanted]
        hits = sum(score > 0 for score in scores)
        if hits:
            ranked.append((hits, sum(scores), one))
    most = max((hits for hits, _score, _one in ranked), default=0)
    best = [(score, one) for hits, score, one in ranked if hits == most]
    best.sort(key=lambda pair: -pair[0])
    spelt = tuple(word for spellings in wanted for word in spellings)
    return Found([one for _score, one in best[:at_most]], meant, spelt)


def excerpt(one: Text, spelt: Iterable[str]) -> str:
    """The sentence around the first word that was found, or the first one."""
    sentences = [" ".join(s.split()) for s in re.split(r"(?<=[.!?])\s+|\n+", one.words)]
    wanted = set(spelt)
    chosen = next((s for s in sentences if wanted & set(_split(s))), sentences[0])
    if len(chosen) <= LONGEST_EXCERPT:
        return chosen
    return chosen[:LONGEST_EXCERPT].rpartition(" ")[0] + " …"


def _split(words: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", words).lower().replace("'", "’")
    return WORD.findall(plain)


def _wanted(query: str, known: Counter[str]) -> tuple[list[list[str]], str]:
    """For each word of the query how it may be spelt here, and the query as it was meant."""
    asked = _split(query)
    words = [word for word in asked if word not in SMALL] or asked
    joined = _joined(asked, known)
    if joined:  # “burnt out”, “self compasion”: two words that are one here
        return [[joined]], joined
    wanted = [_spellings(word, known) for word in words]
    meant = [best[0] if best else word for word, best in zip(words, wanted, strict=True)]
    needed = any(best and not _as_written(w, best) for w, best in zip(words, wanted, strict=True))
    return wanted, " ".join(meant) if needed else ""


def _joined(asked: list[str], known: Counter[str]) -> str:
    """Two words that nobody wrote here apart, and that make one word together."""
    if len(asked) != 2 or all(word in known and word not in SMALL for word in asked):
        return ""
    together = "".join(asked)
    near = _close(together, known, alike=NEARLY_THE_SAME) if len(together) > 6 else []
    return near[0] if near else ""


def _spellings(word: str, known: Counter[str]) -> list[str]:
    """The word as it stands here: itself and what begins with it, its stem, or its like."""
    begun = [k for k in known if len(word) >= PREFIX and k.startswith(word) and k != word]
    exact = [word] if word in known else []
    if exact or begun:
        return exact + begun
    stems = [k for k in known if len(k) > PREFIX and word.startswith(k) and k not in SMALL]
    near = _close(word, known, alike=NEARLY_THE_SAME)
    return near or sorted(stems, key=len)[-1:] or _close(word, known)


def _as_written(word: str, spellings: list[str]) -> bool:
    return any(spelling.startswith(word) for spelling in spellings)


def _close(word: str, known: Counter[str], *, alike: float = ALIKE) -> list[str]:
    """The spelling nearest to this word, and those that are as near."""
    if len(word) < PREFIX:
        return []
    begin = JaroWinkler.normalized_similarity
    near = process.extract(word, known.keys(), scorer=begin, score_cutoff=CLOSE, limit=8)
    names = [spelling for spelling, _score, _n in near if spelling not in SMALL]
    letters = Levenshtein.normalized_similarity
    best = process.extract(word, names, scorer=letters, score_cutoff=alike, limit=3)
    return [spelling for spelling, score, _n in best if score == best[0][1]]


def _score(one: Text, spellings: list[str], holders: Counter[str], size: int) -> float:
    """How much a text is about a word: rare words say more, and titles say most."""
    total = 0.0
    for spelling in spellings:
        times = one.counted[spelling] + IN_TITLE * one.titled[spelling]
        if times:
            total += (1 + log(times)) * log(1 + size / holders[spelling])
    return total
