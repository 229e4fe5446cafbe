"""One short journey in Stripe's own test mode, for whoever has a key for it.

STRIPE_TEST_SECRET_KEY=rk_test_… python -m pytest tests/stripe/test_real.py
"""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from course.places import gateway, stripe_lists
from course.places.stripe_facts import Line

KEY = os.environ.get("STRIPE_TEST_SECRET_KEY", "")
pytestmark = pytest.mark.skipif(
    not KEY.startswith(("sk_test_", "rk_test_")),
    reason="STRIPE_TEST_SECRET_KEY is not set, so Stripe's test mode is left alone",
)
LINES = [Line("Place in “A smoke test”", 9_500, 2)]


@pytest.fixture
def order_id(settings) -> str:
    settings.SELLING = settings.SELLING | {"stripe_key": KEY, "stripe_address": ""}
    return str(uuid4())


def test_a_page_to_pay_on_opens_once_and_closes(order_id):
    until = timezone.now() + timedelta(minutes=45)
    facts = {"order_id": order_id, "lines": LINES, "currency": "GBP", "po_number": "PO 1"}
    facts |= {"email": "buyer@example.org", "key": f"order:{order_id}:session:1"}
    facts |= {"success_url": "https://example.org/", "cancel_url": "https://example.org/"}
    first, second = (gateway.open_session(expires_at=until, **facts) for _twice in range(2))
    assert first.id == second.id
    assert (first.amount_minor, first.quantity, first.livemode) == (19_000, 2, False)
    gateway.end_session(first.id)
    assert gateway.find_session(first.id).status == "expired"


def test_an_invoice_is_made_and_voided(order_id):
    key = f"order:{order_id}:invoice:1"
    billing = {"name": "Northmoor Trust", "email": "buyer@example.org", "address": "1 Quiet Lane"}
    draft = gateway.draft_invoice(key=key, order_id=order_id, billing=billing, fields={})
    gateway.add_lines(draft, key=key, lines=LINES, currency="GBP")
    found = gateway.finalise_invoice(draft, key=key)
    assert (found.status, found.amount_minor, found.order_id) == ("open", 19_000, order_id)
    gateway.void_invoice(draft)
    assert gateway.find_invoice(draft).status == "void"


def test_lists_can_be_read(order_id):
    lately = timezone.now() - timedelta(hours=1)
    for listed in (stripe_lists.charges_since, stripe_lists.refunds_since):
        assert all(one.id for one in listed(lately))
    assert any(event.id for event in stripe_lists.events_since(lately))
