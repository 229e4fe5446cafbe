"""Running a group from the workspace: planning, meetings, the register, messages, settings."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import get_resolver, reverse

from certificates.models import Certificate
from course.audit.models import Entry
from course.cohorts import planning, waiting
from course.cohorts.models import Cohort, Facilitation, LiveSession, Message, Opening, Waiting
from course.outbox.models import Effect
from course.people import roles
from sessions import attending, questioning
from sessions.models import Attendance, AttendanceQuestion
from tests.cast import NOON, enrolled, person, signed_in, with_second_factor
from tests.sessions.live import after, with_meetings

pytestmark = pytest.mark.django_db


@pytest.fixture
def gil(db):
    gil = person("gil")
    gil.groups.add(roles.facilitators())
    return with_second_factor(gil)


@pytest.fixture
def meetings(cohort) -> list[LiveSession]:
    return with_meetings(cohort)


@pytest.fixture
def client(flo):
    return signed_in(flo)


def planned(flo, **facts) -> Cohort:
    facts = {"title": "Spring group", "starts_on": date(2027, 3, 2), "starts": time(10)} | facts
    plan = planning.Plan(programme_id=facts.pop("programme_id"), **facts)
    return planning.plan_cohort(plan, facilitators=[flo], by=flo, now=NOON)


def sent_plan(flo, **changed) -> dict:
    facts = {
        "pk": "5b0a4a39-9c7f-4d2f-9d70-9a9c0c6a2f10",
        "title": "Spring group",
        "first_day": "2027-03-02",
        "starts": "10:00",
        "minutes": "90",
        "zone": "Europe/London",
        "rest_after": "3",
        "joining": "open",
        "sessions_needed": "6",
        "live_needed": "0",
        "facilitators": [str(flo.pk)],
    }
    return {k: v for k, v in (facts | changed).items() if v is not None}


# --- Who may open what -----------------------------------------------------------------------


def addresses(cohort, meeting) -> list[str]:
    """Every page about one group, from the list of addresses itself."""
    import course.dashboard.workspace.urls as workspace

    given = {"pk": cohort.pk, "meeting_pk": meeting.pk, "slug": "starter"}
    given |= dict.fromkeys(("question", "material", "waiting_pk", "enrolment_pk"), cohort.pk)
    found = []
    for route in workspace.urlpatterns:
        names = route.pattern.converters
        if "pk" in names and "summaries" not in str(route.pattern):
            found.append(reverse(route.name, kwargs={name: given[name] for name in names}))
    assert len(found) >= 20
    return found


def test_every_page_of_a_group_opens_for_its_facilitators_alone(
    cohort, meetings, gil, ada, cyn, programme
):
    assert get_resolver()
    with_second_factor(cyn)
    for address in addresses(cohort, meetings[0]):
        for method in ("get", "post"):
            theirs = getattr(signed_in(gil), method)(address).status_code
            assert theirs == 404 or (method, theirs) == ("get", 405), (method, address)
            assert getattr(signed_in(cyn), method)(address).status_code in {302, 403}
    assert not Opening.objects.exists()
    assert not Message.objects.exists()


def test_a_host_sees_no_group_and_a_facilitator_who_left_sees_none(cohort, meetings, flo, gil):
    cohort.hosts.add(gil)
    address = reverse("facilitator_group", args=[cohort.pk])
    assert signed_in(gil).get(address).status_code == 404
    assert signed_in(flo).get(address).status_code == 200
    Facilitation.objects.filter(user=flo).delete()
    assert signed_in(flo).get(address).status_code == 404


# --- Planning --------------------------------------------------------------------------------


def test_without_a_programme_page_planning_says_what_is_needed_first(client, flo, programme):
    programme.delete()
    asked = client.get(reverse("plan_group"))
    assert "there is no programme page yet" in asked.content.decode()
    assert reverse("wagtailadmin_explore_root") in asked.content.decode()
    sent = client.post(reverse("plan_group"), sent_plan(flo))
    assert sent.status_code == 422
    assert "a programme page is needed first" in sent.content.decode()
    assert 'value="Spring group"' in sent.content.decode()  # nothing typed is lost
    assert not Cohort.objects.exists()


def test_a_group_is_planned_in_one_step_and_pressing_twice_makes_one(client, flo, programme):
    for _press in range(2):
        answer = client.post(reverse("plan_group"), sent_plan(flo))
        assert answer.status_code == 302
    cohort = Cohort.objects.get(title="Spring group")
    days = [m.day for m in cohort.live_sessions.all()]
    assert days == [date(2027, 3, 2) + timedelta(weeks=n + (n >= 3)) for n in range(8)]
    assert cohort.announced_at is None
    assert answer["Location"] == reverse("facilitator_group", args=[cohort.pk])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"first_day": None}, "first_day"),
        ({"first_day": "2020-01-07"}, "first_day"),
        # 28 March 2027, when the clocks go forward
        ({"first_day": "2027-03-28", "starts": "01:30"}, "starts"),
        ({"first_day": "2026-10-25", "starts": "01:30"}, "first_day"),
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"facilitators": None}, "facilitators"),
        ({"live_needed": "7"}, "live_needed"),
        ({"minutes": "0"}, "minutes"),
    ],
)
def test_a_plan_that_cannot_be_is_kept_on_the_page_with_words(client, flo, changed, field):
    with time_machine.travel(NOON):
        answer = client.post(reverse("plan_group"), sent_plan(flo, **changed))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Cohort.objects.filter(title="Spring group").exists()


def test_a_group_in_ones_own_time_needs_no_dates(client, flo):
    facts = sent_plan(flo, own_time="on", first_day=None, starts=None, minutes=None)
    assert client.post(reverse("plan_group"), facts).status_code == 302
    assert not Cohort.objects.get(title="Spring group").is_dated


def test_announcing_says_what_is_still_to_be_done(client, flo, programme):
    cohort = planned(flo, programme_id=programme.pk)
    LiveSession.objects.filter(cohort=cohort, number=4).update(who="")
    page = client.get(reverse("group_settings", args=[cohort.pk])).content.decode()
    assert "The card of session 4 still needs" in page
    client.post(reverse("group_announce", args=[cohort.pk]))
    cohort.refresh_from_db()
    assert cohort.announced_at is None
    LiveSession.objects.filter(cohort=cohort, number=4).update(who="Flo")
    client.post(reverse("group_announce", args=[cohort.pk]))
    cohort.refresh_from_db()
    assert cohort.announced_at


def test_another_like_it_takes_no_people_along(client, cohort, meetings, ada):
    facts = {
        "pk": "0a3e6a0e-5b6e-4a51-8f1f-0b7b8cf2f4a1",
        "title": "Next",
        "first_day": "2027-05-04",
    }
    assert client.post(reverse("group_copy", args=[cohort.pk]), facts).status_code == 302
    new = Cohort.objects.get(title="Next")
    assert new.live_sessions.count() == 8
    assert not new.enrolments.exists()


# --- Settings --------------------------------------------------------------------------------


def terms(flo, cohort, **changed) -> dict:
    facts = {
        "title": cohort.title,
        "joining": cohort.joining,
        "sessions_needed": "6",
        "live_needed": "0",
        "facilitators": [str(flo.pk)],
    }
    return facts | changed


def test_fewer_places_than_are_taken_is_refused_with_words(client, flo, cohort):
    Cohort.objects.filter(pk=cohort.pk).update(sold=5)
    facts = terms(flo, cohort, capacity="4")
    answer = client.post(reverse("group_settings", args=[cohort.pk]), facts)
    assert answer.status_code == 422
    assert "5 places are taken" in answer.content.decode()


def test_giving_modules_a_day_locks_nothing_that_was_open(client, flo, cohort, meetings):
    facts = terms(flo, cohort, opens_days_before="5")
    assert client.post(reverse("group_settings", args=[cohort.pk]), facts).status_code == 302
    assert Opening.objects.filter(cohort=cohort, enrolment=None).count() == 8


def test_more_places_go_to_whoever_waits(client, flo, cohort, cyn):
    Cohort.objects.filter(pk=cohort.pk).update(joining=Cohort.OPEN, capacity=1, sold=1)
    cohort.refresh_from_db()
    with time_machine.travel(NOON):
        waiting.ask(cyn, cohort=cohort, now=NOON)
        facts = terms(flo, cohort, capacity="2", joining="open")
        client.post(reverse("group_settings", args=[cohort.pk]), facts)
    assert Waiting.objects.get(user=cyn).offer_until


def test_one_person_gets_a_module_before_its_day(client, cohort, meetings, ada, bea):
    Cohort.objects.filter(pk=cohort.pk).update(opens_days_before=5)
    mine = cohort.enrolments.get(user=ada)
    facts = {"numbers": ["7", "8"], "person": str(mine.pk)}
    client.post(reverse("group_open_modules", args=[cohort.pk]), facts)
    assert list(mine.openings.values_list("number", flat=True).order_by("number")) == [7, 8]
    for wrong in ("nobody", str(cohort.pk)):
        facts = {"numbers": ["7"], "person": wrong}
        address = reverse("group_open_modules", args=[cohort.pk])
        assert client.post(address, facts).status_code == 404


# --- Meetings and the register ---------------------------------------------------------------


def test_moving_a_meeting_tells_once_and_a_stale_page_changes_nothing(client, cohort, meetings):
    address = reverse("group_meeting", args=[cohort.pk, meetings[1].pk])
    with time_machine.travel(NOON):
        facts = {"what": "when", "when-day": "2026-11-18", "when-starts": "18:30"}
        facts |= {"when-minutes": "90", "when-seen": "0"}
        assert client.post(address, facts).status_code == 302
        stale = facts | {"when-starts": "07:00"}
        assert client.post(address, stale).status_code == 302
    moved = LiveSession.objects.get(pk=meetings[1].pk)
    assert (moved.day, moved.starts, moved.sequence) == (date(2026, 11, 18), time(18, 30), 1)


def test_a_card_that_is_not_clear_is_kept_on_the_page(client, cohort, meetings):
    address = reverse("group_meeting", args=[cohort.pk, meetings[1].pk])
    facts = {"what": "card", "card-who": "Flo", "card-running_order": "Hello\n0 Welcome"}
    facts |= {"card-breakout_rooms": "By choice", "card-recorded": "no"}
    answer = client.post(address, facts)
    assert answer.status_code == 422
    assert "Hello\n0 Welcome" in answer.content.decode()
    facts["card-running_order"] = "0 Welcome\n40 Break\n50 More"
    assert client.post(address, facts).status_code == 302


def test_a_whole_group_is_marked_with_one_press(client, cohort, meetings, ada, bea):
    address = reverse("group_register", args=[cohort.pk, meetings[0].pk])
    with time_machine.travel(after(meetings[0])):
        assert client.post(address, {"rest": "present"}).status_code == 302
    states = Attendance.objects.values_list("enrolment__user__display_name", "state")
    assert sorted(states) == [("Ada", "present"), ("Bea", "present")]


def test_before_a_meeting_nothing_is_noted(client, cohort, meetings, ada):
    address = reverse("group_register", args=[cohort.pk, meetings[0].pk])
    with time_machine.travel(NOON):
        client.post(address, {"rest": "present"})
    assert not Attendance.objects.exists()


def test_two_at_one_register_keep_both_and_say_so(client, cohort, meetings, ada, gil):
    Facilitation.objects.create(cohort=cohort, user=gil)
    address = reverse("group_register", args=[cohort.pk, meetings[0].pk])
    mine = cohort.enrolments.get(user=ada)
    with time_machine.travel(after(meetings[0])):
        signed_in(gil).post(address, {f"mark-{mine.pk}": "part~", f"minutes-{mine.pk}": "30"})
        answer = client.post(address, {f"mark-{mine.pk}": "present~"})
    assert answer.status_code == 422
    assert "Gil noted “there for part of it” meanwhile" in answer.content.decode()
    assert Attendance.objects.get().live_minutes == 30


def test_the_register_costs_the_same_for_one_and_three(
    cohort, meetings, client, django_assert_num_queries
):
    address = reverse("group_register", args=[cohort.pk, meetings[0].pk])
    client.get(address)
    for n in range(3):
        enrolled(person(f"p{n}"), cohort)
        if n in {0, 2}:
            with django_assert_num_queries(FRAME_AND_REGISTER):
                client.get(address)


FRAME_AND_REGISTER = 19


def test_a_question_is_seen_and_settled(client, cohort, meetings, ada):
    mine = cohort.enrolments.get(user=ada)
    asked = questioning.ask(mine, number=2, words="I was there <b>all</b> along", now=NOON)
    page = client.get(reverse("group_sent", args=[cohort.pk])).content.decode()
    assert "I was there &lt;b&gt;all&lt;/b&gt; along" in page
    client.post(reverse("group_settle_question", args=[cohort.pk, asked.pk]))
    assert AttendanceQuestion.objects.get().settled_at


def test_live_meetings_are_waived_and_asked_for_again_on_a_persons_page(
    client, cohort, meetings, sessions, ada, flo, gil, cyn
):
    Cohort.objects.filter(pk=cohort.pk).update(live_needed=1)
    mine = cohort.enrolments.get(user=ada)
    page = reverse("group_person", args=[cohort.pk, mine.pk])
    assert (
        f'href="{page}"' in client.get(reverse("group_people", args=[cohort.pk])).content.decode()
    )
    for session in sessions[:5]:
        attending.work_through(mine, session=session, now=NOON)
    assert "This group asks for 1 live meeting." in client.get(page).content.decode()
    for someone in (gil, cyn):
        signed_in(someone).post(page, {"action": "waive"})
        mine.refresh_from_db()
        assert not mine.live_waived
    for action, waived in (("waive", True), ("ask", False), ("waive", True), ("what?", True)):
        assert client.post(page, {"action": action}).headers["Location"] == page
        mine.refresh_from_db()
        assert mine.live_waived is waived
    seen = client.get(page).content.decode()
    assert "Undo: ask for live meetings again" in seen
    noted = Entry.objects.filter(action__contains="live").values_list("action", flat=True)
    waived = "enrolment.live_waived"
    assert sorted(noted) == ["enrolment.live_asked_again", waived, waived]
    attending.work_through(mine, session=sessions[5], now=NOON)
    assert "It was issued on" in client.get(page).content.decode()


def test_a_certificate_is_issued_again_from_a_persons_page(client, cohort, meetings, ada, flo):
    mine = cohort.enrolments.get(user=ada)
    page = reverse("group_person", args=[cohort.pk, mine.pk])
    again = {"action": "issue-again"}
    assert "There is no certificate yet." in client.post(page, again, follow=True).content.decode()
    for meeting in meetings[:6]:
        attending.mark(mine, meeting=meeting, state="present", by=flo, now=after(meeting))
    same = client.post(page, again, follow=True).content.decode()
    assert "It says what is noted already." in same
    late = {"minutes": 20, "by": flo, "now": after(meetings[5])}
    attending.mark(mine, meeting=meetings[5], state="part", **late)
    assert "A new certificate is drawn" in client.post(page, again, follow=True).content.decode()
    assert Certificate.objects.get(state="valid").facts["live_minutes"] == 420
    assert Entry.objects.get(action="certificate.replaced").actor == str(flo.pk)


def test_announcing_says_which_meetings_have_no_way_in(client, flo, programme):
    group = planned(flo, programme_id=programme.pk)
    group.live_sessions.update(who="Flo and Gil", breakout_rooms="By choice", recorded="no")
    group.live_sessions.exclude(number__in=[2, 5]).update(joining_url="https://rooms.example.org/")
    group.live_sessions.filter(number=5).update(dial_in="020 7946 0000")
    page = client.get(reverse("group_settings", args=[group.pk])).content.decode()
    second = group.live_sessions.get(number=2)
    assert "These meetings have no joining link yet." in page
    assert reverse("group_meeting", args=[group.pk, second.pk]) in page
    fifth = group.live_sessions.get(number=5)
    assert reverse("group_meeting", args=[group.pk, fifth.pk]) not in page
    assert client.post(reverse("group_announce", args=[group.pk])).status_code == 302
    group.refresh_from_db()
    assert group.announced_at  # not refused


# --- Messages --------------------------------------------------------------------------------


def test_a_message_is_shown_first_and_sent_once(client, cohort, meetings, ada, bea, cyn):
    address = reverse("group_messages", args=[cohort.pk])
    facts = {"id": "6b1d8f0e-9a8b-4c3f-8c0d-1f4ad1c36c11", "heading": "A new room"}
    facts |= {"words": "We meet in the other room.\n\nNothing to do.", "action": "preview"}
    page = client.post(address, facts).content.decode()
    assert "We meet in the other room." in page
    assert not Message.objects.exists()
    for _press in range(2):
        client.post(address, facts | {"action": "send"})
    message = Message.objects.get()
    letters = Effect.objects.filter(dedupe_key__startswith=f"message:{message.pk}:")
    assert letters.count() == 3  # ada, bea, and flo herself


# --- Leaving with figures ---------------------------------------------------------------------


def test_the_attendance_file_holds_no_formula(client, cohort, meetings, ada):
    ada.document_name = '=HYPERLINK("https://example.org")'
    ada.save()
    register = reverse("group_register", args=[cohort.pk, meetings[0].pk])
    with time_machine.travel(after(meetings[0])):
        client.post(register, {"rest": "present"})
        response = client.get(reverse("group_export", args=[cohort.pk]))
        lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("\"'=HYPERLINK")
    assert ',"present",' in lines[1]
    assert ',"1.3","0.0",' in lines[1]
