"""The hunt among real processes and files: a worker's log, what commands say, database files,
dumps, backups, uploads, and on PostgreSQL the server's own log."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.cast import CANARY
from tests.databases import ROOT, on_postgres
from tests.reflections.needles import found_in
from tests.running import still_site

WRITE = f"""
import uuid
from tests.reflections import key_lab
key_lab.write({CANARY!r}, number=7)
key_lab.write({CANARY!r}, number=7)  # in another window: kept aside
"""

# A worker with everything on its log, after a journey that owes papers and letters, and then
# the commands that somebody types who looks after the site. One of each fails.
WORK = """
import logging, sys
from django.core.management import call_command
from django.db import connections
for connection in connections.all():
    connection.force_debug_cursor = True
loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
for logger in [logging.root, *loggers]:
    logger.setLevel(logging.DEBUG)
from course.outbox.owing import owe
from tests.outbox.test_outbox import fail
owe(fail, key="exit", what="x")  # its exception's text is the sentence itself
call_command("worker", once=True)
print("--- commands", flush=True)
from django.conf import settings
for words in (["check_books"], ["drill_keys", settings.WRITING_KEY_FILE], ["rewrap_keys"], ["backup", {backups!r}],
              ["renew_key", "ada@example.org"], ["restore", {backups!r}], ["check", "--deploy"]):
    try:
        call_command(*words)
    except BaseException as refusal:
        print(type(refusal).__name__, refusal)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The demo with the sentence in it, and no process running."""
    with still_site(tmp_path_factory.mktemp("exits")) as site:
        site.env["LOG_LEVEL"] = "DEBUG"
        site.backups = site.folder / "backups"
        site.python(WRITE)
        site.said = told(site, WORK.format(backups=str(site.backups)))
        yield site


def told(site, code: str) -> str:
    """All that a process says, on both channels."""
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(site.command(code), cwd=ROOT, **both, check=False, timeout=300)
    return done.stdout.decode()


def test_what_a_worker_and_commands_say(site):
    worker, commands = site.said.split("--- commands")
    assert "UPDATE" in worker  # SQL is really there
    assert "RuntimeError" in worker  # and the failure
    assert "The key file is in neither" in commands
    assert found_in(site.said) == []


def test_files_dumps_and_backups(site):
    """All bytes below the site's folder, packed or not; on PostgreSQL a dump of both databases."""
    looked = 0
    for path in site.folder.rglob("*"):
        if path.is_file():
            assert found_in(path.read_bytes()) == [], path
            looked += 1
            looked += look_within(path)
    assert any("backup" in str(path) for path in site.folder.rglob("*"))
    for address in (site.env["DATABASE_URL"], site.env["KEYS_DATABASE_URL"]):
        if on_postgres():
            for form in ("plain", "custom"):
                done = subprocess.run(
                    ["pg_dump", f"--format={form}", "--compress=0", address],
                    capture_output=True, check=True, timeout=120,
                )  # fmt: skip
                assert len(done.stdout) > 1000
                assert found_in(done.stdout) == []
                looked += 1
    assert looked > 6


def look_within(path: Path) -> int:
    if not tarfile.is_tarfile(path):
        return 0
    with tarfile.open(path) as packed:
        parts = [packed.extractfile(part).read() for part in packed if part.isfile()]
    assert [found_in(part) for part in parts if found_in(part)] == []
    return len(parts)


NEW_LOG = "SELECT pg_read_file(pg_current_logfile())"


@pytest.mark.soak
def test_the_log_of_the_database_server(site):
    """After statements that failed with a row in them: “Failing row contains …”."""
    if not on_postgres():
        pytest.skip("the suite runs on SQLite, which has no server and no log")
    import psycopg

    site.python(
        WRITE + "from django.db import IntegrityError\nfrom reflections.models import Reflection\n"
        "row = Reflection.objects.latest('updated_at')\n"
        "try:\n    Reflection.objects.filter(pk=row.pk).update(version=-1)\n"
        "except IntegrityError as error:\n    print(error)\n"
    )
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        try:
            (text,) = connection.execute(NEW_LOG).fetchone()
        except psycopg.Error as error:
            text = _from_the_folder() or ""
            if not text:
                pytest.skip(f"the server's log cannot be read here ({type(error).__name__})")
    assert "ERROR" in text
    assert found_in(text) == []


def _from_the_folder() -> str | None:
    """Where Debian's packages write it."""
    logs = sorted(Path("/var/log/postgresql").glob("*.log"))
    return logs[-1].read_text(errors="replace") if logs else None
