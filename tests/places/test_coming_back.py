"""Back from Stripe's page: what is shown is what Stripe says, never the address."""

import pytest

from course.places.models import Order
from course.places.states import OrderStatus
from tests.cast import person, signed_in

pytestmark = pytest.mark.django_db


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def come_back(order: Order, client, session: str | None):
    query = {} if session is None else {"session_id": session}
    return client.get(f"/orders/{order.pk}/return/", query)


def test_a_forged_address_gives_nothing(stripe, session_of, team_order, max):
    session = session_of(team_order)
    client = signed_in(max)
    assert come_back(team_order, client, "cs_test_forged").status_code == 404
    answer = come_back(team_order, client, session)
    assert b"Checking your payment" in answer.content
    assert b"no need to pay again" in answer.content
    assert fresh(team_order).status == OrderStatus.AWAITING_PAYMENT
    assert fresh(team_order).fulfilled_at is None


def test_nobody_else_comes_back_to_it(stripe, session_of, team_order, cyn):
    session = session_of(team_order)
    assert come_back(team_order, signed_in(cyn), session).status_code == 404
    other = signed_in(person("dee"))
    assert come_back(team_order, other, None).status_code == 404


def test_coming_back_paid_before_any_message_from_stripe(stripe, session_of, team_order, max):
    session = session_of(team_order)
    stripe.objects.pay(session)
    answer = come_back(team_order, signed_in(max), session)
    assert b"All is settled" in answer.content
    assert fresh(team_order).status == OrderStatus.PAID
    jobs_after = len(stripe.asked(f"checkout/sessions/{session}", "GET"))
    come_back(team_order, signed_in(max), session)  # at once: Stripe is not asked again
    assert len(stripe.asked(f"checkout/sessions/{session}", "GET")) == jobs_after


def test_coming_back_unpaid_offers_the_same_page(stripe, session_of, team_order, max):
    session_of(team_order)
    answer = come_back(team_order, signed_in(max), None)
    assert b"You have not paid yet" in answer.content
    assert team_order.payments.get().url.encode() in answer.content


def test_coming_back_while_stripe_is_silent(stripe, session_of, team_order, max):
    session = session_of(team_order)
    stripe.fault(f"checkout/sessions/{session}", "500")
    answer = come_back(team_order, signed_in(max), session)
    assert b"does not answer just now" in answer.content


def test_the_page_looks_by_itself_in_words(stripe, session_of, team_order, max):
    session = session_of(team_order)
    stripe.objects.pay(session)
    client = signed_in(max, headers={"Accept": "application/json"})
    said = come_back(team_order, client, session).json()
    words = {"title": "Paid", "words": "All is settled. Thank you."}
    assert said == words | {"status": "paid"}
