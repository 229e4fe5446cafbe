"""Keys in operation: adding, wrapping anew, renewing, drills, a service instead of the file."""

import base64
import os
import shutil
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from course.audit.models import Entry
from reflections import agreeing, deleting, renewing, writing
from reflections.keys import filing, keeping, rewrapping, tombstones
from reflections.keys.filing import KeyFileProblem
from reflections.keys.models import Tombstone, WritingKey
from reflections.keys.wrapping import FileWrapper, KeysOutOfReach, wrapper
from reflections.models import Reflection, SetAside
from reflections.sealing import WritingUnreadable
from tests.cast import CANARY, NOON, signed_in
from tests.reflections.key_service import KeyService
from tests.reflections.test_no_exit import post_words
from tests.reflections.test_saving import save, ticket_for, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings, tmp_path):
    """A key file of this test's own; the cast's keys are made with it."""
    settings.WRITING_KEY_FILE = tmp_path / "secret" / "writing.key"
    filing.make_key_file(settings.WRITING_KEY_FILE)
    return settings.WRITING_KEY_FILE


def said_by(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def line(number):
    return f"{number} {base64.urlsafe_b64encode(os.urandom(32)).decode()}\n"


# --- The file -------------------------------------------------------------------------------------


def test_a_new_file_key_is_added_and_nothing_is_taken_away(key_file):
    key_file.chmod(0o640)
    before = key_file.read_text()
    (key_file.parent / ".writing.key.99").write_text("left by somebody who was stopped")
    assert filing.add_key(key_file) == 2
    assert key_file.read_text().startswith(before)
    assert key_file.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in key_file.parent.iterdir()] == ["writing.key"]
    with pytest.raises(FileExistsError):
        filing.make_key_file(key_file)


def test_a_changed_file_is_seen_at_once_even_within_one_tick(key_file):
    """mtime alone is too coarse: the file's number and size are looked at as well."""
    assert wrapper().active == 1
    facts = key_file.stat()
    filing.add_key(key_file)
    os.utime(key_file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert wrapper().active == 2


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        ("", "empty"),
        ("1 c2hvcnQ\n", "32 bytes"),
        ("one two\n", "form"),
        ("1\n", "form"),
        ("1 é\n", "form"),
        ("1 " + "A" * 40 + "!!!\n", "form"),  # base64 would drop the odd letters
        (line(1) + line(1), "same id"),
        (line(0), "from 1 on"),
        (line(2**32), "from 1 on"),
    ],
    ids=range(9),  # keys are made anew each time, and several processes compare these names
)
def test_a_spoilt_file_is_refused_whole(key_file, contents, why):
    key_file.write_text(contents)
    with pytest.raises(KeyFileProblem, match=why):
        wrapper()
    with pytest.raises(KeyFileProblem):
        filing.add_key(key_file)
    assert key_file.read_text() == contents


# --- Turning to a new file key --------------------------------------------------------------------


def test_only_the_wrapping_changes(key_file, ada, sessions):
    save(ticket_for(ada, sessions[0]), ada, CANARY)
    facts = ("id", "owner_id", "created_at", "retired_at", "destroyed_at")
    before = list(WritingKey.objects.order_by("pk").values_list(*facts))
    sealed = bytes(Reflection.objects.get().sealed)
    said = said_by("rewrap_keys", "--new")
    assert "File key 1 wraps nothing any more" in said
    assert set(rewrapping.in_use()) == {2}
    assert list(WritingKey.objects.order_by("pk").values_list(*facts)) == before
    assert bytes(Reflection.objects.get().sealed) == sealed
    assert words_of(Reflection.objects.get(), ada) == [CANARY]
    key_file.write_text(key_file.read_text().splitlines()[1])  # the old line is taken out
    assert words_of(Reflection.objects.get(), ada) == [CANARY]
    assert "0 keys were wrapped anew" in said_by("rewrap_keys")
    assert set(Entry.objects.values_list("action", flat=True)) >= {"keys.rewrapped"}


def test_no_advice_while_a_key_still_needs_the_old_one(key_file, ada, monkeypatch):
    filing.add_key(key_file)
    monkeypatch.setattr(rewrapping.keeping, "rewrap", lambda rows: (0, 0))
    with pytest.raises(CommandError, match="Do not take file key 1 out yet"):
        call_command("rewrap_keys")


def test_a_file_that_lacks_a_key_in_use_changes_nothing(key_file, ada):
    whole = key_file.read_text()
    wrapped = bytes(WritingKey.objects.get(owner_id=ada.pk).wrapped)
    key_file.write_text(line(2))
    with pytest.raises(CommandError, match="Do not take any line out"):
        call_command("rewrap_keys")
    key_file.write_text(whole.replace("1 ", "1 ")[:2] + line(1)[2:])  # the same id, another key
    filing.add_key(key_file)
    with pytest.raises(CommandError, match="nothing was overwritten"):
        call_command("rewrap_keys")
    assert bytes(WritingKey.objects.get(owner_id=ada.pk).wrapped) == wrapped
    key_file.unlink()
    with pytest.raises(CommandError, match="there are keys that need it"):
        call_command("rewrap_keys", "--new")
    assert not key_file.exists()


def test_a_key_made_while_the_file_turned_is_wrapped_anew_at_once(key_file, monkeypatch):
    """The process had the old file key in hand when the new one came."""
    fresh = keeping._fresh

    def turned(owner_id, *, now):
        made = fresh(owner_id, now=now)
        filing.add_key(key_file)
        return made

    monkeypatch.setattr(keeping, "_fresh", turned)
    made = keeping.make_key(uuid4(), now=NOON)
    assert WritingKey.objects.get(pk=made).kek_id == 2


def test_a_key_destroyed_meanwhile_does_not_come_back(key_file, ada):
    filing.add_key(key_file)
    rows = list(WritingKey.objects.live())
    keeping.destroy_key(ada.pk, now=NOON)
    assert keeping.rewrap(rows)[0] == len(rows) - 1
    assert WritingKey.objects.get(owner_id=ada.pk).wrapped is None


# --- A new key for one person ---------------------------------------------------------------------


def test_renewing_seals_everything_anew_and_destroys_the_old_key(ada, sessions):
    first = ticket_for(ada, sessions[0])
    save(first, ada, "first")
    save(ticket_for(ada, sessions[0]), ada, "second")  # is set aside
    deleting.delete(save(ticket_for(ada, sessions[1]), ada, "deleted").reflection, now=NOON)
    old = WritingKey.objects.get(owner_id=ada.pk)
    dek, sealed = keeping.unwrapped(old), bytes(Reflection.objects.first().sealed)
    assert "Done" in said_by("renew_key", ada.email)
    assert words_of(Reflection.objects.get(session_key=sessions[0].key), ada) == ["first"]
    assert words_of(Reflection.objects.get(session_key=sessions[1].key), ada) == ["deleted"]
    aside = SetAside.objects.get()
    writing.open_set_aside(aside, reflection=aside.reflection, actor=ada)
    old.refresh_from_db()
    assert (old.wrapped is None, old.retired_at is None) == (True, False)
    row = Reflection.objects.first()
    with pytest.raises(WritingUnreadable):
        writing.sealed_anew(row.sealed, place=row.place, deks={old.pk: dek}, by=old.pk)
    assert bytes(row.sealed) != sealed
    saved = save(first, ada, "typed on a page that was open", version=1, step=1)
    assert not saved.kept_aside  # versions did not change, so open pages go on


def test_a_page_read_before_a_renewal_still_opens(ada, sessions):
    row = save(ticket_for(ada, sessions[0]), ada, CANARY).reflection
    save(ticket_for(ada, sessions[0]), ada, "other")
    aside = SetAside.objects.select_related("reflection").get()
    renewing.renew_key(ada.pk, now=NOON)
    assert words_of(row, ada) == [CANARY]
    writing.open_set_aside(aside, reflection=row, actor=ada)


def test_nothing_is_destroyed_while_one_text_does_not_open(ada, sessions):
    row = save(ticket_for(ada, sessions[0]), ada, CANARY).reflection
    spoilt = bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1])
    Reflection.objects.filter(pk=row.pk).update(sealed=spoilt)
    with pytest.raises(CommandError, match="the old key is kept"):
        call_command("renew_key", str(ada.pk))
    Reflection.objects.filter(pk=row.pk).update(sealed=row.sealed)
    assert words_of(row, ada) == [CANARY]
    assert "Done" in said_by("renew_key", str(ada.pk))  # goes on where it stopped
    assert words_of(Reflection.objects.get(), ada) == [CANARY]
    assert WritingKey.objects.filter(owner_id=ada.pk).count() == 2


def test_a_text_saved_with_the_old_key_stops_its_destruction(ada, sessions):
    """The last look, under the lock: what a save committed a moment ago is found."""
    save(ticket_for(ada, sessions[0]), ada, CANARY)
    retired = keeping.replace_key(ada.pk, now=NOON)
    with pytest.raises(WritingUnreadable):
        renewing.destroy_old(ada.pk, retired, now=NOON)
    assert words_of(Reflection.objects.get(), ada) == [CANARY]


def test_who_has_no_key_has_none_to_renew(bea, cyn):
    for who in (cyn.email, "nobody@example.org", str(uuid4())):
        with pytest.raises(CommandError):
            call_command("renew_key", who)
    assert not WritingKey.objects.filter(owner_id=cyn.pk).exists()


def test_destroying_takes_retired_keys_as_well(ada):
    keeping.replace_key(ada.pk, now=NOON)
    assert WritingKey.objects.live().filter(owner_id=ada.pk).count() == 2
    assert keeping.destroy_key(ada.pk, now=NOON) == 2
    with pytest.raises(keeping.KeyGone):
        keeping.replace_key(ada.pk, now=NOON)


def test_a_tombstone_stands_once(ada):
    tombstones.erect(ada.pk, NOON)
    tombstones.erect(ada.pk, NOON)
    assert tombstones.all_owners() == [ada.pk]
    assert Tombstone.objects.get().erased_at == NOON


# --- Escrow ---------------------------------------------------------------------------------------


def test_a_drill_says_whether_the_copy_opens_things_and_shows_no_word(
    key_file, ada, sessions, tmp_path
):
    save(ticket_for(ada, sessions[0]), ada, CANARY)
    copy = tmp_path / "escrow.key"
    shutil.copy(key_file, copy)
    said = said_by("drill_keys", str(copy))
    assert "1 keys tried, 1 opened" in said
    assert "1 texts tried, 1 opened" in said
    assert "The copy is good" in said
    assert CANARY not in said
    call_command("rewrap_keys", "--new", stdout=StringIO())
    for spoilt in (copy.read_text(), line(2), "not a key"):  # old; another; none
        copy.write_text(spoilt)
        with pytest.raises(CommandError):
            call_command("drill_keys", str(copy), stdout=StringIO())
    with pytest.raises(CommandError, match="running file itself"):
        call_command("drill_keys", str(key_file))
    results = list(Entry.objects.filter(action="keys.drilled").values_list("result", flat=True))
    assert sorted(results) == ["not read", "not sound", "not sound", "sound"]


def test_a_drill_finds_a_text_that_does_not_open(key_file, ada, sessions, tmp_path):
    row = save(ticket_for(ada, sessions[0]), ada, CANARY).reflection
    spoilt = bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1])
    Reflection.objects.filter(pk=row.pk).update(sealed=spoilt)
    shutil.copy(key_file, tmp_path / "copy")
    out = StringIO()
    with pytest.raises(CommandError, match="does not open everything"):
        call_command("drill_keys", str(tmp_path / "copy"), stdout=out)
    assert "1 texts tried, 0 opened" in out.getvalue()


# --- A service instead of the file ----------------------------------------------------------------


@pytest.fixture
def service(settings):
    service = KeyService()
    settings.KEY_SERVICE_PORT = service.port
    settings.WRITING_KEY_WRAPPER = "tests.reflections.key_service.HttpWrapper"
    settings.WRITING_KEY_FILE = Path("/nowhere/at/all")
    yield service
    service.stop()


def test_writing_with_a_key_service(service, ada, sessions):
    save(ticket_for(ada, sessions[0]), ada, CANARY)
    assert words_of(Reflection.objects.get(), ada) == [CANARY]
    service.keks[2] = os.urandom(32)  # the service turns to a new key
    said = said_by("rewrap_keys")
    assert "file key 2 is the active one" in said
    assert set(rewrapping.in_use()) == {2}
    del service.keks[1]
    assert words_of(Reflection.objects.get(), ada) == [CANARY]
    renewing.renew_key(ada.pk, now=NOON)
    assert words_of(Reflection.objects.get(), ada) == [CANARY]
    with pytest.raises(CommandError, match="come from a service"):
        call_command("rewrap_keys", "--new")
    del service.keks[2]
    with pytest.raises(WritingUnreadable):
        words_of(Reflection.objects.get(), ada)


def test_a_key_service_that_is_down_closes_writing_kindly(service, ada, cyn, sessions):
    ticket, client = ticket_for(ada, sessions[0]), signed_in(ada)
    post_words(client, ticket, "before")
    sealed = bytes(Reflection.objects.get().sealed)
    service.stop()
    with pytest.raises(KeysOutOfReach):
        wrapper().active  # noqa: B018
    for name, args in (("my_reflections", []), ("reflect", [sessions[0].key])):
        page = client.get(reverse(name, args=args))
        assert page.status_code == 503
        assert "Nothing is lost" in page.content.decode()
    refused = post_words(client, ticket, CANARY, version="1", step="2")
    assert refused.status_code == 503
    assert CANARY in refused.content.decode()  # still on the page of the one who typed it
    assert bytes(Reflection.objects.get().sealed) == sealed
    with pytest.raises(KeysOutOfReach):
        agreeing.agree(cyn, now=NOON)
    assert not agreeing.has_agreed(cyn)
    with pytest.raises(CommandError, match="does not answer"):
        call_command("rewrap_keys")
    with pytest.raises(CommandError, match="the old key is kept"):
        call_command("renew_key", ada.email)


def test_a_file_wrapper_opens_what_its_own_file_sealed_and_nothing_else(key_file):
    keks = FileWrapper(key_file)
    owner, dek_id = uuid4(), uuid4()
    kek_id, locked = keks.wrap(b"k" * 32, owner=owner, dek_id=dek_id)
    assert keks.unwrap(locked, kek_id=kek_id, owner=owner, dek_id=dek_id) == b"k" * 32
    for wrong in ({"kek_id": 7}, {"owner": uuid4()}, {"dek_id": uuid4()}):
        with pytest.raises(WritingUnreadable):
            keks.unwrap(locked, **({"kek_id": kek_id, "owner": owner, "dek_id": dek_id} | wrong))
