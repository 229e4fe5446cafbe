"""Why something could not be done with an order: what happened, what is safe, what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from course.places import (
    amounts,
    approving,
    gateway,
    reconciling,
    refunding,
    stripe_invoice,
    transfer,
)
from course.places.models import Order

EXPLAINED: dict[type[Exception], str | Promise] = {
    approving.NotYou: _(
        "This order is your own, so somebody else has to decide. Nothing was changed."
    ),
    refunding.SecondPersonNeeded: _(
        "You asked for this refund, so somebody else has to agree. Nothing was changed."
    ),
    refunding.NothingToRefund: _(
        "So much money, or so many unused places, are not there. Nothing was changed."
    ),
    transfer.ReferenceUsed: _(
        "This transfer has already paid another order. Look at the bank statement again."
    ),
    transfer.NotNow: _("The order is not in a state where this can be done. Nothing was changed."),
    stripe_invoice.NotInvoiceable: _("There is no open invoice at Stripe. Nothing was changed."),
    gateway.Unreachable: _(
        "Stripe did not answer. Nothing is lost; please try again in a few minutes."
    ),
    reconciling.LookAgain: _("News about this order came while we looked. Please look again."),
    gateway.Refused: _("Stripe did not accept this. Look at the order there, then try again."),
}
REFUSALS = (transfer.WrongAmount, *EXPLAINED)


def explained(refusal: Exception, order: Order) -> str:
    if isinstance(refusal, transfer.WrongAmount):
        return _of_another_amount(refusal.difference, order)
    return next(str(words) for kind, words in EXPLAINED.items() if isinstance(refusal, kind))


def _of_another_amount(difference: int, order: Order) -> str:
    missing = gettext(
        "%(sum)s are missing, so nothing was changed. Wait for the rest, or ask for it."
    )
    more = gettext(
        "That is %(sum)s too much, so nothing was changed. Ask the payer what it is for."
    )
    words = missing if difference < 0 else more
    return words % {"sum": amounts.shown(abs(difference), order.currency)}
