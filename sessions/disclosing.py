"""What may be shown of a group's answers so that nobody's own can be told from it.

Pure functions: whole numbers in, what may be published out. The rules are trust.md 3.3 with
the changes of design.md section 6; a test goes through every table of up to 45 people and
looks for what a reader could work out. One question is one set: those who answered it are
its people, and each of its tables is about the same people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

ROUNDED_TO = 5
# Where a larger group has no table, nearly all are alike, and half a step tells of the rest.
MANY = 47

# A figure as it is published and frozen, in one of three forms:
#   {"kind": "withheld"}
#   {"kind": "table", "people": 15, "bands": [None, None, 10]}     None is shown as *
#   {"kind": "mean", "people": 15, "mean": 3.5, "edge": ""}        edge: "", "lower", "higher"
Figure = dict[str, Any]


def _raised(asked: int, *, least: int) -> int:
    return least if asked <= least else ROUNDED_TO * ((asked + 1) // ROUNDED_TO) + 3


@dataclass(frozen=True)
class Thresholds:
    """From how many people on anything is shown, and how large the smallest cell may be.

    An installation may ask for more, never for less. What it asks for is taken up to where
    rounding changes (13, 18, 23…): in between, a reader could tell numbers more exactly.
    """

    people: int = 10
    cell: int = 8

    def __post_init__(self) -> None:
        cell = _raised(self.cell, least=8)
        people = _raised(max(self.people, cell), least=10)
        object.__setattr__(self, "cell", cell)
        object.__setattr__(self, "people", people)


@dataclass(frozen=True)
class Scale:
    """How answers run, the last answer of each band but the highest, and the mean's rule."""

    name: str
    low_to: int
    mid_to: int
    mean_steps: int  # steps in one whole: 2 rounds to halves
    mean_from: float  # below it, and above `mean_to`, the mean is not told more exactly
    mean_to: float
    narrower: float = 0  # how much closer the two ends lie for groups of more than MANY

    def band(self, answer: int) -> int:
        return 0 if answer <= self.low_to else 1 if answer <= self.mid_to else 2


FIVE = Scale("five", low_to=2, mid_to=3, mean_steps=2, mean_from=2.0, mean_to=4.0, narrower=0.5)
# The narrowest ends with which no reader learns that nearly all are in one band.
ELEVEN = Scale("eleven", low_to=4, mid_to=6, mean_steps=1, mean_from=4.0, mean_to=7.0)


def figure(answers: Iterable[int], scale: Scale, thresholds: Thresholds | None = None) -> Figure:
    """What may be shown of these answers. For fewer people than asked for it is always the
    same, from nobody up to the last one that is lacking."""
    answers = list(answers)
    bands = [0, 0, 0]
    for answer in answers:
        bands[scale.band(answer)] += 1
    return published(bands, sum(answers), scale, thresholds or Thresholds())


def published(bands: Sequence[int], total: int, scale: Scale, thresholds: Thresholds) -> Figure:
    """The same, from the number of people in each band and the sum of all answers."""
    people = sum(bands)
    if people < thresholds.people:
        return {"kind": "withheld"}
    shown = bands_to_show(bands, thresholds.cell)
    if shown:
        cells = [rounded(n) if k in shown else None for k, n in enumerate(bands)]
        return {"kind": "table", "people": rounded(people), "bands": cells}
    mean, edge = _coarse_mean(total, people, scale)
    return {"kind": "mean", "people": rounded(people), "mean": mean, "edge": edge}


def bands_to_show(bands: Sequence[int], cell: int) -> set[int]:
    """Which of three bands may stand in a table. None of them: the mean is shown instead."""
    people = sum(bands)
    shown = {k for k in range(3) if bands[k] >= cell}  # a small cell, zero included
    if len(shown) == 2:  # one hidden cell could be had by subtracting
        shown.remove(min(shown, key=lambda k: (bands[k], -k)))
    if len(shown) == 1:
        (kept,) = shown
        rest = people - bands[kept]
        nearly_all = rest < cell
        # Three bands nearly alike: a hidden one would be known to within seven people.
        nearly_alike = bands[kept] < cell + ROUNDED_TO and rest >= 2 * cell
        if nearly_all or nearly_alike:
            return set()
    return shown


def rounded(people: int) -> int:
    """To the nearest five."""
    return ROUNDED_TO * ((people + 2) // ROUNDED_TO)


def _coarse_mean(total: int, people: int, scale: Scale) -> tuple[float, str]:
    """The mean to the nearest step, without saying how far it lies beyond either end."""
    steps = scale.mean_steps
    mean = ((2 * total * steps + people) // (2 * people)) / steps  # halves round up
    closer = scale.narrower if people > MANY else 0
    lowest, highest = scale.mean_from + closer, scale.mean_to - closer
    if mean <= lowest:
        return lowest, "lower"
    if mean >= highest:
        return highest, "higher"
    return mean, ""


def change(before: float, after: float) -> int:
    """From the first answer to the last, on a scale from 1, much lower, to 5, much higher."""
    difference = after - before
    if abs(difference) < 1.5:
        return 3
    far = abs(difference) >= 3.5
    if difference < 0:
        return 1 if far else 2
    return 5 if far else 4
