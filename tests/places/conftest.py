"""A Stripe of our own, and what a payer does there."""

from datetime import UTC, datetime, timedelta

import pytest

from course.people import roles
from course.people.models import User
from course.places import buying, card
from course.places.models import Order
from course.places.reconciling import reconcile
from tests.cast import NOON, person, with_second_factor
from tests.stripe.server import KEY, SECRET, FakeStripe


@pytest.fixture
def fay(db) -> User:
    """Looks after the books."""
    fay = with_second_factor(person("fay"))
    fay.groups.add(roles.finance())
    return fay


@pytest.fixture
def stripe(settings):
    """The site with test keys, and its clock at noon."""
    with FakeStripe() as fake:
        fake.objects.seconds = lambda: int(NOON.timestamp())
        settings.SELLING = settings.SELLING | {
            "stripe_key": KEY,
            "stripe_webhook_secret": SECRET,
            "stripe_address": fake.address,
        }
        yield fake


@pytest.fixture
def team_order(max, organisation, paid_cohort) -> Order:
    """Six places for a team and one bursary: 665 pounds."""
    return buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=6, bursaries=1, now=NOON
    )


@pytest.fixture
def session_of(stripe):
    """Choose card for an order; returns the id of the page that was opened."""

    def choose(order: Order, *, now: datetime | None = None) -> str:
        now = now or datetime.fromtimestamp(stripe.objects.seconds(), UTC)
        card.choose_card(order, now=now)
        return order.payments.latest("created_at").object_id

    return choose


@pytest.fixture
def at(stripe):
    """Let Stripe's clock show some minutes after noon; returns that moment."""

    def move(minutes: float) -> datetime:
        moment = NOON + timedelta(minutes=minutes)
        stripe.objects.seconds = lambda: int(moment.timestamp())
        stripe.objects.let_time_pass()
        return moment

    return move


@pytest.fixture
def paid_by_card(stripe, session_of, team_order) -> Order:
    """The team's order, paid on Stripe's page and known to be."""
    stripe.objects.pay(session_of(team_order))
    return reconcile(team_order, now=NOON)
