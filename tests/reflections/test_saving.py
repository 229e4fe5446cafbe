"""Saving: every save lands, nothing overwrites silently, nobody else gets in."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from course.people import consenting
from course.people.models import Consent
from reflections import agreeing, deleting, saving, tickets, writing
from reflections.keys.models import WritingKey
from reflections.models import Reflection, SetAside
from reflections.responses import Response
from reflections.sealing import WritingUnreadable
from tests.cast import CANARY, NOON

pytestmark = pytest.mark.django_db


def ticket_for(owner, session, *, turn=1, window=None):
    return tickets.Ticket(
        owner=owner.pk,
        session=session.key,
        number=session.number,
        title=session.title,
        turn=turn,
        window=window or tickets.new_window(),
        asked=session.questions(),
    )


def text_prompt(session):
    return next(p for p in session.questions() if p.kind == "free_text")


def save(ticket, owner, words, *, version=0, step=0, done=False):
    prompt = next(p for p in ticket.asked if p.kind == "free_text")
    responses = {prompt.key: Response(prompt, words)}
    return saving.save(
        ticket, actor=owner, responses=responses, version=version, step=step, done=done, now=NOON
    )


def words_of(reflection, owner):
    pages = writing.open_reflection(reflection, actor=owner)
    return [r.answer for r in pages.responses.values() if isinstance(r.answer, str)]


def test_words_are_kept_and_sealed(ada, sessions):
    saved = save(ticket_for(ada, sessions[0]), ada, CANARY)
    row = Reflection.objects.get(pk=saved.reflection.pk)
    assert words_of(row, ada) == [CANARY]
    assert CANARY.encode() not in bytes(row.sealed)
    assert bytes(row.sealed)[:2] == b"R\x01"


def test_an_empty_page_and_a_written_one_have_the_same_size(ada, sessions):
    empty = save(ticket_for(ada, sessions[0]), ada, "").reflection
    written = save(ticket_for(ada, sessions[1]), ada, "x" * 700).reflection
    assert len(bytes(empty.sealed)) == len(bytes(written.sealed))


def test_nobody_else_opens_them(ada, bea, root, sessions):
    saved = save(ticket_for(ada, sessions[0]), ada, CANARY)
    for stranger in (bea, root, AnonymousUser()):
        with pytest.raises(writing.NotYours):
            writing.open_reflection(saved.reflection, actor=stranger)


def test_saving_twice_is_saving_once(ada, sessions):
    ticket = ticket_for(ada, sessions[0])
    save(ticket, ada, "one", step=1)
    save(ticket, ada, "one", version=1, step=2)
    assert Reflection.objects.count() == 1
    assert not SetAside.objects.exists()


def test_an_older_save_of_the_same_window_changes_nothing(ada, sessions):
    ticket = ticket_for(ada, sessions[0])
    save(ticket, ada, "newer", step=5)
    saved = save(ticket, ada, "older, and slower", step=4)
    assert words_of(saved.reflection, ada) == ["newer"]


def test_two_windows_keep_both_texts(ada, sessions):
    first, second = ticket_for(ada, sessions[0]), ticket_for(ada, sessions[0])
    save(first, ada, "from the first", version=0)
    met = save(second, ada, "from the second", version=0)
    assert met.kept_aside
    assert words_of(met.reflection, ada) == ["from the first"]
    aside = SetAside.objects.get()
    kept = writing.open_set_aside(aside, reflection=met.reflection, actor=ada)
    assert [r.answer for r in kept.responses.values()] == ["from the second"]


def test_choosing_the_other_version_keeps_the_first_aside(ada, sessions):
    save(ticket_for(ada, sessions[0]), ada, "first")
    save(ticket_for(ada, sessions[0]), ada, "second")
    reflection = saving.swap_in(SetAside.objects.get(), actor=ada, now=NOON)
    assert words_of(reflection, ada) == ["second"]
    kept = writing.open_set_aside(SetAside.objects.get(), reflection=reflection, actor=ada)
    assert [r.answer for r in kept.responses.values()] == ["first"]


def test_words_of_an_ended_session_wait_and_are_joined(ada, sessions):
    ticket = ticket_for(ada, sessions[0])
    save(ticket, ada, "before")
    prompt = text_prompt(sessions[0])
    late = {prompt.key: Response(prompt, "after the session ended")}
    saved = saving.save_late(ticket, responses=late, version=1, now=NOON)
    assert words_of(saved.reflection, ada) == ["before"]
    joined = saving.fold_in(saved.reflection, actor=ada, now=NOON)
    assert words_of(joined, ada) == ["after the session ended"]
    assert not SetAside.objects.exists()


def test_late_words_never_overwrite_newer_ones(ada, sessions):
    old = ticket_for(ada, sessions[0])
    save(ticket_for(ada, sessions[0]), ada, "newer, from elsewhere")
    prompt = text_prompt(sessions[0])
    saved = saving.save_late(
        old, responses={prompt.key: Response(prompt, "late")}, version=0, now=NOON
    )
    joined = saving.fold_in(saved.reflection, actor=ada, now=NOON)
    assert words_of(joined, ada) == ["newer, from elsewhere"]
    assert SetAside.objects.count() == 1


def test_answers_to_removed_questions_stay_in_their_own_words(ada, sessions):
    session = sessions[0]
    save(ticket_for(ada, session), ada, "to the first question")
    shorter = ticket_for(ada, session)
    other = [p for p in session.questions() if p.kind == "free_text"][1]
    object.__setattr__(shorter, "asked", [other])
    saved = save(shorter, ada, "to another", version=1)
    assert sorted(words_of(saved.reflection, ada)) == ["to another", "to the first question"]


def test_without_consent_nothing_is_written(cyn, sessions):
    with pytest.raises(saving.NoConsent):
        save(ticket_for(cyn, sessions[0]), cyn, CANARY)
    assert not Reflection.objects.exists()


def test_withdrawing_closes_writing_and_agreeing_again_opens_it(ada, sessions):
    saved = save(ticket_for(ada, sessions[0]), ada, "still mine")
    agreeing.withdraw(ada, now=NOON)
    with pytest.raises(saving.NoConsent):
        save(ticket_for(ada, sessions[0]), ada, "no", version=1)
    agreeing.agree(ada, now=NOON)
    assert words_of(saved.reflection, ada) == ["still mine"]
    assert Consent.objects.filter(user=ada).count() == 2
    assert consenting.has_given(ada, about=Consent.WRITING)


def test_what_was_withdrawn_goes_after_seven_days(ada, bea, sessions):
    save(ticket_for(ada, sessions[0]), ada, "goes")
    save(ticket_for(bea, sessions[0]), bea, "stays")
    agreeing.withdraw(ada, now=NOON)
    assert deleting.purge_withdrawn(NOON + deleting.UNDO) == 0
    assert deleting.purge_withdrawn(NOON + deleting.UNDO * 1.1) == 1
    assert list(Reflection.objects.values_list("owner_id", flat=True)) == [bea.pk]
    assert WritingKey.objects.get(owner_id=ada.pk).wrapped is None


def test_a_deleted_page_comes_back_for_seven_days_and_then_goes(ada, sessions):
    saved = save(ticket_for(ada, sessions[0]), ada, "gone and back")
    deleting.delete(saved.reflection, now=NOON)
    assert not Reflection.objects.kept().exists()
    deleting.undo_delete(saved.reflection)
    assert Reflection.objects.kept().exists()
    deleting.delete(saved.reflection, now=NOON)
    deleting.purge_deleted(NOON + deleting.UNDO)
    assert Reflection.objects.exists()
    deleting.purge_deleted(NOON + deleting.UNDO * 1.1)
    assert not Reflection.objects.exists()


def test_a_window_still_open_on_a_deleted_page_writes_to_a_new_turn(ada, sessions):
    ticket = ticket_for(ada, sessions[0])
    first = save(ticket, ada, "deleted elsewhere", step=1)
    deleting.delete(first.reflection, now=NOON)
    for step in (2, 3):
        saved = save(ticket, ada, "typed on", version=1, step=step)
    assert saved.reflection.turn == 2
    assert words_of(saved.reflection, ada) == ["typed on"]
    assert Reflection.objects.get(pk=first.reflection.pk).deleted_at


def test_a_wrong_key_changes_nothing(ada, sessions, settings, tmp_path):
    saved = save(ticket_for(ada, sessions[0]), ada, "safe")
    before = bytes(Reflection.objects.get().sealed)
    wrong = tmp_path / "wrong.key"
    wrong.write_text("1 " + "A" * 43 + "\n")
    for path in (wrong, tmp_path / "missing.key"):
        settings.WRITING_KEY_FILE = path
        with pytest.raises(WritingUnreadable):
            save(ticket_for(ada, sessions[0]), ada, "over it", version=1)
        with pytest.raises(WritingUnreadable):
            writing.open_reflection(saved.reflection, actor=ada)
    assert bytes(Reflection.objects.get().sealed) == before


def test_bytes_moved_from_another_person_do_not_open(ada, bea, sessions):
    mine = save(ticket_for(ada, sessions[0]), ada, "ada").reflection
    theirs = save(ticket_for(bea, sessions[0]), bea, "bea").reflection
    Reflection.objects.filter(pk=mine.pk).update(sealed=theirs.sealed)
    with pytest.raises(WritingUnreadable):
        writing.open_reflection(Reflection.objects.get(pk=mine.pk), actor=ada)


def test_a_ticket_is_ours_or_nothing(ada, sessions):
    signed = ticket_for(ada, sessions[0]).signed()
    assert tickets.read(signed).owner == ada.pk
    assert tickets.read(signed + "x") is None
    assert tickets.read(signed, max_age=-1) is None
    assert tickets.read(str(uuid4())) is None
