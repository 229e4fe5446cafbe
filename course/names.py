"""Names on documents: which can be printed faithfully, and what to say about the others."""

import shutil
import subprocess
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FONTS = Path(__file__).parent / "fonts"
LONGEST = 120
# They turn a name around on paper and pass every other check.
BIDIRECTIONAL_CONTROLS = set(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
BROKEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of one, and ends of a line
JOINERS = set("\u200c\u200d")  # needed by several scripts, drawn by none


@cache
def _coverage(family: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- slow import

    files = FONTS.glob(f"{family}*-400-normal.woff2")
    return frozenset().union(*(TTFont(path).getBestCmap() for path in files))


@lru_cache(maxsize=4096)
def _system_has(letter: str) -> bool:
    """Whether the machine brings a font with this letter (Han, Kana and Hangul: often)."""
    if not shutil.which("fc-list"):
        return False
    query = ["fc-list", f":charset={ord(letter):x}", "family"]
    return bool(subprocess.run(query, capture_output=True, timeout=10, check=False).stdout.strip())


def face(text: str) -> str:
    """Which typeface draws all of this text alike: "atkinson" if it can, else "noto"."""
    known = _coverage("atkinson")
    return "atkinson" if all(ord(c) in known for c in text) else "noto"


def unprintable(text: str) -> str:
    """The letters of this text that would print as boxes."""
    shipped = _coverage("")
    return "".join(
        c
        for c in dict.fromkeys(text)
        if ord(c) not in shipped and c not in JOINERS and not _is_cjk_of_the_system(c)
    )


def _is_cjk_of_the_system(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) and _system_has(letter)


def one_line(text: str) -> None:
    """For any field of one line: nothing that ends a line, or cannot be seen. An emoji's joiner
    may stay. Raises ValidationError."""
    if any(unicodedata.category(c) in BROKEN or c in BIDIRECTIONAL_CONTROLS for c in text):
        raise ValidationError(_("Please write this in one line, without hidden signs."))


def in_one_line(text: str) -> str:
    """The same as far as it can be seen, where nobody is left to ask."""
    seen = (" " if unicodedata.category(c) in BROKEN else c for c in text)
    return " ".join("".join(seen).split())


def check_name(name: str, *, blank: bool = False) -> str:
    """A tidy name that prints faithfully. Raises ValidationError in friendly words."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name:
        if blank:
            return ""
        raise ValidationError(_("Please write the name that you want on your documents."))
    if len(name) > LONGEST:
        raise ValidationError(
            _("That name has %(count)s letters, and a certificate has room for %(longest)s."),
            params={"count": len(name), "longest": LONGEST},
        )
    if BIDIRECTIONAL_CONTROLS & set(name):
        raise ValidationError(
            _("The name holds hidden marks that turn text around. Typing it afresh removes them.")
        )
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} for c in name):
        raise ValidationError(
            _("The name holds a sign that cannot be printed. Typing it afresh removes it.")
        )
    if missing := unprintable(name):
        raise ValidationError(
            _(
                "We cannot print %(letters)s yet, and will not print boxes instead. "
                "Is there another spelling that you are happy with?"
            ),
            params={"letters": " ".join(missing)},
        )
    return name
