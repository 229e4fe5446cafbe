"""Whatever comes, in whatever order, as often as it likes: the end is what Stripe has."""

import itertools
import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.audit.models import Entry
from course.outbox.models import Effect
from course.places import books, buying, jobs, reconciling, refunding
from course.places.accounting import worth
from course.places.models import Invitation, LedgerEntry, Order, Refund, StripeEvent
from course.places.reconciling import reconcile
from course.places.states import OrderStatus, PlaceState
from course.places.stripe_facts import read_event
from tests.cast import NOON, settle_everything
from tests.stripe.objects import Objects

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_add_up(db):
    """After each of these, whatever came."""
    yield
    assert list(books.breaches()) == []


SIX = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "payment_intent.succeeded",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
)


def room(order: Order) -> tuple[int, int, int]:
    order.cohort.refresh_from_db()
    return order.cohort.held, order.cohort.sold, order.cohort.bursaries


def end_of(order: Order) -> tuple:
    """All of an order's state, for comparing."""
    order = Order.objects.get(pk=order.pk)
    ledger = order.ledger.order_by("kind", "amount_minor").values_list("kind", "amount_minor")
    places = sorted(order.places.values_list("state", flat=True))
    receipts = order.documents.filter(kind="receipt").count()
    return order.status, list(ledger), places, room(order), receipts, order.refunds.count()


def oracle(refunded: int, *, won: bool) -> tuple:
    """What must be in the end, worked out from the facts alone: 665 pounds, six places, one
    bursary; some of it refunded by hand, and the bank asks for the rest."""
    rest = 66_500 - refunded
    ledger = [("disputed", -rest), ("paid", 66_500), ("refunded", -refunded)]
    if won:
        ledger = [("dispute_won", rest), *ledger]
        return OrderStatus.PARTLY_REFUNDED, sorted(ledger), ["available"] * 6, (1, 6, 1), 1, 1
    return OrderStatus.REFUNDED, sorted(ledger), ["revoked"] * 6, (0, 0, 0), 1, 1


class Story:
    """The same facts at Stripe every time; their events kept by type."""

    def __init__(self, stripe, session: str, refunded: int, won: bool) -> None:
        self.objects, self.session, self.refunded, self.won = stripe, session, refunded, won
        self.steps = [self.pay, self.arrive, self.refund, self.dispute, self.close]

    def pay(self) -> None:
        self.objects.pay(self.session, slowly=True)

    def arrive(self) -> None:
        self.objects.slow_payment(self.session, succeeds=True)

    @property
    def intent(self) -> str:
        return self.objects.find(self.session, "checkout.session")["payment_intent"]

    def refund(self) -> None:
        self.objects.refund(self.intent, self.refunded)

    def dispute(self) -> None:
        self.disputed = self.objects.dispute(self.intent, 66_500 - self.refunded)["id"]

    def close(self) -> None:
        self.objects.close_dispute(self.disputed, won=self.won)

    def event(self, type_: str) -> dict | None:
        return next((e for e in self.objects.events if e["type"] == type_), None)


def deliver(event: dict) -> None:
    """As the webhook and its job do it."""
    facts = read_event(event)
    jobs.take_in(facts, now=NOON)
    jobs.look_at(event=facts.id)


def clean(stripe) -> Objects:
    stripe.objects = Objects()
    stripe.objects.seconds = lambda: int(NOON.timestamp())
    stripe.saved.clear()
    stripe.requests.clear()
    return stripe.objects


def told_all_at_once(stripe, team_order, session_of, order: tuple, chance, won: bool) -> tuple:
    """Everything had happened before the first message came; each comes one to three times."""
    refunded = chance.choice([9_500, 30_000])
    with transaction.atomic():
        objects = clean(stripe)
        story = Story(objects, session_of(team_order), refunded, won)
        for step in story.steps:
            step()
        queue = [kind for kind in order for _copy in range(chance.choice([1, 1, 2, 3]))]
        for kind in queue:
            deliver(story.event(kind))
        end = end_of(team_order)
        transaction.set_rollback(True)
    return end, oracle(refunded, won=won)


def told_as_it_goes(stripe, team_order, session_of, order: tuple, chance, won: bool) -> tuple:
    """Facts and messages interleaved: a message comes some time after its fact, in this order
    among those that are out, and perhaps again much later."""
    refunded = chance.choice([9_500, 30_000])
    with transaction.atomic():
        objects = clean(stripe)
        story = Story(objects, session_of(team_order), refunded, won)
        waiting, steps = list(order), list(story.steps)
        while waiting:
            out = [kind for kind in waiting if story.event(kind)]
            if steps and (not out or chance.random() < 0.5):
                steps.pop(0)()
            elif out:
                waiting.remove(out[0])
                for _copy in range(chance.choice([1, 2])):
                    deliver(story.event(out[0]))
        seen_before = [kind for kind in SIX if chance.random() < 0.3]
        for kind in seen_before:
            deliver(story.event(kind))
        end = end_of(team_order)
        transaction.set_rollback(True)
    return end, oracle(refunded, won=won)


ROADS = [told_all_at_once, told_as_it_goes]


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(order=st.permutations(SIX), seed=st.integers(0, 9999), won=st.booleans())
@pytest.mark.parametrize("road", ROADS)
def test_any_order_of_six_events_ends_the_same(
    stripe, team_order, session_of, road, order, seed, won
):
    end, expected = road(stripe, team_order, session_of, order, random.Random(seed), won)
    assert end == expected


@pytest.mark.soak
@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("road", ROADS)
def test_all_720_orders_of_six_events_end_the_same(stripe, team_order, session_of, road, won):
    chance = random.Random(7)
    for number, order in enumerate(itertools.permutations(SIX)):
        end, expected = road(stripe, team_order, session_of, order, chance, won)
        assert end == expected, (number, order)
    assert number == 719


# --- One thing at a time ---------------------------------------------------------------------------


@pytest.fixture
def paid(stripe, session_of, team_order):
    stripe.objects.pay(session_of(team_order))
    return reconcile(team_order, now=NOON)


def intent_of(order: Order) -> str:
    return order.payments.get().intent_id


def states(order: Order) -> list[str]:
    return list(order.places.order_by("seq").values_list("state", flat=True))


def test_twenty_looks_are_one(paid):
    for _n in range(20):
        reconcile(paid, now=NOON)
    assert end_of(paid)[:5] == (
        OrderStatus.PAID,
        [("paid", 66_500)],
        ["available"] * 6,
        (1, 6, 1),
        1,
    )
    assert Entry.objects.filter(action="order.paid").count() == 1


def test_two_equal_refunds_by_hand_are_two(stripe, paid):
    for _two in range(2):
        stripe.objects.refund(intent_of(paid), 9_500)
    for _twice in range(2):
        assert reconcile(paid, now=NOON).status == OrderStatus.PARTLY_REFUNDED
    assert worth(paid) == 66_500 - 19_000
    assert paid.refunds.filter(state=Refund.DONE).count() == 2
    assert states(paid) == [PlaceState.AVAILABLE] * 6  # by hand: a person decides on places


def test_a_whole_refund_by_hand_takes_what_nobody_started(stripe, paid, cyn):
    buying.take(paid.places.first(), user=cyn, now=NOON)
    paid.places.filter(holder=cyn).update(state=PlaceState.STARTED)
    stripe.objects.refund(intent_of(paid), 66_500)
    assert reconcile(paid, now=NOON).status == OrderStatus.REFUNDED
    assert sorted(states(paid)) == [PlaceState.REVOKED] * 5 + [PlaceState.STARTED]
    assert room(paid) == (0, 1, 0)


def test_a_refund_agreed_here_is_sent_once_and_written_once(stripe, paid, max):
    refund = refunding.ask_refund(paid, places=2, by=max, now=NOON)
    assert states(paid).count(PlaceState.REVOKED) == 2
    settle_everything()
    (sent,) = stripe.objects.of_kind("refund")
    assert (sent["amount"], sent["metadata"]["refund"]) == (19_000, str(refund.pk))
    for _twice in range(2):
        assert reconcile(paid, now=NOON).status == OrderStatus.PARTLY_REFUNDED
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref) == (Refund.DONE, sent["id"])
    assert paid.ledger.filter(kind=LedgerEntry.REFUNDED).count() == 1
    assert Effect.objects.filter(dedupe_key=f"refund:{refund.pk}:letter").count() == 1


def test_a_refund_that_its_bank_sends_back(stripe, paid):
    refund = stripe.objects.refund(intent_of(paid), 66_500)
    assert reconcile(paid, now=NOON).status == OrderStatus.REFUNDED
    stripe.objects.refund_fails(refund["id"])
    for _twice in range(2):
        assert reconcile(paid, now=NOON).status == OrderStatus.REFUND_DUE
    assert worth(paid) == 66_500
    assert Entry.objects.filter(action="refund.failed", result="look").count() == 1
    stripe.objects.refund(intent_of(paid), 66_500)  # a person tries another way
    assert reconcile(paid, now=NOON).status == OrderStatus.REFUNDED
    assert worth(paid) == 0


def test_a_refund_that_stripe_refuses_is_with_us_still(stripe, paid, max):
    refund = refunding.ask_refund(paid, places=1, by=max, now=NOON)
    stripe.objects.refund(intent_of(paid), 66_500 - 100)  # by hand meanwhile
    settle_everything()
    refund.refresh_from_db()
    assert refund.state == Refund.FAILED
    reconcile(paid, now=NOON)
    assert worth(paid) == 100


def test_an_inquiry_takes_nothing(stripe, paid):
    stripe.objects.dispute(intent_of(paid), 66_500, inquiry=True)
    assert reconcile(paid, now=NOON).status == OrderStatus.PAID
    assert states(paid) == [PlaceState.AVAILABLE] * 6
    assert Entry.objects.filter(action="dispute.inquiry", result="look").exists()


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_rests_free_places_and_leaves_those_in_use(stripe, paid, cyn, bea, max, won):
    invited, taken, started = paid.places.order_by("seq")[:3]
    paid.places.filter(pk=invited.pk).update(state=PlaceState.INVITED)
    Invitation.objects.create(
        place=invited,
        email="x@example.org",
        token_hash="x",
        invited_by=max,
        invited_at=NOON,
        expires_at=NOON,
    )
    buying.take(taken, user=cyn, now=NOON)
    buying.take(started, user=bea, now=NOON)
    paid.places.filter(pk=started.pk).update(state=PlaceState.STARTED)
    dispute = stripe.objects.dispute(intent_of(paid), 66_500)
    for _twice in range(2):
        assert reconcile(paid, now=NOON).status == OrderStatus.DISPUTED
    resting = [PlaceState.FROZEN, PlaceState.ACCEPTED, PlaceState.STARTED]
    assert states(paid) == resting + [PlaceState.FROZEN] * 3
    stripe.objects.close_dispute(dispute["id"], won=won)
    for _twice in range(2):
        order = reconcile(paid, now=NOON)
    if won:
        assert order.status == OrderStatus.PAID
        before = [PlaceState.INVITED, PlaceState.ACCEPTED, PlaceState.STARTED]
        assert states(paid) == before + [PlaceState.AVAILABLE] * 3
    else:
        assert order.status == OrderStatus.REFUNDED
        gone = [PlaceState.REVOKED]
        assert states(paid) == gone * 2 + [PlaceState.STARTED] + gone * 3
        assert room(paid) == (0, 1, 0)


def test_who_looked_first_but_writes_last_looks_again(stripe, paid, monkeypatch):
    """One looks while a dispute is open, another when it was won and writes; the first must
    not bring the dispute back."""
    dispute = stripe.objects.dispute(intent_of(paid), 66_500)
    reconcile(paid, now=NOON)
    whole, looks = reconciling.look, []

    def slow_look(order: Order) -> list:
        seen = whole(order)
        looks.append(len(looks))
        if len(looks) == 1:  # while it is on its way back, everything moves on
            stripe.objects.close_dispute(dispute["id"], won=True)
            reconcile(order, now=NOON)
        return seen

    monkeypatch.setattr(reconciling, "look", slow_look)
    assert reconcile(paid, now=NOON).status == OrderStatus.PAID
    assert len(looks) == 3


def test_it_gives_up_when_others_never_stop(stripe, paid, monkeypatch):
    whole = reconciling.look

    def busy_look(order: Order) -> list:
        seen = whole(order)
        Order.objects.filter(pk=order.pk).update(looks=reconciling.F("looks") + 1)
        return seen

    monkeypatch.setattr(reconciling, "look", busy_look)
    with pytest.raises(reconciling.LookAgain):
        reconcile(paid, now=NOON)


def test_the_night_finds_what_nobody_told(stripe, paid):
    """A dispute of a paid order, and its messages never came: Stripe's own list has them."""
    StripeEvent.objects.all().delete()
    stripe.objects.dispute(intent_of(paid), 66_500)
    jobs.look_at_everything(NOON)
    for event in StripeEvent.objects.values_list("event_id", flat=True):
        jobs.look_at(event=event)
    assert Order.objects.get(pk=paid.pk).status == OrderStatus.DISPUTED
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {StripeEvent.DONE}


def test_someone_who_buys_for_themselves_is_in_at_once(stripe, session_of, cyn, paid_cohort):
    order = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    stripe.objects.pay(session_of(order))
    reconcile(order, now=NOON)
    place = order.places.get()
    assert (place.state, place.holder) == (PlaceState.ACCEPTED, cyn)
    stripe.objects.refund(intent_of(order), 12_000)
    assert reconcile(order, now=NOON).status == OrderStatus.REFUNDED
    assert not cyn.enrolments.current().exists()
