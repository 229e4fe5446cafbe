"""Reading settings: how pages look, chosen once and the same everywhere.

Kept in one cookie for anyone (`t.calm-s.130`), and in the account as JSON for
people who sign in. The server writes them on <html>; CSS does the rest, so
nothing flashes and nothing needs JavaScript.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

COOKIE = "rs"
COOKIE_AGE = 365 * 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Option:
    """One thing to choose. `values` maps stored codes to (label, explanation)."""

    key: str
    attribute: str
    label: Promise
    hint: Promise
    default: str
    values: dict[str, tuple[Promise, Promise]]


OPTIONS = (
    Option(
        "t",
        "theme",
        _("Colours"),
        _("All but one have text with strong contrast. Soft is lower on purpose."),
        "auto",
        {
            "auto": (_("Match my device"), _("Light or dark, as your device asks.")),
            "light": (_("Light"), _("Dark text on warm white.")),
            "calm": (_("Calm"), _("Sand and green, with less glare.")),
            "dark": (_("Dark"), _("Light text on dark grey.")),
            "more": (_("More contrast"), _("Black on white, with bold edges.")),
            "soft": (_("Soft"), _("Lower contrast than the others.")),
        },
    ),
    Option(
        "s",
        "size",
        _("Text size"),
        _("On top of what your browser does."),
        "100",
        {
            "90": (_("Smaller"), _("90%")),
            "100": (_("Standard"), _("100%")),
            "115": (_("A little larger"), _("115%")),
            "130": (_("Larger"), _("130%")),
            "150": (_("Much larger"), _("150%")),
            "200": (_("Twice the size"), _("200%")),
        },
    ),
    Option(
        "m",
        "motion",
        _("Movement"),
        _("Nothing here moves by itself. This covers small things, such as smooth scrolling."),
        "auto",
        {
            "auto": (_("Match my device"), _("As your device asks.")),
            "none": (_("None"), _("Nothing moves.")),
            "allow": (_("Allow"), _("Small movements are fine.")),
        },
    ),
    Option(
        "p",
        "progress",
        _("Progress"),
        _("Words about what you have opened and done, on your own pages."),
        "words",
        {
            "words": (_("In words"), _("Such as “You have been with three of the eight”.")),
            "hidden": (_("Hidden"), _("No words about progress anywhere.")),
        },
    ),
)
BY_KEY = {option.key: option for option in OPTIONS}
DEFAULTS = {option.key: option.default for option in OPTIONS}


def keep_known(choices: dict) -> dict[str, str]:
    """The choices we know, without those that are the default. Never raises."""
    return {
        key: value
        for key, value in choices.items()
        if key in BY_KEY and value in BY_KEY[key].values and value != DEFAULTS[key]
    }


def from_cookie(cookie: str) -> dict[str, str]:
    """Read `t.calm-s.130`. A spoilt cookie is the same as none."""
    parts = (part.split(".", 1) for part in cookie.split("-"))
    return keep_known({part[0]: part[1] for part in parts if len(part) == 2})


def to_cookie(choices: dict[str, str]) -> str:
    return "-".join(f"{key}.{value}" for key, value in sorted(keep_known(choices).items()))


def as_attributes(values: dict[str, str]) -> SafeString:
    """The same values as attributes of <html>."""
    return _attributes(tuple(values.items()))


@lru_cache(maxsize=512)
def _attributes(values: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join(" ", 'data-{}="{}"', values)


def for_html(choices: dict[str, str]) -> dict[str, str]:
    """Every option's value by its attribute name, for <html data-theme=…>."""
    chosen = DEFAULTS | keep_known(choices)
    return {BY_KEY[key].attribute: value for key, value in chosen.items()}
