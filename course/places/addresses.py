"""Reading a list of e-mail addresses as people paste it: lines, commas, a CSV from elsewhere."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MOST_LINES = 5_000
LONGEST = 254
_IN_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")


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
    if inside := _IN_BRACKETS.findall(line):
        return [cell.strip() for cell in inside]
    cells = [cell.strip().strip("\"'").strip() for cell in re.split(r"[,;\t]", line)]
    cells = [cell for cell in cells if cell]
    return [cell for cell in cells if "@" in cell] or cells[:1]


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
