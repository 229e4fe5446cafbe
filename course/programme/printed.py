"""The drawings that every document shares, in plain colours: paper reads no variables."""

from course import pdf
from course.programme import spiral


def station(here: int | None) -> str:
    """The drawing in which this session's place on the line is larger: its name as a class."""
    return f"station-{here or 0}"


def _spiral(here: int | None) -> str:
    dots = []
    for k in spiral.SESSIONS:
        x, y = (f"{value:.1f}" for value in spiral.station(k))
        if k == here:
            dots.append(f'<circle cx="{x}" cy="{y}" r="27" fill="#fff"/>')
            dots.append(f'<circle cx="{x}" cy="{y}" r="19" fill="#5f2c14"/>')
        else:
            dots.append(f'<circle cx="{x}" cy="{y}" r="8" fill="#8a4a2a"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="10 10 362 362">'
        f'<path fill="#8a4a2a" stroke="#8a4a2a" stroke-width="5" d="{spiral.map_line()}"/>'
        f"{''.join(dots)}</svg>"
    )


def _mark() -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 380">'
        f'<path d="{spiral.brand_path()}" fill="none" stroke="#8a4a2a" stroke-width="30"'
        ' stroke-linecap="round"/></svg>'
    )


for _k in (None, *spiral.SESSIONS):
    pdf.drawings[f"{station(_k)}.svg"] = _spiral(_k).encode()
pdf.drawings["mark.svg"] = _mark().encode()
