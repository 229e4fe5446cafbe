"""What Stripe has of late, one after another. Only reads."""

from collections.abc import Iterator
from datetime import datetime

from course.places import gateway
from course.places import stripe_facts as facts


def events_since(moment: datetime) -> Iterator[facts.Event]:
    """Every event that Stripe still knows of since then."""
    events = gateway.client().v1.events
    return map(facts.read_event, gateway.every(events.list, **_since(moment)))


def charges_since(moment: datetime) -> Iterator[facts.Charge]:
    """Every attempt to pay, whether it brought money or not."""
    charges = gateway.client().v1.charges
    return map(facts.read_charge, gateway.every(charges.list, **_since(moment)))


def refunds_since(moment: datetime) -> Iterator[facts.Refund]:
    refunds = gateway.client().v1.refunds
    return map(facts.read_refund, gateway.every(refunds.list, **_since(moment)))


def _since(moment: datetime) -> dict[str, dict[str, int]]:
    return {"created": {"gte": int(moment.timestamp())}}
