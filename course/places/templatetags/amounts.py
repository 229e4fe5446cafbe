from django import template
from django.utils.translation import gettext_lazy

from course.places import amounts
from course.places.models import Difference, LedgerEntry
from course.places.states import OrderStatus

register = template.Library()


@register.filter
def money(minor: int, currency: str) -> str:
    """{{ order.total_minor|money:order.currency }}: £285.00."""
    return amounts.shown(minor, currency)


@register.filter
def tax_rate(rate: int) -> str:
    return amounts.rate_shown(rate)


LEDGER = {
    LedgerEntry.PAID: gettext_lazy("came"),
    LedgerEntry.REFUNDED: gettext_lazy("went back"),
    LedgerEntry.CAME_BACK: gettext_lazy("came back from the bank"),
    LedgerEntry.DISPUTED: gettext_lazy("taken back by the payer’s bank"),
    LedgerEntry.DISPUTE_WON: gettext_lazy("given back to us by the payer’s bank"),
}
HAPPENED = {
    "order.transfer_noted": gettext_lazy("a transfer was noted"),
    "order.looked_at": gettext_lazy("looked at again, at Stripe"),
    "order.moved_to_cohort": gettext_lazy("moved to another group"),
    "order.paid_late": gettext_lazy("paid after its end"),
    "approve.refused": gettext_lazy("giving credit was tried"),
    "mark_paid.refused": gettext_lazy("noting a payment was tried"),
    "ask_refund.refused": gettext_lazy("asking for a refund was tried"),
    "send_again.refused": gettext_lazy("sending a refund again was tried"),
    "agree.refused": gettext_lazy("agreeing to a refund was tried"),
    "write_off.refused": gettext_lazy("writing off was tried"),
    "refund.asked": gettext_lazy("a refund was asked for"),
    "refund.agreed": gettext_lazy("a refund was agreed"),
    "refund.refused": gettext_lazy("a refund was not agreed"),
    "refund.sent": gettext_lazy("a refund was sent"),
}


DIFFERS = {
    Difference.UNKNOWN: gettext_lazy(
        "Stripe has it, and no order here knows it. If it is about something else, all is well."
    ),
    Difference.UNWRITTEN: gettext_lazy(
        "Stripe has it, and our books do not. Open the order, and look at Stripe from there."
    ),
    Difference.AMOUNT: gettext_lazy("Both have it, with different sums."),
    Difference.NOT_THERE: gettext_lazy("Our books have it, and Stripe does not say so."),
}


@register.filter
def how_it_differs(kind: str) -> str:
    return str(DIFFERS[kind])


@register.filter
def ledger_kind(kind: str) -> str:
    return str(LEDGER.get(kind, kind))


@register.filter
def what_happened(action: str) -> str:
    """A line of the audit in words; one without words as it is."""
    statuses = {f"order.{value}": label for value, label in OrderStatus.choices}
    return str(HAPPENED.get(action) or statuses.get(action, action))
