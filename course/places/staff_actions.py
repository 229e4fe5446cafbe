"""What staff can do with an order or a refund: when, in which words, and by which flow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course.audit.recording import record
from course.people.models import User
from course.places import (
    amounts,
    approving,
    deciding,
    gateway,
    reconciling,
    refunding,
    stripe_invoice,
    transfer,
)
from course.places.models import Order, Refund
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus

Words = str | Promise


class MoneyField(forms.CharField):
    """A sum as people write it. Its value is in minor units; 0 when nothing was typed."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        super().__init__(max_length=20, **options)
        self.currency = currency

    def clean(self, value: str) -> int | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return amounts.read(typed, self.currency)
        except ValueError:
            example = amounts.shown(9_500, self.currency)
            raise forms.ValidationError(
                _("Please write the sum in figures, such as %(example)s."),
                params={"example": example},
            ) from None


class OrderForm(forms.Form):
    """Nothing to fill in: only to confirm."""

    def __init__(self, *args: Any, about: Order | Refund, **options: Any) -> None:
        super().__init__(*args, **options)
        self.about = about


class PaidForm(OrderForm):
    on = forms.DateField(
        label=gettext_lazy("Day on the bank statement"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reference = forms.CharField(
        max_length=100,
        label=gettext_lazy("Reference on the bank statement"),
        help_text=gettext_lazy("With the day, it tells this transfer from all others."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = MoneyField(
            currency=self.about.currency,
            label=_("Amount that arrived"),
            help_text=_("Did it come in two transfers? Wait for both, and give both references."),
        )

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return self.cleaned_data["on"]


class RefundForm(OrderForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        order = self.about
        self.fields["places"] = forms.IntegerField(
            min_value=0,
            max_value=order.quantity,
            initial=0,
            label=_("Places to withdraw"),
            help_text=_("The last ones first. A place that was started is never withdrawn."),
        )
        self.fields["amount"] = MoneyField(
            currency=order.currency,
            required=False,
            label=_("Amount"),
            help_text=_("Left empty, it is what these places cost."),
        )


class SentForm(OrderForm):
    reference = forms.CharField(max_length=100, label=gettext_lazy("Reference of your transfer"))


@dataclass(frozen=True)
class Action:
    label: Words
    words: Words  # what will happen, before it does
    done: Words
    may: Callable[[Any], bool]
    do: Callable[..., object]  # (order or refund, by=, now=, and the form's fields)
    form: type[OrderForm] = OrderForm
    serious: bool = False


def _cancel(order: Order, *, by: User, now: datetime) -> object:
    if order.channel == Order.INVOICE:
        return stripe_invoice.void(order, now=now)
    return transfer.cancel_invoice(order, by=by, now=now)


def _look(order: Order, *, by: User, now: datetime) -> object:
    record("order.looked_at", actor=by.pk, subject=f"order:{order.pk}", at=now)
    return reconciling.reconcile(order, now=now)


def _by_us(order: Order) -> bool:
    return order.channel == Order.TRANSFER


ON_ORDERS: dict[str, Action] = {
    "approve": Action(
        gettext_lazy("Give credit"),
        gettext_lazy("The invoice goes out, and the places can be used as your settings say."),
        gettext_lazy("The invoice is on its way."),
        may=lambda order: order.status == OrderStatus.AWAITING_APPROVAL,
        do=approving.approve,
    ),
    "refuse": Action(
        gettext_lazy("Give no credit"),
        gettext_lazy("The places go back, and the buyer is told that the order has ended."),
        gettext_lazy("The order has ended."),
        may=lambda order: order.status == OrderStatus.AWAITING_APPROVAL,
        do=approving.refuse,
        serious=True,
    ),
    "paid": Action(
        gettext_lazy("Note a payment"),
        gettext_lazy("The order is paid, its places can be used, and a receipt goes out."),
        gettext_lazy("The payment is noted."),
        may=lambda order: _by_us(order) and order.status in OPEN_INVOICE | ENDED,
        do=transfer.mark_paid,
        form=PaidForm,
    ),
    "refund": Action(
        gettext_lazy("Refund"),
        gettext_lazy("A credit note is written. A large refund waits for a second person."),
        gettext_lazy("The refund is noted."),
        may=lambda order: order.status in refunding.PAID_FOR and order.total_minor > 0,
        do=refunding.ask_refund,
        form=RefundForm,
    ),
    "cancel": Action(
        gettext_lazy("Cancel the invoice"),
        gettext_lazy("It is cancelled for good. Places that nobody started are withdrawn."),
        gettext_lazy("The invoice is cancelled."),
        may=lambda order: order.status in OPEN_INVOICE,
        do=_cancel,
        serious=True,
    ),
    "write-off": Action(
        gettext_lazy("Write the invoice off"),
        gettext_lazy("We stop expecting this money. Places that nobody started are withdrawn."),
        gettext_lazy("The invoice is written off."),
        may=lambda order: _by_us(order) and order.status == OrderStatus.OVERDUE,
        do=transfer.write_off,
        serious=True,
    ),
    "accept": Action(
        gettext_lazy("Take it as paid"),
        gettext_lazy("The sum is the order’s own. Its places can be used, and a receipt goes out."),
        gettext_lazy("The order is paid."),
        may=deciding.may_accept,
        do=deciding.accept_money,
    ),
    "return": Action(
        gettext_lazy("Send the money back"),
        gettext_lazy("All that came goes back the way it came, and the places are for others."),
        gettext_lazy("The money is on its way back."),
        may=lambda order: order.status == OrderStatus.QUARANTINE,
        do=deciding.return_money,
        serious=True,
    ),
    "look": Action(
        gettext_lazy("Look at Stripe now"),
        gettext_lazy("What Stripe says about this order is read, and followed."),
        gettext_lazy("This is what Stripe says now."),
        may=lambda order: order.channel in {Order.CARD, Order.INVOICE} and gateway.is_configured(),
        do=_look,
    ),
}
ON_REFUNDS: dict[str, Action] = {
    "agree": Action(
        gettext_lazy("Agree"),
        gettext_lazy("The places are withdrawn, and a credit note is written."),
        gettext_lazy("The refund is agreed."),
        may=lambda refund: refund.state == Refund.ASKED,
        do=refunding.agree,
    ),
    "refuse": Action(
        gettext_lazy("Do not refund"),
        gettext_lazy("Nothing is refunded, and everything stays as it is."),
        gettext_lazy("Nothing was refunded."),
        may=lambda refund: refund.state == Refund.ASKED,
        do=refunding.refuse,
        serious=True,
    ),
    "sent": Action(
        gettext_lazy("Note that it was sent"),
        gettext_lazy("Send the money from your bank first. Then a letter tells the payer."),
        gettext_lazy("The refund is noted as sent."),
        may=lambda refund: refund.state == Refund.AGREED and _by_us(refund.order),
        do=refunding.mark_sent,
        form=SentForm,
    ),
}

REFUSALS = (
    approving.NotYou,
    refunding.SecondPersonNeeded,
    refunding.NothingToRefund,
    transfer.WrongAmount,
    transfer.ReferenceUsed,
    transfer.NotNow,
    stripe_invoice.NotInvoiceable,
    gateway.Unreachable,
    gateway.Refused,
    reconciling.LookAgain,
)


def explained(refusal: Exception, order: Order) -> str:
    """Why not, what is safe, and what to do."""
    if isinstance(refusal, transfer.WrongAmount):
        return _of_another_amount(refusal.difference, order)
    return next(str(words) for kind, words in EXPLAINED.items() if isinstance(refusal, kind))


def _of_another_amount(difference: int, order: Order) -> str:
    facts = {"sum": amounts.shown(abs(difference), order.currency)}
    if difference < 0:
        words = _("%(sum)s are missing, so nothing was changed. Wait for the rest, or ask for it.")
    else:
        words = _("That is %(sum)s too much, so nothing was changed. Ask the payer what it is for.")
    return words % facts


EXPLAINED: dict[type[Exception], Words] = {
    approving.NotYou: gettext_lazy(
        "This order is your own, so somebody else has to decide. Nothing was changed."
    ),
    refunding.SecondPersonNeeded: gettext_lazy(
        "You asked for this refund, so somebody else has to agree. Nothing was changed."
    ),
    refunding.NothingToRefund: gettext_lazy(
        "So much money, or so many unused places, are not there. Nothing was changed."
    ),
    transfer.ReferenceUsed: gettext_lazy(
        "This transfer has already paid another order. Look at the bank statement again."
    ),
    transfer.NotNow: gettext_lazy(
        "The order is not in a state where this can be done. Nothing was changed."
    ),
    stripe_invoice.NotInvoiceable: gettext_lazy(
        "There is no open invoice at Stripe. Nothing was changed."
    ),
    gateway.Unreachable: gettext_lazy(
        "Stripe did not answer. Nothing is lost; please try again in a few minutes."
    ),
    reconciling.LookAgain: gettext_lazy(
        "News about this order came while we looked. Please look again."
    ),
    gateway.Refused: gettext_lazy(
        "Stripe did not accept this. Look at the order there, then try again."
    ),
}
