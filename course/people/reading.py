"""Reading settings: how pages look, chosen once and the same everywhere.

This device keeps a choice in one cookie (`t.calm-s.130`), and people who sign in can keep one
in their account. The server writes it on <html>; CSS does the rest, so nothing flashes and
nothing needs JavaScript. Cookies and accounts may hold what a later version wrote, or what
somebody made up: whatever is not known here is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from course.people.models import User
from course.people.reading_options import OPTIONS, PRESETS

COOKIE = "rs"
COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
VERSION = 1  # of what an account keeps

BY_KEY = {option.key: option for option in OPTIONS}
BY_ATTRIBUTE = {option.attribute: option for option in OPTIONS}
DEFAULTS = {option.key: option.default for option in OPTIONS}
# Always on <html>, so that a sample further in can have what the page has not.
ALWAYS = ("theme", "font", "size", "motion")

ACCOUNT, DEVICE, UNDECIDED = "a", "d", ""
_KEPT = "k"  # in the cookie: where its choices come from


@dataclass(frozen=True)
class OnDevice:
    """What this device's cookie says.

    `kept` is ACCOUNT when the choices are a copy of an account's, DEVICE when somebody decided
    that this device has its own, and UNDECIDED when nobody was asked.
    """

    choices: dict[str, str]
    kept: str


def keep_known(choices: Mapping[str, Any]) -> dict[str, str]:
    """The choices we know, without those that are the default. Never raises."""
    return {
        key: choices[key]
        for key, option in BY_KEY.items()
        if isinstance(choices.get(key), str)
        and choices[key] in option.values
        and choices[key] != option.default
    }


def from_cookie(cookie: str | None) -> OnDevice:
    """Read `t.calm-s.130-k.d`. No cookie asks for the account's; a spoilt one for nothing."""
    if cookie is None:
        return OnDevice({}, ACCOUNT)
    parts = (part.split(".", 1) for part in cookie.split("-"))
    said = {part[0]: part[1] for part in parts if len(part) == 2}
    kept = said.get(_KEPT, UNDECIDED)
    return OnDevice(keep_known(said), kept if kept in (ACCOUNT, DEVICE) else UNDECIDED)


def to_cookie(choices: Mapping[str, Any], *, kept: str = UNDECIDED) -> str:
    facts = keep_known(choices) | ({_KEPT: kept} if kept else {})
    return "-".join(f"{key}.{value}" for key, value in sorted(facts.items()))


def note_on_device(
    response: HttpResponse, choices: Mapping[str, Any], *, kept: str, secure: bool
) -> None:
    """Send the cookie along."""
    value = to_cookie(choices, kept=kept)
    keep = {"max_age": COOKIE_AGE, "samesite": "Lax", "secure": secure, "httponly": True}
    response.set_cookie(COOKIE, value, **keep)


def in_account(choices: Mapping[str, Any]) -> dict[str, Any]:
    """How an account keeps them."""
    return {"version": VERSION, **keep_known(choices)}


def for_reader(device: OnDevice, user: User) -> dict[str, str]:
    """The choices in force: the account's, unless this device has its own."""
    follows = device.kept == ACCOUNT and user.is_authenticated
    return keep_known(user.reading) if follows else device.choices


def to_be_asked(device: OnDevice, user: User) -> bool:
    """Whether device and account differ, and nobody has said yet which of them counts here."""
    undecided = user.is_authenticated and device.kept == UNDECIDED
    return undecided and bool(device.choices) and device.choices != keep_known(user.reading)


def preset(name: str | None) -> dict[str, str]:
    """What a preset sets; nothing for a name that we do not know."""
    return next((dict(p.choices) for p in PRESETS if p.name == name), {})


def for_html(choices: Mapping[str, Any]) -> dict[str, str]:
    """Every option's value by its attribute name, for <html data-theme=…>."""
    chosen = DEFAULTS | keep_known(choices)
    return {BY_KEY[key].attribute: value for key, value in chosen.items()}


def as_attributes(values: dict[str, str]) -> SafeString:
    """The same values as attributes of <html>; defaults that no style asks for are left out."""
    return _attributes(
        tuple(
            (attribute, value)
            for attribute, value in values.items()
            if attribute in ALWAYS or value != BY_ATTRIBUTE[attribute].default
        )
    )


@lru_cache(maxsize=512)
def _attributes(values: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join(" ", 'data-{}="{}"', values)
