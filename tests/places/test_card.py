"""Paying by card: one page for one order, at its own price, and room kept for its life."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from course.cohorts.models import Cohort
from course.places import buying, card, gateway, jobs
from course.places.models import Discount, Order
from course.places.reconciling import reconcile
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def room(cohort: Cohort) -> tuple[int, int, int]:
    cohort.refresh_from_db()
    return cohort.held, cohort.sold, cohort.bursaries


def states(order: Order) -> set[str]:
    return set(order.places.values_list("state", flat=True))


def test_the_page_is_built_from_the_order_alone(stripe, team_order, paid_cohort, settings):
    settings.SITE_URL = "https://course.example.org"
    Cohort.objects.filter(pk=paid_cohort.pk).update(team_price_minor=1)
    Order.objects.filter(pk=team_order.pk).update(po_number="PO 7")
    address = card.choose_card(fresh(team_order), now=NOON)
    assert address.startswith("https://checkout.stripe.com/")
    (asked,) = stripe.asked("checkout/sessions")
    order = str(team_order.pk)
    assert asked.key == f"order:{order}:session:1"
    assert asked.version == gateway.API_VERSION
    assert asked.params == {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": "gbp",
                    "unit_amount": "9500",
                    "product_data": {"name": "Place in “Spring group”"},
                },
                "quantity": "7",
                "adjustable_quantity": {"enabled": "false"},
            }
        ],
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": "false"},
        "allow_promotion_codes": "false",
        "automatic_tax": {"enabled": "false"},
        "tax_id_collection": {"enabled": "true"},
        "invoice_creation": {
            "enabled": "true",
            "invoice_data": {
                "metadata": {"order": order},
                "custom_fields": [{"name": "PO number", "value": "PO 7"}],
            },
        },
        "customer_email": "invoices@northmoor.example.org",
        "client_reference_id": order,
        "metadata": {"order": order},
        "payment_intent_data": {"metadata": {"order": order}},
        "expires_at": str(int((NOON + timedelta(minutes=32)).timestamp())),
        "success_url": f"https://course.example.org/orders/{order}/return/"
        "?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": f"https://course.example.org/orders/{order}/return/",
        "expand": ["line_items"],
    }


@pytest.mark.parametrize("tax", [0, 2000, 550])
@pytest.mark.parametrize("percent", [0, 7, 15, 33])
def test_lines_add_up_to_the_penny(
    stripe, session_of, max, organisation, paid_cohort, settings, tax, percent
):
    settings.SELLING = settings.SELLING | {"tax_rate": tax}
    Discount.objects.create(code="SOME", kind=Discount.PERCENT, value=percent)
    order = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=7, code="SOME", now=NOON
    )
    session = session_of(order)
    assert gateway.find_session(session).amount_minor == order.total_minor
    stripe.objects.pay(session)
    assert reconcile(order, now=NOON).status == OrderStatus.PAID


@pytest.mark.parametrize("currency", ["JPY", "KWD", "EUR"])
def test_minor_units_are_those_of_the_currency(
    stripe, session_of, max, organisation, paid_cohort, currency
):
    Cohort.objects.filter(pk=paid_cohort.pk).update(currency=currency)
    paid_cohort.refresh_from_db()
    order = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=2, now=NOON
    )
    stripe.objects.pay(session_of(order))
    assert reconcile(order, now=NOON).status == OrderStatus.PAID
    assert order.ledger.get().currency == currency


def test_pressing_again_leads_to_the_same_page(stripe, team_order, paid_cohort):
    pages = {card.choose_card(team_order, now=NOON) for _press in range(3)}
    assert len(pages) == 1
    assert len(stripe.asked("checkout/sessions")) == 1
    assert room(paid_cohort) == (7, 0, 0)


def test_a_cut_after_stripe_accepted_leaves_one_page(stripe, team_order):
    stripe.fault("checkout/sessions", "accept, then silence")
    with pytest.raises(gateway.Unreachable):
        card.choose_card(team_order, now=NOON)
    assert fresh(team_order).status == OrderStatus.AWAITING_PAYMENT
    assert card.choose_card(team_order, now=NOON + timedelta(minutes=5))
    assert len(stripe.objects.of_kind("checkout.session")) == 1
    assert {r.key for r in stripe.asked("checkout/sessions")} == {
        f"order:{team_order.pk}:session:1"
    }


def test_500_and_then_well(stripe, team_order):
    stripe.fault("checkout/sessions", "500", times=2)
    for _twice in range(2):
        with pytest.raises(gateway.Unreachable):
            card.choose_card(team_order, now=NOON)
    assert card.choose_card(team_order, now=NOON)
    assert len(stripe.objects.of_kind("checkout.session")) == 1


def test_a_key_that_came_too_late_gives_way_to_the_next(stripe, team_order, at):
    """Nothing reached Stripe for half an hour: the page asked for would close too soon."""
    stripe.fault("checkout/sessions", "500")
    with pytest.raises(gateway.Unreachable):
        card.choose_card(team_order, now=NOON)
    assert card.choose_card(team_order, now=at(20))
    keys = [r.key.rsplit(":", 1)[1] for r in stripe.asked("checkout/sessions")]
    assert keys == ["1", "1", "2"]
    assert fresh(team_order).valid_until == NOON + timedelta(minutes=20 + 32 + 15)


def test_what_stripe_will_not_take_is_said_and_ends_by_itself(
    stripe, team_order, paid_cohort, settings, at
):
    settings.SELLING = settings.SELLING | {"payment_methods": ["cards"]}
    with pytest.raises(gateway.Refused):
        card.choose_card(team_order, now=NOON)
    assert len(stripe.asked("checkout/sessions")) == card.TRIES
    jobs.end_holds(at(60))
    assert fresh(team_order).status == OrderStatus.EXPIRED
    assert room(paid_cohort) == (0, 0, 0)


def test_a_free_order_an_ended_group_and_a_paid_order_have_no_page(
    stripe, session_of, team_order, paid_cohort
):
    with pytest.raises(card.NotPayable):
        card.choose_card(team_order, now=NOON + timedelta(days=900))
    stripe.objects.pay(session_of(team_order))
    with pytest.raises(card.NotPayable):
        card.choose_card(team_order, now=NOON)
    assert fresh(team_order).status == OrderStatus.PAID


def test_paid_in_the_last_second(stripe, session_of, team_order, paid_cohort, at):
    session = session_of(team_order)
    at(31.9)
    stripe.objects.pay(session)
    jobs.end_holds(at(48))
    assert fresh(team_order).status == OrderStatus.PAID
    assert room(paid_cohort) == (1, 6, 1)


def test_a_lost_expiry_event(stripe, session_of, team_order, paid_cohort, at):
    """No event ever comes: the clock asks Stripe, and only then lets go."""
    session_of(team_order)
    assert jobs.end_holds(at(46)) == 0
    assert room(paid_cohort) == (7, 0, 0)
    assert jobs.end_holds(at(48)) == 1
    assert fresh(team_order).status == OrderStatus.EXPIRED
    assert room(paid_cohort) == (0, 0, 0)
    assert states(team_order) == {PlaceState.RELEASED}


def test_nothing_is_let_go_while_stripe_does_not_answer(stripe, session_of, team_order, at):
    session = session_of(team_order)
    stripe.fault(f"checkout/sessions/{session}", "500")
    assert jobs.end_holds(at(48)) == 0
    assert fresh(team_order).status == OrderStatus.AWAITING_PAYMENT


def test_an_open_page_is_closed_before_the_room_is_let_go(stripe, session_of, team_order, at):
    session = session_of(team_order)
    later = at(1)  # Stripe's clock is far behind ours
    jobs.end_holds(later + timedelta(hours=1))
    assert stripe.objects.find(session, "checkout.session")["status"] == "expired"
    assert fresh(team_order).status == OrderStatus.EXPIRED


def test_a_hold_whose_page_was_never_opened_ends(stripe, team_order, paid_cohort, at):
    stripe.fault("checkout/sessions", "500")
    with pytest.raises(gateway.Unreachable):
        card.choose_card(team_order, now=NOON)
    jobs.end_holds(at(48))
    assert fresh(team_order).status == OrderStatus.EXPIRED
    assert room(paid_cohort) == (0, 0, 0)


def test_two_fingers_at_once(stripe, team_order):
    """The same key from two sides is one session (real threads are in tests/faults)."""
    keys = [f"order:{team_order.pk}:session:1"] * 8
    with ThreadPoolExecutor(8) as fingers:
        made = list(
            fingers.map(
                lambda key: (
                    gateway.open_session(
                        key=key,
                        order_id=str(team_order.pk),
                        lines=[gateway.facts.Line("Place", 9500, 7)],
                        currency="GBP",
                        email="a@example.org",
                        po_number="",
                        expires_at=NOON + timedelta(minutes=40),
                        success_url="http://x/",
                        cancel_url="http://x/",
                    ).id
                ),
                keys,
            )
        )
    assert len(set(made)) == 1
