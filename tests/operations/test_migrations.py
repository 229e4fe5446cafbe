"""A release may run beside the one before it, and readers never wait for a migration (R78)."""

import threading
import time

import psycopg
import pytest
from django.apps import apps as installed
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from course.management.commands import migrate_all
from tests.databases import on_postgres
from tests.operations.expanding import refusals, refused

OURS = ("course", "sessions", "reflections", "certificates")

# Looked at one by one. Each line says why the last release can live with it.
REVIEWED = {
    "writing_keys.0002_renewal_and_tombstones: Create constraint one_sealing_key_per_person on model"
    " writingkey": "allows more than the one it replaces; one row a person, built in milliseconds",
}


def test_every_migration_since_the_first_only_expands():
    loader, found = MigrationLoader(None), {}
    apps = {c.label for c in installed.get_app_configs() if c.name.split(".")[0] in OURS}
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in apps and name != "0001_initial":
            before = loader.project_state((app, name), at_end=False)
            for what, why in refusals(migration, before):
                found[f"{app}.{name}: {what}"] = why
    assert {what: why for what, why in found.items() if what not in REVIEWED} == {}
    assert set(REVIEWED) <= set(found), "reviewed, and not there any more"


OLD = {
    "id": models.AutoField(primary_key=True),
    "words": models.CharField(max_length=80, null=True),
}
REFUSED = [
    migrations.RemoveField("page", "words"),
    migrations.RenameField("page", "words", "text"),
    migrations.RenameModel("Page", "Sheet"),
    migrations.DeleteModel("Page"),
    migrations.AlterModelTable("page", "sheets"),
    migrations.AlterUniqueTogether("page", {("words",)}),
    migrations.AddField("page", "n", models.IntegerField(default=0)),
    migrations.AddField("page", "n", models.IntegerField(null=True, unique=True)),
    migrations.AlterField("page", "words", models.CharField(max_length=80)),
    migrations.AlterField("page", "words", models.CharField(max_length=40, null=True)),
    migrations.AlterField("page", "words", models.CharField(max_length=80, null=True, unique=True)),
    migrations.AlterField("page", "words", models.IntegerField(null=True)),
    migrations.AddIndex("page", models.Index(fields=["words"], name="by_words")),
    migrations.AddConstraint("page", models.UniqueConstraint(fields=["words"], name="once")),
    migrations.RunSQL("SELECT 1"),
    migrations.RunPython(lambda apps, editor: None),
    migrations.SeparateDatabaseAndState(),
]
ACCEPTED = [
    migrations.AddField("page", "n", models.IntegerField(null=True)),
    migrations.AddField("page", "n", models.IntegerField(default=0, db_default=0)),
    migrations.AlterField("page", "words", models.CharField(max_length=90, null=True)),
    migrations.RunSQL("SELECT 1", "SELECT 1"),
    migrations.RunPython(lambda apps, editor: None, migrations.RunPython.noop),
]


def looked_at(operation):
    before = ProjectState()
    before.add_model(ModelState("stories", "Page", [(n, f.clone()) for n, f in OLD.items()]))
    return refused(operation, new=set(), before=before, app="stories")


@pytest.mark.parametrize("operation", REFUSED, ids=lambda o: o.describe())
def test_what_would_break_the_last_release_is_refused(operation):
    assert looked_at(operation)


@pytest.mark.parametrize("operation", ACCEPTED, ids=lambda o: o.describe())
def test_what_only_expands_is_accepted(operation):
    assert not looked_at(operation)


# --- Waiting for locks ----------------------------------------------------------------------------

needs_postgres = pytest.mark.skipif(
    not on_postgres(), reason="only PostgreSQL has lock_timeout; DATABASE_URL names SQLite"
)


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The database without a transaction around the test. (To empty all tables afterwards, as
    `transaction=True` does, is what the audit log refuses; these tests write nothing.)"""
    with django_db_blocker.unblock():
        yield


@needs_postgres
def test_a_migration_lets_go_and_tries_again(committed, monkeypatch, capsys):
    monkeypatch.setattr(settings, "MIGRATION_LOCK_SECONDS", 1)
    held, done = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold_the_lock, args=(held, done))
    holder.start()
    try:
        assert held.wait(10)
        threading.Timer(1.5, done.set).start()
        began = time.monotonic()
        call_command("migrate_all", verbosity=0)
        assert 1 < time.monotonic() - began < 20
    finally:
        done.set()
        holder.join(20)
    assert "somebody holds a lock. Try 1 of 10" in capsys.readouterr().out


@needs_postgres
def test_a_migration_gives_up_kindly(committed, monkeypatch):
    monkeypatch.setattr(settings, "MIGRATION_LOCK_SECONDS", 1)
    monkeypatch.setattr(migrate_all, "TRIES", 1)
    held, done = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold_the_lock, args=(held, done))
    holder.start()
    try:
        assert held.wait(10)
        with pytest.raises(CommandError, match="Nothing is half done"):
            call_command("migrate_all", verbosity=0)
    finally:
        done.set()
        holder.join(20)


def hold_the_lock(held: threading.Event, done: threading.Event) -> None:
    facts = connections["default"].get_connection_params()
    about = {k: facts[k] for k in ("dbname", "user", "host", "port", "password") if facts.get(k)}
    with psycopg.connect(**about) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [migrate_all.ONE_AT_A_TIME])
        held.set()
        done.wait(15)
