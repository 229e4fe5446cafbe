"""The end of a group: what goes into its papers, what cannot, and that it happens once."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from certificates import charts, group_drawing
from certificates.models import CohortSummary, OrganisationReport
from course.audit.models import Entry
from course.cohorts.models import Cohort, Enrolment, Facilitation
from course.outbox.models import Effect
from course.people import roles
from course.people.models import User
from course.places.models import Manager, Order, Place
from reflections.models import Reflection
from sessions import closing, counting, feedback, figures, measures, thoughts
from sessions.closing import LookFirst, NotOver
from sessions.models import Completion, Feedback, MeasureAnswer
from sessions.questionnaires import STARTER
from tests.cast import CANARY, person, settle_everything, signed_in, with_second_factor
from tests.reflections.test_no_exit import post_words
from tests.reflections.test_saving import ticket_for
from tests.sessions.groups import (
    AFTER,
    BEFORE,
    BETWEEN,
    TICK,
    answered,
    crowd,
    said,
    was_there,
    with_meetings,
)

pytestmark = pytest.mark.django_db
WITHHELD = {"kind": "withheld"}


@pytest.fixture
def group(cohort) -> Cohort:
    with_meetings(cohort)
    return cohort


def places_for(people: list[Enrolment], organisation, **facts) -> list[Place]:
    """Places of an organisation, taken by these people."""
    cohort = people[0].cohort
    order = Order.objects.create(
        organisation=organisation,
        cohort=cohort,
        quantity=len(people),
        unit_minor=0,
        total_minor=0,
        currency="GBP",
        created_at=BEFORE,
    )
    facts = {"order": order, "cohort": cohort, "state": "started"} | facts
    return Place.objects.bulk_create(
        Place(seq=n, holder=p.user, enrolment=p, **facts) for n, p in enumerate(people, start=1)
    )


def settle_now() -> None:
    """Do what is owed, whatever its hour."""
    Effect.objects.update(not_before=BEFORE)
    settle_everything()


def facts_of(cohort: Cohort, **how) -> dict:
    return closing.close(cohort, by=None, now=AFTER, **how).facts


# --- Once, and when -------------------------------------------------------------------------


def test_a_group_closes_once_and_its_summary_stays(group, flo, sessions):
    people = crowd(group, 12)
    said(people, [5] * 12, comment="Thank you")
    first = closing.close(group, by=flo, now=AFTER)
    before = dict(first.facts)
    Feedback.objects.all().delete()
    crowd(group, 5, first=50)
    User.objects.filter(pk=people[0].user_id).delete()  # erased (R25)
    again = closing.close(group, by=flo, now=AFTER + timedelta(days=9))
    assert (again.pk, again.facts) == (first.pk, before)
    group.refresh_from_db()
    assert group.closed_at == AFTER
    assert Effect.objects.filter(dedupe_key__startswith="group:").count() == 2  # paper, letter
    assert Entry.objects.filter(action="cohort.closed").count() == 1


def test_no_person_can_be_found_again_from_a_summary(group, flo):
    people = crowd(group, 12)
    said(people, [4] * 12)
    thoughts.send(
        people[0], for_whom="facilitators", words="Unsigned", with_name=False, now=BETWEEN
    )
    frozen = str(facts_of(group))
    ids = [str(key) for p in people for key in (p.pk, p.user_id, p.user.email)]
    assert not [key for key in ids if key in frozen]
    assert not [f for f in CohortSummary._meta.get_fields() if f.related_model is User]


def test_a_group_that_meets_again_or_was_called_off_is_not_closed(group):
    for now in (BEFORE, BETWEEN):
        with pytest.raises(NotOver):
            closing.close(group, by=None, now=now)
    Cohort.objects.update(cancelled_at=BETWEEN)
    with pytest.raises(NotOver):
        closing.close(group, by=None, now=AFTER)
    assert not CohortSummary.objects.exists()


def test_the_clock_closes_seven_days_after_the_last_meeting(group):
    assert closing.closes_by_itself_at(group) == TICK
    assert closing.close_due(TICK - timedelta(minutes=1)) == 0
    assert closing.close_due(TICK) == 1
    assert closing.close_due(TICK + timedelta(days=3)) == 0
    assert CohortSummary.objects.get().made_at == TICK


def test_a_group_in_ones_own_time_is_closed_by_hand_only(cohort, flo):
    Cohort.objects.update(starts_on=None, ends_on=None)
    assert closing.close_due(TICK + timedelta(days=99)) == 0
    assert closing.close(cohort, by=flo, now=AFTER).facts["first_day"] is None


def test_the_letters_wait_for_the_morning_and_hold_no_number(group, flo, mailoutbox):
    said(crowd(group, 12), [5] * 12)
    closing.close_due(TICK)  # six in the morning, in winter also by the clock in London
    letter = Effect.objects.get(task__endswith="announce_group_summary")
    assert letter.not_before >= TICK + timedelta(hours=2)
    Effect.objects.filter(dedupe_key__endswith=":paper").delete()
    settle_now()
    assert [m.to for m in mailoutbox] == [[flo.email]]
    assert "12" not in mailoutbox[0].body.replace(str(CohortSummary.objects.get().pk), "")


# --- What goes in -----------------------------------------------------------------------------


def test_attendance_is_exact_and_counts_people_who_are_here(group, sessions):
    people = crowd(group, 4)
    was_there(people[0], sessions[0])
    was_there(people[1], sessions[0], "part")
    was_there(people[2], sessions[0], "caught_up")
    was_there(people[0], sessions[1], "not_this_time")
    gone = crowd(group, 1, first=9)[0]
    was_there(gone, sessions[0])
    Enrolment.objects.filter(pk=gone.pk).update(ended_at=BETWEEN)
    Completion.objects.create(enrolment=people[0], completed_at=AFTER, sessions_needed=6)
    facts = facts_of(group)
    first, second = facts["sessions"][:2]
    assert [first[k] for k in ("live", "caught_up", "not_this_time", "not_noted")] == [2, 1, 0, 1]
    assert [second[k] for k in ("live", "caught_up", "not_this_time", "not_noted")] == [0, 0, 1, 3]
    assert (facts["people"], facts["completed"], facts["live_minutes"]) == (4, 1, 80)
    assert first["on"] == "2026-10-06"


def test_words_go_where_they_were_sent(group, organisation):
    people = crowd(group, 4)
    facts = {"now": BETWEEN}

    def send(n, for_whom, words, with_name=False, **more):
        return thoughts.send(
            people[n], for_whom=for_whom, words=words, with_name=with_name, **facts, **more
        )

    places_for(people[:2], organisation)
    send(0, "facilitators", "To you, signed", with_name=True)
    send(1, "facilitators", "A door, please", about_around=True)
    send(2, "next_cohort", "Come as you are")
    send(0, "organisation", "Thank you for paying")
    send(1, "organisation", "Pay for breaks", about_around=True, with_name=True)
    thoughts.take_back(send(3, "facilitators", "Taken back"), now=BETWEEN)
    ours = facts_of(group)
    assert ours["thoughts"] == [{"words": "To you, signed", "name": "P0"}]
    assert ours["said_around"] == [{"words": "A door, please", "name": ""}]
    assert ours["for_next_cohort"] == [{"words": "Come as you are", "name": ""}]
    report = OrganisationReport.objects.get()
    assert report.facts["thoughts"] == [{"words": "Thank you for paying", "name": ""}]
    assert report.facts["said_around"] == [{"words": "Pay for breaks", "name": "P1"}]
    assert "Taken back" not in str(ours) + str(report.facts)
    assert "A door" not in str(report.facts)
    assert "paying" not in str(ours)


def test_comments_come_together_and_shuffled(group, monkeypatch):
    people = crowd(group, 9)
    for n, one in enumerate(people):
        said([one], [3], number=2, comment=f"comment {n}")
    pulses = {p["number"]: p for p in facts_of(group)["pulses"]}
    assert sorted(pulses[2]["comments"]) == [f"comment {n}" for n in range(9)]
    orders = {tuple(figures.shuffled(range(9))) for _n in range(20)}
    assert len(orders) > 10


# --- Figures ----------------------------------------------------------------------------------


def test_nine_look_like_nobody_on_the_page_and_on_paper(group, flo, client):
    """Byte for byte, whatever they answered (R22)."""
    crowd(group, 15)
    people = list(Enrolment.objects.filter(cohort=group))
    starter = measures.load(today=BEFORE.date())[0]
    starter.cohorts.add(group)
    pages = set()
    for n in (0, 1, 5, 9):
        CohortSummary.objects.all().delete()
        Feedback.objects.all().delete()
        MeasureAnswer.objects.all().delete()
        said(people[:n], [5, 1, 3] * 3)
        answered(people[:n], starter, "before", "steady", [2] * 9)
        answered(people[:n], starter, "after", "steady", [9] * 9)
        summary = closing.close(group, by=None, now=AFTER)
        summary.pk = None
        context = group_drawing.group_context(summary, charts.PAPER)
        pages.add(render_to_string("certificates/group_paper.html", context))
    (page,) = pages
    assert "Fewer than 10 people answered, so we do not show this." in page


def test_ten_are_enough_and_facts_hold_only_what_is_shown(group):
    said(crowd(group, 12), [5] * 11 + [1])
    pulse = facts_of(group)["pulses"][0]
    assert pulse["safe"] == {"kind": "mean", "people": 10, "mean": 4.0, "edge": "higher"}
    assert facts_of(group)["pulses"][1]["safe"] == WITHHELD


def test_the_end_and_the_change_are_of_the_same_people(group):
    people = crowd(group, 20)
    starter = measures.load(today=BEFORE.date())[0]
    starter.cohorts.add(group)
    answered(people[:12], starter, "before", "steady", [2] * 12)
    answered(people, starter, "after", "steady", [8] * 12 + [0] * 8)
    answered_twice = facts_of(group)["measures"][0]["questions"][0]
    # Of all twenty, eight chose Low; they did not answer twice and are not in it.
    assert answered_twice["after"] == {
        "kind": "mean",
        "people": 10,
        "mean": 7.0,
        "edge": "higher",
    }
    assert answered_twice["change"]["mean"] == 4.0


def test_where_few_answered_twice_the_end_stands_alone(group):
    people = crowd(group, 20)
    starter = measures.load(today=BEFORE.date())[0]
    starter.cohorts.add(group)
    answered(people[:9], starter, "before", "around", [2] * 9)
    answered(people, starter, "after", "around", [8] * 10 + [0] * 10)
    facts = facts_of(group)
    assert facts["around"]["change"] == WITHHELD
    assert facts["around"]["after"]["people"] == 20
    assert STARTER.items[8].words not in [q["words"] for q in facts["measures"][0]["questions"]]


def test_thresholds_are_raised_by_a_setting(group, settings):
    settings.DISCLOSURE = {"people": 12, "cell": 8}
    said(crowd(group, 12), [5] * 12)
    facts = facts_of(group)
    assert facts["pulses"][0]["safe"] == WITHHELD
    assert facts["people_asked_for"] == 13


# --- Whose answers count (R26) -----------------------------------------------------------------


def test_planted_accounts_do_not_make_a_group(group, flo, organisation, root):
    victim = crowd(group, 1)[0]
    own = crowd(group, 9, first=20)
    Facilitation.objects.create(cohort=group, user=own[0].user)
    Manager.objects.create(organisation=organisation, user=own[1].user, since=BEFORE)
    group.hosts.add(own[2].user)
    own[3].user.groups.create(name="Some staff")
    User.objects.filter(pk=own[4].user_id).update(is_superuser=True)
    own[5].user.emailaddress_set.update(verified=False)
    User.objects.filter(pk=own[6].user_id).update(is_active=False)
    Enrolment.objects.filter(pk=own[7].pk).update(ended_at=BETWEEN)
    assert counting.who_counts(group) == {victim.pk, own[8].pk}
    said([victim, *own], [1] * 10)
    assert facts_of(group)["pulses"][0]["safe"] == WITHHELD


def test_nine_invented_addresses_and_one_person_are_looked_at_first(group, organisation, root):
    """One organisation gave nine places to addresses elsewhere, and one to its own."""
    people = crowd(group, 1, domain="northmoor.example.org")
    people += crowd(group, 9, first=20, domain="post.example.com")
    places_for(people, organisation)
    said(people, [1] + [5] * 9)
    with pytest.raises(LookFirst):
        closing.close(group, by=None, now=AFTER)
    assert closing.close_due(TICK) == 0
    assert not CohortSummary.objects.exists()
    assert not Cohort.objects.filter(closed_at__isnull=False).exists()
    closing.close(group, by=root, now=AFTER, looked_at=True)
    assert Entry.objects.filter(action="cohort.closed_after_looking", actor=root.pk).exists()


def test_a_few_addresses_from_elsewhere_are_nothing_unusual(group, organisation):
    people = crowd(group, 6, domain="northmoor.example.org")
    places_for(people + crowd(group, 6, first=20, domain="post.example.com"), organisation)
    assert not counting.should_be_looked_at(counting.who_counts(group))


# --- Each answer enters one release (R21) -------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_each_answer_is_in_one_release_at_most(seed, programme, monkeypatch):
    """Two groups; people answer, change their minds, leave, move over and come back, and the
    groups are closed at any moment, more than once."""
    chance, released = Random(seed), Counter()
    plain = figures._scale

    def noted(said, name, counted, thresholds):
        released.update((f.pk, name) for f in said if f.enrolment_id in counted)
        return plain(said, name, counted, thresholds)

    monkeypatch.setattr(figures, "_scale", noted)
    groups = [Cohort.objects.create(programme_id=programme.pk, title=str(n)) for n in range(2)]
    meetings = [with_meetings(group)[0] for group in groups]
    people = [
        p
        for group, first in zip(groups, (0, 20), strict=True)
        for p in crowd(group, 12, first=first)
    ]
    for _step in range(90):
        one = chance.choice(people)
        _one_step(chance, one, groups, meetings, people)
    for group in groups:
        closing.close(group, by=None, now=AFTER)
        closing.close(group, by=None, now=TICK)
    assert set(released.values()) <= {1}
    staying = Feedback.objects.filter(enrolment__ended_at=None).values_list("pk", flat=True)
    assert {pk for pk, _name in released} >= set(staying)


def _one_step(chance, one, groups, meetings, people) -> None:
    which = groups.index(one.cohort)
    what = chance.choice(["say"] * 12 + ["leave", "move", "close"])
    if what == "say":
        facts = {name: chance.randint(1, 5) for name in ("safe", "useful", "accessible")}
        with suppress(feedback.NotNow):
            feedback.give(one, meeting=meetings[which], comment="", now=AFTER, **facts)
    if what == "close" and chance.random() < 0.3:
        closing.close(one.cohort, by=None, now=AFTER)
    if what in ("leave", "move") and one.ended_at is None:
        Enrolment.objects.filter(pk=one.pk).update(ended_at=AFTER)
        one.ended_at = AFTER
        if what == "move":
            facts = {"cohort": groups[1 - which], "user": one.user, "enrolled_at": AFTER}
            people.append(Enrolment.objects.create(continues=one, **facts))


# --- Reports of organisations -----------------------------------------------------------------


def test_a_report_counts_only_what_was_agreed_to(group, organisation, sessions):
    people = crowd(group, 14)
    places = places_for(people, organisation, state="completed")
    shown = [p.pk for p in places[:11]]
    Place.objects.filter(pk__in=shown[:9]).update(completion_shown_at=BETWEEN)
    for one in people:
        was_there(one, sessions[0])
    closing.close(group, by=None, now=AFTER)
    report = OrganisationReport.objects.get()
    counts = [report.facts[k] for k in ("places", "taken", "completed_shown", "hours_shown")]
    assert counts == [14, 14, 9, None]
    CohortSummary.objects.all().delete()
    OrganisationReport.objects.all().delete()
    Place.objects.filter(pk__in=shown).update(completion_shown_at=BETWEEN)
    closing.close(group, by=None, now=AFTER)
    assert OrganisationReport.objects.get().facts["hours_shown"] == 15  # 11 times 80 minutes


def test_no_answer_reaches_an_organisation(group, organisation):
    people = crowd(group, 15)
    places_for(people, organisation)
    said(people, [1] * 15, comment=CANARY)
    closing.close(group, by=None, now=AFTER)
    facts = OrganisationReport.objects.get().facts
    assert CANARY not in str(facts)
    assert not {"pulses", "measures", "around", "sessions", "people"} & facts.keys()


def test_a_report_opens_for_its_managers_and_for_nobody_else(
    group, organisation, max, flo, root, cyn
):
    places_for(crowd(group, 2), organisation)
    closing.close(group, by=None, now=AFTER)
    settle_now()
    report = OrganisationReport.objects.get()
    page, paper = (
        reverse(name, args=[report.pk])
        for name in ("organisation_report", "organisation_report_pdf")
    )
    assert "Northmoor Trust" in signed_in(max).get(page).content.decode()
    assert signed_in(max).get(paper).content.startswith(b"%PDF")
    for other in (flo, root, cyn):
        assert [signed_in(other).get(a).status_code for a in (page, paper)] == [404, 404]


def test_a_summary_opens_for_its_facilitators_and_for_nobody_else(group, flo, max, root, ada):
    gil = with_second_factor(person("gil"))
    gil.groups.add(roles.facilitators())
    summary = closing.close(group, by=flo, now=AFTER)
    page = reverse("group_summary", args=[summary.pk])
    paper = reverse("group_summary_pdf", args=[summary.pk])
    assert signed_in(flo).get(paper).status_code == 302  # still being drawn
    settle_now()
    assert "Three questions" in signed_in(flo).get(page).content.decode()
    assert signed_in(flo).get(paper).content.startswith(b"%PDF")
    assert signed_in(root).get(page).status_code == 200
    assert [signed_in(gil).get(a).status_code for a in (page, paper)] == [404, 404]
    assert [signed_in(max).get(a).status_code for a in (page, paper)] == [302, 302]
    with_second_factor(ada)
    assert [signed_in(ada).get(a).status_code for a in (page, paper)] == [302, 302]
    assert Entry.objects.filter(action="group_summary.opened", actor=flo.pk).count() == 1


# --- Private words have no road here -----------------------------------------------------------


def test_no_reflection_and_no_count_of_them_enters(group, ada, flo, sessions, organisation):
    people = [*crowd(group, 12), Enrolment.objects.get(user=ada)]
    places_for(people, organisation)

    def papers() -> list[dict]:
        CohortSummary.objects.all().delete()
        OrganisationReport.objects.all().delete()
        closing.close(group, by=flo, now=AFTER)
        return [s.facts for s in (CohortSummary.objects.get(), OrganisationReport.objects.get())]

    before = papers()
    assert post_words(signed_in(ada), ticket_for(ada, sessions[0]), CANARY).status_code < 400
    assert Reflection.objects.for_owner(ada).count() == 1
    after = papers()
    assert after == before
    assert CANARY not in str(after)


def test_a_summary_says_only_what_its_class_says(group):
    """A new key is a new promise: whoever adds one reads this first."""
    assert set(facts_of(group)) == {
        *("programme", "cohort", "first_day", "last_day", "issuer", "facilitators"),
        *("people_asked_for", "people", "completed", "live_minutes", "own_minutes", "sessions"),
        *("scales", "pulses", "measures", "around", "said_around", "thoughts", "for_next_cohort"),
    }


@pytest.mark.parametrize("number", [1, 3])
def test_a_managers_report_asks_as_often_for_three_thoughts_as_for_one(
    group, organisation, max, number, django_assert_num_queries
):
    people = crowd(group, 3)
    places_for(people, organisation)
    for n in range(number):
        facts = {"for_whom": "organisation", "with_name": True, "now": BETWEEN}
        thoughts.send(people[n], words=f"Thought {n}", **facts)
    closing.close(group, by=None, now=AFTER)
    client = signed_in(max)
    address = reverse("organisation_report", args=[OrganisationReport.objects.get().pk])
    client.get(address)
    with django_assert_num_queries(5):
        page = client.get(address).content.decode()
    assert page.count("Thought ") == number
