"""Feedback, measures and thoughts: what people may say, to whom, and until when."""

import re

import pytest
from django.urls import reverse

from course.cohorts.models import Cohort, Enrolment
from course.places.models import Order, Place
from sessions import feedback, measures, thoughts
from sessions.models import Attendance, Feedback, Measure, MeasureAnswer, Thought
from sessions.questionnaires import ONS4, QUESTIONNAIRES, STARTER, personal_score
from tests.cast import CANARY, enrolled, signed_in
from tests.sessions.groups import AFTER, BEFORE, BETWEEN, DAYS, with_meetings

pytestmark = pytest.mark.django_db
SENT = {"for_whom": "facilitators", "words": "Thank you\nall", "action": "look"}


@pytest.fixture
def place(ada, cohort) -> Enrolment:
    with_meetings(cohort)
    return Enrolment.objects.select_related("cohort").get(user=ada)


@pytest.fixture
def clock(monkeypatch):
    """Let the views think that it is another moment."""

    def set_to(moment):
        for module in ("asking_views", "templatetags.asking_words"):
            monkeypatch.setattr(f"sessions.{module}.timezone.now", lambda: moment)

    return set_to


@pytest.fixture
def paid_for(place, organisation, cohort) -> Place:
    """The organisation pays for Ada's place."""
    order = Order.objects.create(
        organisation=organisation,
        cohort=cohort,
        quantity=1,
        unit_minor=0,
        total_minor=0,
        currency="GBP",
        created_at=BEFORE,
    )
    return Place.objects.create(
        order=order, cohort=cohort, seq=1, state="started", holder=place.user, enrolment=place
    )


# --- Thoughts -----------------------------------------------------------------------------


def test_a_thought_is_looked_at_before_it_goes(place, ada, cohort):
    client = signed_in(ada)
    page = client.post(reverse("send_thought"), SENT).content.decode()
    assert "It has not been sent yet" in page
    assert "Flora Adeyemi" in page  # who will read it, by name
    assert not Thought.objects.exists()
    assert client.post(reverse("send_thought"), SENT | {"action": "send"}).status_code == 302
    thought = Thought.objects.get()
    assert (thought.words, thought.with_name, thought.enrolment) == ("Thank you\nall", False, place)
    client.post(reverse("send_thought"), SENT | {"action": "send"})
    assert Thought.objects.count() == 1


def test_looking_again_loses_nothing(place, ada):
    client, typed = signed_in(ada), SENT | {"with_name": "on", "about_around": "on"}
    page = client.post(reverse("send_thought"), typed).content.decode()
    for field in ('name="with_name" value="True"', 'name="about_around" value="True"'):
        assert field in page
    again = client.post(reverse("send_thought"), typed | {"action": "change"}).content.decode()
    assert "Thank you\nall" in again
    assert len(re.findall(r"<input[^>]* checked", again)) == 3


@pytest.mark.parametrize("changed", [{"for_whom": "boss"}, {"words": "x" * 2001}, {"for_whom": ""}])
def test_a_thought_that_cannot_go_stays_in_the_box(place, ada, changed):
    typed = SENT | {"words": "These words stay"} | changed
    answer = signed_in(ada).post(reverse("send_thought"), typed)
    assert answer.status_code == 422
    assert typed["words"] in answer.content.decode()
    assert not Thought.objects.exists()


def test_one_sentence_is_short(place, ada):
    typed = SENT | {"for_whom": "next_cohort", "words": "y" * 301}
    answer = signed_in(ada).post(reverse("send_thought"), typed)
    assert answer.status_code == 422
    assert "one sentence" in answer.content.decode()


def test_words_survive_being_signed_out(client, place):
    answer = client.post(reverse("send_thought"), SENT | {"words": CANARY})
    assert answer.status_code == 401
    assert CANARY in answer.content.decode()
    assert not Thought.objects.exists()


def test_only_someone_whose_place_is_paid_for_can_write_to_an_organisation(place, ada, bea, cohort):
    page = signed_in(ada).get(reverse("send_thought")).content.decode()
    assert "pays for my place" not in page
    typed = SENT | {"for_whom": "organisation", "action": "send"}
    assert signed_in(ada).post(reverse("send_thought"), typed).status_code == 422
    with pytest.raises(thoughts.NobodyToRead):
        thoughts.send(place, for_whom="organisation", words="x", with_name=False, now=AFTER)


def test_a_thought_for_the_organisation_knows_which(paid_for, place, ada, organisation):
    client = signed_in(ada)
    assert "Northmoor Trust" in client.get(reverse("send_thought")).content.decode()
    typed = SENT | {"for_whom": "organisation", "action": "send", "about_around": "on"}
    assert client.post(reverse("send_thought"), typed).status_code == 302
    thought = Thought.objects.get()
    assert (thought.organisation_id, thought.about_around) == (organisation.pk, True)
    Cohort.objects.update(closed_at=AFTER)  # its report is made
    assert "Northmoor Trust" not in client.get(reverse("send_thought")).content.decode()


def test_what_was_sent_can_be_taken_back_by_its_sender_only(place, ada, bea):
    thought = thoughts.send(place, for_whom="facilitators", words="x", with_name=False, now=BETWEEN)
    address = reverse("take_thought_back", args=[thought.pk])
    assert signed_in(bea).post(address).status_code == 404
    assert signed_in(ada).post(address).status_code == 302
    thought.refresh_from_db()
    assert thought.taken_back_at


def test_the_next_group_reads_sentences_of_groups_that_closed(place, cohort, programme, bea):
    later = Cohort.objects.create(programme_id=programme.pk, title="Later")
    facts = {"for_whom": "next_cohort", "with_name": False, "now": AFTER}
    kept = thoughts.send(place, words="Come as you are.", **facts)
    back = thoughts.send(place, words="Gone", **facts)
    thoughts.take_back(back, now=AFTER)
    assert list(thoughts.from_earlier_groups(later)) == []
    Cohort.objects.filter(pk=cohort.pk).update(closed_at=AFTER)
    assert list(thoughts.from_earlier_groups(later)) == [kept]
    assert list(thoughts.from_earlier_groups(cohort)) == []


def test_strangers_have_no_page(cyn):
    for address in (reverse("send_thought"), reverse("answer_measure", args=["starter"])):
        assert signed_in(cyn).get(address).status_code == 404


# --- Feedback -----------------------------------------------------------------------------

RATED = {"safe": "5", "useful": "", "accessible": "3", "comment": "The captions helped."}


def meeting_of(cohort, number):
    return cohort.live_sessions.get(number=number)


def test_feedback_is_given_changed_and_emptied(place, ada, cohort, clock):
    clock(BETWEEN)
    address = reverse("give_feedback", args=[meeting_of(cohort, 2).pk])
    client = signed_in(ada)
    page = client.get(address).content.decode()
    assert "nobody by themselves" in page
    assert "fewer than 10" in page
    assert client.post(address, RATED).status_code == 302
    given = Feedback.objects.get()
    assert (given.safe, given.useful, given.accessible) == (5, None, 3)
    assert "The captions helped." in client.get(address).content.decode()
    client.post(address, RATED | {"useful": "1", "comment": ""})
    assert Feedback.objects.get().useful == 1
    client.post(address, {})
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("bad", [{"safe": "6"}, {"safe": "much"}, {"comment": "z" * 1001}])
def test_feedback_that_cannot_be_read_is_given_back(place, ada, cohort, clock, bad):
    clock(BETWEEN)
    typed = RATED | bad
    answer = signed_in(ada).post(reverse("give_feedback", args=[meeting_of(cohort, 2).pk]), typed)
    assert answer.status_code == 422
    assert typed["comment"] in answer.content.decode()
    assert not Feedback.objects.exists()


def test_feedback_waits_for_the_meeting_and_ends_with_the_group(place, ada, cyn, cohort, clock):
    clock(BETWEEN)
    to_come = reverse("give_feedback", args=[meeting_of(cohort, 3).pk])
    assert signed_in(cyn).get(to_come).status_code == 404
    assert "not being asked now" in signed_in(ada).get(to_come).content.decode()
    Cohort.objects.update(closed_at=BETWEEN)
    been = reverse("give_feedback", args=[meeting_of(cohort, 2).pk])
    answer = signed_in(ada).post(been, RATED)
    assert answer.status_code == 409
    assert RATED["comment"] in answer.content.decode()
    facts = {"safe": 1, "useful": 1, "accessible": 1, "comment": ""}
    with pytest.raises(feedback.NotNow):
        feedback.give(place, meeting=meeting_of(cohort, 2), now=BETWEEN, **facts)
    assert not Feedback.objects.exists()


def test_the_latest_meeting_is_offered_until_something_was_said(place, cohort):
    assert feedback.offered(place, now=BEFORE) is None
    assert feedback.offered(place, now=BETWEEN).number == 2
    facts = {"safe": 1, "useful": None, "accessible": None, "comment": ""}
    feedback.give(place, meeting=meeting_of(cohort, 2), now=BETWEEN, **facts)
    assert feedback.offered(place, now=BETWEEN).number == 1
    cohort.live_sessions.update(cancelled_at=BETWEEN)
    assert feedback.offered(place, now=BETWEEN) is None


# --- Measures -----------------------------------------------------------------------------


@pytest.fixture
def starter(cohort, flo) -> Measure:
    starter, _ons = measures.load(today=BEFORE.date())
    measures.switch_on(starter, cohort=cohort, by=flo, now=BEFORE)
    return starter


def test_loading_twice_loads_once_and_confirms_nobody_elses_licence():
    measures.load(today=BEFORE.date())
    measures.load(today=AFTER.date())
    facts = Measure.objects.values_list("slug", "licence_confirmed_on", "items_included")
    assert list(facts.order_by("slug")) == [
        ("ons4", None, True),
        ("starter", BEFORE.date(), True),
    ]
    assert "Office for National Statistics" in Measure.objects.get(pk="ons4").attribution


def test_a_measure_stays_off_without_licence_or_items(cohort, flo):
    _starter, ons = measures.load(today=BEFORE.date())
    with pytest.raises(measures.LicenceNotConfirmed):
        measures.switch_on(ons, cohort=cohort, by=flo, now=BEFORE)
    measures.confirm_licence(ons, by=flo, on=BEFORE.date(), now=BEFORE)
    measures.switch_on(ons, cohort=cohort, by=flo, now=BEFORE)
    assert list(cohort.measures.all()) == [ons]
    slot = Measure.objects.create(slug="licensed", title="L", licence_confirmed_on=BEFORE.date())
    with pytest.raises(measures.NoItems):
        measures.switch_on(slot, cohort=cohort, by=flo, now=BEFORE)
    measures.switch_off(ons, cohort=cohort, by=flo, now=BEFORE)
    assert not cohort.measures.exists()


def test_the_official_words_are_exact():
    assert [str(item.words) for item in ONS4.items] == [
        "Overall, how satisfied are you with your life nowadays?",
        "Overall, to what extent do you feel that the things you do in your life are worthwhile?",
        "Overall, how happy did you feel yesterday?",
        "On a scale where 0 is “not at all anxious” and 10 is “completely anxious”, overall, "
        "how anxious did you feel yesterday?",
    ]
    assert not any(item.scored for item in ONS4.items)
    assert [item.key for item in STARTER.items if item.context] == ["around"]
    assert QUESTIONNAIRES.keys() == {"starter", "ons4"}


def test_a_score_needs_six_answers_and_never_the_context():
    keys = [item.key for item in STARTER.items]
    assert personal_score(dict.fromkeys(keys[:5], 4) | {"around": 10}) is None
    assert personal_score(dict.fromkeys(keys[:6], 4) | {"around": 10}) == 4


def test_measures_are_asked_before_the_first_meeting_and_after_the_last(place, starter, cohort):
    def moment(now):
        return [asked.moment for asked in measures.asked_of(place, now=now)]

    assert (moment(BEFORE), moment(BETWEEN), moment(AFTER)) == (["before"], [], ["after"])
    cohort.live_sessions.filter(number=8).update(day=DAYS[-1].replace(day=20))
    assert moment(AFTER) == []
    place.cohort = Cohort.objects.get(pk=cohort.pk)
    place.cohort.closed_at = AFTER
    assert moment(BEFORE) == []


def test_in_ones_own_time_the_first_and_the_eighth_session_count(ada, cohort, starter, sessions):
    place = Enrolment.objects.select_related("cohort").get(user=ada)
    assert measures.moment_of(place, now=AFTER) == "before"
    facts = {"enrolment": place, "title": "T", "on": DAYS[0], "marked_at": AFTER}
    Attendance.objects.create(
        session_key=sessions[0].key, number=1, state=Attendance.CAUGHT_UP, **facts
    )
    assert measures.moment_of(place, now=AFTER) is None
    Attendance.objects.create(
        session_key=sessions[7].key, number=8, state=Attendance.CAUGHT_UP, **facts
    )
    assert measures.moment_of(place, now=AFTER) == "after"


def test_a_measure_is_answered_in_part_changed_and_taken_back(place, starter, ada, clock):
    clock(BEFORE)
    client, address = signed_in(ada), reverse("answer_measure", args=["starter"])
    page = client.get(address).content.decode()
    assert "nobody by themselves" in page
    assert page.count('type="number"') == 9
    assert client.post(address, {"steady": "7", "around": "0"}).status_code == 302
    assert MeasureAnswer.objects.get().answers == {"steady": 7, "around": 0}
    assert 'value="7"' in client.get(address).content.decode()
    answer = client.post(address, {"steady": "11", "kind": "3"})
    assert answer.status_code == 422
    assert 'value="11"' in answer.content.decode()
    assert client.post(address, {}).status_code == 302
    assert not MeasureAnswer.objects.exists()
    with pytest.raises(measures.NotNow):
        measures.answer(place, measure=starter, moment="after", answers={"steady": 1}, now=BEFORE)


def test_offers_stand_on_a_page_only_when_there_are_some(place, starter, ada, clock, cohort):
    from django.template import engines

    def offers() -> str:
        template = engines["django"].from_string(
            "{% load asking_words %}{% asked_now e %}{% sentences_for e %}"
        )
        return template.render({"e": place}).strip()

    clock(BEFORE)
    assert "Starter scale" in offers()
    clock(BETWEEN)
    assert "Say how session 2 was" in offers()
    assert "Starter scale" not in offers()
    cohort.live_sessions.all().delete()
    Cohort.objects.update(closed_at=AFTER)
    place.cohort.refresh_from_db()
    assert offers() == ""


def test_a_group_without_measures_costs_two_questions(place, django_assert_num_queries):
    with django_assert_num_queries(2):  # meetings without feedback, measures that are on
        feedback.offered(place, now=AFTER)
        measures.asked_of(place, now=AFTER)


def test_no_second_place_hides_the_first(ada, cohort, programme, place):
    other = Cohort.objects.create(programme_id=programme.pk, title="Friday group")
    second = enrolled(ada, other)
    page = signed_in(ada).get(reverse("send_thought")).content.decode()
    assert "This goes out from" in page
    typed = SENT | {"group": str(place.pk), "action": "send"}
    signed_in(ada).post(reverse("send_thought"), typed)
    assert Thought.objects.get().enrolment == place != second
    assert signed_in(ada).get(reverse("send_thought") + "?group=nobody").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_thoughts_asks_the_same_for_one_and_for_three(
    place, ada, number, django_assert_num_queries
):
    for n in range(number):
        thoughts.send(place, for_whom="facilitators", words=f"W{n}", with_name=False, now=BETWEEN)
    client = signed_in(ada)
    client.get(reverse("send_thought"))
    with django_assert_num_queries(7):
        client.get(reverse("send_thought"))
