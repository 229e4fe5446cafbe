"""/my/ in every state that someone may come to it: before, between, after, and round again."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from course.cohorts.models import Cohort, Enrolment, LiveSession
from course.people.models import User
from course.places import managing
from reflections import spiral
from sessions import attending
from sessions.disclosing import Thresholds
from sessions.figures import pulses
from tests.cast import NOON, enrolled, settle_everything, signed_in

pytestmark = pytest.mark.django_db


def my(user: User, cookie: str = "") -> str:
    client = signed_in(user)
    if cookie:
        client.cookies["rs"] = cookie
    response = client.get("/my/")
    assert response.status_code == 200
    return response.content.decode()


def main_of(html: str) -> str:
    return html.partition("<main")[2].partition("</main>")[0]


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", main_of(html)).split())


def buttons(html: str) -> list[str]:
    """The primary buttons and links: there may be one."""
    return re.findall(r'class="button" href="([^"]+)"', main_of(html))


def take_part(user: User, sessions: list, *, now=NOON) -> Enrolment:
    enrolment = Enrolment.objects.get(user=user)
    for session in sessions:
        attending.work_through(enrolment, session=session, now=now)
    settle_everything()
    return enrolment


# --- Without a place ----------------------------------------------------------------------------


def test_without_a_place_and_with_a_group_to_join(cyn, cohort):
    Cohort.objects.filter(pk=cohort.pk).update(joining=Cohort.OPEN, ends_on=None)
    html = my(cyn)
    assert "You are signed in, without a place yet" in html
    assert buttons(html) == [reverse("groups")]
    assert "Tuesday group" in html


def test_without_a_place_and_with_no_group_open(cyn, cohort):
    html = my(cyn)
    assert "No group is open just now" in html
    assert buttons(html) == [reverse("groups")]
    assert "Groups you can join" not in html


def test_someone_who_runs_groups_is_led_to_them(flo, cohort):
    html = my(flo)
    assert "Your groups are in the workspace" in html
    assert buttons(html) == ["/cms/"]


def test_someone_who_looks_after_places_is_led_to_them(cyn, programme):
    facts = {"billing_address": "1 Quiet Lane", "billing_email": "money@example.org"}
    managing.found_organisation(cyn, name="A small trust", now=NOON, **facts)
    html = my(cyn)
    assert "You look after an organisation’s places" in html
    assert buttons(html) == [reverse("teams")]
    assert html.count("Your organisation’s places") == 2


def test_looking_after_places_is_one_link_for_someone_with_a_place(ada, bea, sessions):
    facts = {"billing_address": "1 Quiet Lane", "billing_email": "money@example.org"}
    managing.found_organisation(ada, name="A small trust", now=NOON, **facts)
    assert "Your organisation’s places" in my(ada)
    assert "Your organisation’s places" not in my(bea)


def test_a_host_and_a_guest_see_their_next_meeting(ada, cyn, cohort, programme):
    other = Cohort.objects.create(programme_id=programme.pk, title="Winter group")
    today = {"joining_url": "https://rooms.example.net/secret", "starts": time(14)}
    soon = LiveSession.objects.create(cohort=other, number=2, day=NOON.date(), **today)
    for days in (-7, 7, 14, 21):
        day = NOON.date() + timedelta(days=days)
        LiveSession.objects.create(cohort=other, number=4 + days // 7, day=day, starts=time(14))
    other.hosts.add(cyn)
    visit = soon.guests.create(enrolment=Enrolment.objects.get(user=ada), asked_at=NOON)
    door = reverse("meeting_way_in", args=[soon.pk])
    with time_machine.travel(NOON, tick=False):
        hosts, visits = my(cyn), my(ada)
        for html, words in ((hosts, "You host it."), (visits, "You come as a guest.")):
            assert reverse("meeting", args=[soon.pk]) in html
            assert words in html
            assert door not in html
        assert hosts.count("You host it.") == 2  # the next two are enough
        assert visits.count("You come as a guest.") == 1
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert door in my(cyn)
        assert door in my(ada)
        assert "secret" not in my(ada)
    give = reverse("give_feedback", args=[soon.pk])
    with time_machine.travel(NOON + timedelta(hours=5), tick=False):
        assert give in my(ada)
        assert give not in my(cyn)
        assert signed_in(cyn).get(give).status_code == 404
        client = signed_in(ada)
        assert 'name="safe"' not in client.get(give).content.decode()
        client.post(give, {"comment": "Well held, thank you"})
        assert give not in my(ada)
        assert visit.comment.words == "Well held, thank you"
        Cohort.objects.filter(pk=other.pk).update(closed_at=NOON)
        late = client.post(give, {"comment": "and more"})
        assert late.status_code == 409
        assert "and more" in late.content.decode()
    titles, few = {2: "Two"}, Thresholds(**settings.DISCLOSURE)
    said = {p.number: p for p in pulses(other, counted=set(), titles=titles, thresholds=few)}
    assert said[2].comments == ["Well held, thank you"]


def test_completing_leads_to_a_letter_to_oneself_and_a_sentence_for_the_next_group(ada, sessions):
    letter, sentence = reverse("letter_to_self"), reverse("send_thought") + "?for=next_cohort"
    assert sentence not in my(ada)
    take_part(ada, sessions[:6])
    certificate = reverse("certificate", args=[Certificate.objects.get().pk])
    page = signed_in(ada).get(certificate).content.decode()
    for html in (my(ada), page):
        assert f'href="{sentence}"' in html
        assert f'href="{letter}"' in html
    form = signed_in(ada).get(sentence).content.decode()
    assert re.search(r'value="next_cohort"[^>]*checked', form)
    unknown = signed_in(ada).get(reverse("send_thought") + "?for=nobody").content.decode()
    assert re.search(r'value="facilitators"[^>]*checked', unknown)


# --- With a place ----------------------------------------------------------------------------------


def test_just_joined(ada, sessions):
    html = my(ada)
    assert "It is good that you are here." in html
    assert buttons(html) == [sessions[0].url]
    assert "All eight are still to meet." in words_of(html)
    assert "any six of the eight sessions" in html


def test_the_next_live_session_comes_first(ada, cohort, sessions):
    tomorrow = timezone.now().date() + timedelta(days=1)
    fourth = LiveSession.objects.create(cohort=cohort, number=4, day=tomorrow, starts=time(10))
    LiveSession.objects.create(cohort=cohort, number=2, day=date(2020, 1, 1), starts=time(10))
    html = my(ada)
    assert buttons(html) == [reverse("meeting", args=[fourth.pk])]
    assert "Session 4 of 8, live with your group." in html
    assert sessions[3].url in html


def test_the_way_in_is_one_press_away_while_it_is_open(ada, cohort):
    live = LiveSession.objects.create(
        cohort=cohort,
        number=4,
        day=date(2026, 11, 10),
        starts=time(10),
        joining_url="https://rooms.example.net/secret",
    )
    page, door = (reverse(name, args=[live.pk]) for name in ("meeting", "meeting_way_in"))
    for moment, leads_to in [
        (datetime(2026, 11, 10, 9, 44, tzinfo=UTC), page),
        (datetime(2026, 11, 10, 9, 45, tzinfo=UTC), door),
        (datetime(2026, 11, 10, 11, 29, tzinfo=UTC), door),
    ]:
        with time_machine.travel(moment, tick=False):
            html = my(ada)
        assert buttons(html) == [leads_to]
        assert "rooms.example.net" not in html


def test_times_are_the_readers_with_the_groups_beside_them(ada, cohort):
    User.objects.filter(pk=ada.pk).update(zone="America/New_York")
    LiveSession.objects.create(cohort=cohort, number=4, day=date(2027, 3, 16), starts=time(14))
    with time_machine.travel(NOON, tick=False):
        html = my(User.objects.get(pk=ada.pk))
    assert "10am to 11:30am (New York time), which is 2pm to 3:30pm (UK time)" in html


def test_a_meeting_or_a_group_that_is_called_off(ada, cohort, sessions):
    tomorrow = timezone.now().date() + timedelta(days=1)
    LiveSession.objects.create(
        cohort=cohort, number=1, day=tomorrow, starts=time(10), cancelled_at=NOON
    )
    html = my(ada)
    assert buttons(html) == [sessions[0].url]
    assert "Its live session will not take place." in html
    Cohort.objects.update(cancelled_at=NOON)
    html = my(ada)
    assert "This group was called off." in html
    assert buttons(html) == [sessions[0].url]


def test_the_rest_week_is_where_the_dates_have_it(ada, cohort):
    for number, week in [(1, 0), (2, 1), (3, 3), (4, 4)]:
        day = date(2026, 10, 6) + timedelta(weeks=week)
        LiveSession.objects.create(cohort=cohort, number=number, day=day, starts=time(10))
    with time_machine.travel(datetime(2026, 10, 19, 12, tzinfo=UTC), tick=False):
        html = my(ada)
    after_two, rest, three = (
        html.rindex(words)
        for words in ("Noticing your own state", "Rest week</strong>", "Capacity and tolerance")
    )
    assert after_two < rest < three
    assert "This week is the rest week. Nothing is due." in html
    assert html.count("Rest week</strong>") == 1


def test_midway(ada, sessions):
    take_part(ada, [sessions[0], sessions[2]])
    attending.open_session(Enrolment.objects.get(user=ada), session=sessions[4], now=NOON)
    html = my(ada)
    assert buttons(html) == [sessions[1].url]
    assert "You have been with two of the eight." in html
    assert "where you stopped" in html
    assert "It is good that you are here." not in html


def test_completed_with_sessions_left(ada, sessions):
    take_part(ada, sessions[:6])
    html = my(ada)
    assert "Your certificate</a> is here." in html
    assert buttons(html) == [sessions[6].url]


def test_all_eight_done_is_an_arrival_and_an_invitation(ada, sessions):
    take_part(ada, sessions)
    html = my(ada)
    assert "You have been with all eight." in html
    assert "Round again, whenever you like" in html
    assert buttons(html) == [sessions[0].url]
    assert "See my certificate" in html
    assert "Next:" not in words_of(html)


def test_all_eight_done_while_the_group_still_meets(ada, cohort, sessions):
    tomorrow = timezone.now().date() + timedelta(days=1)
    LiveSession.objects.create(cohort=cohort, number=8, day=tomorrow, starts=time(10))
    take_part(ada, sessions)
    assert "Your group still meets:" in my(ada)


def test_another_group_is_one_link_away(ada, programme):
    other = Cohort.objects.create(programme_id=programme.pk, title="In your own time")
    enrolled(ada, other)
    assert "Your other groups" in my(ada)


# --- Hidden progress, closed spiral ---------------------------------------------------------------


@pytest.mark.parametrize("done", [0, 2, 6, 8])
def test_hidden_progress_is_nowhere(done, ada, sessions):
    take_part(ada, sessions[:done])
    attending.open_session(Enrolment.objects.get(user=ada), session=sessions[3], now=NOON)
    html = my(ada, cookie="p.hidden")
    words = words_of(html)
    told = [
        "You have been",
        "You have opened",
        "still to meet",
        "caught up",
        "Opened",
        "Not opened",
    ]
    # What the certificate asks for is a rule, and says nothing about this person.
    words = words.replace("been to, or caught up with, any six", "")
    assert [word for word in told if word.lower() in words.lower()] == []
    assert 'class="progress"' not in html
    assert "station done" not in html


def test_progress_is_told_in_words_and_never_in_figures(ada, sessions):
    take_part(ada, sessions[:3])
    words = words_of(my(ada)).lower().replace("what the work leaves behind", "")
    words = re.sub(r"session \d of 8", "", words)
    bad = ["%", "streak", "behind", "late ", "overdue", "missed", "3/8", "3 of 8"]
    assert [word for word in bad if word in words] == []


def test_a_closed_spiral_leaves_no_link(ada):
    assert reverse("my_spiral") in my(ada)
    spiral.show(ada, shown=False)
    assert reverse("my_spiral") not in my(ada)


# --- What it costs -----------------------------------------------------------------------------------


def for_one_or_three(ada, cohort, sessions, *, many: int) -> None:
    enrolment = take_part(ada, sessions[:many])
    for number in range(1, many + 1):
        LiveSession.objects.create(
            cohort=cohort, number=number, day=date(2026, 1, number), starts=time(10)
        )
        attending.open_session(enrolment, session=sessions[number], now=NOON)
    for n in range(many - 1):
        other = Cohort.objects.create(programme_id=cohort.programme_id, title=f"Group {n}")
        Enrolment.objects.create(
            user=ada, cohort=other, enrolled_at=enrolment.enrolled_at - timedelta(days=n + 1)
        )


@pytest.mark.parametrize("many", [1, 3])
def test_it_costs_ten_queries(many, ada, cohort, sessions, django_assert_num_queries):
    for_one_or_three(ada, cohort, sessions, many=many)
    client = signed_in(ada)
    client.get("/my/")  # the frame of the page is cached from here on
    with django_assert_num_queries(10):
        client.get("/my/")


@pytest.mark.parametrize("many", [1, 3])
def test_without_a_place_it_costs_eleven(many, cyn, programme, django_assert_num_queries):
    for n in range(many):
        Cohort.objects.create(programme_id=programme.pk, title=f"Group {n}", joining=Cohort.OPEN)
    client = signed_in(cyn)
    client.get("/my/")
    with django_assert_num_queries(11):
        html = client.get("/my/").content.decode()
    assert html.count("Take a place<") == many
