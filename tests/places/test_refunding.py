"""Money back: who may say so, what it takes along, and that the sums always add up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.audit.models import Entry
from course.cohorts import capacity
from course.cohorts.models import Cohort, Enrolment
from course.outbox.models import Effect
from course.places import (
    buying,
    changing,
    policy,
    pricing,
    refunding,
    transfer,
)
from course.places.models import Discount, Document, LedgerEntry, Order, Refund
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON, person, settle_everything

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def paid(buyer, root, *, cohort, quantity=6, **facts) -> Order:
    order = buying.start_order(buyer, cohort=cohort, quantity=quantity, now=NOON, **facts)
    transfer.choose_transfer(order, NOON)
    order.refresh_from_db()
    facts = {"by": root, "reference": f"ref {order.pk}", "on": NOON.date(), "now": NOON}
    transfer.mark_paid(order, amount=order.total_minor, **facts)
    order.refresh_from_db()
    return order


@pytest.fixture
def order(max, root, organisation, paid_cohort):
    return paid(max, root, cohort=paid_cohort, organisation=organisation)


@pytest.fixture
def small_limit(settings):
    settings.SELLING = settings.SELLING | {"second_person_above": 9_500}


def room(cohort: Cohort) -> tuple[int, int, int]:
    cohort.refresh_from_db()
    return cohort.held, cohort.sold, cohort.bursaries


def status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_one_place_back_takes_the_last_one_along(order, root, paid_cohort):
    refund = refunding.ask_refund(order, places=1, by=root, now=NOON)
    assert (refund.amount_minor, refund.state) == (9_500, Refund.AGREED)
    assert status(order) == OrderStatus.PARTLY_REFUNDED
    assert room(paid_cohort) == (0, 5, 0)
    assert order.places.get(state=PlaceState.REVOKED).seq == 6
    assert refunding.left(order) == 5 * 9_500
    note = Document.objects.get(kind=Document.CREDIT_NOTE)
    assert (note.facts["total_minor"], note.facts["invoice"]) == (9_500, "INV-2026-0001")
    assert not Effect.objects.filter(task__endswith="send_refund").exists()


def test_everything_back_ends_the_order(order, root, paid_cohort, small_limit):
    refunding.ask_refund(order, places=1, by=root, now=NOON)
    rest = refunding.ask_refund(order, places=5, by=root, now=NOON)
    assert refunding.agree(rest, by=person("second"), now=NOON)
    assert status(order) == OrderStatus.REFUNDED
    assert refunding.left(order) == 0
    assert room(paid_cohort) == (0, 0, 0)
    with pytest.raises(refunding.NothingToRefund):
        refunding.ask_refund(order, places=0, amount=1, by=root, now=NOON)


def test_above_the_limit_a_second_person_agrees_and_never_the_same(order, root, small_limit):
    refund = refunding.ask_refund(order, places=2, by=root, now=NOON)
    assert refund.state == Refund.ASKED
    assert status(order) == OrderStatus.PAID
    with pytest.raises(refunding.SecondPersonNeeded):
        refunding.agree(refund, by=root, now=NOON)
    assert refunding.left(order) == order.total_minor
    other = person("second")
    assert [refunding.agree(refund, by=other, now=NOON) for _twice in range(2)] == [True, False]
    refund.refresh_from_db()
    assert (refund.asked_by, refund.agreed_by, refund.state) == (root, other, Refund.AGREED)
    actions = Entry.objects.filter(action__startswith="refund.").values_list("action", flat=True)
    assert sorted(actions) == ["refund.agreed", "refund.asked"]


def test_what_is_refused_changes_nothing(order, root, small_limit):
    refund = refunding.ask_refund(order, places=2, by=root, now=NOON)
    assert [refunding.refuse(refund, by=root, now=NOON) for _twice in range(2)] == [True, False]
    assert not refunding.agree(refund, by=person("second"), now=NOON)
    assert status(order) == OrderStatus.PAID
    assert refunding.worth(order, 6) == order.total_minor


def test_a_started_place_is_never_taken_along(order, root, cyn):
    last = order.places.get(seq=6)
    buying.take(last, user=cyn, now=NOON)
    order.places.filter(pk=last.pk).update(state=PlaceState.STARTED)
    with pytest.raises(refunding.NothingToRefund):
        refunding.ask_refund(order, places=6, by=root, now=NOON)
    refunding.ask_refund(order, places=5, by=root, now=NOON)
    last.refresh_from_db()
    assert last.state == PlaceState.STARTED
    assert Enrolment.objects.current().filter(user=cyn).exists()


def test_a_place_started_while_a_second_person_is_awaited(order, root, cyn, small_limit):
    refund = refunding.ask_refund(order, places=6, by=root, now=NOON)
    order.places.filter(seq=1).update(state=PlaceState.STARTED)
    with pytest.raises(refunding.NothingToRefund), transaction.atomic():
        refunding.agree(refund, by=person("second"), now=NOON)
    assert refunding.left(order) == order.total_minor
    assert order.places.filter(state=PlaceState.REVOKED).count() == 0


def test_two_requests_never_promise_the_same_money_or_places(order, root, small_limit):
    refunding.ask_refund(order, places=4, by=root, now=NOON)
    with pytest.raises(refunding.NothingToRefund):
        refunding.ask_refund(order, places=3, by=root, now=NOON)
    with pytest.raises(refunding.NothingToRefund):
        refunding.ask_refund(order, places=0, amount=2 * 9_500 + 1, by=root, now=NOON)
    assert refunding.ask_refund(order, places=2, by=root, now=NOON)


@pytest.mark.parametrize("facts", [{"amount": 0}, {"amount": -1}, {"amount": 57_001}])
def test_no_more_than_was_paid(order, root, facts):
    with pytest.raises(refunding.NothingToRefund):
        refunding.ask_refund(order, places=0, by=root, now=NOON, **facts)
    with pytest.raises(refunding.NothingToRefund):
        refunding.ask_refund(order, places=7, by=root, now=NOON)


def test_a_gesture_takes_no_place_but_all_the_money_takes_all(order, root, paid_cohort):
    refunding.ask_refund(order, places=0, amount=100, by=root, now=NOON)
    assert room(paid_cohort) == (0, 6, 0)
    rest = refunding.ask_refund(order, places=0, amount=56_900, by=root, now=NOON)
    refunding.agree(rest, by=person("second"), now=NOON)
    assert status(order) == OrderStatus.REFUNDED
    assert room(paid_cohort) == (0, 0, 0)


def test_sent_by_bank_is_noted_once_and_told(order, root):
    refund = refunding.ask_refund(order, places=1, by=root, now=NOON)
    facts = {"by": root, "reference": "back 1", "now": NOON}
    assert [refunding.mark_sent(refund, **facts) for _twice in range(2)] == [True, False]
    settle_everything()
    letters = [m for m in mail.outbox if "£95.00 back" in m.body]
    assert len(letters) == 1
    assert letters[0].attachments[0][0] == "cn-2026-0001.pdf"
    assert LedgerEntry.objects.filter(kind=LedgerEntry.REFUNDED).count() == 1


def test_money_that_came_too_late_is_written_when_it_is_sent(
    max, root, organisation, paid_cohort, settings
):
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    order = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=6, now=NOON
    )
    transfer.choose_transfer(order, NOON)
    transfer.cancel_invoice(order, by=root, now=NOON)
    capacity.take(paid_cohort.pk, 20)
    facts = {"by": root, "reference": "late", "on": NOON.date(), "now": NOON}
    transfer.mark_paid(order, amount=order.total_minor, **facts)
    assert status(order) == OrderStatus.REFUND_DUE
    refunding.mark_sent(Refund.objects.get(), by=root, reference="back", now=NOON)
    assert status(order) == OrderStatus.REFUNDED
    assert refunding.left(order) == 0


def test_a_card_refund_is_owed_to_the_payment_provider_once(order, root, monkeypatch):
    def send_refund(*, refund: str) -> None: ...

    send_refund.__module__ = "course.places.tasks"
    monkeypatch.setattr("course.places.tasks.send_refund", send_refund, raising=False)
    Order.objects.filter(pk=order.pk).update(channel=Order.CARD)
    refund = refunding.ask_refund(order, places=1, by=root, now=NOON)
    owed = Effect.objects.get(dedupe_key=f"refund:{refund.pk}")
    assert owed.facts == {"refund": str(refund.pk)}
    assert not refunding.mark_sent(refund, by=root, reference="x", now=NOON)


def test_the_tax_in_all_parts_is_the_tax_in_the_whole(
    max, root, organisation, paid_cohort, settings
):
    settings.SELLING = settings.SELLING | {"tax_rate": 550}
    Cohort.objects.filter(pk=paid_cohort.pk).update(team_price_minor=1_000)
    paid_cohort.refresh_from_db()
    order = paid(max, root, cohort=paid_cohort, quantity=1, organisation=organisation)
    for amount in [150] * 7 + [5]:
        refunding.ask_refund(order, places=0, amount=amount, by=root, now=NOON)
    notes = order.documents.filter(kind=Document.CREDIT_NOTE)
    assert sum(note.facts["total_minor"] for note in notes) == order.total_minor == 1_055
    assert sum(note.facts["tax_minor"] for note in notes) == order.tax_minor == 55


# --- The published policy -----------------------------------------------------------------


@pytest.fixture
def own(cyn, root, paid_cohort):
    return paid(cyn, root, cohort=paid_cohort, quantity=1)


START = date(2027, 3, 2)
STEPS = [
    (NOON.date(), 100),  # within two weeks of buying
    (NOON.date() + 14 * DAY, 100),
    (START - 28 * DAY, 100),
    (START - 27 * DAY, 50),
    (START - 14 * DAY, 50),
    (START - 13 * DAY, 0),
    (START, 0),
    (START + DAY, 0),
]


@pytest.mark.parametrize(("on", "percent"), STEPS)
def test_the_steps_of_the_policy(own, on, percent):
    assert policy.refundable(own, on) == 12_000 * percent // 100


def test_two_weeks_after_buying_everything_comes_back_however_near_the_start(own, paid_cohort):
    Cohort.objects.filter(pk=paid_cohort.pk).update(starts_on=NOON.date() + 3 * DAY)
    own.refresh_from_db()
    assert policy.refundable(own, NOON.date() + 2 * DAY) == 12_000


def test_giving_ones_own_place_back(own, cyn, bea, paid_cohort):
    with pytest.raises(refunding.NothingToRefund):
        policy.give_back(own, by=bea, now=NOON)
    refund = policy.give_back(own, by=cyn, now=NOON)
    assert (refund.state, refund.amount_minor) == (Refund.AGREED, 12_000)
    assert status(own) == OrderStatus.REFUNDED
    assert not Enrolment.objects.current().filter(user=cyn, cohort=paid_cohort).exists()
    assert room(paid_cohort) == (0, 0, 0)


def test_half_back_still_takes_the_place(own, cyn, paid_cohort):
    policy.give_back(own, by=cyn, now=NOON + (START - 20 * DAY - NOON.date()))
    assert status(own) == OrderStatus.PARTLY_REFUNDED
    assert refunding.left(own) == 6_000
    assert room(paid_cohort) == (0, 0, 0)


def test_a_started_place_is_a_persons_decision(own, cyn):
    own.places.update(state=PlaceState.STARTED)
    assert policy.refundable(own, NOON.date()) == 0
    with pytest.raises(refunding.NothingToRefund):
        policy.give_back(own, by=cyn, now=NOON)


def test_an_organisation_has_no_steps(order):
    assert policy.refundable(order, NOON.date()) == 0


@pytest.mark.parametrize("typed", ["x", "28", "28:100:1", "28:half", "28;100"])
def test_steps_that_cannot_be_read_stop_the_site(monkeypatch, typed):
    from django.core.exceptions import ImproperlyConfigured

    from course import environment

    monkeypatch.setenv("REFUND_STEPS", typed)
    with pytest.raises(ImproperlyConfigured, match="28:100,14:50"):
        environment.selling()


# --- A later group instead -----------------------------------------------------------------


@pytest.fixture
def later(paid_cohort):
    return Cohort.objects.create(
        programme_id=paid_cohort.programme_id,
        title="Summer group",
        starts_on=date(2027, 6, 1),
        ends_on=date(2027, 7, 27),
        joining=Cohort.OPEN,
        price_minor=12_000,
        capacity=1,
    )


def test_moving_to_a_later_group(own, cyn, paid_cohort, later):
    assert changing.later_cohorts(own, NOON) == [later]
    changing.move_to_cohort(own, to=later, by=cyn, now=NOON)
    assert (room(paid_cohort), room(later)) == ((0, 0, 0), (0, 1, 0))
    assert [e.cohort for e in Enrolment.objects.current().filter(user=cyn)] == [later]
    place = own.places.get()
    assert (place.cohort, place.enrolment.cohort, place.state) == (later, later, "accepted")


def test_nobody_moves_into_a_full_dearer_or_past_group(own, cyn, bea, later):
    for facts in (
        {"sold": 1},
        {"price_minor": 12_001},
        {"starts_on": NOON.date()},
        {"closed_at": NOON},
        {"currency": "EUR"},
    ):
        with transaction.atomic():
            Cohort.objects.filter(pk=later.pk).update(**facts)
            later.refresh_from_db()
            with pytest.raises(changing.CannotMove):
                changing.move_to_cohort(own, to=later, by=cyn, now=NOON)
            transaction.set_rollback(True)
    later.refresh_from_db()
    with pytest.raises(changing.CannotMove):
        changing.move_to_cohort(own, to=later, by=bea, now=NOON)


# --- Sums ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    quantity=st.integers(1, 500),
    bursaries=st.integers(0, 500),
    unit=st.integers(0, 2_000_000),
    rate=st.integers(0, 3_000),
    kind=st.sampled_from([None, Discount.PERCENT, Discount.AMOUNT, Discount.FREE]),
    value=st.integers(0, 100),
    cuts=st.lists(st.integers(0, 500), max_size=6),
)
def test_every_price_adds_up_and_its_parts_are_never_more_than_the_whole(
    quantity, bursaries, unit, rate, kind, value, cuts
):
    from django.test import override_settings

    discount = Discount(kind=kind, value=value) if kind else None
    cohort = Cohort(team_price_minor=unit, currency="GBP")
    with override_settings(SELLING={"tax_rate": rate}):
        found = pricing.price(
            cohort, quantity=quantity, bursaries=bursaries, for_team=True, discount=discount
        )
    facts = vars(found)
    assert all(type(value) is int for name, value in facts.items() if name != "currency")
    gross = (quantity + bursaries) * unit
    assert found.total_minor == gross - found.discount_minor + found.tax_minor
    assert 0 <= found.discount_minor <= gross
    order = Order(**facts)
    upto = [order.total_minor * number // order.seats for number in (0, *sorted(cuts), 500)]
    parts = [b - a for a, b in pairwise([min(u, order.total_minor) for u in upto])]
    assert all(type(part) is int and part >= 0 for part in parts)
    assert sum(parts) <= order.total_minor


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    quantity=st.integers(1, 12),
    price=st.integers(1, 30_000),
    rate=st.sampled_from([0, 550, 2_000]),
    asked=st.lists(
        st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 40_000))), max_size=5
    ),
)
def test_the_ledger_is_what_was_paid_less_what_was_refunded(
    max, root, organisation, paid_cohort, quantity, price, rate, asked
):
    from django.conf import settings as site
    from django.test import override_settings

    selling = site.SELLING | {"tax_rate": rate, "approve_above": 10**9}
    with override_settings(SELLING=selling), transaction.atomic():
        Cohort.objects.filter(pk=paid_cohort.pk).update(team_price_minor=price)
        paid_cohort.refresh_from_db()
        order = paid(max, root, cohort=paid_cohort, quantity=quantity, organisation=organisation)
        for places, amount in asked:
            try:
                with transaction.atomic():
                    refunding.ask_refund(order, places=places, amount=amount, by=None, now=NOON)
            except refunding.NothingToRefund:
                pass
            for refund in order.refunds.filter(state=Refund.ASKED):
                refunding.agree(refund, by=root, now=NOON)
        sent = sum(order.refunds.values_list("amount_minor", flat=True))
        notes = order.documents.filter(kind=Document.CREDIT_NOTE)
        assert refunding.left(order) == order.total_minor - sent >= 0
        assert sum(note.facts["total_minor"] for note in notes) == sent
        tax = sum(note.facts["tax_minor"] for note in notes)
        assert tax == order.tax_minor * sent // order.total_minor
        assert (status(order) == OrderStatus.REFUNDED) == (sent == order.total_minor)
        transaction.set_rollback(True)
