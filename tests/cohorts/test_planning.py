"""Planning a run in one step, another one like it, announcing it, and calling it off."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from course.cohorts import joining, planning, waiting
from course.cohorts.models import Cohort, Enrolment, LiveSession, Material, Waiting
from course.cohorts.planning import Plan
from course.cohorts.times_check import check_wall_time
from course.outbox.models import Effect
from course.places import buying, calling_off, inviting, transfer
from course.places.models import Order
from course.places.states import OrderStatus
from tests.cast import NOON, enrolled, person, settle_everything, signed_in

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
START = date(2027, 1, 26)  # a Tuesday


@pytest.fixture
def plan(programme):
    return Plan(programme_id=programme.pk, title="Spring 2027", starts_on=START)


def planned(plan, flo, **facts):
    return planning.plan_cohort(plan, facilitators=[flo], by=flo, now=NOON, **facts)


def changed(plan, **facts):
    return Plan(**{**vars(plan), **facts})


# --- Dates --------------------------------------------------------------------------------------


def test_eight_meetings_with_a_rest_week_in_one_step(plan, flo):
    cohort = planned(plan, flo)
    meetings = list(cohort.live_sessions.all())
    assert [m.number for m in meetings] == list(range(1, 9))
    weeks = [(m.day - START).days // 7 for m in meetings]
    assert weeks == [0, 1, 2, 4, 5, 6, 7, 8]
    assert (cohort.starts_on, cohort.ends_on) == (START, START + timedelta(weeks=8))
    assert cohort.state(NOON.date()) == Cohort.PLANNED
    assert list(cohort.facilitators.all()) == [flo]
    assert all(m.who and m.running_order and m.breakout_rooms and m.recorded for m in meetings)
    assert not Cohort.objects.to_join(NOON.date()).exists()


@pytest.mark.parametrize(
    ("weekday", "rest", "first", "last"),
    [
        (None, 3, date(2027, 1, 26), date(2027, 3, 23)),
        (None, None, date(2027, 1, 26), date(2027, 3, 16)),
        (3, 3, date(2027, 1, 28), date(2027, 3, 25)),
        (0, 7, date(2027, 2, 1), date(2027, 3, 29)),
    ],
)
def test_the_weekday_may_be_chosen(weekday, rest, first, last):
    days = planning.meeting_days(START, weekday=weekday, rest_after=rest)
    assert (days[0], days[-1], len(days)) == (first, last, 8)
    assert len({day.weekday() for day in days}) == 1


def test_the_hour_on_the_wall_stays_across_the_change_of_clocks(plan, flo):
    cohort = planned(changed(plan, starts_on=date(2027, 3, 2)), flo)
    hours = [m.starts_at for m in cohort.live_sessions.select_related("cohort")]
    assert {h.hour for h in hours} == {10}
    assert [h.utcoffset() for h in hours[:2]] == [timedelta(0)] * 2
    assert [h.utcoffset() for h in hours[-2:]] == [timedelta(hours=1)] * 2


@pytest.mark.parametrize(
    ("first", "starts", "said"),
    [
        (date(2027, 3, 14), time(1, 30), "1:30am does not exist. The next time that does is 2am."),
        (date(2027, 10, 3), time(1, 30), "Please choose a time before 1am, or from 2am on."),
    ],
)
def test_an_hour_that_is_not_there_once_is_refused_with_another(plan, flo, first, starts, said):
    with pytest.raises(ValidationError) as refused:
        planned(changed(plan, starts_on=first, starts=starts), flo)
    words = " ".join(refused.value.message_dict["starts"])
    assert said in words
    assert "Sunday 28 March 2027" in words or "Sunday 31 October 2027" in words
    assert not Cohort.objects.filter(title="Spring 2027").exists()


def test_beside_the_change_every_hour_is_fine():
    for hour in (time(0, 59), time(2), time(3)):
        check_wall_time(date(2027, 3, 28), hour, "Europe/London")
        check_wall_time(date(2027, 10, 31), hour, "Europe/London")
    check_wall_time(date(2027, 3, 28), time(1, 30), "Asia/Kolkata")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"rest_after": 8}, "rest_after"),
        ({"weekday": 7}, "weekday"),
        ({"starts_on": date(2026, 1, 6)}, "starts_on"),
        ({"title": ""}, "title"),
        ({"joining": "anyhow"}, "joining"),
        ({"live_needed": 7}, "__all__"),
        ({"sessions_needed": 9}, "__all__"),
    ],
)
def test_a_plan_that_cannot_be_makes_nothing(plan, flo, wrong, field):
    with pytest.raises(ValidationError) as refused:
        planned(changed(plan, **wrong), flo)
    assert field in refused.value.message_dict
    assert not LiveSession.objects.exists()


def test_a_double_click_makes_one_run(plan, flo):
    key = "3f1c9a52-8f0e-4b57-9a0d-55d6f3a3f6a1"
    assert planned(plan, flo, pk=key) == planned(plan, flo, pk=key)
    assert LiveSession.objects.count() == 8


def test_a_run_in_ones_own_time_has_no_dates(plan, flo):
    cohort = planned(changed(plan, starts_on=None, joining=Cohort.OPEN), flo)
    assert not cohort.is_dated
    assert not cohort.live_sessions.exists()
    planning.announce(cohort, by=flo, now=NOON)
    cohort.refresh_from_db()
    assert cohort.state(NOON.date()) == Cohort.RUNNING


# --- Another run like it ------------------------------------------------------------------------


def test_a_copy_has_everything_but_the_people(plan, flo, ada, cyn):
    facts = {"capacity": 12, "opens_days_before": 5, "people_needed": 6, "rest_after": 4}
    old = planned(changed(plan, starts=time(18, 30), **facts), flo)
    Cohort.objects.filter(pk=old.pk).update(price_minor=12_000, team_price_minor=9_500, sold=3)
    third = old.live_sessions.get(number=3)
    LiveSession.objects.filter(pk=third.pk).update(
        who="Flora, and a guest", joining_url="https://meet.example.org/x", day=date(2027, 2, 11)
    )
    for kind in (Material.SLIDES, Material.NOTES):
        Material.objects.create(meeting=third, kind=kind, words="x", added_at=NOON)
    enrolled(ada, old)
    Waiting.objects.create(cohort=old, user=cyn, since=NOON)
    old.refresh_from_db()
    copy = {"title": "Autumn 2027", "starts_on": date(2027, 9, 14), "by": flo, "now": NOON}
    new = planning.copy_cohort(old, **copy)
    for name in ("capacity", "opens_days_before", "people_needed", "price_minor", "rest_after"):
        assert getattr(new, name) == getattr(old, name)
    assert (new.sold, new.held, new.announced_at) == (0, 0, None)
    assert not new.enrolments.exists()
    assert not new.waiting.exists()
    meeting = new.live_sessions.get(number=3)
    assert (meeting.who, meeting.joining_url) == ("Flora, and a guest", "")
    assert (meeting.day, meeting.starts) == (date(2027, 9, 28), time(18, 30))
    assert [m.kind for m in meeting.materials.all()] == [Material.SLIDES]
    assert set(new.facilitators.all()) == {flo}


# --- Announcing ---------------------------------------------------------------------------------


def test_what_is_missing_is_named(plan, programme):
    cohort = planning.plan_cohort(plan, facilitators=[], by=None, now=NOON)
    cohort.live_sessions.filter(number=2).update(who="", recorded="")
    cohort.live_sessions.filter(number=5).delete()
    with pytest.raises(planning.NotReady) as refused:
        planning.announce(cohort, by=person("fay"), now=NOON)
    said = "\n".join(refused.value.reasons)
    assert "Nobody facilitates it yet." in said
    assert "no meeting yet for session 5" in said
    assert "session 2 still needs: who will be there, whether it is recorded" in said
    assert len(refused.value.reasons) == 3
    cohort.refresh_from_db()
    assert cohort.announced_at is None


def test_nobody_finds_or_joins_a_run_before_it_is_announced(plan, flo, cyn):
    cohort = planned(changed(plan, joining=Cohort.OPEN), flo)
    client = signed_in(cyn)
    assert cohort.title not in client.get(reverse("groups")).content.decode()
    assert client.post(reverse("join_group", args=[cohort.pk])).status_code == 404
    with pytest.raises(joining.NotOpen):
        joining.join(cyn, cohort=cohort, now=NOON)
    with pytest.raises(joining.NotOpen):
        waiting.ask(cyn, cohort=cohort, now=NOON)
    assert planning.announce(cohort, by=flo, now=NOON)
    assert not planning.announce(cohort, by=flo, now=NOON)
    assert joining.join(cyn, cohort=cohort, now=NOON)


def test_a_run_whose_first_day_has_been_is_not_announced(plan, flo):
    cohort = planned(plan, flo)
    later = datetime(2027, 2, 1, 12, tzinfo=LONDON)
    with pytest.raises(planning.NotReady) as refused:
        planning.announce(cohort, by=flo, now=later)
    assert "a day that has been" in refused.value.reasons[0]


# --- Calling off --------------------------------------------------------------------------------


def test_everyone_is_told_once_and_nothing_is_lost(plan, flo, ada, cyn):
    cohort = planned(changed(plan, joining=Cohort.OPEN, capacity=1), flo)
    planning.announce(cohort, by=flo, now=NOON)
    place = joining.join(ada, cohort=cohort, now=NOON)
    Enrolment.objects.filter(pk=place.pk).update(paused_at=NOON)
    waiting.ask(cyn, cohort=cohort, now=NOON)
    Effect.objects.all().delete()
    assert calling_off.call_off(cohort, by=flo, now=NOON)
    assert not calling_off.call_off(cohort, by=flo, now=NOON)
    settle_everything()
    assert sorted(m.to[0] for m in mail.outbox) == ["ada@example.org", "cyn@example.org"]
    assert len(mail.outbox[0].attachments) + len(mail.outbox[1].attachments) == 1
    assert Enrolment.objects.current().filter(pk=place.pk).exists()
    assert not Waiting.objects.open().exists()
    cohort.refresh_from_db()
    assert cohort.state(NOON.date()) == Cohort.CANCELLED
    assert not cohort.live_sessions.filter(cancelled_at=None).exists()
    with pytest.raises(joining.NotOpen):
        joining.join(person("new"), cohort=cohort, now=NOON)
    with pytest.raises(planning.NotReady):
        planning.announce(cohort, by=flo, now=NOON)


def test_orders_of_a_group_that_is_called_off(paid_cohort, organisation, max, flo, cyn, root):
    team = {"cohort": paid_cohort, "organisation": organisation, "now": NOON}
    draft = buying.start_order(max, quantity=2, **team)
    unpaid = transfer.choose_transfer(buying.start_order(max, quantity=3, **team), NOON)
    own = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    transfer.choose_transfer(own, NOON)
    own.refresh_from_db()
    facts = {"by": root, "on": NOON.date(), "amount": own.total_minor, "now": NOON}
    transfer.mark_paid(own, reference="R1", **facts)
    Effect.objects.all().delete()
    assert calling_off.call_off(paid_cohort, by=flo, now=NOON)
    states = dict(Order.objects.values_list("pk", "status"))
    assert states[draft.pk] == OrderStatus.CANCELLED
    assert states[unpaid.pk] == OrderStatus.VOID
    assert states[own.pk] == OrderStatus.PAID  # until a person has refunded it
    assert list(calling_off.to_settle()) == [own]
    assert own.places.get().holder == cyn
    settle_everything()
    told = [m.to[0] for m in mail.outbox if "does not go ahead" in m.body]
    assert sorted(told) == ["cyn@example.org", "max@example.org"]
    with pytest.raises(buying.NotForSale):
        buying.start_order(max, quantity=1, **team)


def test_money_that_comes_after_the_call_is_kept_for_staff(paid_cohort, flo, cyn, root):
    own = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    buying.keep_places(own, status=OrderStatus.AWAITING_PAYMENT, channel=Order.CARD, now=NOON)
    calling_off.call_off(paid_cohort, by=flo, now=NOON)
    own.refresh_from_db()
    assert own.valid_until == NOON  # the clock ends it, after asking Stripe
    buying.fulfil(own, now=NOON)
    Order.objects.filter(pk=own.pk).update(status=OrderStatus.PAID)
    assert not Enrolment.objects.exists()
    assert list(calling_off.to_settle()) == [own]


def test_an_invitation_to_it_opens_nothing_and_is_not_sent(paid_cohort, organisation, max, flo):
    from tests.places.selling import bought, hash_behind, invited

    order = bought(max, organisation, paid_cohort)
    link = invited(order, max)
    calling_off.call_off(paid_cohort, by=flo, now=NOON)
    settle_everything()
    assert "new@example.org" not in [m.to[0] for m in mail.outbox]
    from course.places import accepting

    with pytest.raises(accepting.LinkNotGood):
        accepting.find(hash_behind(link), now=NOON)
    assert inviting.pending_for(link.place) == link
