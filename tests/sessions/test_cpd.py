"""The CPD record, and the attendee's own pages about attendance and pace."""

import csv
import io
from datetime import timedelta

import page
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from certificates import cpd as paper
from certificates.cpd import CpdRecord, Learning
from certificates.models import Certificate
from course.cohorts.models import Cohort, Enrolment, Guest, NotComing
from course.places import accepting, inviting
from sessions import attending, questioning, returning
from sessions.cpd import record_of
from sessions.models import AttendanceQuestion, CpdNote
from tests.cast import CANARY, NOON, signed_in
from tests.certificates.twelve import look
from tests.places.selling import bought
from tests.sessions.live import after, later_group, with_meetings

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def meetings(cohort):
    Cohort.objects.filter(pk=cohort.pk).update(ends_on="2037-01-05")
    cohort.refresh_from_db()
    return with_meetings(cohort)


@pytest.fixture
def place(ada):
    return Enrolment.objects.get(user=ada)


@pytest.fixture
def taken(place, flo, meetings, sessions):
    """Present, part, caught up, both, and not this time."""
    for number, state in ((1, "present"), (2, "part"), (4, "present"), (5, "not_this_time")):
        meeting = meetings[number - 1]
        attending.mark(place, meeting=meeting, state=state, by=flo, now=after(meeting))
    for number in (3, 4):
        attending.work_through(place, session=sessions[number - 1], now=after(meetings[3]))
    return place


# --- What is in the record ------------------------------------------------------------------------


def test_only_minutes_that_happened_and_catching_up_is_not_participatory(taken, sessions):
    record = record_of(taken, today=TODAY)
    assert [(e.number, e.live_minutes, e.own_minutes) for e in record.entries] == [
        (1, 80, 0),
        (2, 40, 0),
        (3, 0, sessions[2].minutes),
        (4, 80, sessions[3].minutes),
    ]
    assert record.live_minutes == 200
    assert record.minutes == 200 + sessions[2].minutes + sessions[3].minutes
    assert [e.method for e in record.entries[1:]] == [
        "Live online session with others",
        "Study in own time",
        "Live online session with others, and study in own time",
    ]


def test_it_follows_a_correction_and_the_certificate_stays_as_issued(
    taken, flo, meetings, sessions
):
    for session in sessions[4:7]:
        attending.work_through(taken, session=session, now=NOON)
    before = Certificate.objects.get().facts
    attending.mark(
        taken, meeting=meetings[0], state="part", minutes=30, by=flo, now=NOON + timedelta(days=90)
    )
    record = record_of(taken, today=TODAY)
    assert record.entries[0].live_minutes == 30
    assert Certificate.objects.get().facts == before
    attending.work_through(taken, session=sessions[7], now=NOON)
    certificate = Certificate.objects.get()
    assert [s["number"] for s in certificate.facts["sessions"]] == [1, 2, 3, 4, 5, 6]
    evidence = [e.evidence for e in record_of(taken, today=TODAY).entries]
    assert [certificate.code[:4] in words for words in evidence] == [True] * 6 + [False] * 2


def test_what_was_attended_before_deferring_is_in_it_once(taken, cohort):
    following = returning.defer(taken, to=later_group(cohort), now=NOON)
    assert record_of(following, today=TODAY).live_minutes == 200
    assert record_of(taken, today=TODAY).entries == []


# --- The table ------------------------------------------------------------------------------------


def record(**changes):
    facts = {
        "number": 1,
        "title": "Starting with you",
        "method": "Study in own time",
        "practice": "",
        "on": TODAY,
        "live_minutes": 80,
        "own_minutes": 45,
        "code_part": "",
        "evidence": "Record of attendance, Northmoor",
    }
    entry = Learning(**(facts | changes))
    return CpdRecord("Ada Byron", "Resourced", "Autumn group", "Northmoor", TODAY, [entry])


def rows(found):
    return list(csv.reader(io.StringIO("".join(paper.as_csv(found)))))


def test_the_table_has_the_seven_fields(taken):
    head, line = rows(record(practice="Handovers", code_part="Prioritise people"))
    assert head == [
        "Method",
        "Topic and link to practice",
        "Date",
        "Hours",
        "Participatory hours",
        "Part of the Code",
        "Evidence",
    ]
    assert line == [
        "Study in own time",
        "1. Starting with you: Handovers",
        "2026-11-03",
        "2.08",
        "1.33",
        "Prioritise people",
        "Record of attendance, Northmoor",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "|", "＝"])
def test_no_cell_becomes_a_formula(start):
    nasty = f"{start}HYPERLINK(1)"
    _head, line = rows(record(method=nasty, code_part=nasty, evidence=nasty))
    assert [line[0], line[5], line[6]] == [f"'{nasty}"] * 3


def test_a_line_break_in_a_note_stays_in_its_cell():
    found = rows(record(practice="one\r\n=two"))
    assert (len(found), found[1][1]) == (2, "1. Starting with you: one\r\n=two")


# --- The paper ------------------------------------------------------------------------------------


def test_the_paper_is_accessible_and_says_the_seven_fields(taken):
    CpdNote.objects.create(enrolment=taken, number=1, practice="Handovers 😀", code_part="4.1")
    content = paper.draw(record_of(taken, today=TODAY), identifier="cpd")
    assert [f.message for f in page.validate_pdf_bytes(content, profile="ua1").failures] == []
    assert look(content, twin="Ada Byron 1. Starting with you Method Date Hours Evidence") == []
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    for words in (
        "Ada Byron",
        "Handovers",
        "grinning face",
        "4.1",
        "Participatory hours",
        "Method",
    ):
        assert words in text
    assert "accredit" not in text.lower()
    again = paper.draw(record_of(taken, today=TODAY), identifier="cpd")
    assert again == content


# --- The pages ------------------------------------------------------------------------------------


PAGES = ["/my/attendance/", "/my/pace/", "/my/cpd/"]


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_ones_own(address, client, cyn):
    assert client.get(address).status_code == 302
    assert signed_in(cyn).get(address).status_code == 200


def test_nobody_opens_what_is_someone_elses(taken, cyn, bea, flo, max, root):
    addresses = [
        f"/my/attendance/{taken.pk}/1/",
        f"/my/cpd/{taken.pk}/",
        f"/my/cpd/{taken.pk}/record.pdf",
        f"/my/cpd/{taken.pk}/record.csv",
        f"/my/cpd/{taken.pk}/1/",
    ]
    presses = [f"/my/attendance/{taken.pk}/6/not-coming/", f"/my/pace/{taken.pk}/leave/"]
    for user in (cyn, bea, flo, max, root):
        client = signed_in(user)
        assert {client.get(address).status_code for address in addresses} == {404}
        assert {client.post(address).status_code for address in presses} == {404}
    assert Enrolment.objects.current().filter(pk=taken.pk).exists()


def test_opening_an_address_presses_nothing(taken, ada):
    client = signed_in(ada)
    assert client.get(f"/my/pace/{taken.pk}/leave/").url == "/my/pace/"
    assert client.get(f"/my/attendance/{taken.pk}/8/not-coming/").url == "/my/attendance/"
    assert Enrolment.objects.current().filter(pk=taken.pk).exists()
    assert not NotComing.objects.exists()


def test_the_page_says_what_is_noted_and_the_questions_take_the_whole_round(taken, ada, flo):
    client = signed_in(ada)
    text = client.get("/my/attendance/").content.decode()
    for words in ("You were there.", "You caught up.", "Not this time.", "40 minutes live"):
        assert words in text
    address = f"/my/attendance/{taken.pk}/5/"
    client.post(address, {"words": "I was there from ten"})
    assert "I was there from ten" in client.get(address).content.decode()
    client.post(f"{address}take-question-back/")
    assert not AttendanceQuestion.objects.exists()
    client.post(address, {"words": ""})
    questioning.settle(AttendanceQuestion.objects.get().pk, by=flo, now=NOON)
    assert "looked at it" in client.get(address).content.decode()
    long = client.post(address, {"words": "x" * 301})
    assert (long.status_code, "x" * 301 in long.content.decode()) == (422, True)


@pytest.mark.parametrize("address", ["9/", "0/", "5/dance/", "5/visit/"])
def test_odd_addresses_are_not_there(taken, ada, address):
    assert (
        signed_in(ada).post(f"/my/attendance/{taken.pk}/{address}", {"meeting": "x"}).status_code
        == 404
    )


def test_beforehand_and_visits_by_press(place, ada, cohort, meetings, time_machine_at):
    time_machine_at(NOON)
    winter = with_meetings(later_group(cohort), later_group(cohort, title="W").starts_on)
    client = signed_in(ada)
    address = f"/my/attendance/{place.pk}/2/"
    assert "You said" in client.post(f"{address}not-coming/", follow=True).content.decode()
    assert NotComing.objects.get().meeting == meetings[1]
    client.post(f"{address}coming/")
    assert not NotComing.objects.exists()
    assert "Come to this one" in client.get(address).content.decode()
    client.post(f"{address}visit/", {"meeting": winter[1].pk})
    assert Guest.objects.get().meeting == winter[1]
    assert client.post(f"{address}visit/", {"meeting": winter[2].pk}).status_code == 404
    client.post(f"{address}not-visiting/", {"meeting": winter[1].pk})
    assert not Guest.objects.exists()


@pytest.fixture
def time_machine_at(time_machine):
    return lambda moment: time_machine.move_to(moment, tick=False)


def test_pace_by_press(place, ada, cohort, meetings):
    client = signed_in(ada)
    winter = later_group(cohort, starts_on="2037-02-01", ends_on="2037-04-01")

    def press(action, **facts):
        enrolment = Enrolment.objects.filter(user=ada).order_by("ended_at", "-enrolled_at")
        current = enrolment.filter(ended_at=None).first() or enrolment.last()
        shown = client.post(f"/my/pace/{current.pk}/{action}/", facts, follow=True)
        return shown.content.decode()

    assert "taking a pause" in press("pause")
    assert "Good to have you back" in press("come-back")
    assert "Choose one of the groups" in press("later", to="nonsense")
    assert "You go on with Winter group" in press("later", to=winter.pk)
    assert "You are back in Tuesday group" in press("not-later")
    assert "A fresh round begins" in press("begin-again")
    assert "earlier round" in press("not-again")
    assert "You have left" in press("leave")
    assert "You have your place again" in press("not-leave")
    assert "cannot be done" in press("not-later")
    assert Enrolment.objects.current().get(user=ada) == place


def test_a_note_is_kept_changed_and_taken_away(taken, ada):
    client = signed_in(ada)
    address = f"/my/cpd/{taken.pk}/1/"
    assert "No names or case details" in client.get(address).content.decode()
    client.post(address, {"practice": "Handovers", "code_part": "4.1"})
    assert "Handovers" in client.get(f"/my/cpd/{taken.pk}/").content.decode()
    assert client.post(address, {"practice": "y" * 501}).status_code == 422
    client.post(address, {"practice": "", "code_part": ""})
    assert not CpdNote.objects.exists()
    assert client.get(f"/my/cpd/{taken.pk}/5/").status_code == 404  # not this time


def test_downloads_are_files_with_a_plain_name(taken, ada):
    client = signed_in(ada)
    for kind, start in (("pdf", b"%PDF"), ("csv", b'"Method"')):
        response = client.get(f"/my/cpd/{taken.pk}/record.{kind}")
        assert b"".join(response).startswith(start)
        assert f'.{kind}"' in response["Content-Disposition"]


def test_pages_take_as_many_queries_for_three_sessions_as_for_one(place, ada, flo, meetings):
    client = signed_in(ada)

    def queries(address):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    def counted():
        return [queries(a) for a in ("/my/attendance/", "/my/pace/", f"/my/cpd/{place.pk}/")]

    def be_there(number):
        meeting = meetings[number - 1]
        attending.mark(place, meeting=meeting, state="present", by=flo, now=after(meeting))

    be_there(1)
    counted()  # so that what the site keeps is kept
    one = counted()
    be_there(2)
    be_there(3)
    assert counted() == one == [9, 8, 9]


# --- Access needs carried over -------------------------------------------------------------------


def test_earlier_access_needs_are_offered_and_sent_only_by_a_press(place, ada, cohort, max):
    place.access_needs, place.access_needs_sent_at = CANARY, NOON
    place.save()
    following = returning.defer(place, to=later_group(cohort), now=NOON)
    assert (following.access_needs, following.access_needs_sent_at) == ("", None)
    client = signed_in(ada)
    address = f"/my/access-needs/{following.pk}/"
    for shown in (address, f"{address}?earlier=1"):  # offered, then in the box
        assert CANARY in client.get(shown).content.decode()
    assert "until you send them" in client.get(address).content.decode()
    following.refresh_from_db()
    assert (following.access_needs, following.access_needs_sent_at) == ("", None)
    client.post(address, {"access_needs": CANARY, "action": "send"})
    following.refresh_from_db()
    assert following.access_needs_sent_at
    assert "What you wrote before" not in client.get(address).content.decode()


def test_an_organisation_never_sees_access_needs(cyn, max, organisation, paid_cohort):
    order = bought(max, organisation, paid_cohort)
    inviting.invite(order, [cyn.email], by=max, now=NOON)
    token = order.places.get(state="invited").invitations.get().token_hash
    place = accepting.accept(token, user=cyn, now=NOON).enrolment
    Enrolment.objects.filter(pk=place.pk).update(access_needs=CANARY, access_needs_sent_at=NOON)
    client = signed_in(max)
    seat = order.places.get(enrolment=place)
    root = f"/teams/{organisation.pk}/"
    pages = [root, f"/teams/orders/{order.pk}/", f"/teams/places/{seat.pk}/"]
    found = [client.get(address) for address in pages]
    assert found[0].status_code == 200
    assert not [page for page in found if CANARY in page.content.decode()]
