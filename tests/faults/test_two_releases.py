"""Family 11: while a new release is put in place, the old one still serves from the same database.

The last landed release is kept in tests/operations/releases; what it wrote opens under this one by
tests/operations/test_upgrade.py. Here: what it still writes fits into the tables of this one.
"""

import gzip
import sqlite3
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connections

from course.outbox.models import Effect
from course.outbox.settling import settle
from course.people import letters
from tests.operations.keeping import RELEASES

pytestmark = pytest.mark.django_db
LAST = max(path.name.split(".default")[0] for path in RELEASES.glob("*.default.sqlite3.gz"))


def tables_of_the_last_release(alias: str, folder: Path) -> dict[str, dict[str, tuple]]:
    """Of each table its columns: (must be given, has a default)."""
    packed = RELEASES / f"{LAST}.{alias}.sqlite3.gz"
    path = folder / "old.sqlite3"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    with sqlite3.connect(path) as old:
        names = [n for (n,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {n: {c[1]: c for c in old.execute(f'PRAGMA table_info("{n}")')} for n in names}
    return {name: columns for name, columns in found.items() if not name.startswith("sqlite_")}


def columns_now(alias: str, table: str) -> dict[str, bool]:
    """Each column of a table today, and whether a row may leave it out."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'PRAGMA table_info("{table}")')
            return {c[1]: not c[3] or c[4] is not None or bool(c[5]) for c in cursor.fetchall()}
        cursor.execute(
            "SELECT column_name, is_nullable = 'YES' OR column_default IS NOT NULL OR"
            " is_identity = 'YES' FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_rows_of_the_last_release_fit_into_the_tables_of_this_one(alias, tmp_path):
    broken, compared = [], 0
    for table, old in tables_of_the_last_release(alias, tmp_path).items():
        now = columns_now(alias, table)
        if "search_" in table or "_fts" in table:
            continue  # the search index of each engine is its own
        broken += [f"{table}.{name} is gone" for name in old.keys() - now.keys()]
        new = now.keys() - old.keys()
        broken += [f"{table}.{name} must be given" for name in new if not now[name]]
        compared += len(old)
    assert broken == []
    assert compared > 5


def test_a_letter_that_the_last_release_owed_is_sent_by_this_one(mailoutbox):
    """Its facts hold what its own function took."""
    letters.post(EmailMultiAlternatives("A subject", "Words", to=["someone@example.org"]))
    effect = Effect.objects.get()
    Effect.objects.filter(pk=effect.pk).update(facts={"sealed": effect.facts["sealed"]})
    assert settle(effect.pk)
    assert mailoutbox[0].to == ["someone@example.org"]
