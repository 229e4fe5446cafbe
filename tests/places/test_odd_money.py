"""Money that comes late, twice, slowly, or not as it should."""

from datetime import timedelta

import pytest
from django.urls import reverse

from course.audit.models import Entry
from course.cohorts.models import Cohort
from course.outbox.models import Effect
from course.places import books, buying, card, deciding, jobs
from course.places.models import LedgerEntry
from course.places.reconciling import reconcile
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON, settle_everything
from tests.places.test_card import room, states
from tests.places.test_staff import act, at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_add_up(db):
    """After each of these, whatever came."""
    yield
    assert list(books.breaches()) == []


def end_then_pay(stripe, session_of, order, at) -> None:
    """We believe that the page is closed; its visitor pays all the same."""
    session = session_of(order)
    jobs.end_holds(at(48))
    stripe.objects.find(session, "checkout.session")["status"] = "open"
    stripe.objects.find(session, "checkout.session")["expires_at"] += 9999
    stripe.objects.pay(session)


def test_money_after_the_end_takes_places_that_are_left(
    stripe, session_of, team_order, paid_cohort, at
):
    end_then_pay(stripe, session_of, team_order, at)
    assert reconcile(team_order, now=at(60)).status == OrderStatus.PAID
    assert room(paid_cohort) == (1, 6, 1)
    assert states(team_order) == {PlaceState.AVAILABLE}
    assert Entry.objects.filter(action="order.paid_late", result="look").count() == 1


def test_money_after_the_end_goes_back_when_nothing_is_left(
    stripe, session_of, team_order, paid_cohort, at
):
    end_then_pay(stripe, session_of, team_order, at)
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=6)
    for _twice in range(2):
        assert reconcile(team_order, now=at(60)).status == OrderStatus.REFUND_DUE
    assert team_order.refunds.count() == 1
    settle_everything()
    settle_everything()
    assert len(stripe.objects.of_kind("refund")) == 1
    assert reconcile(team_order, now=at(61)).status == OrderStatus.REFUNDED
    kinds = list(team_order.ledger.order_by("at", "kind").values_list("kind", "amount_minor"))
    assert kinds == [(LedgerEntry.PAID, 66_500), (LedgerEntry.REFUNDED, -66_500)]
    assert states(team_order) == {PlaceState.RELEASED}


def test_a_refund_that_stripe_accepted_in_silence_is_sent_once(
    stripe, session_of, team_order, paid_cohort, at
):
    end_then_pay(stripe, session_of, team_order, at)
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=6)
    reconcile(team_order, now=at(60))
    stripe.fault("refunds", "accept, then silence", method="POST")
    settle_everything()
    Effect.objects.filter(state=Effect.OWED).update(not_before=NOON)
    stripe.saved.clear()  # the keys are forgotten after a day
    settle_everything()
    assert len(stripe.objects.of_kind("refund")) == 1
    assert team_order.refunds.get().state == "sent"


def test_paying_twice_keeps_the_first_and_sends_the_second_back(
    stripe, session_of, team_order, paid_cohort, at
):
    first = session_of(team_order)
    payment = team_order.payments.get()
    payment.status = card.REFUSED  # as if we had lost it
    payment.save()
    second = session_of(team_order, now=at(3))
    assert first != second
    stripe.objects.pay(first)
    stripe.objects.pay(second)
    assert reconcile(team_order, now=at(5)).status == OrderStatus.PAID
    settle_everything()
    assert reconcile(team_order, now=at(6)).status == OrderStatus.PAID
    (refund,) = stripe.objects.of_kind("refund")
    intent = stripe.objects.find(second, "checkout.session")["payment_intent"]
    assert refund["payment_intent"] == intent
    assert states(team_order) == {PlaceState.AVAILABLE}


@pytest.mark.parametrize(
    "tampered",
    [{"amount_total": 1}, {"currency": "usd"}, {"line_items": {"data": [{"quantity": 1}]}}],
)
def test_what_differs_waits_for_a_person(stripe, session_of, team_order, tampered):
    session = session_of(team_order)
    stripe.objects.find(session, "checkout.session").update(tampered)
    stripe.objects.pay(session)
    for _twice in range(2):
        assert reconcile(team_order, now=NOON).status == OrderStatus.QUARANTINE
    assert states(team_order) == {PlaceState.RESERVED}
    assert team_order.ledger.count() == 1


def test_a_slow_method_waits_and_then_pays_or_fails(
    stripe, session_of, team_order, cyn, paid_cohort
):
    other = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    pays, fails = session_of(team_order), session_of(other)
    for session, order in ((pays, team_order), (fails, other)):
        stripe.objects.pay(session, slowly=True)
        assert reconcile(order, now=NOON).status == OrderStatus.PROCESSING
        assert states(order) == {PlaceState.RESERVED}
    assert jobs.end_holds(NOON + timedelta(days=5)) == 0
    stripe.objects.slow_payment(pays, succeeds=True)
    stripe.objects.slow_payment(fails, succeeds=False)
    assert reconcile(team_order, now=NOON).status == OrderStatus.PAID
    assert reconcile(other, now=NOON).status == OrderStatus.FAILED
    assert states(other) == {PlaceState.RELEASED}
    assert Effect.objects.filter(dedupe_key=f"order:{other.pk}:failed").exists()


@pytest.fixture
def odd(stripe, session_of, team_order):
    """Pay the order's page after something about it was changed."""

    def pay(**changed):
        session = session_of(team_order)
        stripe.objects.find(session, "checkout.session").update(changed)
        stripe.objects.pay(session)
        return reconcile(team_order, now=NOON)

    return pay


def test_a_person_may_say_that_it_is_right(odd, root, paid_cohort):
    order = odd(line_items={"data": [{"quantity": 1}]})
    assert [deciding.accept_money(order, by=root, now=NOON) for _twice in range(2)] == [True, False]
    for _twice in range(2):
        assert reconcile(order, now=NOON).status == OrderStatus.PAID
    assert room(paid_cohort) == (1, 6, 1)
    assert order.documents.filter(kind="receipt").count() == 1
    assert Entry.objects.filter(action="order.paid", actor=str(root.pk)).exists()


@pytest.mark.parametrize("amount", [60_000, 70_000])
def test_another_sum_can_only_go_back(stripe, odd, root, paid_cohort, amount):
    order = odd(amount_total=amount)
    assert not deciding.accept_money(order, by=root, now=NOON)
    did = [deciding.return_money(order, by=root, now=NOON) for _twice in range(2)]
    assert did == [True, False]
    settle_everything()
    assert [r["amount"] for r in stripe.objects.of_kind("refund")] == [amount]
    assert reconcile(order, now=NOON).status == OrderStatus.REFUNDED
    assert room(paid_cohort) == (0, 0, 0)


def test_staff_decide_about_it_at_their_desk(stripe, odd, root, paid_cohort):
    order = odd(amount_total=60_000)
    desk = at_the_desk(root)
    page = desk.get(reverse("staff_order", args=[order.pk])).content.decode()
    assert "Send the money back" in page
    assert "Take it as paid" not in page
    desk.post(act(order, "accept"))
    assert reconcile(order, now=NOON).status == OrderStatus.QUARANTINE
    desk.post(act(order, "return"))
    settle_everything()
    assert reconcile(order, now=NOON).status == OrderStatus.REFUNDED
