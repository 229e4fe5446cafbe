"""What Stripe says, as plain facts. Money in minor units, currencies in capitals."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Line:
    """One line of a session or invoice: how many, at what price before the next line."""

    name: str
    unit_minor: int
    quantity: int = 1


@dataclass(frozen=True)
class Session:
    id: str
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    amount_minor: int
    currency: str
    quantity: int  # of all lines together
    intent_id: str
    url: str
    order_id: str
    livemode: bool


@dataclass(frozen=True)
class Invoice:
    id: str
    status: str  # draft, open, paid, void, uncollectible
    amount_minor: int
    paid_minor: int
    currency: str
    intent_id: str
    url: str
    order_id: str
    livemode: bool


@dataclass(frozen=True)
class Charge:
    """One attempt to pay."""

    id: str
    intent_id: str
    amount_minor: int  # that came; 0 when nothing did
    currency: str
    order_id: str
    livemode: bool
    created: datetime


@dataclass(frozen=True)
class Refund:
    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount_minor: int
    currency: str
    refund_id: str  # ours, when we asked for it
    intent_id: str
    created: datetime


@dataclass(frozen=True)
class Dispute:
    id: str
    status: str
    amount_minor: int
    currency: str
    taken: bool  # the money was withdrawn; an inquiry takes nothing (R40)


@dataclass(frozen=True)
class Behind:
    """What an object belongs to, as far as it says."""

    order_id: str = ""
    intent_id: str = ""


@dataclass(frozen=True)
class Event:
    """That something happened, and to what (R33)."""

    id: str
    type: str
    object_id: str
    livemode: bool
    api_version: str
    created: datetime


def read_session(answer: dict[str, Any]) -> Session:
    lines = answer.get("line_items") or {"data": []}
    return Session(
        id=answer["id"],
        status=answer["status"] or "",
        payment_status=answer["payment_status"],
        amount_minor=answer["amount_total"] or 0,
        currency=(answer["currency"] or "").upper(),
        quantity=sum(line["quantity"] or 0 for line in lines["data"]),
        intent_id=id_of(answer.get("payment_intent")),
        url=answer.get("url") or "",
        order_id=order_of(answer),
        livemode=answer["livemode"],
    )


def read_invoice(answer: dict[str, Any]) -> Invoice:
    payments = (answer.get("payments") or {"data": []})["data"]
    paid = [p["payment"].get("payment_intent") for p in payments if p["status"] == "paid"]
    return Invoice(
        id=answer["id"],
        status=answer["status"] or "",
        amount_minor=answer["total"],
        paid_minor=answer["amount_paid"],
        currency=answer["currency"].upper(),
        intent_id=id_of(next((intent for intent in paid if intent), None)),
        url=answer.get("hosted_invoice_url") or "",
        order_id=order_of(answer),
        livemode=answer["livemode"],
    )


def read_charge(answer: dict[str, Any]) -> Charge:
    came = answer["status"] == "succeeded"
    return Charge(
        id=answer["id"],
        intent_id=id_of(answer.get("payment_intent")),
        amount_minor=answer["amount_captured"] if came else 0,
        currency=answer["currency"].upper(),
        order_id=order_of(answer),
        livemode=answer["livemode"],
        created=datetime.fromtimestamp(answer["created"], UTC),
    )


def read_refund(answer: dict[str, Any]) -> Refund:
    return Refund(
        id=answer["id"],
        status=answer["status"] or "pending",
        amount_minor=answer["amount"],
        currency=answer["currency"].upper(),
        refund_id=(answer.get("metadata") or {}).get("refund", ""),
        intent_id=id_of(answer.get("payment_intent")),
        created=datetime.fromtimestamp(answer["created"], UTC),
    )


def read_dispute(answer: dict[str, Any]) -> Dispute:
    inquiry = answer["status"].startswith("warning_") or answer["status"] == "prevented"
    return Dispute(
        id=answer["id"],
        status=answer["status"],
        amount_minor=answer["amount"],
        currency=answer["currency"].upper(),
        taken=not inquiry and bool(answer["balance_transactions"]),
    )


def order_of(answer: dict[str, Any]) -> str:
    return (answer.get("metadata") or {}).get("order", "")


def id_of(value: Any) -> str:
    """Stripe gives an id, the object itself, or nothing."""
    return value["id"] if isinstance(value, dict) else value or ""


def read_event(answer: Any) -> Event:
    """Raises ValueError, TypeError, KeyError or OverflowError for what is no event."""
    found = answer["data"]["object"]
    event = Event(
        id=_checked(answer["id"], r"evt_\w{1,110}"),
        type=_checked(answer["type"], r"[a-z0-9_.]{1,80}"),
        object_id=_checked(found.get("id", ""), r"\w{0,120}"),
        livemode=answer["livemode"],
        api_version=_checked(answer.get("api_version") or "", r"[\w.-]{0,40}"),
        created=datetime.fromtimestamp(answer["created"], UTC),
    )
    if answer["object"] != "event" or not isinstance(event.livemode, bool):
        raise ValueError
    return event


def _checked(value: str, shape: str) -> str:
    if not re.fullmatch(shape, value, re.ASCII):
        raise ValueError
    return value
