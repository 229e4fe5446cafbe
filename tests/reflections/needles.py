"""A sentence in every dress in which it might go out, and where each dress would be found."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

from tests.cast import CANARY


def dresses(words: str = CANARY) -> dict[str, bytes]:
    """Plain, escaped, quoted, as wide letters, in hexadecimal, and in base64 at each offset."""
    raw = words.encode()
    found = {
        "plain": raw,
        "in capitals": words.upper().encode(),
        "escaped": html.escape(words).encode(),
        "JSON": json.dumps(words)[1:-1].encode(),
        "quoted": quote(words).encode(),
        "quoted with plus": quote_plus(words).encode(),
        "wide, little end first": words.encode("utf-16-le"),
        "wide, big end first": words.encode("utf-16-be"),
        "hexadecimal": raw.hex().encode(),
    }
    for offset in range(3):  # the first and last signs depend on what stands beside them
        coded = base64.b64encode(b"x" * offset + raw)
        found[f"base64 at {offset}"] = coded[4 if offset else 0 : -4]
    return found


DRESSES = dresses()


def found_in(hay: bytes | str, *, words: str = CANARY) -> list[str]:
    raw = hay.encode("utf-8", "surrogatepass") if isinstance(hay, str) else bytes(hay)
    dressed = DRESSES if words == CANARY else dresses(words)
    lowered = raw.lower()
    return [
        name
        for name, needle in dressed.items()
        if needle in raw or (name == "hexadecimal" and needle in lowered)
    ]
