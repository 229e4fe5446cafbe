"""Bars as SVG, from numbers that are published anyway. Each stands beside its table, which says
the same. Fillings differ in lightness and edge, so that grey paper shows them too."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDE, ROW, KEY_ROW, LABEL = 320, 26, 24, 30  # of the drawing, in its own units
FULL, HALF, OPEN, HIDDEN = "full", "half", "open", "hidden"
FILLS = {
    FULL: ("1", ""),
    HALF: ("0.38", ""),
    OPEN: ("0", ""),
    HIDDEN: ("0", "3 4"),
}


@dataclass(frozen=True)
class Bar:
    """One row: its label, its parts as (amount, filling), or a mark between two ends."""

    label: str
    parts: Sequence[tuple[int, str]] = ()
    mark: float | None = None  # 0 at the left end, 1 at the right one
    words: str = ""  # where there is nothing to draw


@dataclass(frozen=True)
class Ink:
    """How a medium draws: its colour, the drawing's width, and its typeface if it needs one."""

    colour: str = "currentColor"
    width: str = "20rem"
    font: str = "inherit"
    size: int = 15


PAPER = Ink("#5f2c14", "196pt", "atkinson-hyperlegible-next-latin-400", 17)


def bars(rows: Sequence[Bar], *, key: Sequence[tuple[str, str]], ink: Ink) -> SafeString:
    """A drawing of these rows under their key of (filling, words)."""
    most = max((sum(amount for amount, _fill in row.parts) for row in rows), default=0) or 1
    top = KEY_ROW * len(key) + 6
    drawn = [_key(n, fill, words, ink) for n, (fill, words) in enumerate(key)]
    drawn += [
        _row(top + n * ROW, row, (WIDE - LABEL - 2) / most, ink) for n, row in enumerate(rows)
    ]
    return format_html(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" width="{}" font-family="{}" '
        'font-size="{}"><title>{}</title>{}</svg>',
        WIDE,
        top + ROW * len(rows),
        ink.width,
        ink.font,
        ink.size,
        _("Bars. The table beside them says the same."),
        format_html_join("", "{}", ((part,) for part in drawn)),
    )


def _key(n: int, fill: str, words: str, ink: Ink) -> SafeString:
    y = n * KEY_ROW
    return _box(1, y + 4, 20, fill, ink) + _text(LABEL, y + 17, words, ink)


def _row(y: int, row: Bar, unit: float, ink: Ink) -> SafeString:
    drawn = _text(0, y + 17, row.label, ink)
    if row.mark is not None:
        return drawn + _mark(y, row.mark, ink)
    x = float(LABEL)
    for amount, fill in row.parts:
        if amount:
            drawn += _box(x, y + 4, amount * unit, fill, ink)
            x += amount * unit
    return drawn + (_text(LABEL, y + 17, row.words, ink) if row.words else SafeString(""))


def _mark(y: int, place: float, ink: Ink) -> SafeString:
    """A line from the lowest to the highest answer, and a diamond where the mean lies."""
    left, right, middle = LABEL + 8, WIDE - 10, y + 12
    x = left + place * (right - left)
    return format_html(
        '<path d="M{0} {1}H{2}M{0} {3}V{4}M{2} {3}V{4}" stroke="{5}" stroke-width="1.5" '
        'fill="none"/><path d="M{6} {3}l8 8l-8 8l-8-8z" fill="{5}"/>',
        left,
        middle,
        right,
        middle - 8,
        middle + 8,
        ink.colour,
        f"{x:.1f}",
    )


def _box(x: float, y: float, width: float, fill: str, ink: Ink) -> SafeString:
    opacity, dashes = FILLS[fill]
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="16" fill="{}" fill-opacity="{}" stroke="{}" '
        'stroke-width="1.5"{}/>',
        f"{x:.1f}",
        y,
        f"{max(width - 2, 1):.1f}",
        ink.colour,
        opacity,
        ink.colour,
        format_html(' stroke-dasharray="{}"', dashes) if dashes else "",
    )


def _text(x: float, y: float, words: str, ink: Ink) -> SafeString:
    return format_html('<text x="{}" y="{}" fill="{}">{}</text>', x, y, ink.colour, words)
