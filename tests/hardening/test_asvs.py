"""docs/asvs.md is about this code: each file that it names is there, and its sums are right."""

import re
from collections import Counter

from tests.architecture.test_house import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (met|not met|n/a) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)
# Of version 5.0.0, levels 1 and 2, in each chapter.
IN_CHAPTER = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]


def test_every_requirement_of_both_levels_is_there_once():
    chapters = Counter(int(number.split(".")[0]) for number, *_rest in ROWS)
    assert [chapters[n] for n in range(1, 18)] == IN_CHAPTER
    assert len({number for number, *_rest in ROWS}) == sum(IN_CHAPTER) == 253
    assert Counter(level for _number, level, *_rest in ROWS) == {"1": 70, "2": 183}


def test_every_file_that_is_named_is_there():
    named = set(re.findall(r"`([\w.-]+/[\w./-]+|Makefile|[\w-]+\.(?:toml|txt))`", PAGE))
    assert len(named) > 100
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_what_is_met_says_where_and_the_rest_says_why():
    for number, _level, state, words in ROWS:
        assert state != "met" or "`" in words or "this page" in words or len(words) > 20, number
        assert state == "met" or len(words) > 5, number


def test_the_sums_are_right():
    sums = Counter(state for _number, _level, state, _words in ROWS)
    said = f"{sums['met']} are met, {sums['not met']} are not met, and {sums['n/a']} do not apply"
    assert said in PAGE


def test_the_limits_are_those_of_the_code():
    """Every limit that an address has is in the page's table, with its number."""
    sources = [ROOT / p for p in ("course/places/urls.py", "course/cohorts/urls.py")]
    sources += [
        ROOT / p for p in ("certificates/urls.py", "sessions/urls.py", "reflections/urls.py")
    ]
    table = PAGE.partition("## How often")[2].partition("##")[0]
    for source in sources:
        for number, span in re.findall(r"at_most=(\d+), within=(\w+)", source.read_text()):
            words = {"MINUTE": "a minute", "HOUR": "an hour", "DAY": "a day"}[span]
            assert f"{number} {words}" in table, (source, number)
