"""The fake itself: it refuses what the SDK's types refuse, and each fault does what it says."""

import random
import time

import pytest
import stripe as sdk

from tests.stripe.server import KEY, SECRET, FakeStripe

LINE = {"price_data": {"currency": "gbp", "unit_amount": 9500, "product_data": {"name": "Place"}}}
ORDER = {
    "mode": "payment",
    "line_items": [LINE | {"quantity": 2}],
    "success_url": "https://example.org/",
    "metadata": {"order": "7"},
}


@pytest.fixture
def fake():
    with FakeStripe() as fake:
        yield fake


@pytest.fixture
def client(fake):
    return sdk.StripeClient(KEY, base_addresses={"api": fake.address}, max_network_retries=0)


def open_session(client, key: str = "", **changed):
    return client.v1.checkout.sessions.create(
        params=ORDER | changed, options={"idempotency_key": key} if key else {}
    )


def test_it_keeps_what_was_made(client):
    made = open_session(client)
    found = client.v1.checkout.sessions.retrieve(made.id, params={"expand": ["line_items"]})
    assert (found.amount_total, found.line_items.data[0].quantity) == (19_000, 2)
    assert (found.status, found.payment_status) == ("open", "unpaid")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"tax_id_collection": {"enable": True}}, "tax_id_collection.enable: unknown"),
        ({"tax_id_collection": {}, "invoice_creation": {"enabled": "yes"}}, "enabled"),
        ({"payment_method_types": ["card"]}, "payment_method_types: unknown"),
        ({"mode": "pay"}, "mode"),
        ({"allowed_payment_method_types": ["cards"]}, "allowed_payment_method_types"),
        ({"line_items": [{"quantity": 1, "price_data": {"unit_amount": 1}}]}, "currency: missing"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": int(time.time()) + 60}, "30 minutes"),
        ({"success_url": ""}, "success_url"),
    ],
)
def test_what_does_not_fit_the_types_is_refused(client, changed, where):
    with pytest.raises(sdk.InvalidRequestError, match=where):
        open_session(client, **changed)


def test_the_same_key_is_the_same_answer_and_other_parameters_are_refused(client, fake):
    assert open_session(client, "one").id == open_session(client, "one").id
    assert len(fake.objects.of_kind("checkout.session")) == 1
    with pytest.raises(sdk.IdempotencyError):
        open_session(client, "one", metadata={"order": "8"})


def test_silence_after_accepting(client, fake):
    fake.fault("checkout/sessions", "accept, then silence")
    with pytest.raises(sdk.APIConnectionError):
        open_session(client, "one")
    assert open_session(client, "one").id
    assert len(fake.objects.of_kind("checkout.session")) == 1


def test_500_then_well(client, fake):
    fake.fault("checkout/sessions", "500")
    with pytest.raises(sdk.APIError):
        open_session(client, "one")
    assert open_session(client, "one").id


def test_500_that_is_kept_comes_again(client, fake):
    fake.fault("checkout/sessions", "500, kept")
    for _twice in range(2):
        with pytest.raises(sdk.APIError):
            open_session(client, "one")
    assert open_session(client, "two").id


def test_429_and_late(client, fake):
    fake.fault("checkout/sessions", "429")
    with pytest.raises(sdk.RateLimitError):
        open_session(client)
    fake.fault("checkout/sessions", "late", seconds=0.2)
    begun = time.monotonic()
    assert open_session(client).id
    assert time.monotonic() - begun >= 0.2


def test_another_key_sees_nothing(fake):
    stranger = sdk.StripeClient("rk_test_other", base_addresses={"api": fake.address})
    with pytest.raises(sdk.AuthenticationError):
        open_session(stranger)


def test_events_are_signed_and_can_come_twice_mixed_up_and_late(client, fake):
    session = open_session(client)
    fake.objects.pay(session.id)
    came = []

    def post(body: bytes, header: str) -> None:
        event = sdk.Webhook.construct_event(body, header, SECRET)
        came.append(event.type)

    begun = time.monotonic()
    fake.deliver(post, copies=2, shuffled=random.Random(3), delay=0.1)
    assert time.monotonic() - begun >= 0.1
    in_order = ["checkout.session.completed", "payment_intent.succeeded"]
    assert sorted(came) == sorted(in_order * 2)
    assert came != in_order * 2
    with pytest.raises(sdk.SignatureVerificationError):
        post(*fake.signed(fake.objects.events[0], secret="whsec_another"))
