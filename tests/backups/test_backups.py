"""What a backup refuses, forgets and notices. The whole way there and back is in test_rehearsal."""

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.management import CommandError, call_command

from course.backups import archive, making, media, postgres, restoring
from course.backups.archive import DATA, KEYS, BackupProblem, Facts, Manifest
from course.backups.stores import store_for
from reflections.keys.models import WritingKey
from tests.cast import NOON

pytestmark = pytest.mark.django_db
FACTS = Facts({"one": 1}, {}, ["people.0001_initial"])


def manifest(kind, *, at=NOON, backup="00000000", vendor="sqlite", facts=FACTS):
    return Manifest(kind, backup, at.isoformat(), vendor, facts)


def written(folder, one):
    folder.mkdir(exist_ok=True)

    def fill(making):
        (making / "database").write_bytes(b"bytes")
        return one

    return archive.write(folder, fill)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_an_archive_is_whole_or_it_is_none(tmp_path):
    made = written(tmp_path / "copies", manifest(DATA))
    assert archive.read(made, DATA).facts == FACTS
    assert {p.stat().st_mode & 0o077 for p in [made, *made.glob("database")]} == {0}

    def fails(making):
        (making / "half").touch()
        raise BackupProblem("full")

    with pytest.raises(BackupProblem):
        archive.write(tmp_path / "copies", fails)
    assert [p.name for p in (tmp_path / "copies").iterdir()] == [made.name]
    (made / "manifest.json").write_text(json.dumps({"kind": DATA}))
    with pytest.raises(BackupProblem, match="not a whole backup"):
        archive.read(made, DATA)


def test_nothing_has_the_name_of_a_backup_before_the_last_rename(tmp_path, monkeypatch):
    def stopped(self, target):
        assert list(tmp_path.glob("copies/resourced-*")) == []
        assert (self / "manifest.json").exists()
        raise BackupProblem("stopped")

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(BackupProblem, match="stopped"):
        written(tmp_path / "copies", manifest(DATA))
    assert list(tmp_path.glob("copies/resourced-*")) == []


def test_two_backups_into_one_folder_take_turns(tmp_path):
    refused = pytest.raises(BackupProblem, match="under way")
    with archive.alone_in(tmp_path), refused, archive.alone_in(tmp_path):
        pass


@pytest.mark.parametrize("where", ["copies", "media"])
def test_the_key_file_is_in_no_backup(settings, tmp_path, where):
    settings.WRITING_KEY_FILE = tmp_path / where / "deep" / "writing.key"
    settings.WRITING_KEY_FILE.parent.mkdir(parents=True)
    settings.WRITING_KEY_FILE.write_text("1 key")
    with pytest.raises(CommandError, match="belongs in no backup"):
        call_command("backup", str(tmp_path / "copies"))
    assert not list((tmp_path / "copies").glob("resourced-*"))


def test_keys_can_go_to_a_folder_of_their_own_and_are_not_kept_for_long(tmp_path, ada):
    keys = tmp_path / "keys"
    for days in (40, 20, 13):
        written(keys, manifest(KEYS, at=NOON - timedelta(days=days), backup=f"{days:08}"))
    made = making.make_backup(
        tmp_path / "copies", keys_folder=keys, keep_keys=timedelta(days=14), now=NOON
    )
    assert made.forgotten == 2
    assert len(list(keys.glob("resourced-keys-*"))) == 2
    assert [p.name for p in (tmp_path / "copies").iterdir()] == [made.data.name]
    facts = archive.read(made.data, DATA).facts
    assert facts.rows["people_user"] >= 0
    assert "places.0001_initial" in facts.migrations
    assert making.forget_keys(keys, before=NOON + timedelta(days=365)) == 1  # the newest stays


def test_a_renewal_between_the_two_copies_begins_the_backup_again(tmp_path, ada, monkeypatch):
    kind, calls = type(store_for("keys")), []
    whole = kind.dump

    def renewing(self, to):
        calls.append(to)
        if len(calls) == 2:  # the keys, the first time
            key = WritingKey.objects.get(owner_id=ada.pk)
            gone = {"retired_at": NOON, "destroyed_at": NOON, "wrapped": None}
            WritingKey.objects.filter(pk=key.pk).update(**gone)
        elif len(calls) == 3:
            WritingKey.objects.update(destroyed_at=NOON - timedelta(seconds=1), wrapped=None)
        return whole(self, to)

    monkeypatch.setattr(kind, "dump", renewing)
    folder = tmp_path / "copies"
    made = making.make_backup(folder, keys_folder=folder, keep_keys=timedelta(days=14), now=NOON)
    assert len(calls) == 4
    assert sorted(p.name for p in folder.iterdir()) == sorted([made.data.name, made.keys.name])


def test_keys_of_another_backup_are_taken_only_when_they_are_newer():
    data = manifest(DATA)
    restoring._belong_together(data, manifest(KEYS))
    later = manifest(KEYS, at=NOON + timedelta(days=1), backup="11111111")
    restoring._belong_together(data, later)
    for at in (NOON, NOON - timedelta(days=1)):
        with pytest.raises(BackupProblem, match="older"):
            restoring._belong_together(data, manifest(KEYS, at=at, backup="11111111"))


def test_a_backup_of_another_kind_of_database_or_of_a_newer_release():
    here = store_for("default")
    restoring._fit(manifest(DATA, vendor=here.vendor), here)
    with pytest.raises(BackupProblem, match="a backup of oracle"):
        restoring._fit(manifest(DATA, vendor="oracle"), here)
    newer = replace(FACTS, migrations=["people.9999_of_tomorrow"])
    with pytest.raises(BackupProblem, match="newer release"):
        restoring._fit(manifest(DATA, vendor=here.vendor, facts=newer), here)


def test_a_restore_into_databases_in_use_touches_nothing(tmp_path, ada):
    out = StringIO()
    call_command("backup", str(tmp_path / "copies"), stdout=out)
    made = next((tmp_path / "copies").glob("resourced-data-*"))
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(made))
    assert WritingKey.objects.filter(owner_id=ada.pk).exists()


def test_uploads_of_any_storage_there_and_back(tmp_path):
    there, back = InMemoryStorage(), InMemoryStorage()
    for name in ("a.png", "deep/er/b.pdf"):
        there.save(name, ContentFile(name.encode()))
    assert media.dump(there, tmp_path) == 2
    assert media.differing(back, tmp_path) == []
    back.save("a.png", ContentFile(b"another"))
    assert media.differing(back, tmp_path) == ["a.png"]
    assert media.load(back, tmp_path) == 2  # as after a killed restore: half a file
    assert media.load(back, tmp_path) == 2
    assert back.open("a.png").read() == b"a.png"
    assert back.open("deep/er/b.pdf").read() == b"deep/er/b.pdf"
    assert back.listdir("")[1] == ["a.png"]


def test_where_the_postgres_client_is_missing_its_package_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    store = postgres.PostgresStore.__new__(postgres.PostgresStore)
    store._facts = {"password": "secret-of-the-server"}
    with pytest.raises(BackupProblem, match="postgresql-client") as raised:
        store._run("pg_dump")
    assert "secret" not in str(raised.value)


def test_a_client_that_stops_tells_its_error_and_no_row(monkeypatch, tmp_path):
    script = tmp_path / "pg_restore"
    script.write_text(
        "#!/bin/sh\necho 'pg_restore: error: duplicate key' >&2\n"
        "echo 'DETAIL: Key (email)=(ada@example.org)' >&2\nexit 1\n"
    )
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    store = postgres.PostgresStore.__new__(postgres.PostgresStore)
    store._facts = {}
    with pytest.raises(BackupProblem, match="duplicate key") as raised:
        store._run("pg_restore")
    assert "ada" not in str(raised.value)


def test_texts_whose_key_was_destroyed_since_are_counted(ada, sessions):
    from tests.reflections.test_saving import save, ticket_for

    save(ticket_for(ada, sessions[0]), ada, "words")
    assert restoring._texts_without_a_key() == 0
    WritingKey.objects.filter(owner_id=ada.pk).update(wrapped=None, destroyed_at=NOON)
    assert restoring._texts_without_a_key() == 1
