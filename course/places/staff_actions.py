"""What staff can do with an order or a refund: when, in which words, and by which flow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from course.audit.recording import record
from course.people.models import User
from course.places import (
    approving,
    deciding,
    gateway,
    reconciling,
    refunding,
    stripe_invoice,
    transfer,
)
from course.places.models import Order, Refund
from course.places.staff_forms import ActionForm, CreditForm, PaidForm, RefundForm, SentForm
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus

S, R = OrderStatus, Refund
Words = str | Promise
Fits = Callable[[Any], bool]


@dataclass(frozen=True)
class Action:
    label: Words
    words: Words  # what will happen, before it does
    done: Words
    may: Fits
    do: Callable[..., object]  # (order or refund, by=, now=, and the form's fields)
    form: type[ActionForm] = ActionForm
    serious: bool = False

    @property
    def name(self) -> str:
        """What the audit calls it."""
        flow = self.do.func if isinstance(self.do, partial) else self.do
        return flow.__name__.strip("_")


def _cancel(order: Order, *, by: User, now: datetime) -> object:
    if order.channel == Order.INVOICE:
        return stripe_invoice.void(order, now=now)
    return transfer.cancel_invoice(order, by=by, now=now)


def _look(order: Order, *, by: User, now: datetime) -> object:
    record("order.looked_at", actor=by.pk, subject=f"order:{order.pk}", at=now)
    return reconciling.reconcile(order, now=now)


def _order_is(*states: str, by_transfer: bool = False) -> Fits:
    """One in these states; `by_transfer`: and sold on our own invoice."""
    return lambda order: (
        order.status in states and (not by_transfer or order.channel == Order.TRANSFER)
    )


def _may_refund(order: Order) -> bool:
    return order.status in refunding.PAID_FOR and order.total_minor > 0


def _is_at_stripe(order: Order) -> bool:
    return order.channel in {Order.CARD, Order.INVOICE} and gateway.is_configured()


def _may_ask_stripe_again(refund: Refund) -> bool:
    return refunding.did_not_arrive(refund) and _is_at_stripe(refund.order)


ON_ORDERS: dict[str, Action] = {
    "approve": Action(
        _("Give credit"),
        _("The invoice goes out, and the places can be used as your settings say."),
        _("The invoice is on its way."),
        may=_order_is(S.AWAITING_APPROVAL),
        do=approving.approve,
    ),
    "refuse": Action(
        _("Give no credit"),
        _("The places go back, and the buyer is told that the order has ended."),
        _("The order has ended."),
        may=_order_is(S.AWAITING_APPROVAL),
        do=approving.refuse,
        form=CreditForm,
        serious=True,
    ),
    "paid": Action(
        _("Note a payment"),
        _("The order is paid, its places can be used, and a receipt goes out."),
        _("The payment is noted."),
        may=_order_is(*OPEN_INVOICE, *ENDED, by_transfer=True),
        do=transfer.mark_paid,
        form=PaidForm,
    ),
    "refund": Action(
        _("Refund"),
        _("A credit note is written. A large refund waits for a second person."),
        _("The refund is noted."),
        may=_may_refund,
        do=refunding.ask_refund,
        form=RefundForm,
    ),
    "cancel": Action(
        _("Cancel the invoice"),
        _("It is cancelled for good. Places that nobody started are withdrawn."),
        _("The invoice is cancelled."),
        may=_order_is(*OPEN_INVOICE),
        do=_cancel,
        serious=True,
    ),
    "write-off": Action(
        _("Write the invoice off"),
        _("We stop expecting this money. Places that nobody started are withdrawn."),
        _("The invoice is written off."),
        may=_order_is(S.OVERDUE, by_transfer=True),
        do=transfer.write_off,
        serious=True,
    ),
    "accept": Action(
        _("Take it as paid"),
        _("The sum is the order’s own. Its places can be used, and a receipt goes out."),
        _("The order is paid."),
        may=deciding.may_accept,
        do=deciding.accept_money,
    ),
    "return": Action(
        _("Send the money back"),
        _("All that came goes back the way it came, and the places are for others."),
        _("The money is on its way back."),
        may=_order_is(S.QUARANTINE),
        do=deciding.return_money,
        serious=True,
    ),
    "look": Action(
        _("Look at Stripe now"),
        _("What Stripe says about this order is read, and followed."),
        _("This is what Stripe says now."),
        may=_is_at_stripe,
        do=_look,
    ),
}
ON_REFUNDS: dict[str, Action] = {
    "agree": Action(
        _("Agree"),
        _("What belongs to this refund is done, and the money can go."),
        _("The refund is agreed."),
        may=lambda refund: refund.state == R.ASKED,
        do=refunding.agree,
    ),
    "refuse": Action(
        _("Do not refund"),
        _("Nothing is refunded, and everything stays as it is."),
        _("Nothing was refunded."),
        may=lambda refund: refund.state == R.ASKED,
        do=refunding.refuse,
        serious=True,
    ),
    "again": Action(
        _("Try Stripe again"),
        _("Stripe is asked to send it once more. A large refund waits for a second person."),
        _("Another refund stands in its place."),
        may=_may_ask_stripe_again,
        do=partial(refunding.send_again, by_bank=False),
    ),
    "by-bank": Action(
        _("Pay it back by bank"),
        _("Ask the payer for an account first. A large refund waits for a second person."),
        _("Another refund stands in its place. Send it from your bank, then note it here."),
        may=refunding.did_not_arrive,
        do=partial(refunding.send_again, by_bank=True),
    ),
    "sent": Action(
        _("Note that it was sent"),
        _("Send the money from your bank first. Then a letter tells the payer."),
        _("The refund is noted as sent."),
        may=lambda refund: refund.state == R.AGREED and refund.by_bank,
        do=refunding.mark_sent,
        form=SentForm,
    ),
}
