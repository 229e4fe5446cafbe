"""Start-up checks: every way to keep the keys badly is named, and a good one is silent."""

import base64
import hashlib
import json

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from course.management.commands import run, worker
from reflections.keys import filing
from reflections.keys.models import WritingKey
from tests.reflections.key_service import KeyService

pytestmark = pytest.mark.django_db
GOOD = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
def key_file(settings, tmp_path):
    settings.WRITING_KEY_FILE = str(tmp_path / "secret" / "writing.key")
    filing.make_key_file(tmp_path / "secret" / "writing.key")
    return tmp_path / "secret" / "writing.key"


def found(*, deploy=False):
    messages = run_checks(tags=["security"], include_deployment_checks=deploy)
    return {m.id.removeprefix("writing_keys.") for m in messages if "writing_keys" in m.id}


def test_keys_that_are_kept_well_are_not_mentioned(key_file, ada):
    assert found() == found(deploy=True) == set()


@pytest.mark.parametrize(
    "contents", ["", "1 c2hvcnQ\n", "not a key\n", f"1 {GOOD}\n1 {GOOD}\n", f"0 {GOOD}\n"]
)
def test_a_spoilt_file(key_file, contents):
    key_file.write_text(contents)
    assert found() == {"E003"}
    with pytest.raises(SystemCheckError):
        call_command("check")


def test_a_file_that_is_a_folder(key_file):
    key_file.unlink()
    key_file.mkdir()
    assert found() == {"E003"}


def test_a_missing_file_matters_at_once_when_there_are_keys(settings, tmp_path):
    settings.WRITING_KEY_FILE = str(tmp_path / "none")
    assert found() == set()  # `migrate` of a new installation comes before the first key
    assert found(deploy=True) == {"E007"}


def test_a_missing_or_another_file_where_there_are_keys(key_file, ada):
    whole = key_file.read_text()
    key_file.unlink()
    assert found() == {"E006"}
    key_file.write_text(f"1 {GOOD}\n")  # the same id, another key
    assert found() == {"E006"}
    key_file.write_text(whole)
    assert WritingKey.objects.exists()
    assert found() == set()


@pytest.mark.parametrize(
    "make",
    [
        lambda text: text[:32],
        lambda text: text[-32:],
        lambda text: hashlib.sha256(text).digest(),
        lambda text: hashlib.sha512(text).digest()[:32],
        lambda text: hashlib.md5(text).hexdigest().encode(),
    ],
)
def test_a_key_made_from_the_secret_key(key_file, settings, make):
    key = base64.urlsafe_b64encode(make(settings.SECRET_KEY.encode())).decode()
    key_file.write_text(f"1 {key}\n")
    assert found() == {"E004"}


@pytest.fixture
def databases(settings, monkeypatch):
    """Say that these are the databases, without any connection noticing."""

    def say(default, keys):
        monkeypatch.setitem(settings.DATABASES, "default", default)
        monkeypatch.setitem(settings.DATABASES, "keys", keys)

    yield say
    monkeypatch.undo()


def test_keys_in_the_database_of_the_writing(key_file, databases):
    file = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/elsewhere/db.sqlite3"}
    databases(file, file | {"NAME": "/elsewhere/../elsewhere/db.sqlite3"})
    assert found() == {"E001"}
    server = {"ENGINE": "django.db.backends.postgresql", "NAME": "one", "HOST": "", "PORT": ""}
    beside = server | {"HOST": "localhost", "PORT": "5432"}
    databases(server, beside)
    assert found() == {"E001"}
    databases(server, beside | {"NAME": "another"})
    assert found() == set()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read(key_file, mode):
    key_file.chmod(mode)
    assert found(deploy=True) == {"E008"}


def test_a_file_beside_a_database(key_file, databases, tmp_path):
    beside = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    elsewhere = beside | {"NAME": "/elsewhere/keys.sqlite3"}
    databases(beside, elsewhere)
    assert found(deploy=True) == {"E009"}
    databases(elsewhere, beside | {"NAME": str(key_file.parent / "keys.sqlite3")})
    assert found(deploy=True) == {"E009"}


def test_a_file_in_a_wrong_place(key_file, settings, tmp_path):
    folder = key_file.parent
    places = [
        {"MEDIA_ROOT": str(tmp_path)},
        {"STATIC_ROOT": str(folder)},
        {"STATICFILES_DIRS": [str(tmp_path)]},
        {"BASE_DIR": tmp_path},
    ]
    for wrong in places:
        before = {name: getattr(settings, name) for name in wrong}
        for name, value in wrong.items():
            setattr(settings, name, value)
        assert found(deploy=True) == {"E009"}, wrong
        for name, value in before.items():
            setattr(settings, name, value)
    assert found(deploy=True) == set()


def test_a_link_to_a_wrong_place_is_followed(key_file, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "media").mkdir()
    key_file.rename(tmp_path / "media" / "writing.key")
    key_file.symlink_to(tmp_path / "media" / "writing.key")
    assert found(deploy=True) == {"E009"}


def test_a_file_among_backups(key_file, tmp_path):
    archive = tmp_path / "resourced-data-20261122-000000-00000000"
    archive.mkdir()
    (archive / "manifest.json").write_text(json.dumps({}))
    assert found(deploy=True) == {"E010"}


def test_a_wrapper_that_is_not_there_and_one_that_does_not_answer(settings, ada):
    service = KeyService()
    settings.KEY_SERVICE_PORT = service.port
    settings.WRITING_KEY_WRAPPER = "tests.reflections.key_service.HttpWrapper"
    settings.WRITING_KEY_FILE = "/nowhere/at/all"
    assert found() == {"E006"}  # ada's key was wrapped by the file
    service.stop()
    assert found() == {"E005"}
    settings.WRITING_KEY_WRAPPER = "nothing.of.the.kind"
    assert "E002" in found()


def test_no_message_shows_a_key(key_file, ada):
    key_file.write_text(f"1 {GOOD}\nx {GOOD}\n")
    said = str(run_checks(include_deployment_checks=True, databases=[]))
    assert GOOD[:20] not in said


def test_the_site_and_its_worker_start_all_the_same(key_file, capsys):
    """A spoilt file closes writing and nothing else: `run` says so, and goes on."""
    key_file.write_text("spoilt")
    assert run.Command.requires_system_checks == worker.Command.requires_system_checks == []
    run.Command()._say_what_is_amiss()
    assert "Private writing is closed" in capsys.readouterr().err
