"""The spiral: one line that is fuller where someone is fuller.

Angles are degrees, clockwise from the top. Sessions lie 120 degrees apart, so that
1-4-7, 2-5-8 and 3-6 stand in line: the same question, one turn further out. Every
edge is one cubic Bézier per step, drawn from a point and its derivative.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, cos, pi, radians, sin

SESSIONS = range(1, 9)
START, END = -100.0, 962.0  # the line begins before session 1 and runs on past 8
REST_WEEK = 300.0  # between sessions 3 and 4
STEP = 30.0  # the widest arc that one Bézier still draws true
REACH = 56.0  # how far a session's own part of "my spiral" reaches, to each side
LIFT = 24.0  # the arc over which the pen touches down or lifts
ARM_GAP = 22.0  # from a session's centre to where an arm begins
ARM_UNIT = 3.4  # length of an arm for each point of 0 to 10

Point = tuple[float, float]
Width = Callable[[float], float]


@dataclass(frozen=True)
class Spiral:
    """Where a spiral lies: its first radius, its growth each turn, its centre."""

    radius: float
    turn: float
    centre: Point

    def radius_at(self, angle: float) -> float:
        return self.radius + self.turn * angle / 360

    def at(self, angle: float, offset: float = 0.0) -> Point:
        """The point at `angle`, moved outward by `offset`."""
        away = self.radius_at(angle) + offset
        x, y = self.centre
        return x + away * sin(radians(angle)), y - away * cos(radians(angle))


MAP = Spiral(radius=40, turn=54, centre=(190, 178))  # viewBox 0 10 380 356
MINE = Spiral(radius=58, turn=84, centre=(282, 256))  # viewBox 0 0 560 552


def angle_of(k: int) -> float:
    return 120.0 * (k - 1)


def station(k: int, spiral: Spiral = MAP) -> Point:
    """Where session `k` (1 to 8) stands."""
    return spiral.at(angle_of(k))


def rest_week(spiral: Spiral = MAP) -> Point:
    return spiral.at(REST_WEEK)


def taper(angle: float) -> float:
    """0 at the line's two ends, 1 in between: the pen touching down and lifting."""
    t = (angle - START) / (END - START)
    return max(0.0, min(1.0, t / 0.10, (1 - t) / 0.16))


def pen_width(angle: float) -> float:
    """The width of the programme's own line, fullest in the middle of its way."""
    t = min(1.0, max(0.0, (angle - START) / (END - START)))
    return max(0.4, (1.2 + 5.2 * sin(pi * t) ** 0.6) * taper(angle))


# --- Paths ------------------------------------------------------------------------------


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-0.", "-.")


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _edge(spiral: Spiral, angles: list[float], offset: Width) -> str:
    """Béziers through `angles`, without the opening move."""

    def speed(angle: float) -> Point:
        before, after = (spiral.at(a, offset(a)) for a in (angle - 0.05, angle + 0.05))
        return (after[0] - before[0]) / 0.1, (after[1] - before[1]) / 0.1

    parts = []
    for here, there in pairwise(angles):
        third = (there - here) / 3
        p0, p1 = spiral.at(here, offset(here)), spiral.at(there, offset(there))
        v0, v1 = speed(here), speed(there)
        first = (p0[0] + v0[0] * third, p0[1] + v0[1] * third)
        second = (p1[0] - v1[0] * third, p1[1] - v1[1] * third)
        parts.append(f"C{_pair(first)} {_pair(second)} {_pair(p1)}")
    return "".join(parts)


def _angles(start: float, end: float) -> list[float]:
    count = max(1, ceil((end - start) / STEP))
    return [start + (end - start) * i / count for i in range(count + 1)]


def line_path(
    spiral: Spiral = MAP, *, width: Width = pen_width, start: float = START, end: float = END
) -> str:
    """The line as a filled shape: out along one edge, back along the other."""
    there = _angles(start, end)
    outer = _edge(spiral, there, lambda a: width(a) / 2)
    inner = _edge(spiral, there[::-1], lambda a: -width(a) / 2)
    opening = _pair(spiral.at(start, width(start) / 2))
    turning = _pair(spiral.at(end, -width(end) / 2))
    return f"M{opening}{outer}L{turning}{inner}Z"


def centre_path(spiral: Spiral = MAP, *, start: float = START, end: float = END) -> str:
    """The line as a stroke, for marks and dotted parts."""
    return f"M{_pair(spiral.at(start))}" + _edge(spiral, _angles(start, end), lambda _: 0.0)


@lru_cache
def map_line() -> str:
    return line_path()


# --- Marks --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A small spiral: its line, and the dot where you are."""

    path: str
    dot: Point


@lru_cache
def mark(k: int) -> Mark:
    return Mark(path=centre_path(), dot=station(k))


@lru_cache
def turn_mark(turn: int) -> tuple[str, str]:
    """The whole line, and the arc of one turn (1 to 3) to draw fuller."""
    start = 360.0 * (turn - 1) - 40
    return centre_path(), centre_path(start=start, end=min(start + 320, END - 60))


@lru_cache
def brand_path() -> str:
    """Two turns and a half, drawn for a stroke of 30 in a box of 14 14 352 352."""
    return centre_path(Spiral(radius=0, turn=66, centre=(186, 184)), start=60, end=900)


@lru_cache
def icon_path() -> str:
    """Fewer turns and a bolder line, for a stroke of 50 in a box of 0 0 352 352."""
    return centre_path(Spiral(radius=0, turn=115, centre=(170, 147)), start=60, end=585)


# --- My spiral -----------------------------------------------------------------------------


HARD_TO_TELL, RATHER_NOT_SAY = "hard_to_tell", "rather_not_say"


@dataclass(frozen=True)
class MyLine:
    """Someone's own line: filled where it was answered, and patterned where the answer was
    "hard to tell" or "rather not say". Where there is nothing, nothing is drawn."""

    filled: list[str]
    hard_to_tell: list[str]
    rather_not_say: list[str]


def weight_of(answer: int) -> float:
    """The width of the line for a check-in of 1 to 5."""
    return 1 + 2.6 * answer


def my_line(answers: Mapping[int, int | str | None], spiral: Spiral = MINE) -> MyLine:
    """The line that takes the weight of each check-in.

    `answers` holds by session number 1 to 5, or one of the two words above. None, or a
    session left out, is a gap and never a thin line, since a thin line is an answer too.
    """
    line = MyLine(filled=[], hard_to_tell=[], rather_not_say=[])
    for kind, run in _runs(answers):
        start, end = _reach(run)
        if kind:
            getattr(line, kind).append(centre_path(spiral, start=start, end=end))
        else:
            width = _eased_width([(angle_of(k), weight_of(answers[k])) for k in run])
            width = _lifted(width, start, end)
            line.filled.append(line_path(spiral, width=width, start=start, end=end))
    return line


def _runs(answers: Mapping[int, int | str | None]) -> list[tuple[str, list[int]]]:
    """Neighbouring sessions whose line is drawn alike: the kind ("" is filled) and who."""
    runs: list[tuple[str, list[int]]] = []
    for k in SESSIONS:
        answer = answers.get(k)
        if answer is None:
            continue
        kind = answer if isinstance(answer, str) else ""
        if runs and runs[-1][0] == kind and runs[-1][1][-1] == k - 1:
            runs[-1][1].append(k)
        else:
            runs.append((kind, [k]))
    return runs


def _reach(run: list[int]) -> tuple[float, float]:
    """From where to where the line of a run goes: nearly half of the way to its neighbours."""
    start = START if run[0] == SESSIONS[0] else angle_of(run[0]) - REACH
    return start, END if run[-1] == SESSIONS[-1] else angle_of(run[-1]) + REACH


def _eased_width(known: list[tuple[float, float]]) -> Width:
    """Weights between sessions, eased so that no step shows."""

    def width(angle: float) -> float:
        if angle <= known[0][0]:
            return known[0][1]
        for (a0, w0), (a1, w1) in pairwise(known):
            if angle <= a1:
                ease = (1 - cos(pi * (angle - a0) / (a1 - a0))) / 2
                return w0 + (w1 - w0) * ease
        return known[-1][1]

    return width


def _lifted(width: Width, start: float, end: float) -> Width:
    """The pen touching down at one end and lifting at the other."""

    def lifted(angle: float) -> float:
        ends = min(1.0, (angle - start) / LIFT, (end - angle) / LIFT)
        return max(0.4, width(angle) * max(0.0, min(ends, taper(angle))))

    return lifted


@dataclass(frozen=True)
class Arm:
    """A value of 0 to 10 beside a session: its path, and where its number is written."""

    path: str
    label: Point


def giving_arm(k: int, value: float, spiral: Spiral = MINE) -> Arm:
    """A solid arm pointing outward."""
    angle, end = angle_of(k), ARM_GAP + ARM_UNIT * value
    path = f"M{_pair(spiral.at(angle, ARM_GAP))}L{_pair(spiral.at(angle, end))}"
    return Arm(path, _beside(spiral, angle, (ARM_GAP + end) / 2))


def receiving_arm(k: int, value: float, spiral: Spiral = MINE) -> Arm:
    """A hollow arm pointing inward, to the person."""
    angle, end = angle_of(k), ARM_GAP + ARM_UNIT * value
    side = 4 * cos(radians(angle)), 4 * sin(radians(angle))
    corners = []
    for offset, way in ((-ARM_GAP, -1), (-end, -1), (-end, 1), (-ARM_GAP, 1)):
        x, y = spiral.at(angle, offset)
        corners.append(_pair((x + way * side[0], y + way * side[1])))
    return Arm("M" + "L".join(corners) + "Z", _beside(spiral, angle, -(ARM_GAP + end) / 2))


def _beside(spiral: Spiral, angle: float, offset: float) -> Point:
    """A place for a number, 17 to the left of an arm as seen from the centre."""
    x, y = spiral.at(angle, offset)
    return x - 17 * cos(radians(angle)), y - 17 * sin(radians(angle))


def paper_drawing() -> str:
    """The line with its eight stations, in plain colours: a paged renderer reads no variables."""
    dot = '<circle cx="{:.1f}" cy="{:.1f}" r="8" fill="#5f2c14" stroke="#fff" stroke-width="5"/>'
    stations = "".join(dot.format(*station(k)) for k in SESSIONS)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="22 20 338 340">'
        f'<path fill="#8a4a2a" d="{map_line()}"/>{stations}</svg>'
    )
