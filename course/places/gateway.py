"""All that is said to Stripe: the only file that imports it. Typed facts in, typed facts out.

Nothing here reads or writes our database, and nobody calls it inside a transaction. Every
call that creates or changes something carries an idempotency key that was stored before.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings

from course.places import stripe_facts as facts

API_VERSION = "2026-10-28.endive"  # pinned together with the SDK; raise both at once (R37)
ODD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, RecursionError)
TIMEOUT = 20  # seconds for one call
TOLERANCE = 300  # seconds between our clock and a signature, in both directions


class Unreachable(Exception):
    """No answer, or “later”. Asking again with the same key is safe."""


class Refused(Exception):
    """Stripe read the request and will not do it. Asking again needs another key."""


class Missing(Refused):
    """There is no such object, or this key may not see it."""


class Malformed(Exception):
    """Not a message that Stripe signed for us just now. Which way it is wrong stays unsaid."""


def is_configured() -> bool:
    return bool(settings.SELLING["stripe_key"])


def is_live() -> bool:
    return settings.SELLING["stripe_key"].startswith(("sk_live_", "rk_live_"))


def version_of_library() -> str:
    from stripe import _ApiVersion

    return _ApiVersion.CURRENT


def client() -> Any:
    return _client(settings.SELLING["stripe_key"], settings.SELLING["stripe_address"])


@cache
def _client(key: str, address: str) -> Any:
    import stripe

    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": address} if address else None,
        max_network_retries=0,  # our outbox and our buyers ask again, with the same key
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Two kinds of trouble instead of a dozen: ask again later, or do not ask that again."""
    import stripe

    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unreachable(type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status or 500
        name = f"{type(error).__name__} {error.code or ''}".strip()
        if status == 404:
            raise Missing(name) from error
        later = status == 409 or status >= 500
        raise (Unreachable if later else Refused)(name) from error


def _ask(call: Callable[..., Any], *path: str, key: str = "", **params: Any) -> dict[str, Any]:
    with _typed_errors():
        options = {"idempotency_key": key} if key else {}
        return call(*path, params=params, options=options).to_dict()


def open_session(
    *,
    key: str,
    order_id: str,
    lines: list[facts.Line],
    currency: str,
    email: str,
    po_number: str,
    expires_at: datetime,
    success_url: str,
    cancel_url: str,
) -> facts.Session:
    """A hosted page for exactly this, and nothing that its visitor could change."""
    ours = {"order": order_id}
    invoice = {"metadata": ours} | (
        {"custom_fields": [{"name": "PO number", "value": po_number}]} if po_number else {}
    )
    answer = _ask(
        client().v1.checkout.sessions.create,
        key=key,
        mode="payment",
        line_items=[_line_item(line, currency) for line in lines],
        # A filter on what the dashboard allows: nothing appears without being listed (R38).
        allowed_payment_method_types=settings.SELLING["payment_methods"],
        adaptive_pricing={"enabled": False},
        allow_promotion_codes=False,
        automatic_tax={"enabled": False},
        tax_id_collection={"enabled": True},
        invoice_creation={"enabled": True, "invoice_data": invoice},
        customer_email=email,
        client_reference_id=order_id,
        metadata=ours,
        payment_intent_data={"metadata": ours},
        expires_at=int(expires_at.timestamp()),
        success_url=success_url,
        cancel_url=cancel_url,
        expand=["line_items"],
    )
    return facts.read_session(answer)


def _line_item(line: facts.Line, currency: str) -> dict[str, Any]:
    price = {"currency": currency.lower(), "unit_amount": line.unit_minor}
    price |= {"product_data": {"name": line.name}}
    fixed = {"enabled": False}
    return {"price_data": price, "quantity": line.quantity, "adjustable_quantity": fixed}


def find_session(session_id: str) -> facts.Session:
    sessions = client().v1.checkout.sessions
    return facts.read_session(_ask(sessions.retrieve, session_id, expand=["line_items"]))


def end_session(session_id: str) -> None:
    """Nobody can pay there any more. Raises Refused when it was paid or had ended."""
    _ask(client().v1.checkout.sessions.expire, session_id, key=f"session:{session_id}:expire")


def state_of_intent(intent_id: str) -> str:
    return _ask(client().v1.payment_intents.retrieve, intent_id)["status"] if intent_id else ""


def draft_invoice(
    *, key: str, order_id: str, billing: dict[str, str], fields: dict[str, str], replaces: str = ""
) -> str:
    """An empty draft for this customer, that nothing will send by itself. Returns its id."""
    stripe = client().v1
    first, *rest = billing.get("address", "").splitlines() or [""]
    customer = _ask(
        stripe.customers.create,
        key=f"{key}:customer",
        name=billing.get("name", ""),
        email=billing["email"],
        address={"line1": first, "line2": ", ".join(rest)},
    )
    invoice = _ask(
        stripe.invoices.create,
        key=key,
        customer=customer["id"],
        collection_method="send_invoice",
        days_until_due=settings.SELLING["invoice_days"],
        custom_fields=[{"name": name, "value": value} for name, value in fields.items()] or "",
        pending_invoice_items_behavior="exclude",
        auto_advance=False,  # we finalise and send, at a moment of our choice
        automatic_tax={"enabled": False},
        metadata={"order": order_id} | ({"replaces": replaces} if replaces else {}),
    )
    return invoice["id"]


def add_lines(invoice_id: str, *, key: str, lines: list[facts.Line], currency: str) -> None:
    """Put these lines on a draft, each once."""
    stripe = client().v1
    draft = _ask(stripe.invoices.retrieve, invoice_id)
    for number, line in enumerate(lines, 1):
        _ask(
            stripe.invoice_items.create,
            key=f"{key}:line:{number}",
            customer=facts.id_of(draft["customer"]),
            invoice=invoice_id,
            currency=currency.lower(),
            description=line.name,
            quantity=line.quantity,
            unit_amount_decimal=Decimal(line.unit_minor),
        )


def finalise_invoice(invoice_id: str, *, key: str) -> facts.Invoice:
    stripe = client().v1
    _ask(stripe.invoices.finalize_invoice, invoice_id, key=f"{key}:finalise", auto_advance=False)
    return find_invoice(invoice_id)


def send_invoice(invoice_id: str, *, key: str) -> None:
    _ask(client().v1.invoices.send_invoice, invoice_id, key=f"{key}:send")


def void_invoice(invoice_id: str) -> None:
    """Raises Refused when it was paid."""
    _ask(client().v1.invoices.void_invoice, invoice_id, key=f"invoice:{invoice_id}:void")


def find_invoice(invoice_id: str) -> facts.Invoice:
    return facts.read_invoice(_ask(client().v1.invoices.retrieve, invoice_id, expand=["payments"]))


def refund(
    *, key: str, refund_id: str, order_id: str, intent_id: str, amount_minor: int
) -> facts.Refund:
    """Send money back once. Looks first, since a key is forgotten after a day (R36)."""
    for known in refunds(intent_id):
        if known.refund_id == refund_id:
            return known
    asked = {"payment_intent": intent_id, "amount": amount_minor}
    asked |= {"metadata": {"refund": refund_id, "order": order_id}}
    return facts.read_refund(_ask(client().v1.refunds.create, key=key, **asked))


def refunds(intent_id: str) -> list[facts.Refund]:
    return [facts.read_refund(r) for r in every(client().v1.refunds.list, payment_intent=intent_id)]


def disputes(intent_id: str) -> list[facts.Dispute]:
    return [
        facts.read_dispute(d) for d in every(client().v1.disputes.list, payment_intent=intent_id)
    ]


def read_event(body: bytes, *, signature: str, now: datetime) -> facts.Event:
    """What a webhook says happened, when its signature is Stripe's and fresh. Raises Malformed.

    The SDK lets a message from the future pass, and breaks on odd ones in its own ways (R31): ODD.
    """
    import stripe

    secret = settings.SELLING["stripe_webhook_secret"]
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret)
        signed_at = int(re.search(r"(?:^|,)t=(\d{1,12})(?:,|$)", signature)[1])
        event = facts.read_event(json.loads(body))
    except (stripe.StripeError, *ODD) as error:
        raise Malformed from error
    if abs(now.timestamp() - signed_at) > TOLERANCE:
        raise Malformed
    return event


def behind(object_id: str) -> facts.Behind:
    """Which order, or which payment, an object of Stripe's is about."""
    stripe = client().v1
    ways: dict[str, Callable[..., Any]] = {
        "cs": stripe.checkout.sessions.retrieve,
        "in": stripe.invoices.retrieve,
        "pi": stripe.payment_intents.retrieve,
        "ch": stripe.charges.retrieve,
        "py": stripe.charges.retrieve,
        "re": stripe.refunds.retrieve,
        "pyr": stripe.refunds.retrieve,
        "dp": stripe.disputes.retrieve,
        "du": stripe.disputes.retrieve,
    }
    kind = object_id.split("_", 1)[0]
    if kind not in ways:
        return facts.Behind()
    try:
        found = _ask(ways[kind], object_id)
    except Missing:
        return facts.Behind()
    intent = object_id if kind == "pi" else facts.id_of(found.get("payment_intent"))
    return facts.Behind(order_id=facts.order_of(found), intent_id=intent)


def every(call: Callable[..., Any], **params: Any) -> Iterator[dict[str, Any]]:
    """All that a list of Stripe's holds, page by page."""
    with _typed_errors():
        page = call(params=params | {"limit": 100})
        for found in page.auto_paging_iter():
            yield found.to_dict()
