"""Waiting for a place: whose turn it is, the place that is kept, and how an offer ends."""

import contextlib
import random
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse

from course.cohorts import capacity, confirming, finding, joining, waiting
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.places import books, buying, reconciling, transfer
from course.places.models import Order, Place
from course.places.states import OrderStatus
from tests.cast import NOON, person, settle_everything, signed_in

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


@pytest.fixture
def small(programme, flo):
    """Two free places, open to anyone."""
    return Cohort.objects.create(
        programme_id=programme.pk, title="Small group", joining=Cohort.OPEN, capacity=2
    )


@pytest.fixture
def six(db):
    return [person(f"p{n}") for n in range(6)]


@pytest.fixture
def full(small, six):
    """p0 and p1 are in; p2 and p3 wait, in this order."""
    for user in six[:2]:
        joining.join(user, cohort=small, now=NOON)
    for n, user in enumerate(six[2:4]):
        waiting.ask(user, cohort=small, now=NOON + timedelta(minutes=n))
    return small


def wait_of(user) -> Waiting:
    return Waiting.objects.get(user=user)


def give_back(user, *, now=NOON):
    """p leaves the group, as the flows that end a place do."""
    mine = Enrolment.objects.current().get(user=user)
    joining.end_enrolments([mine.pk], now=now)
    capacity.give_back(mine.cohort_id)
    waiting.offer_next(mine.cohort_id, now=now)


def room(cohort) -> tuple[int, int]:
    cohort.refresh_from_db()
    return cohort.held, cohort.sold


def letters_to(user) -> list[str]:
    settle_everything()
    return [m.subject for m in mail.outbox if m.to == [user.email]]


# --- Whose turn it is ---------------------------------------------------------------------------


def test_the_next_person_is_offered_what_is_given_back(full, six):
    assert not wait_of(six[2]).offered_at
    give_back(six[0])
    first, second = wait_of(six[2]), wait_of(six[3])
    assert first.offered_at == NOON
    assert not second.offered_at
    assert room(full) == (1, 1)
    waiting.offer_free_places(NOON)
    assert room(full) == (1, 1)


def test_no_walk_in_passes_those_who_wait(full, six):
    give_back(six[0])
    with pytest.raises(capacity.Full):
        joining.join(six[4], cohort=full, now=NOON)
    # Nor in the moment before the place is offered.
    Waiting.objects.filter(user=six[2]).update(offered_at=None, offer_until=None, offers=0)
    capacity.let_go(full.pk, 1)
    with pytest.raises(capacity.Full):
        joining.join(six[4], cohort=full, now=NOON)
    assert waiting.offer_free_places(NOON) == 1
    assert wait_of(six[2]).offered_at


def test_asking_twice_is_asking_once_and_whoever_is_in_does_not_wait(full, six):
    assert waiting.ask(six[2], cohort=full, now=NOON + DAY) == wait_of(six[2])
    with pytest.raises(joining.AlreadyIn):
        waiting.ask(six[0], cohort=full, now=NOON)


@pytest.mark.parametrize(
    "change",
    [
        {"joining": "invitation"},
        {"closed_at": NOON},
        {"cancelled_at": NOON},
        {"announced_at": None},
        {"starts_on": NOON.date() - 9 * DAY, "ends_on": NOON.date() - DAY},
    ],
)
def test_where_nobody_can_come_in_nobody_waits_or_is_offered(full, six, change):
    Cohort.objects.filter(pk=full.pk).update(**change)
    with pytest.raises(joining.NotOpen):
        waiting.ask(six[4], cohort=full, now=NOON)
    give_back(six[0])
    assert not Waiting.objects.offered().exists()


def test_asking_where_there_is_room_brings_an_offer_at_once(small, cyn):
    assert waiting.ask(cyn, cohort=small, now=NOON).offered_at


# --- The offer ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "zone", "ends"),
    [
        (datetime(2027, 3, 1, 9, tzinfo=LONDON), "Europe/London", (2027, 3, 3, 12)),
        (datetime(2027, 3, 1, 12, 1, tzinfo=LONDON), "Europe/London", (2027, 3, 4, 12)),
        (datetime(2027, 3, 26, 18, tzinfo=LONDON), "Europe/London", (2027, 3, 29, 12)),
        (datetime(2027, 10, 30, 11, tzinfo=LONDON), "Europe/London", (2027, 11, 1, 12)),
        (datetime(2027, 3, 1, 9, tzinfo=UTC), "Asia/Kolkata", (2027, 3, 4, 12)),
    ],
)
def test_an_offer_lasts_two_days_and_ends_at_midday(told, zone, ends):
    over = waiting.offer_ends(told, zone)
    assert over == datetime(*ends, tzinfo=ZoneInfo(zone))
    assert over - told >= timedelta(hours=48)


def test_the_letter_waits_for_the_morning_and_so_does_the_clock(full, six):
    from course.outbox.models import Effect

    night = datetime(2030, 3, 5, 23, tzinfo=LONDON)
    six[2].zone = "Asia/Kolkata"
    six[2].save()
    give_back(six[0], now=night)
    owed = Effect.objects.get(dedupe_key__startswith="waiting:")
    assert owed.not_before.astimezone(ZoneInfo("Asia/Kolkata")).hour == 8
    assert wait_of(six[2]).offer_until == datetime(2030, 3, 8, 12, tzinfo=LONDON)


def test_accepting_by_a_press_and_opening_the_letter_does_nothing(full, six, time_machine):
    time_machine.move_to(NOON, tick=False)
    give_back(six[0])
    letter = letters_to(six[2])
    assert "A place is kept for you" in letter
    body = next(m.body for m in mail.outbox if m.subject == "A place is kept for you")
    link = re.search(r"http://testserver(/groups/\S+/waiting/)", body)[1]
    client = signed_in(six[2])
    assert "It is yours until" in client.get(link).content.decode()
    assert not Enrolment.objects.filter(user=six[2]).exists()
    for _press in range(2):
        response = client.post(link, {"action": "accept"})
        assert response.headers["Location"] == reverse("my_programme")
    assert Enrolment.objects.filter(user=six[2], ended_at=None).count() == 1
    assert room(full) == (0, 2)
    assert "You have a place" in client.get(link).content.decode()


def test_joining_takes_up_the_place_that_is_kept(full, six):
    give_back(six[0])
    joining.join(six[2], cohort=full, now=NOON)
    assert room(full) == (0, 2)
    assert wait_of(six[2]).accepted_at == NOON


def test_not_this_time_passes_it_on_and_keeps_the_place_on_the_list(full, six):
    give_back(six[0])
    page = reverse("waiting", args=[full.pk])
    for _press in range(2):
        signed_in(six[2]).post(page, {"action": "decline"})
    assert wait_of(six[3]).offered_at
    assert wait_of(six[2]) in Waiting.objects.open()
    assert wait_of(six[2]).since > wait_of(six[3]).since
    assert room(full) == (1, 1)


def test_leaving_the_list_with_an_offer_passes_it_on(full, six):
    give_back(six[0])
    for _press in range(2):
        signed_in(six[2]).post(reverse("waiting", args=[full.pk]), {"action": "leave"})
    assert wait_of(six[2]).left_at
    assert wait_of(six[3]).offered_at
    assert room(full) == (1, 1)
    again = waiting.ask(six[2], cohort=full, now=NOON + DAY)
    assert not again.offered_at
    assert Waiting.objects.filter(user=six[2]).count() == 2


def test_whoever_goes_for_good_leaves_no_place_kept_behind(full, six, programme):
    other = Cohort.objects.create(
        programme_id=programme.pk, title="Other group", joining=Cohort.ON_REQUEST, capacity=1
    )
    waiting.ask(six[2], cohort=other, now=NOON)
    give_back(six[0])
    assert room(full) == (1, 1)
    assert waiting.leave_every_list(six[2], now=NOON) == 2
    assert waiting.leave_every_list(six[2], now=NOON) == 0
    six[2].delete()
    assert wait_of(six[3]).offered_at  # the place went on to the next person
    assert waiting.leave_every_list(six[3], now=NOON) == 1
    six[3].delete()
    assert room(full) == (0, 1)
    assert room(other) == (0, 0)
    assert not list(books.cohorts_are_counted())


def test_an_offer_ends_kindly(full, six, time_machine):
    time_machine.move_to(NOON, tick=False)
    give_back(six[0])
    until = wait_of(six[2]).offer_until
    assert waiting.expire_offers(until - timedelta(seconds=1)) == 0
    time_machine.move_to(until, tick=False)
    assert waiting.expire_offers(until) == 1
    assert waiting.expire_offers(until) == 0
    assert wait_of(six[2]) in Waiting.objects.open()
    assert wait_of(six[3]).offered_at == until
    assert letters_to(six[2]) == ["You are still on the list"]  # the offer's own came too late
    assert letters_to(six[3]) == ["A place is kept for you"]
    assert room(full) == (1, 1)
    with pytest.raises(waiting.OfferOver):
        waiting.accept(wait_of(six[2]), now=until)


def test_the_only_one_waiting_is_not_asked_again_at_once(small, six):
    Cohort.objects.filter(pk=small.pk).update(capacity=1)
    joining.join(six[0], cohort=small, now=NOON)
    waiting.ask(six[2], cohort=small, now=NOON)
    give_back(six[0])
    moment = wait_of(six[2]).offer_until
    waiting.expire_offers(moment)
    assert waiting.offer_free_places(moment) == 0
    assert finding.to_join(six[2], now=moment)[0].standing == finding.TO_TAKE
    for time in (2, 3):
        moment += DAY
        assert waiting.offer_free_places(moment) == 1
        assert wait_of(six[2]).offers == time
        moment = wait_of(six[2]).offer_until
        waiting.expire_offers(moment)
    assert waiting.offer_free_places(moment + 9 * DAY) == 0  # enough letters for anyone
    assert joining.join(six[2], cohort=small, now=moment)


def test_an_offer_says_nothing_to_someone_who_has_left(full, six):
    give_back(six[0])
    waiting.leave(wait_of(six[2]), now=NOON)
    assert letters_to(six[2]) == []


# --- On request ---------------------------------------------------------------------------------


@pytest.fixture
def on_request(small):
    Cohort.objects.filter(pk=small.pk).update(joining=Cohort.ON_REQUEST)
    small.refresh_from_db()
    return small


def test_on_request_a_person_answers(on_request, cyn, flo, six):
    client = signed_in(cyn)
    assert "You ask, and a person answers." in client.get(reverse("groups")).content.decode()
    client.post(reverse("ask_for_place", args=[on_request.pk]))
    wait = wait_of(cyn)
    assert not wait.offered_at
    assert waiting.offer_free_places(NOON) == 0
    assert waiting.offer_to(wait, by=flo, now=NOON)
    assert not waiting.offer_to(wait, by=flo, now=NOON)
    assert waiting.accept(wait_of(cyn), now=NOON).cohort == on_request
    assert room(on_request) == (0, 1)


def test_on_request_a_full_group_is_full(on_request, six, flo):
    waits = [waiting.ask(user, cohort=on_request, now=NOON) for user in six[:3]]
    for wait in waits[:2]:
        waiting.offer_to(wait, by=flo, now=NOON)
    with pytest.raises(capacity.Full):
        waiting.offer_to(waits[2], by=flo, now=NOON)
    assert not wait_of(six[2]).offered_at


def test_nobody_is_put_before_others_by_hand(full, flo, six):
    give_back(six[0])
    with pytest.raises(joining.NotOpen):
        waiting.offer_to(wait_of(six[3]), by=flo, now=NOON)


# --- Where a place costs something --------------------------------------------------------------


@pytest.fixture
def dear(paid_cohort, six):
    """One place, bought by p0; p2 waits and has asked before p3."""
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=1)
    order = buying.start_order(six[0], cohort=paid_cohort, quantity=1, now=NOON)
    transfer.choose_transfer(order, NOON)
    for n, user in enumerate(six[2:4]):
        waiting.ask(user, cohort=paid_cohort, now=NOON + timedelta(minutes=n))
    return Order.objects.get()


def test_the_kept_place_passes_to_the_order_without_a_gap(dear, six, root):
    transfer.cancel_invoice(dear, by=root, now=NOON)
    group = Cohort.objects.get(pk=dear.cohort_id)
    assert room(group) == (1, 0)
    client = signed_in(six[2])
    answer = client.post(reverse("waiting", args=[group.pk]), {"action": "accept"})
    assert answer.headers["Location"] == reverse("buy_for_self", args=[group.pk])
    assert wait_of(six[2]).accepted_at is None  # looking at the price gives nothing up
    page = client.post(answer.headers["Location"], {"key": str(group.pk)})
    mine = Order.objects.get(buyer=six[2])
    assert page.headers["Location"] == reverse("my_order", args=[mine.pk])
    theirs = buying.start_order(six[4], cohort=group, quantity=1, now=NOON)
    with pytest.raises(capacity.Full):
        transfer.choose_transfer(theirs, NOON)
    transfer.choose_transfer(mine, NOON)
    assert room(group) == (1, 0)
    assert wait_of(six[2]).accepted_at
    waiting.expire_offers(NOON + 9 * DAY)
    assert room(group) == (1, 0)
    mine.refresh_from_db()
    facts = {"by": root, "on": NOON.date(), "amount": mine.total_minor, "now": NOON}
    transfer.mark_paid(mine, reference="R1", **facts)
    assert room(group) == (0, 1)
    assert Enrolment.objects.current().get(cohort=group).user == six[2]
    assert not list(books.cohorts_are_counted())


def test_an_order_that_comes_to_nothing_passes_the_place_on(dear, six, root):
    transfer.cancel_invoice(dear, by=root, now=NOON)
    mine = buying.start_order(six[2], cohort=dear.cohort, quantity=1, now=NOON)
    mine = transfer.choose_transfer(mine, NOON)
    transfer.cancel_invoice(mine, by=root, now=NOON)
    assert wait_of(six[3]).offered_at
    assert not list(books.cohorts_are_counted())


def ordered(user, cohort, **facts) -> Order:
    """An order by card, whose places are kept while it waits for the payment."""
    order = buying.start_order(user, cohort=cohort, quantity=1, now=NOON, **facts)
    status = OrderStatus.AWAITING_PAYMENT
    assert buying.keep_places(order, status=status, channel=Order.CARD, now=NOON)
    return order


@pytest.mark.parametrize("end", [OrderStatus.EXPIRED, OrderStatus.CANCELLED])
def test_whoever_bought_a_kept_place_and_did_not_pay_waits_again(
    dear, six, root, time_machine, end
):
    time_machine.move_to(NOON, tick=False)
    transfer.cancel_invoice(dear, by=root, now=NOON)
    order = ordered(six[2], dear.cohort)
    assert wait_of(six[2]).accepted_at
    for _twice in range(2):
        reconciling.end_unpaid(order, end, now=NOON + DAY)
    back = Waiting.objects.open().get(user=six[2])
    assert (back.offered_at, back.since) == (None, NOON + DAY)  # behind those who wait
    assert wait_of(six[3]).offered_at
    time_machine.move_to(NOON + DAY, tick=False)
    assert letters_to(six[2]).count("You are on the list again") == 1
    assert not list(books.cohorts_are_counted())


def test_a_payment_that_failed_keeps_the_turn_and_late_money_takes_what_is_kept(dear, six, root):
    for n, user in enumerate(six[2:4]):
        Waiting.objects.filter(user=user).update(since=NOON - (9 - n) * DAY)
    transfer.cancel_invoice(dear, by=root, now=NOON)
    order = ordered(six[2], dear.cohort)
    reconciling.end_unpaid(order, OrderStatus.FAILED, now=NOON)
    assert wait_of(six[2]).offered_at
    assert not wait_of(six[3]).offered_at
    assert "You are on the list again" not in letters_to(six[2])  # they are offered it instead
    assert buying.keep_places_again(order, now=NOON)
    assert wait_of(six[2]).accepted_at
    assert room(dear.cohort) == (1, 0)
    assert not list(books.cohorts_are_counted())


def test_nobody_waits_again_who_has_another_place_or_where_nobody_can_wait(dear, six, root):
    Cohort.objects.filter(pk=dear.cohort_id).update(capacity=9)
    waiting.offer_free_places(NOON)
    first, second = ordered(six[2], dear.cohort), ordered(six[2], dear.cohort)
    reconciling.end_unpaid(first, OrderStatus.EXPIRED, now=NOON)
    assert not Waiting.objects.open().filter(user=six[2]).exists()
    mine = ordered(six[3], dear.cohort)
    Cohort.objects.filter(pk=dear.cohort_id).update(joining=Cohort.BY_INVITATION)
    for order in (second, mine):
        reconciling.end_unpaid(order, OrderStatus.EXPIRED, now=NOON)
    assert not Waiting.objects.open().exists()
    assert not list(books.cohorts_are_counted())


def test_a_bursary_place_can_be_found_where_all_others_are_taken(dear, six):
    from course.places import offering

    Cohort.objects.filter(pk=dear.cohort_id).update(capacity=2)
    offering.set_bursaries(Cohort.objects.get(pk=dear.cohort_id), 1, by=six[0], now=NOON)
    client = signed_in(six[4])
    assert reverse("buy_for_self", args=[dear.cohort_id]) in client.get("/groups/").content.decode()
    client.post(reverse("take_bursary", args=[dear.cohort_id]), {"bursary": "on"})
    assert Enrolment.objects.current().get(user=six[4]).cohort == dear.cohort
    assert Waiting.objects.open().count() == 2


def test_a_team_does_not_pass_those_who_wait(dear, six, max, organisation):
    Cohort.objects.filter(pk=dear.cohort_id).update(capacity=5)
    facts = {"cohort": dear.cohort, "organisation": organisation, "quantity": 2, "now": NOON}
    order = buying.start_order(max, **facts)
    with pytest.raises(capacity.Full):
        transfer.choose_transfer(order, NOON)
    waiting.offer_free_places(NOON)
    transfer.choose_transfer(order, NOON)
    assert room(Cohort.objects.get(pk=dear.cohort_id)) == (3, 2)  # releases on the invoice


def test_on_request_a_place_that_was_offered_can_be_bought(dear, six, flo, root):
    group = dear.cohort
    Cohort.objects.filter(pk=group.pk).update(joining=Cohort.ON_REQUEST, capacity=2)
    buy = reverse("buy_for_self", args=[group.pk])
    assert signed_in(six[2]).get(buy).status_code == 404
    waiting.offer_to(wait_of(six[2]), by=flo, now=NOON)
    assert signed_in(six[2]).get(buy).status_code == 200
    assert signed_in(six[3]).get(buy).status_code == 404
    order = buying.start_order(six[2], cohort=group, quantity=1, now=NOON)
    transfer.choose_transfer(order, NOON)
    assert room(group) == (2, 0)


def test_a_place_by_invitation_ends_the_wait_and_frees_what_was_kept(
    dear, six, max, organisation, root
):
    from course.places import accepting
    from tests.places.selling import bought, hash_behind, invited

    Cohort.objects.filter(pk=dear.cohort_id).update(capacity=4)
    waiting.offer_free_places(NOON)
    order = bought(max, organisation, dear.cohort, quantity=1)
    accepting.accept(hash_behind(invited(order, max)), user=six[2], now=NOON)
    assert wait_of(six[2]).accepted_at
    assert room(dear.cohort) == (2, 1)
    assert not list(books.cohorts_are_counted())


# --- Tentative runs -----------------------------------------------------------------------------


def test_a_tentative_run_is_confirmed_once(small, six):
    Cohort.objects.filter(pk=small.pk).update(people_needed=2)
    small.refresh_from_db()
    html = signed_in(six[4]).get(reverse("groups")).content.decode()
    assert "It goes ahead once enough people have joined." in html
    joining.join(six[0], cohort=small, now=NOON)
    small.refresh_from_db()
    assert small.is_tentative
    joining.join(six[1], cohort=small, now=NOON)
    assert not confirming.confirm_if_enough(small.pk, now=NOON + DAY)
    assert confirming.confirm_tentative(NOON + DAY) == 0
    small.refresh_from_db()
    assert small.confirmed_at == NOON
    for user in six[:2]:
        assert letters_to(user).count("It goes ahead") == 1


def test_when_fewer_are_needed_the_clock_confirms(small, six):
    Cohort.objects.filter(pk=small.pk).update(people_needed=2)
    joining.join(six[0], cohort=small, now=NOON)
    assert confirming.confirm_tentative(NOON) == 0
    Cohort.objects.filter(pk=small.pk).update(people_needed=1)
    assert confirming.confirm_tentative(NOON) == 1
    assert confirming.confirm_tentative(NOON) == 0


# --- Pages --------------------------------------------------------------------------------------


def test_the_page_of_a_list_is_the_readers_own(full, six, cyn):
    page = reverse("waiting", args=[full.pk])
    assert signed_in(cyn).get(page).status_code == 404
    assert signed_in(cyn).post(page, {"action": "accept"}).status_code == 404
    assert "You have asked for a place" in signed_in(six[2]).get(page).content.decode()
    assert signed_in(six[2]).post(page, {"action": "nonsense"}).status_code == 302
    assert wait_of(six[2]) in Waiting.objects.open()


def test_groups_say_how_they_stand_to_the_reader(full, six, client):
    def said(user):
        html = signed_in(user).get(reverse("groups")).content.decode()
        return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())

    assert "You have a place." in said(six[0])
    assert "You have asked for a place." in said(six[2])
    assert "All places are taken just now." in said(six[4])
    give_back(six[0])
    assert "A place is kept for you until" in said(six[2])
    assert "Sign in to ask for a place" in client.get(reverse("groups")).content.decode()
    assert "left" not in said(six[4]).lower()


def test_someone_who_finds_it_full_is_told_what_to_do(full, six):
    response = signed_in(six[4]).post(reverse("join_group", args=[full.pk]), follow=True)
    assert "You can ask for one, and wait." in response.content.decode()
    response = signed_in(six[4]).post(reverse("ask_for_place", args=[full.pk]), follow=True)
    assert "Nobody is put before you." in response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_groups_costs_the_same(number, programme, cyn, six, django_assert_num_queries):
    for n in range(number):
        cohort = Cohort.objects.create(
            programme_id=programme.pk, title=f"Group {n}", joining=Cohort.OPEN, capacity=1
        )
        joining.join(six[0], cohort=cohort, now=NOON)
        waiting.ask(cyn, cohort=cohort, now=NOON)
    client = signed_in(cyn)
    client.get(reverse("groups"))
    with django_assert_num_queries(6):  # web session, person, groups, mine, waits, queues
        client.get(reverse("groups"))


# --- Anything in any order ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "seed", [0, 1, 2, 3, *(pytest.param(n, marks=pytest.mark.soak) for n in range(4, 40))]
)
def test_random_days_never_overbook_and_leave_nobody_out(seed, programme, paid_cohort, root):
    """Joins, orders, askings, answers, ends and the clock, as they come."""
    dice = random.Random(seed)
    cohort = (
        paid_cohort
        if seed % 3 == 0
        else Cohort.objects.create(programme_id=programme.pk, title="Any", joining=Cohort.OPEN)
    )
    Cohort.objects.filter(pk=cohort.pk).update(capacity=dice.randint(1, 4))
    people = [person(f"r{n}") for n in range(7)]
    now = NOON
    for _step in range(45):
        now += timedelta(hours=dice.randint(0, 20))
        _something_happens(dice, people, cohort, root, now)
        _all_is_well(cohort, now)


def _something_happens(dice, people, cohort, root, now) -> None:
    cohort.refresh_from_db()
    user = dice.choice(people)
    wait = Waiting.objects.open().filter(user=user).first()
    with contextlib.suppress(capacity.Full, joining.AlreadyIn, joining.NotOpen, waiting.OfferOver):
        what = dice.choice([_come, _go, _ask, _answer, _tick, _grow])
        what(dice, user=user, cohort=cohort, wait=wait, by=root, now=now)


def _come(dice, *, user, cohort, now, **_facts) -> None:
    if cohort.is_free:
        joining.join(user, cohort=cohort, now=now)
    elif not Order.objects.filter(buyer=user, status=OrderStatus.INVOICED).exists():
        order = buying.start_order(user, cohort=cohort, quantity=1, now=now)
        transfer.choose_transfer(order, now)


def _go(dice, *, user, by, now, **_facts) -> None:
    if Enrolment.objects.current().filter(user=user).exists():
        give_back(user, now=now)
    for order in Order.objects.filter(buyer=user, status=OrderStatus.INVOICED):
        transfer.cancel_invoice(order, by=by, now=now)


def _ask(dice, *, user, cohort, now, **_facts) -> None:
    waiting.ask(user, cohort=cohort, now=now)


def _answer(dice, *, wait, now, **_facts) -> None:
    if wait:
        dice.choice([waiting.accept, waiting.decline, waiting.leave])(wait, now=now)


def _tick(dice, *, now, **_facts) -> None:
    waiting.expire_offers(now)
    waiting.offer_free_places(now)


def _grow(dice, *, cohort, now, **_facts) -> None:
    if dice.random() < 0.2:
        Cohort.objects.filter(pk=cohort.pk).update(capacity=cohort.capacity + 1)
        waiting.offer_next(cohort.pk, now=now)


def _all_is_well(cohort, now) -> None:
    cohort.refresh_from_db()
    assert cohort.held + cohort.sold <= cohort.capacity
    current = list(Enrolment.objects.current().values_list("user", flat=True))
    assert len(current) == len(set(current))
    waits = list(Waiting.objects.open().values_list("user", flat=True))
    assert len(waits) == len(set(waits))
    assert not set(waits) & set(current)
    orders = Place.objects.filter(cohort=cohort, state="reserved").count()
    assert cohort.held == orders + Waiting.objects.offered().count()
    if cohort.room:  # whoever rested for a day comes into turn by the clock, and nobody else
        rested = Waiting.objects.in_turn(now).filter(offers__gt=0)
        assert not Waiting.objects.in_turn(now).exclude(pk__in=rested).exists()
        waiting.offer_free_places(now)
        cohort.refresh_from_db()
        assert not cohort.room or not Waiting.objects.in_turn(now).exists()
