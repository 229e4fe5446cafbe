"""The disclosure control, against everyone who could sit down with pen and paper.

`read_back` knows the rules and sees one published figure. It lists every table that could
lie behind it. Nobody may be told from what these tables have in common.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.disclosing import (
    ELEVEN,
    FIVE,
    Scale,
    Thresholds,
    bands_to_show,
    change,
    figure,
    published,
    rounded,
)

LOWEST, HIGHEST = (
    {"five": (1, 3, 4), "eleven": (0, 5, 7)},
    {"five": (2, 3, 5), "eleven": (4, 6, 10)},
)
Output = tuple
Rule = Callable[[tuple[int, int, int], int, Scale], dict[str, Any]]


def tables(people: range) -> Iterator[tuple[int, int, int]]:
    for n in people:
        for low in range(n + 1):
            for mid in range(n - low + 1):
                yield low, mid, n - low - mid


def ours(bands, total, scale) -> dict[str, Any]:
    return published(bands, total, scale, Thresholds())


def exact(bands, total, scale) -> dict[str, Any]:
    """What a first attempt does: exact counts with small cells as *."""
    cells = [n if n >= 8 else None for n in bands]
    return {"kind": "table", "people": sum(bands), "bands": cells}


def rounded_only(bands, total, scale) -> dict[str, Any]:
    """Small cells as *, nought as it is, all else rounded: the plain style of health statistics."""
    cells = [0 if n == 0 else rounded(n) if n >= 8 else None for n in bands]
    return {"kind": "table", "people": rounded(sum(bands)), "bands": cells}


def read_back(rule: Rule, scale: Scale, people: range) -> dict[Output, dict[str, Any]]:
    """For each thing that can be published: all that could lie behind it.

    Every sum between the least and the most that a table allows can come about. Going from
    one to the other in quarters of a person's answer passes through every mean there is.
    """
    behind: dict[Output, dict[str, Any]] = defaultdict(
        lambda: {"cells": (set(), set(), set()), "all_alike": True, "tables": 0}
    )
    for bands in tables(people):
        for output in _outputs(rule, bands, scale):
            found = behind[output]
            for values, n in zip(found["cells"], bands, strict=True):
                values.add(n)
            found["all_alike"] &= max(bands) == sum(bands)
            found["tables"] += 1
    return behind


def _outputs(rule: Rule, bands: tuple[int, int, int], scale: Scale) -> set[Output]:
    least = sum(n * v for n, v in zip(bands, LOWEST[scale.name], strict=True))
    most = sum(n * v for n, v in zip(bands, HIGHEST[scale.name], strict=True))
    first = rule(bands, least, scale)
    if first["kind"] != "mean":  # the sum plays no part
        return {_as_read(first)}
    sums = {*range(least, most, sum(bands) // 4), most}
    return {_as_read(rule(bands, total, scale)) for total in sums}


def _as_read(shown: dict[str, Any]) -> Output:
    cells = tuple(shown["bands"]) if "bands" in shown else None
    return shown["kind"], shown.get("people"), cells, shown.get("mean")


@cache
def ours_read_back(scale: Scale) -> dict[Output, dict[str, Any]]:
    # Two beyond 45, so that "about 45" is read back whole.
    return read_back(ours, scale, range(10, 48))


def found_by(behind: dict[Output, dict[str, Any]]) -> dict[str, int]:
    """What a reader could work out, and how closely the hidden is hemmed in."""
    cells = [c for found in behind.values() for c in found["cells"]]
    hidden = [
        max(values) - min(values)
        for (kind, _n, bands, _m), found in behind.items()
        if kind == "table"
        for shown, values in zip(bands, found["cells"], strict=True)
        if shown is None
    ]
    by_mean = [
        max(values) - min(values)
        for (kind, *_rest), found in behind.items()
        if kind == "mean"
        for values in found["cells"]
    ]
    return {
        "outputs": len(behind),
        "small_cells_recovered": sum(len(c) == 1 and min(c) < 8 for c in cells),
        "proofs_that_all_are_alike": sum(found["all_alike"] for found in behind.values()),
        "hidden_cells_surely_small": sum(min(c) > 0 and max(c) < 8 for c in cells),
        "least_open_hidden_cell": min(hidden, default=0),
        "least_open_cell_behind_a_mean": min(by_mean, default=0),
    }


SAFE = {
    "small_cells_recovered": 0,
    "hidden_cells_surely_small": 0,
    "proofs_that_all_are_alike": 0,
    "least_open_hidden_cell": 8,
}


@pytest.mark.parametrize(
    ("scale", "outputs", "least_behind_a_mean"), [(FIVE, 174, 4), (ELEVEN, 166, 7)]
)
def test_no_table_of_up_to_45_people_gives_anyone_away(scale, outputs, least_behind_a_mean):
    counted = {"outputs": outputs, "least_open_cell_behind_a_mean": least_behind_a_mean}
    assert found_by(ours_read_back(scale)) == SAFE | counted


@pytest.mark.parametrize("people", [range(48, 53), range(58, 68)], ids=str)
def test_larger_groups_are_as_safe(people):
    """From 58 people on the means of trust.md 3.3 would say: four to seven of them chose Low."""
    found = found_by(read_back(ours, FIVE, people))
    assert found["least_open_hidden_cell"] >= SAFE["least_open_hidden_cell"]
    assert found["least_open_cell_behind_a_mean"] >= 7
    assert not any(found[what] for what in SAFE if not what.startswith("least"))


@pytest.mark.parametrize("thresholds", [Thresholds(12, 8), Thresholds(10, 12), Thresholds(23, 18)])
def test_raised_thresholds_are_as_safe(thresholds):
    def raised(bands, total, scale):
        return published(bands, total, scale, thresholds)

    found = found_by(read_back(raised, FIVE, range(thresholds.people, 48)))
    assert found["small_cells_recovered"] == found["proofs_that_all_are_alike"] == 0
    assert found["least_open_hidden_cell"] >= 8


@pytest.mark.parametrize(("rule", "small", "alike"), [(exact, 5_000, 90), (rounded_only, 300, 20)])
def test_the_same_reader_finds_much_in_plainer_rules(rule, small, alike):
    """So that the noughts above are not those of a reader who cannot read."""
    found = found_by(read_back(rule, FIVE, range(40)))
    assert found["small_cells_recovered"] > small
    assert found["proofs_that_all_are_alike"] > alike


def test_every_pattern_of_five_answers_for_10_to_32_people():
    """433,895 ways to answer, each by itself; they come to 57 different things to publish."""
    patterns, outputs = 0, set()
    for bands in tables(range(10, 33)):
        low, mid, high = bands
        sums = {
            low + twos + 3 * mid + 4 * high + fives
            for twos in range(low + 1)
            for fives in range(high + 1)
        }
        patterns += (low + 1) * (high + 1)
        outputs |= {_as_read(ours(bands, total, FIVE)) for total in sums}
    assert patterns == 433_895
    assert len(outputs) == 57
    assert outputs <= ours_read_back(FIVE).keys()


def test_no_mean_of_ten_says_that_nearly_all_are_in_one_band():
    """A band is surely held by six people at most, however large the group."""
    means = [f for (kind, *_rest), f in ours_read_back(ELEVEN).items() if kind == "mean"]
    assert max(min(cells) for f in means for cells in f["cells"]) == 6


# --- Single rules ------------------------------------------------------------------------


def test_nine_people_look_exactly_like_nobody():
    assert [figure([5] * n, FIVE) for n in range(10)] == [{"kind": "withheld"}] * 10
    assert [figure([9] * n, ELEVEN) for n in range(10)] == [{"kind": "withheld"}] * 10
    assert figure([5, 1] * 5, FIVE)["kind"] == "mean"


def test_thresholds_can_be_raised_and_never_lowered():
    def asked(people: int, cell: int) -> tuple[int, int]:
        got = Thresholds(people, cell)
        return got.people, got.cell

    assert asked(1, 0) == asked(10, 8) == (10, 8)
    assert asked(11, 9) == asked(13, 13) == (13, 13)
    assert asked(14, 8) == (18, 8)
    assert asked(10, 15) == (18, 18)
    for people in range(60):
        assert Thresholds(people, people).people >= people
        assert Thresholds(people, people).cell >= people
    assert figure([3] * 12, FIVE, Thresholds(people=12)) == {"kind": "withheld"}


@pytest.mark.parametrize(
    ("bands", "shown"),
    [
        ((8, 8, 8), {0, 1, 2}),
        ((8, 8, 7), {0}),  # of two alike the first is kept
        ((9, 3, 20), {2}),
        ((0, 12, 14), {2}),
        ((20, 0, 7), set()),  # nearly all
        ((4, 4, 4), set()),
        ((11, 10, 7), set()),  # nearly alike
    ],
)
def test_which_bands_are_shown(bands, shown):
    assert bands_to_show(bands, 8) == shown


def test_a_mean_is_coarse_and_has_ends():
    assert figure([1] * 10, FIVE) == {"kind": "mean", "people": 10, "mean": 2.0, "edge": "lower"}
    assert figure([5] * 10, FIVE) == {"kind": "mean", "people": 10, "mean": 4.0, "edge": "higher"}
    assert figure([3, 4] * 5, FIVE) == {"kind": "mean", "people": 10, "mean": 3.5, "edge": ""}
    assert figure([0, 10] * 5, ELEVEN)["mean"] == 5.0
    assert figure([10] * 12, ELEVEN) == {
        "kind": "mean",
        "people": 10,
        "mean": 7.0,
        "edge": "higher",
    }


def test_change_is_read_from_first_to_last():
    pairs = [(9, 1), (5, 3), (5, 4), (5, 5), (5, 6), (5, 7), (1, 9)]
    assert [change(*pair) for pair in pairs] == [1, 2, 3, 3, 3, 4, 5]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 10), max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_answers_says_nothing(answers, chance):
    other = chance.sample(answers, len(answers))
    assert figure(answers, ELEVEN) == figure(other, ELEVEN)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 5), max_size=60))
def test_a_figure_holds_nothing_but_rounded_numbers(answers):
    shown = figure(answers, FIVE)
    numbers = [shown.get("people", 0), *(n for n in shown.get("bands", []) if n is not None)]
    assert all(n % 5 == 0 for n in numbers)
    assert not {"bands", "mean"} <= shown.keys()
