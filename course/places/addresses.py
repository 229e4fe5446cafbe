"""Reading a list of e-mail addresses as people paste it: lines, a CSV, out of a mail program."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MOST_LINES = 5_000
LONGEST = 254
_IN_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")
_IN_QUOTES = re.compile(r'"[^"@]*"')  # a name, which may hold a comma
_BETWEEN = re.compile(r"[,;\t]")
_LIKE_ADDRESS = re.compile(r"\S+@\S+")


class TooMany(Exception):
    """More lines than we read at once."""


def read_addresses(text: str) -> list[str]:
    """What stands in the list, one entry for each address or line, as it was written.

    Of a line with several columns only the cells with an @ count. A heading is left out.
    Raises TooMany.
    """
    lines = text.replace("\ufeff", "").splitlines()
    if len(lines) > MOST_LINES:
        raise TooMany
    found: list[str] = []
    for number, line in enumerate(lines):
        if number == 0 and "@" not in line and "mail" in line.lower():
            continue
        found += _entries(line)
    if len(found) > MOST_LINES:
        raise TooMany
    return found


def _entries(line: str) -> list[str]:
    """Names and quotation marks around an address are left behind, as mail programs write them."""
    cells = [cell.strip() for cell in _BETWEEN.split(_IN_QUOTES.sub("", line))]
    found = [one for cell in cells for one in _addresses_in(cell)]
    return found or [cell for cell in cells if cell][:1]


def _addresses_in(cell: str) -> list[str]:
    inside = _IN_BRACKETS.findall(cell) or [w for w in cell.split() if _LIKE_ADDRESS.match(w)]
    if not inside and "@" in cell:
        inside = [cell]  # as it was written, so that its line gets an answer
    return [one.strip(" .\"'").removeprefix("mailto:") for one in inside]


def tidy(address: str) -> str | None:
    """The address as we keep it, in lower case, or None when no letter could reach it."""
    plain = unicodedata.normalize("NFKC", address).strip().lower()
    if len(plain) > LONGEST:
        return None
    try:
        validate_email(plain)
    except ValidationError:
        return None
    return plain
