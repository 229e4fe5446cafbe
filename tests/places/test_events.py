"""Stripe's messages after they were handled: how long they are kept, and in which version."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from course.places import attention, checks, gateway, jobs
from course.places.models import Order, StripeEvent
from course.places.states import OrderStatus
from course.places.stripe_facts import read_event
from tests.cast import NOON, settle_everything, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OTHER = "2025-04-30.basil"


def kept(event_id: str, *, about: str = "", state: str = "done", days: int = 91) -> StripeEvent:
    return StripeEvent.objects.create(
        event_id=event_id,
        type="charge.refunded",
        object_id=about,
        livemode=False,
        created=NOON,
        received_at=NOON - days * DAY,
        state=state,
    )


def left() -> set[str]:
    return set(StripeEvent.objects.values_list("event_id", flat=True))


def test_what_was_handled_long_ago_goes(db, settings):
    kept("old")
    kept("other mode", state=StripeEvent.DEAD)
    kept("lately", days=89)
    kept("waits", state=StripeEvent.NEW)
    assert jobs.forget_old_events(NOON) == 2
    assert jobs.forget_old_events(NOON) == 0
    assert left() == {"lately", "waits"}
    settings.SELLING = settings.SELLING | {"stripe_event_days": 1}  # less than Stripe itself keeps
    assert jobs.forget_old_events(NOON - 60 * DAY) == 0


def test_the_story_of_an_order_that_is_not_settled_stays(paid_by_card):
    StripeEvent.objects.all().delete()
    payment = paid_by_card.payments.get()
    for about in (payment.object_id, payment.intent_id):
        kept(f"about {about}", about=about)
    Order.objects.update(status=OrderStatus.REFUND_DUE)
    assert jobs.forget_old_events(NOON) == 0
    Order.objects.update(status=OrderStatus.PAID)
    assert jobs.forget_old_events(NOON) == 2


def test_another_version_is_handled_and_shown_until_a_message_comes_in_ours(
    stripe, session_of, team_order, fay
):
    stripe.objects.pay(session_of(team_order))
    first, second = (read_event(event) for event in stripe.objects.events[-2:])
    jobs.take_in(replace(first, api_version=OTHER), now=NOON)
    settle_everything()
    team_order.refresh_from_db()
    assert team_order.status == OrderStatus.PAID
    client, page = signed_in(fay), reverse("staff_orders")
    words = client.get(page).content.decode()
    assert f"messages come in version {OTHER}" in words
    assert f"endpoint at Stripe to {gateway.API_VERSION}" in words
    (warning,) = checks.stripe_messages_agree(databases=["default"])
    assert OTHER in warning.msg
    assert checks.stripe_messages_agree() == []
    jobs.take_in(second, now=NOON + DAY)
    assert attention.other_version() == ""
    assert "come in version" not in client.get(page).content.decode()
    assert checks.stripe_messages_agree(databases=["default"]) == []


def test_a_list_says_nothing_about_the_endpoint(stripe, session_of, team_order):
    """Stripe lists events in the account's own version, whatever the endpoint is set to."""
    stripe.objects.pay(session_of(team_order))
    for event in stripe.objects.events:
        event["api_version"] = OTHER
    jobs.look_at_everything(NOON)
    assert StripeEvent.objects.count() == 2
    assert attention.other_version() == ""


def test_the_check_says_nothing_without_a_key(db):
    call_command("check", database=["default"])
    assert checks.stripe_messages_agree(databases=["default"]) == []
