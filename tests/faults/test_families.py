"""The table of faults is whole, and is what runs."""

import ast
from pathlib import Path

from django.conf import settings

from tests.faults.families import EACH, FAMILIES, as_page

ROOT = Path(settings.BASE_DIR)


def marks_of(test: str) -> str | None:
    """The decorators of a test, as text; None where there is no such test."""
    file, name = test.split("::")
    for node in ast.parse((ROOT / file).read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return " ".join(ast.unparse(mark) for mark in node.decorator_list)
    return None


def test_all_twelve_families_have_tests_that_exist():
    assert list(FAMILIES) == list(range(1, 13))
    for family in FAMILIES.values():
        assert family.quick
        assert [test for test in family.tests() if marks_of(test) is None] == []


def test_what_is_called_quick_is_and_what_is_called_soak_too():
    for family in FAMILIES.values():
        alone = {t for t in family.tests() if "pytest.mark.soak" in marks_of(t).split()}
        assert alone == set(family.soak)


def test_every_test_of_this_folder_is_in_the_table_or_says_why():
    elsewhere = {  # rules of a page, and families that trust.md does not count
        "two_registers_and_a_tick_at_once_lose_nothing",
        "one_freed_place_is_offered_once_at_a_time",
        "eight_fingers_on_one_button",
        "ctrl_c_stops_both_cleanly_and_a_second_start_changes_nothing",
    }
    named = {test for family in FAMILIES.values() for test in family.tests()}
    there = {
        f"tests/faults/{path.name}::{node.name}"
        for path in (ROOT / "tests" / "faults").glob("test_*.py")
        if path.name != Path(__file__).name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    left = {test.split("::test_")[1] for test in there - named}
    assert left == elsewhere


def test_what_is_said_of_a_test_is_said_of_one_that_exists():
    named = {t.split("::test_")[1] for family in FAMILIES.values() for t in family.tests()}
    assert set(EACH) - named == set()


def test_the_page_is_as_the_table_is():
    assert (ROOT / "docs" / "faults.md").read_text() == as_page()
