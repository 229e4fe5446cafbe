"""One table at the end: of each family, how many faults were tried, and what was lost or doubled.

A pytest plugin: `-p tests.faults.table`. A test that fails counts as lost until somebody has looked.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.faults.families import EACH, FAMILIES


@dataclass
class Tally:
    tests: int = 0
    faults: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


TALLIES: dict[int, Tally] = defaultdict(Tally)


def pytest_runtest_logreport(report: Any) -> None:
    """By the process that collects the results, whoever ran the test."""
    if report.when != "call" and report.passed:
        return
    for number, family in FAMILIES.items():
        if report.nodeid.split("[")[0] in family.tests():
            tally = TALLIES[number]
            tally.tests += 1
            if report.skipped:
                tally.skipped.append(report.nodeid)
            elif report.failed:
                tally.failed.append(report.nodeid)
            else:
                name = report.nodeid.split("[")[0].partition("::test_")[2]
                tally.faults += dict(report.user_properties).get("faults", EACH.get(name, 1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if TALLIES:
        terminalreporter.section("faults")
        for line in lines():
            terminalreporter.write_line(line)


def lines() -> list[str]:
    """Lost and doubled are what the tests themselves count: all zero, or the test failed."""
    shown = [f"{'family':<58}{'tests':>6}{'faults':>8}{'lost or doubled':>17}"]
    for number, family in FAMILIES.items():
        tally = TALLIES[number]
        bad = len(tally.failed) if tally.tests else "not tried"
        name = f"{number:>2} {family.name}"
        shown.append(f"{name:<58}{tally.tests:>6}{tally.faults:>8}{bad:>17}")
        shown += [f"   look at {test}" for test in tally.failed]
        shown += [f"   skipped {test}" for test in tally.skipped]
    tried = sum(tally.faults for tally in TALLIES.values())
    bad = sum(len(tally.failed) for tally in TALLIES.values())
    return [*shown, f"{'all':<58}{'':>6}{tried:>8}{bad:>17}"]
