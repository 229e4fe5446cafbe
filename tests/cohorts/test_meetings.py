"""A meeting's page: what to expect, the way in and its hours, and what the card must have."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from course.audit.models import Entry
from course.cohorts import preparing
from course.cohorts.meeting_forms import CardForm
from course.cohorts.models import Cohort, Enrolment, Guest, LiveSession, Material
from tests.cast import NOON, enrolled, person, signed_in

pytestmark = pytest.mark.django_db

ROOM = "https://rooms.example.net/j/123?pwd=secret&x=1"
PHONE = "+44 20 7946 0000, code 4711"
START = datetime(2027, 3, 30, 13, 0, tzinfo=UTC)  # 2pm in London, two days after the change
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting(cohort) -> LiveSession:
    facts = preparing.defaults_for(cohort, 3)
    return LiveSession.objects.create(
        cohort=cohort,
        number=3,
        day=date(2027, 3, 30),
        starts=time(14),
        joining_url=ROOM,
        dial_in=PHONE,
        **facts,
    )


def page(user, meeting, *, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        answer = signed_in(user).get(reverse("meeting", args=[meeting.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def go_in(user, meeting, *, at: datetime):
    with time_machine.travel(at, tick=False):
        return signed_in(user).get(reverse("meeting_way_in", args=[meeting.pk]))


# --- Who, and when -----------------------------------------------------------------------------------


def test_only_those_who_belong_there(ada, flo, cyn, root, cohort, meeting):
    hosting, visiting = person("han"), person("gil")
    cohort.hosts.add(hosting)
    other = Cohort.objects.create(programme_id=cohort.programme_id, title="Before")
    Guest.objects.create(enrolment=enrolled(visiting, other), meeting=meeting, asked_at=NOON)
    for user in (ada, flo, root, hosting, visiting):
        assert "Capacity and tolerance" in page(user, meeting, at=START)
        assert go_in(user, meeting, at=START).url == ROOM
    for name in ("meeting", "meeting_way_in", "meeting_calendar"):
        url = reverse(name, args=[meeting.pk])
        assert signed_in(cyn).get(url).status_code == 404
        assert Client().get(url).status_code == 302
    Enrolment.objects.update(ended_at=NOON)
    for user in (ada, visiting):
        assert go_in(user, meeting, at=START).status_code == 404
    cohort.facilitations.all().delete()
    assert go_in(flo, meeting, at=START).status_code == 404


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (START - timedelta(days=20), False),
        (START - 15 * MINUTE - timedelta(seconds=1), False),
        (START - 15 * MINUTE, True),
        (START, True),
        (START + 90 * MINUTE - timedelta(seconds=1), True),
        (START + 90 * MINUTE, False),
        (START + timedelta(days=20), False),
    ],
)
def test_the_way_in_is_there_from_fifteen_minutes_before_to_the_end(at, is_open, ada, meeting):
    html = page(ada, meeting, at=at)
    door = reverse("meeting_way_in", args=[meeting.pk])
    assert (f'href="{door}"' in html) is is_open
    assert (PHONE in html) is is_open
    assert "rooms.example.net" not in html  # never in a page, open or not
    assert (go_in(ada, meeting, at=at).url == ROOM) is is_open


def test_from_when_is_said_in_the_readers_time(ada, meeting):
    ada.zone = "Asia/Kolkata"
    ada.save()
    html = page(ada, meeting, at=START - timedelta(days=1))
    assert "Tuesday 30 March 2027, 6:30pm to 8pm (Kolkata time), which is 2pm to 3:30pm (UK" in html
    assert "Tuesday 30 March 2027, 6:15pm (Kolkata time)" in html
    for clock in ("6:30pm", "6:40pm", "7:10pm", "7:20pm", "7:55pm"):
        assert f'<span class="time">{clock}</span>' in html


def test_going_in_leaves_no_trace(ada, meeting, caplog):
    answer = go_in(ada, meeting, at=START)
    assert answer.status_code == 302
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store, private"
    assert "secret" not in caplog.text
    assert answer.content == b""


def test_open_without_a_link_yet(ada, meeting):
    LiveSession.objects.update(joining_url="")
    html = page(ada, meeting, at=START)
    assert "The way in is not here yet" in html
    assert PHONE in html
    assert go_in(ada, meeting, at=START).url == reverse("meeting", args=[meeting.pk])


@pytest.mark.parametrize("what", ["meeting", "cohort"])
def test_called_off(what, ada, meeting):
    (LiveSession if what == "meeting" else Cohort).objects.update(cancelled_at=NOON)
    html = page(ada, meeting, at=START)
    assert "This meeting will not take place." in html
    assert 'id="expect"' not in html
    assert PHONE not in html
    assert go_in(ada, meeting, at=START).url == reverse("meeting", args=[meeting.pk])


def test_what_always_stands_there(ada, meeting):
    html = page(ada, meeting, at=START - timedelta(days=3))
    for words in (
        "Camera and microphone are always optional.",
        "Your name on screen can be any name",
        "You can leave and come back",
        "Flo leads the meeting.",
        "Break, cameras off",
        "Staying in the main room is a choice too.",
        "Only the idea of the week is recorded.",
    ):
        assert words in html


def test_words_of_others_are_only_words(ada, meeting):
    bad = "<script>alert(1)</script>"
    LiveSession.objects.update(who=bad, running_order=f"0 {bad}", breakout_rooms=bad, dial_in=bad)
    assert bad not in page(ada, meeting, at=START)


def test_a_running_order_that_is_not_clear_any_more_closes_no_page(ada, meeting):
    LiveSession.objects.update(running_order="whenever\nBreak")
    assert "What happens when" not in page(ada, meeting, at=START)


def test_unpublishing_the_sessions_page_closes_no_meeting(ada, meeting, sessions):
    sessions[2].unpublish()
    html = page(ada, meeting, at=START)
    assert "Live session" in html
    assert reverse("meeting_way_in", args=[meeting.pk]) in html


@pytest.mark.parametrize("many", [1, 3])
def test_five_hundred_people_in_a_minute(many, ada, meeting, django_assert_num_queries):
    for n in range(many):
        Material.objects.create(meeting=meeting, kind="notes", words=f"Words {n}", added_at=NOON)
    with time_machine.travel(START, tick=False):
        client = signed_in(ada)
        url = reverse("meeting", args=[meeting.pk])
        client.get(url)
        with django_assert_num_queries(4):  # who is there: 2; the meeting; what goes with it
            client.get(url)
        with django_assert_num_queries(3):
            client.get(reverse("meeting_way_in", args=[meeting.pk]))


# --- All dates ---------------------------------------------------------------------------------------


def dated(cohort, days: int) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(rest_after=1)
    for n in range(1, days + 1):
        day = date(2027, 3, 2) + timedelta(weeks=n if n > 1 else 0)
        LiveSession.objects.get_or_create(
            cohort=cohort, number=n, defaults={"day": day, "starts": time(14)}
        )


def test_all_dates_with_the_rest_week(ada, cyn, cohort):
    dated(cohort, 3)
    LiveSession.objects.filter(number=3).update(cancelled_at=NOON)
    html = signed_in(ada).get(reverse("my_dates")).content.decode()
    assert "Tuesday 2 March 2027, 2pm to 3:30pm (UK time)" in html
    assert "From Monday 8 March 2027. Nothing is due." in html
    assert "Will not take place." in html
    assert reverse("cohort_calendar", args=[cohort.pk]) in html
    assert "no place in a group" in signed_in(cyn).get(reverse("my_dates")).content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_all_dates_cost_five_queries(many, ada, cohort, django_assert_num_queries):
    dated(cohort, many)
    for n in range(many):
        other = Cohort.objects.create(programme_id=cohort.programme_id, title=f"Group {n}")
        dated(other, 3)
        enrolled(ada, other)
    client = signed_in(ada)
    client.get(reverse("my_dates"))
    with django_assert_num_queries(5):
        client.get(reverse("my_dates"))


# --- The card ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 9))
def test_the_defaults_are_a_whole_card(number, cohort, flo):
    facts = preparing.defaults_for(cohort, number)
    meeting = LiveSession(cohort=cohort, number=number, **facts)
    assert preparing.is_complete(meeting) == []
    steps = preparing.parse(facts["running_order"], minutes=facts["minutes"])
    assert [(s.minute, s.minutes) for s in steps if s.is_break] == [(40, 10)]
    assert "Flo leads the meeting." in facts["who"]
    assert meeting.live_minutes == 80


def test_an_empty_card_says_what_it_needs(cohort):
    meeting = LiveSession(cohort=cohort, number=1)
    assert preparing.is_complete(meeting) == [
        "who will be there",
        "the running order",
        "how breakout rooms are used",
        "whether it is recorded",
    ]
    meeting.running_order = "0 Welcome\n60 Break"
    assert "a running order with its minutes and breaks in order" in preparing.is_complete(meeting)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Please write at least one line"),
        ("Welcome", "Line 1: please put its minute first"),
        ("5 Welcome", "The first line begins at minute 0."),
        ("0 Welcome\n40 Break\n30 More", "“More” is at minute 30. The line before it is at 40."),
        ("0 Welcome\n40 Break\n40 More", "“More” is at minute 40."),
        ("0 Welcome\n40 Break\n50 More\n90 Bye", "The meeting ends at 90."),
        ("0 Welcome\n50 Break\n60 More", "From minute 0 to 50 there is no break."),
        ("0 Welcome\n40 Break\n43 More", "From minute 0 to 90 there is no break."),
        ("0 Welcome\n20 Break\n30 More", "From minute 30 to 90 there is no break."),
        ("0 Welcome\n99999999999999999999 Break", "Line 2: please put its minute first"),
        ("0 Welcome\n-40 Break", "Line 2: please put its minute first"),
    ],
)
def test_a_running_order_that_needs_another_look(text, problem):
    with pytest.raises(preparing.Unclear) as unclear:
        preparing.parse(text, minutes=90)
    assert any(problem in said for said in unclear.value.problems)


def test_a_short_meeting_needs_no_break_and_lines_may_be_loose():
    steps = preparing.parse("0 Welcome\r\n\r\n 10 min: Ideas \n20. Bye", minutes=45)
    assert [(s.minute, s.words, s.minutes) for s in steps] == [
        (0, "Welcome", 10),
        (10, "Ideas", 10),
        (20, "Bye", 25),
    ]


def test_preparing_counts_the_breaks_and_raises_no_sequence(flo, meeting):
    facts = {
        "who": " Flo. ",
        "running_order": "0 Hello\n30 Break\n40 Idea\n70 Break, cameras off\n75 Bye",
        "breakout_rooms": "None.",
        "recorded": LiveSession.NOT_RECORDED,
    }
    for _twice in range(2):
        preparing.prepare(meeting, by=flo.pk, now=NOON, **facts)
    meeting.refresh_from_db()
    assert (meeting.who, meeting.break_minutes, meeting.live_minutes) == ("Flo.", 15, 75)
    assert meeting.sequence == 0
    assert Entry.objects.filter(action="meeting.prepared").count() == 1
    with pytest.raises(preparing.Unclear):
        preparing.prepare(meeting, by=flo.pk, now=NOON, **facts | {"running_order": "Hello"})


def test_the_cards_form_says_every_problem_beside_the_field(meeting):
    form = CardForm({"who": "Flo", "running_order": "5 Hi\nBye"}, instance=meeting)
    assert not form.is_valid()
    assert len(form.errors["running_order"]) == 2
    assert set(form.errors) == {"running_order", "breakout_rooms", "recorded"}
