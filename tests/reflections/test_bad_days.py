"""Bad days at the writing page: each gets a kind answer, and nothing is lost."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from course.cohorts.models import Enrolment
from reflections import tickets
from reflections.models import Reflection
from tests.cast import CANARY, signed_in
from tests.reflections.test_no_exit import post_words
from tests.reflections.test_saving import ticket_for, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(ada):
    return signed_in(ada)


def kept(ada):
    return [words for words in words_of(Reflection.objects.get(), ada) if words]


@pytest.mark.parametrize("contents", [None, "", "not a key", "1 c2hvcnQ", "1 " + "A" * 43])
def test_a_missing_or_wrong_key_file(client, ada, sessions, settings, tmp_path, contents):
    ticket = ticket_for(ada, sessions[0])
    post_words(client, ticket, "before")
    settings.WRITING_KEY_FILE = tmp_path / "key"
    if contents is not None:
        settings.WRITING_KEY_FILE.write_text(contents)
    for name, args in (("my_reflections", []), ("reflect", [sessions[0].key])):
        response = client.get(reverse(name, args=args))
        assert response.status_code == 503
        assert "Nothing is lost" in response.content.decode()
    refused = post_words(client, ticket, CANARY, version="1", step="2")
    assert refused.status_code == 503
    assert CANARY in refused.content.decode()  # still on the page of the one who typed it


def test_the_form_says_so_before_anyone_types(client, sessions, settings, tmp_path):
    settings.WRITING_KEY_FILE = tmp_path / "none"
    assert client.get(reverse("reflect", args=[sessions[0].key])).status_code == 503


def test_signs_that_no_screen_can_show(client, ada, sessions):
    post_words(client, ticket_for(ada, sessions[0]), "one\x00two\x1b three")
    assert kept(ada) == ["one\ufffdtwo\ufffd three"]


def test_a_paste_larger_than_the_site_takes(client, ada, sessions, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    response = post_words(client, ticket_for(ada, sessions[0]), "x" * 20_000)
    assert response.status_code == 413
    assert not Reflection.objects.exists()


def test_a_forged_question_is_not_kept(client, ada, sessions):
    ticket = ticket_for(ada, sessions[0])
    client.post(reverse("save_reflection"), {"ticket": ticket.signed(), "q_forged": CANARY})
    assert CANARY not in str(kept(ada))


def test_another_persons_ticket_writes_and_never_reads(bea, ada, sessions):
    """Someone else is signed in on this computer: the words go, sealed, to whose page it was."""
    ticket = ticket_for(ada, sessions[0])
    response = post_words(signed_in(bea), ticket, CANARY)
    assert CANARY not in response.content.decode()
    assert Reflection.objects.get().owner == ada
    assert Reflection.objects.get().set_aside.count() == 1


def test_an_old_ticket_is_refused_and_the_words_stay_on_the_page(db, ada, sessions, monkeypatch):
    from django.test import Client

    monkeypatch.setattr(tickets, "GOOD_FOR", -1)
    response = post_words(Client(), ticket_for(ada, sessions[0]), CANARY)
    assert response.status_code == 403
    assert CANARY in response.content.decode()
    assert not Reflection.objects.exists()


@pytest.mark.parametrize("what", ["unpublish", "delete"])
def test_a_session_that_went_away_keeps_its_answers(client, ada, sessions, what):
    ticket = ticket_for(ada, sessions[0])
    post_words(client, ticket, "before")
    getattr(sessions[0], what)()
    post_words(client, ticket, "typed while it went", version="1", step="2")
    assert kept(ada) == ["typed while it went"]
    listed = client.get(reverse("my_reflections")).content.decode()
    assert "Starting with you" in listed
    row = Reflection.objects.get()
    assert (
        "typed while it went"
        in client.get(reverse("read_reflection", args=[row.pk])).content.decode()
    )


def test_rewording_and_removing_a_question_keeps_the_old_words(client, ada, sessions):
    session = sessions[0]
    post_words(client, ticket_for(ada, session), "an answer")
    old = next(q for q in session.questions() if q.kind == "free_text").label
    kinds = [b.block_type for b in session.prompts]
    del session.prompts[kinds.index("free_text")]
    session.save_revision().publish()
    page = client.get(reverse("reflect", args=[session.key])).content.decode()
    assert "an answer" in page
    assert old in page


def test_leaving_the_group_does_not_close_the_writing(client, ada, sessions):
    post_words(client, ticket_for(ada, sessions[0]), "mine")
    Enrolment.objects.filter(user=ada).update(ended_at="2026-11-04T12:00Z")
    assert client.get(reverse("reflect", args=[sessions[0].key])).status_code == 200


def test_earlier_answers_are_offered_folded(client, ada, sessions):
    first = ticket_for(ada, sessions[0])
    prompt = next(q for q in sessions[0].questions() if q.key == "s1_helps")
    client.post(
        reverse("save_reflection"), {"ticket": first.signed(), "step": 1, prompt.key: CANARY}
    )
    page = client.get(reverse("reflect", args=[sessions[1].key])).content.decode()
    assert CANARY in page
    before = page.split(CANARY)[0]
    assert before.rfind("<details") > before.rfind("</details")
    assert "open" not in before[before.rfind("<details") :].split(">")[0]


@contextmanager
def full_disk(monkeypatch):
    """No room for one more page. PostgreSQL offers no such limit: there the error is raised by hand."""
    if connection.vendor != "sqlite":

        def full(*args, **kwargs):
            raise OperationalError("could not extend file: No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Reflection, "save", full)
            yield
        return
    with connection.cursor() as cursor:
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


def test_a_full_disk_keeps_the_words_on_the_page(client, ada, sessions, monkeypatch, caplog):
    ticket = ticket_for(ada, sessions[0])
    post_words(client, ticket, "before")
    with full_disk(monkeypatch):
        response = post_words(client, ticket, CANARY + " more" * 3500, version="1", step="2")
    assert response.status_code == 503
    assert CANARY in response.content.decode()
    assert CANARY not in caplog.text
    assert kept(ada) == ["before"]
