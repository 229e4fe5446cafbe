"""What each request does, with the typed parameters it must fit."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from stripe import params as P
from stripe.params import checkout as PC

from tests.stripe.objects import A_DAY, HALF_AN_HOUR, Objects, invalid
from tests.stripe.typed import Unfit, check

Handler = Callable[[Objects, dict[str, Any], str], Any]
ROUTES: list[tuple[str, re.Pattern[str], Any, Handler]] = []


def route(method: str, path: str, kind: Any) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        pattern = re.compile("/v1/" + path.replace("{id}", r"(\w+)") + "$")
        ROUTES.append((method, pattern, kind, handler))
        return handler

    return add


def answer(objects: Objects, method: str, path: str, params: dict[str, Any]) -> Any:
    """Raises objects.Refusal."""
    for wanted, pattern, kind, handler in ROUTES:
        match = pattern.match(path)
        if wanted == method and match:
            try:
                check(params, kind)
            except Unfit as error:
                raise invalid(f"Received unknown or unfit parameter: {error}") from error
            made = handler(objects, params, *(match.groups() or ("",)))
            made = replace(made, url=path) if isinstance(made, Page) else made
            return _shown(made, params.get("expand", []))
    raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)


@dataclass(frozen=True)
class Page:
    """Part of a list, the newest first."""

    of: list[dict[str, Any]]
    more: bool
    url: str = ""


def _page(found: list[dict[str, Any]], params: dict[str, Any]) -> Page:
    after = params.get("starting_after")
    ids = [one["id"] for one in found]
    rest = found[ids.index(after) + 1 :] if after else found
    limit = int(params.get("limit", 10))
    return Page(rest[:limit], more=len(rest) > limit)


def _shown(made: Any, expand: list[str]) -> Any:
    """Some fields are there only for those who ask for them."""
    if isinstance(made, Page):
        found = {"object": "list", "has_more": made.more, "url": made.url}
        return found | {"data": [_shown(one, []) for one in made.of]}
    hidden = {"line_items", "payments", "payment_intent_metadata", "_items"} - set(expand)
    return {key: value for key, value in made.items() if key not in hidden}


# --- Checkout --------------------------------------------------------------------------------------


@route("POST", "checkout/sessions", PC.SessionCreateParams)
def open_session(objects: Objects, params: dict[str, Any], _id: str) -> Any:
    _needs(params, "mode", "line_items", "success_url")
    lines = [_line(item) for item in params["line_items"]]
    currencies = {item["price_data"]["currency"] for item in params["line_items"]}
    life = int(params.get("expires_at", objects.seconds() + A_DAY)) - objects.seconds()
    if not HALF_AN_HOUR <= life <= A_DAY:
        raise invalid("expires_at must be 30 minutes to 24 hours from now.", "expires_at")
    total = sum(line["amount_total"] for line in lines)
    if params["mode"] != "payment" or len(currencies) != 1 or total < 30:
        raise invalid("Wrong mode, currencies or a total below the least.")
    made = objects.make(
        "cs_test",
        "checkout.session",
        mode="payment",
        status="open",
        payment_status="unpaid",
        payment_intent=None,
        payment_intent_metadata=params.get("payment_intent_data", {}).get("metadata", {}),
        amount_total=total,
        currency=currencies.pop(),
        metadata=params.get("metadata", {}),
        client_reference_id=params.get("client_reference_id"),
        expires_at=objects.seconds() + life,
        line_items={"object": "list", "data": lines, "has_more": False},
    )
    made["url"] = f"https://checkout.stripe.com/c/pay/{made['id']}"
    return made


def _line(item: dict[str, Any]) -> dict[str, Any]:
    unit, quantity = int(item["price_data"]["unit_amount"]), int(item["quantity"])
    if quantity < 1 or "product_data" not in item["price_data"]:
        raise invalid("A line needs a quantity and a product.", "line_items")
    return {"object": "item", "quantity": quantity, "amount_total": unit * quantity}


@route("GET", "checkout/sessions/{id}", PC.SessionRetrieveParams)
def find_session(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    return objects.find(key, "checkout.session")


@route("POST", "checkout/sessions/{id}/expire", PC.SessionExpireParams)
def expire_session(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    objects.expire(objects.find(key, "checkout.session"))
    return objects.find(key, "checkout.session")


# --- Invoices --------------------------------------------------------------------------------------


@route("POST", "customers", P.CustomerCreateParams)
def make_customer(objects: Objects, params: dict[str, Any], _id: str) -> Any:
    return objects.make("cus", "customer", **params)


@route("POST", "invoices", P.InvoiceCreateParams)
def make_invoice(objects: Objects, params: dict[str, Any], _id: str) -> Any:
    objects.find(params.get("customer", ""), "customer")
    if params.get("collection_method") != "send_invoice" or "days_until_due" not in params:
        raise invalid("An invoice to be sent needs its days until due.", "days_until_due")
    fields = params.get("custom_fields") or []
    long = [f for f in fields if len(f["name"]) > 40 or not 0 < len(f["value"]) <= 140]
    if len(fields) > 4 or long:
        raise invalid("At most four fields of 40 and 140 characters.", "custom_fields")
    return objects.make(
        "in",
        "invoice",
        status="draft",
        total=0,
        amount_paid=0,
        currency="gbp",
        customer=params["customer"],
        custom_fields=fields,
        metadata=params.get("metadata", {}),
        auto_advance=params.get("auto_advance") == "true",
        payments={"object": "list", "data": [], "has_more": False},
        hosted_invoice_url=None,
        times_sent=0,
    )


@route("POST", "invoiceitems", P.InvoiceItemCreateParams)
def add_line(objects: Objects, params: dict[str, Any], _id: str) -> Any:
    _needs(params, "customer", "currency")
    invoice = _invoice_that_is(objects, params["invoice"], "draft")
    amount = int(params.get("quantity", 1)) * int(params["unit_amount_decimal"])
    invoice["total"] += amount
    invoice["currency"] = params["currency"]
    return objects.make("ii", "invoiceitem", amount=amount, invoice=invoice["id"])


@route("GET", "invoices/{id}", P.InvoiceRetrieveParams)
def find_invoice(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    return objects.find(key, "invoice")


@route("POST", "invoices/{id}/finalize", P.InvoiceFinalizeInvoiceParams)
def finalise_invoice(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    invoice = _invoice_that_is(objects, key, "draft")
    invoice |= {"status": "open", "hosted_invoice_url": f"https://invoice.stripe.com/i/{key}"}
    objects.emit("invoice.finalized", invoice)
    return invoice


@route("POST", "invoices/{id}/send", P.InvoiceSendInvoiceParams)
def send_invoice(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    invoice = _invoice_that_is(objects, key, "open")
    invoice["times_sent"] += 1
    return invoice


@route("POST", "invoices/{id}/void", P.InvoiceVoidInvoiceParams)
def void_invoice(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    invoice = _invoice_that_is(objects, key, "open", "uncollectible")
    invoice["status"] = "void"
    objects.emit("invoice.voided", invoice)
    return invoice


@route("POST", "invoices/{id}/mark_uncollectible", P.InvoiceMarkUncollectibleParams)
def write_off(objects: Objects, _params: dict[str, Any], key: str) -> Any:
    invoice = _invoice_that_is(objects, key, "open")
    invoice["status"] = "uncollectible"
    objects.emit("invoice.marked_uncollectible", invoice)
    return invoice


def _invoice_that_is(objects: Objects, key: str, *states: str) -> dict[str, Any]:
    invoice = objects.find(key, "invoice")
    if invoice["status"] not in states:
        raise invalid(f"This invoice is {invoice['status']}.")
    return invoice


# --- Money that goes back, and what happened ---------------------------------------------------------


@route("POST", "refunds", P.RefundCreateParams)
def make_refund(objects: Objects, params: dict[str, Any], _id: str) -> Any:
    _needs(params, "payment_intent")
    amount, facts = int(params.get("amount", 0)), params.get("metadata", {})
    return objects.refund(params["payment_intent"], amount, **facts)


def _finding(path: str, kind: Any, name: str) -> None:
    route("GET", path, kind)(lambda objects, _params, key: objects.find(key, name))


def _listing(path: str, kind: Any, name: str) -> None:
    def some(objects: Objects, params: dict[str, Any], _id: str) -> Any:
        wanted = {k: v for k, v in params.items() if k == "payment_intent"}
        since = int(params.get("created", {}).get("gte", 0))
        found = [o for o in objects.of_kind(name, **wanted) if o["created"] >= since]
        return _page(found, params)

    route("GET", path, kind)(some)


_finding("refunds/{id}", P.RefundRetrieveParams, "refund")
_finding("disputes/{id}", P.DisputeRetrieveParams, "dispute")
_finding("charges/{id}", P.ChargeRetrieveParams, "charge")
_finding("payment_intents/{id}", P.PaymentIntentRetrieveParams, "payment_intent")
_listing("charges", P.ChargeListParams, "charge")
_listing("refunds", P.RefundListParams, "refund")
_listing("disputes", P.DisputeListParams, "dispute")


@route("GET", "events", P.EventListParams)
def list_events(objects: Objects, params: dict[str, Any], _id: str) -> Any:
    since = int(params.get("created", {}).get("gte", 0))
    found = [event for event in reversed(objects.events) if event["created"] >= since]
    return _page(found, params)


def _needs(params: dict[str, Any], *names: str) -> None:
    for name in names:
        if not params.get(name):
            raise invalid(f"Missing required param: {name}.", name)
