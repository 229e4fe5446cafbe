"""Completing: a rule about taking part, met exactly once, whatever was written."""

import pytest

from certificates.models import Certificate, FacilitatorSummary
from course.cohorts.models import Enrolment
from course.outbox.models import Effect
from reflections.models import Reflection
from sessions import attending, thoughts
from sessions.models import Attendance, Completion, Thought
from tests.cast import CANARY, NOON, enrolled, settle_everything

pytestmark = pytest.mark.django_db


def work_through(user, sessions, how_many):
    enrolment = Enrolment.objects.get(user=user)
    for session in sessions[:how_many]:
        completion = attending.work_through(enrolment, session=session, now=NOON)
    return completion


def test_five_of_eight_are_not_yet_six(ada, sessions):
    assert work_through(ada, sessions, 5) is None
    assert not Certificate.objects.exists()


def test_six_in_any_order_complete_without_a_word_written(cyn, cohort, sessions):
    enrolled(cyn, cohort)
    assert work_through(cyn, sessions[::-1], 6)
    assert not Reflection.objects.exists()
    assert Certificate.objects.get().holder == cyn


def test_completion_happens_once(ada, flo, sessions, mailoutbox):
    for _ in range(3):
        work_through(ada, sessions, 8)
    settle_everything()
    settle_everything()
    assert Completion.objects.count() == 1
    assert Certificate.objects.count() == 1
    assert FacilitatorSummary.objects.count() == 1
    assert sorted(m.to[0] for m in mailoutbox) == ["ada@example.org", "flo@example.org"]


def test_the_certificate_says_what_was_done_and_no_more(ada, sessions):
    work_through(ada, sessions, 6)
    facts = Certificate.objects.get().facts
    assert facts["name"] == "Ada Byron"
    assert [s["number"] for s in facts["sessions"]] == [1, 2, 3, 4, 5, 6]
    assert facts["own_minutes"] == sum(s.minutes for s in sessions[:6])
    assert facts["live_minutes"] == 0
    assert "example.org" not in str(facts)


def test_a_name_is_never_an_address(cyn, cohort, sessions):
    cyn.display_name = ""
    cyn.save()
    enrolled(cyn, cohort)
    work_through(cyn, sessions, 6)
    assert Certificate.objects.get().facts["name"] == ""
    papers = Effect.objects.filter(dedupe_key__endswith=":paper")
    assert not papers.filter(dedupe_key__startswith="certificate:").exists()


def test_being_there_counts_and_keeps_its_hours(ada, sessions):
    enrolment = Enrolment.objects.get(user=ada)
    Attendance.objects.create(
        enrolment=enrolment,
        session_key=sessions[0].key,
        number=1,
        title=sessions[0].title,
        state=Attendance.PRESENT,
        live_minutes=80,
        on=NOON.date(),
        marked_at=NOON,
    )
    work_through(ada, sessions, 6)
    facts = Certificate.objects.get().facts
    assert facts["live_minutes"] == 80
    assert facts["sessions"][0]["how"] == "present"
    assert facts["own_minutes"] == sum(s.minutes for s in sessions[:6])


def test_a_tick_can_be_taken_back_until_a_certificate_rests_on_it(ada, sessions):
    enrolment = Enrolment.objects.get(user=ada)
    attending.work_through(enrolment, session=sessions[0], now=NOON)
    assert attending.undo_work_through(enrolment, session=sessions[0])
    assert not Attendance.objects.exists()
    work_through(ada, sessions, 6)
    assert not attending.undo_work_through(enrolment, session=sessions[0])
    assert Attendance.objects.count() == 6


def test_opening_counts_for_nothing(ada, sessions):
    enrolment = Enrolment.objects.get(user=ada)
    for session in sessions:
        attending.open_session(enrolment, session=session, now=NOON)
        attending.keep_place(enrolment, session=session, part="part-12345678", now=NOON)
    assert not Attendance.objects.exists()
    assert not Completion.objects.exists()


def test_later_edits_do_not_reach_a_certificate(ada, cohort, sessions):
    work_through(ada, sessions, 6)
    before = Certificate.objects.get().facts
    ada.document_name = "Someone Else"
    ada.save()
    sessions[0].title = "Another title"
    sessions[0].save_revision().publish()
    cohort.title = "Another group"
    cohort.save()
    work_through(ada, sessions, 8)
    assert Certificate.objects.get().facts == before


def test_the_summary_has_what_was_sent_under_a_name_and_nothing_else(ada, sessions):
    enrolment = Enrolment.objects.get(user=ada)
    enrolment.access_needs, enrolment.access_needs_sent_at = "Captions, please", None
    enrolment.save()
    for words, named in (("Signed words", True), ("Unsigned words", False)):
        thoughts.send(
            enrolment, for_whom=Thought.TO_FACILITATORS, words=words, with_name=named, now=NOON
        )
    back = thoughts.send(
        enrolment, for_whom=Thought.TO_FACILITATORS, words=CANARY, with_name=True, now=NOON
    )
    thoughts.take_back(back, now=NOON)
    work_through(ada, sessions, 6)
    facts = FacilitatorSummary.objects.get().facts
    assert facts["thoughts"] == ["Signed words"]
    assert facts["access_needs"] == ""
    assert CANARY not in str(facts)
