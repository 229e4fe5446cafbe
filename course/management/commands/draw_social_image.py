from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from PIL import Image, ImageDraw, ImageFont

from course.programme import spiral

IMAGE = settings.BASE_DIR / "course" / "static" / "course" / "img" / "social.png"
SIZE = (1200, 630)
FINER = 4  # drawn larger, then reduced, so that edges are smooth
PAPER, INK, QUIET = "#fbfaf6", "#1f2933", "#414b55"
LINE, DEEP = "#b05a30", "#7f3b1b"
WORDS = [  # what, how large, how bold, where its top is, in which colour
    ("Resourced", 88, 700, 148, INK),
    ("Eight sessions for people", 41, 400, 268, INK),
    ("who support people", 41, 400, 320, INK),
    ("What you write stays yours.", 29, 400, 426, QUIET),
]
LEFT, CENTRE, SCALE = 84, (888, 312), 1.62


class Command(BaseCommand):
    help = "Draw the picture that link previews show, from the spiral's own formula."

    def handle(self, *args: Any, **options: Any) -> None:
        draw_social_image(IMAGE)
        self.stdout.write(f"Drawn: {IMAGE.relative_to(settings.BASE_DIR)}")


def draw_social_image(path: Path) -> None:
    picture = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.polygon(_line(), fill=LINE)
    _rest_week(pen)
    for k in spiral.SESSIONS:
        _station(pen, k)
    for text, size, weight, top, colour in WORDS:
        place = (LEFT * FINER, top * FINER)
        pen.text(place, text, fill=colour, font=_font(size, weight))
    picture = picture.resize(SIZE, Image.Resampling.LANCZOS)
    path.parent.mkdir(exist_ok=True)
    # Few colours are enough for one line on paper, and make a small file.
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    name = f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2"
    return ImageFont.truetype(settings.BASE_DIR / "course" / "fonts" / name, size * FINER)


def _on_picture(point: spiral.Point) -> spiral.Point:
    x, y = (p - c for p, c in zip(point, spiral.MAP.centre, strict=True))
    return (CENTRE[0] + x * SCALE) * FINER, (CENTRE[1] + y * SCALE) * FINER


def _line() -> list[spiral.Point]:
    """The same filled shape as on the site: out along one edge, back along the other."""
    angles = [spiral.START + n / 2 for n in range(int((spiral.END - spiral.START) * 2) + 1)]
    outer = [spiral.MAP.at(a, spiral.pen_width(a) / 2) for a in angles]
    inner = [spiral.MAP.at(a, -spiral.pen_width(a) / 2) for a in reversed(angles)]
    return [_on_picture(point) for point in outer + inner]


def _disc(
    pen: ImageDraw.ImageDraw, at: spiral.Point, radius: float, *, fill: str, edge: float = 0
) -> None:
    (x, y), r = at, radius * SCALE * FINER
    width = round(edge * SCALE * FINER)
    pen.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=LINE, width=width)


def _station(pen: ImageDraw.ImageDraw, k: int) -> None:
    at = _on_picture(spiral.station(k))
    _disc(pen, at, 22, fill=PAPER)
    _disc(pen, at, 17, fill=PAPER, edge=2.5)
    pen.text(at, str(k), fill=DEEP, font=_font(29, 700), anchor="mm")


def _rest_week(pen: ImageDraw.ImageDraw) -> None:
    _disc(pen, _on_picture(spiral.rest_week()), 7, fill=PAPER, edge=2)
