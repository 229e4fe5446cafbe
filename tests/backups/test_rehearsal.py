"""Backed up under load, destroyed, restored, looked through; killed on both ways (R77)."""

import json
import subprocess
import sys

import pytest

from tests.databases import ROOT, a_site


def rehearsed(folder, *words):
    with a_site(folder) as env:
        done = subprocess.run(
            [sys.executable, "-m", "tests.backups.backup_lab", *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("what", ["some", pytest.param("all", marks=pytest.mark.soak)])
def test_a_backup_made_under_load_and_killed_on_the_way_comes_back_whole(tmp_path, what):
    seen = rehearsed(tmp_path, what)
    assert len(seen["kills"]) == 12 if what == "all" else len(seen["kills"]) >= 2
    assert seen["load"]["failed"] == []
    assert seen["load"]["saved"] > 3
    said = seen["said"]
    assert "2 uploads" in said["made"]
    assert "not a whole backup" in said["no keys"]
    assert "not empty" in said["not empty"]
    assert "older than that data" in said["older keys"]
    assert "missing or was changed" in said["changed"]
    assert "not an archive of data" in said["wrong kind"]
    assert "2 uploads are back" in said["restored"]
    assert "1 people who had been erased were erased again" in said["restored"]
    assert "bea@example.org" not in seen["people"]
    assert "ada@example.org" in seen["people"]
    assert "Everything adds up" in seen["books"]
    assert seen["uploads"] == [True, True]
    assert "before the backup" in seen["texts"]
    assert "after the backup" not in seen["texts"]  # that was written later
    assert any(text.startswith("load ") for text in seen["texts"])
    assert seen["staging"] == {
        "page": 503,
        "kind": True,
        "post": 503,
        "kept on the page": True,
        "unchanged": True,
        "opened": False,
    }
    assert seen["unfinished"] == []
