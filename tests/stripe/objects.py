"""What the fake Stripe keeps, and what happens to it: only rules that Stripe states."""

import itertools
import secrets
import time
from typing import Any

HALF_AN_HOUR, A_DAY = 1800, 86400
API_VERSION = "2026-10-28.endive"


class Refusal(Exception):
    def __init__(self, status: int, kind: str, message: str, param: str = "") -> None:
        super().__init__(message)
        self.status, self.body = status, {"type": kind, "message": message, "param": param}


def invalid(message: str, param: str = "", status: int = 400) -> Refusal:
    return Refusal(status, "invalid_request_error", message, param)


class Objects:
    """Objects by id, and the events that they set off. `seconds` is its clock."""

    def __init__(self) -> None:
        self.all: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.livemode = False
        self.seconds = lambda: int(time.time())
        self._numbers = itertools.count(1)

    # --- keeping -----------------------------------------------------------------------------

    def make(self, prefix: str, kind: str, **facts: Any) -> dict[str, Any]:
        made = {
            "id": f"{prefix}_{next(self._numbers):04d}{secrets.token_hex(8)}",
            "object": kind,
            "created": self.seconds(),
            "livemode": self.livemode,
            "metadata": {},
            **facts,
        }
        self.all[made["id"]] = made
        return made

    def find(self, key: str, kind: str) -> dict[str, Any]:
        found = self.all.get(key)
        if not found or found["object"] != kind:
            raise invalid(f"No such {kind}: '{key}'", "id", 404)
        return found

    def of_kind(self, kind: str, **facts: Any) -> list[dict[str, Any]]:
        """Newest first, as lists are."""
        found = [o for o in self.all.values() if o["object"] == kind]
        fits = [o for o in found if all(o.get(k) == v for k, v in facts.items())]
        return list(reversed(fits))

    def emit(self, type_: str, about: dict[str, Any]) -> dict[str, Any]:
        event = {
            "id": f"evt_{next(self._numbers):04d}{secrets.token_hex(8)}",
            "object": "event",
            "type": type_,
            "created": self.seconds(),
            "livemode": self.livemode,
            "api_version": API_VERSION,
            "data": {"object": dict(about)},
            "pending_webhooks": 1,
            "request": None,
        }
        self.events.append(event)
        return event

    # --- what payers and their banks do ----------------------------------------------------------

    def pay(self, session_id: str, *, slowly: bool = False) -> dict[str, Any]:
        """Someone pays on the hosted page; by a slow method, the money comes later."""
        session = self.find(session_id, "checkout.session")
        self._expire_when_over(session)
        if session["status"] != "open":
            raise invalid("This page is closed.")
        intent = self._intent(session["amount_total"], session["currency"], "processing")
        intent["metadata"] = dict(session["payment_intent_metadata"])
        session |= {"status": "complete", "payment_intent": intent["id"]}
        self.all[session_id] = session
        if not slowly:
            self._succeed(intent)
            session["payment_status"] = "paid"
        self.emit("checkout.session.completed", session)
        if not slowly:
            self.emit("payment_intent.succeeded", intent)
        return session

    def slow_payment(self, session_id: str, *, succeeds: bool) -> None:
        session = self.find(session_id, "checkout.session")
        intent = self.find(session["payment_intent"], "payment_intent")
        if succeeds:
            self._succeed(intent)
            session["payment_status"] = "paid"
            self.emit("checkout.session.async_payment_succeeded", session)
            self.emit("payment_intent.succeeded", intent)
        else:
            intent["status"] = "requires_payment_method"
            self.emit("checkout.session.async_payment_failed", session)

    def pay_invoice(self, invoice_id: str) -> dict[str, Any]:
        invoice = self.find(invoice_id, "invoice")
        if invoice["status"] not in ("open", "uncollectible"):
            raise invalid(f"This invoice is {invoice['status']}.")
        intent = self._intent(invoice["total"], invoice["currency"], "processing")
        self._succeed(intent)
        part = {"payment_intent": intent["id"], "type": "payment_intent"}
        paid = {"status": "paid", "amount_paid": invoice["total"], "payment": part}
        invoice["payments"]["data"].append(paid)
        invoice |= {"status": "paid", "amount_paid": invoice["total"]}
        self.emit("invoice.paid", invoice)
        return invoice

    def charge_by_hand(self, amount: int, currency: str = "gbp") -> dict[str, Any]:
        """Someone takes a payment in the dashboard, for whatever reason."""
        intent = self._intent(amount, currency, "processing")
        self._succeed(intent)
        return self.find(intent["latest_charge"], "charge")

    def _intent(self, amount: int, currency: str, status: str) -> dict[str, Any]:
        facts = {"amount": amount, "currency": currency, "status": status, "latest_charge": None}
        return self.make("pi", "payment_intent", **facts)

    def _succeed(self, intent: dict[str, Any]) -> None:
        facts = {"amount": intent["amount"], "currency": intent["currency"], "amount_refunded": 0}
        facts |= {"amount_captured": intent["amount"], "status": "succeeded"}
        facts |= {"metadata": dict(intent["metadata"])}  # a charge has its intent's
        charge = self.make("ch", "charge", payment_intent=intent["id"], **facts)
        intent |= {"status": "succeeded", "latest_charge": charge["id"]}

    def expire(self, session: dict[str, Any]) -> None:
        if session["status"] != "open":
            raise invalid("Only open sessions can be expired.")
        session["status"], session["url"] = "expired", None
        self.emit("checkout.session.expired", session)

    def _expire_when_over(self, session: dict[str, Any]) -> None:
        if session["status"] == "open" and session["expires_at"] <= self.seconds():
            self.expire(session)

    def let_time_pass(self) -> None:
        """Whatever is due by the clock."""
        for session in self.of_kind("checkout.session"):
            self._expire_when_over(session)

    # --- money that goes back -----------------------------------------------------------------------

    def refund(self, intent_id: str, amount: int, **metadata: str) -> dict[str, Any]:
        """By the API, or by hand in the dashboard."""
        intent = self.find(intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            raise invalid("This payment has not succeeded.", "payment_intent")
        charge = self.find(intent["latest_charge"], "charge")
        if amount < 1 or charge["amount_refunded"] + amount > charge["amount"]:
            raise invalid("Refund amount is greater than what is left.", "amount")
        charge["amount_refunded"] += amount
        facts = {"amount": amount, "currency": intent["currency"], "charge": charge["id"]}
        facts |= {"payment_intent": intent_id, "metadata": metadata, "status": "succeeded"}
        made = self.make("re", "refund", **facts)
        self.emit("refund.created", made)
        self.emit("charge.refunded", charge)
        return made

    def refund_fails(self, refund_id: str) -> None:
        """The bank sends it back, days later."""
        refund = self.find(refund_id, "refund")
        refund["status"] = "failed"
        self.find(refund["charge"], "charge")["amount_refunded"] -= refund["amount"]
        self.emit("refund.failed", refund)

    def dispute(self, intent_id: str, amount: int, *, inquiry: bool = False) -> dict[str, Any]:
        intent = self.find(intent_id, "payment_intent")
        facts = {"amount": amount, "currency": intent["currency"], "payment_intent": intent_id}
        facts |= {"charge": intent["latest_charge"], "balance_transactions": []}
        if not inquiry:
            facts["balance_transactions"] = [{"amount": -amount, "type": "adjustment"}]
        status = "warning_needs_response" if inquiry else "needs_response"
        made = self.make("dp", "dispute", status=status, **facts)
        self.emit("charge.dispute.created", made)
        return made

    def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        dispute = self.find(dispute_id, "dispute")
        dispute["status"] = "won" if won else "lost"
        if won:
            back = {"amount": dispute["amount"], "type": "adjustment"}
            dispute["balance_transactions"].append(back)
        self.emit("charge.dispute.closed", dispute)
