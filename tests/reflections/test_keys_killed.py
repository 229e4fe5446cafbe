"""kill -9 while keys are rotated and renewed, with somebody writing all the while."""

import json
import subprocess
import sys

import pytest

from tests.databases import ROOT, a_site


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """All of it in one site and one process, which forks those that are killed."""
    with a_site(tmp_path_factory.mktemp("keys")) as env:
        done = subprocess.run(
            [sys.executable, "-m", "tests.reflections.key_lab", "rotation", "renewal", "in_flight"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_rotation_killed_at_every_step_loses_nothing_under_load(lab):
    seen = lab["rotation"]
    assert seen["kills"] == 4
    assert seen["load"]["failed"] == []
    assert seen["load"]["saved"] > 3
    assert seen["load"]["agreed"] > 0
    assert seen["counts"][2]["1"] > 0  # it really was in the middle
    assert seen["counts"][2]["2"] > 0
    # Killed after the fifteenth: ten were committed, and five of the next ten rolled back.
    assert seen["counts"][2]["1"] - seen["counts"][3]["1"] == 10
    assert "File key 1 wraps nothing any more" in seen["again"]
    assert seen["mode"] == "0o640"
    assert len(seen["left_beside"]) <= 1  # at most what the last kill left, for its owner alone


def test_a_renewal_killed_at_every_step_loses_nothing_under_load(lab):
    seen = lab["renewal"]
    assert seen["kills"] == 5
    assert seen["keys"] == [[2, 1], [2, 1], [2, 1], [2, 1], [1, 1]]
    assert seen["load"]["failed"] == []
    assert seen["load"]["saved"] > 3
    assert seen["sealed_by_others"] == 0


def test_a_save_in_flight_keeps_its_words_through_a_renewal(lab):
    assert {"before", "in flight"} <= set(lab["in_flight"]["texts"])
