"""What waits for a person among orders and money: one line each, with the way to it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from course.places import calling_off, gateway
from course.places.amounts import shown
from course.places.models import Difference, Order, Refund, StripeEvent
from course.places.refunding import did_not_arrive
from course.places.states import OrderStatus

MOST = 50  # refunds named one by one


@dataclass(frozen=True)
class Notice:
    words: str
    address: str = ""


def notices() -> list[Notice]:
    return [*_orders(), *_refunds(), *_differences(), *_versions(), *_called_off()]


def _orders() -> Iterator[Notice]:
    waiting = (OrderStatus.AWAITING_APPROVAL, OrderStatus.QUARANTINE, OrderStatus.DISPUTED)
    rows = Order.objects.filter(status__in=waiting).order_by().values_list("status")
    counted = dict(rows.annotate(Count("pk")))
    for status in waiting:
        number = counted.get(status, 0)
        if number:
            words = {
                OrderStatus.AWAITING_APPROVAL: ngettext(
                    "%(number)s order waits for someone to give credit.",
                    "%(number)s orders wait for someone to give credit.",
                    number,
                ),
                OrderStatus.QUARANTINE: ngettext(
                    "%(number)s payment differs from its order: keep it, or send it back.",
                    "%(number)s payments differ from their orders: keep them, or send them back.",
                    number,
                ),
                OrderStatus.DISPUTED: ngettext(
                    "%(number)s payment is questioned by the payer’s bank: answer at Stripe.",
                    "%(number)s payments are questioned by the payers’ banks: answer at Stripe.",
                    number,
                ),
            }[status]
            address = reverse("staff_orders") + f"?status={status}"
            yield Notice(words % {"number": number}, address)


def _refunds() -> Iterator[Notice]:
    open_ones = Refund.objects.filter(state__in=[Refund.ASKED, Refund.AGREED, Refund.FAILED])
    found = open_ones.select_related("order").prefetch_related("replacements")
    for refund in found.order_by("-asked_at")[:MOST]:
        words = _of_a_refund(refund)
        if words:
            facts = {"sum": shown(refund.amount_minor, refund.order.currency)}
            yield Notice(words % facts, reverse("staff_order", args=[refund.order_id]))


def _of_a_refund(refund: Refund) -> str:
    if refund.state == Refund.ASKED:
        return _("A refund of %(sum)s waits for a second person.")
    if refund.state == Refund.AGREED and refund.by_bank:
        return _("A refund of %(sum)s is to be sent from your bank.")
    if did_not_arrive(refund):
        return _("A refund of %(sum)s did not arrive: it needs another way.")
    return ""


def _differences() -> Iterator[Notice]:
    number = Difference.objects.count()
    if number:
        words = ngettext(
            "Stripe and our books differ: there is %(number)s finding.",
            "Stripe and our books differ: there are %(number)s findings.",
            number,
        )
        yield Notice(words % {"number": number}, reverse("staff_differences"))


def _versions() -> Iterator[Notice]:
    version = other_version()
    if version:
        words = _(
            "Stripe’s messages come in version %(theirs)s, and we ask in %(ours)s. All are still "
            "read. Set the webhook endpoint at Stripe to %(ours)s."
        )
        yield Notice(words % {"theirs": version, "ours": gateway.API_VERSION})


def other_version() -> str:
    """The API version of Stripe's newest message, where it is not the one we ask in (R37)."""
    if not gateway.is_configured():
        return ""
    ours = StripeEvent.objects.exclude(api_version="").exclude(state=StripeEvent.DEAD)
    newest = ours.values_list("api_version", flat=True).first() or ""
    return newest if newest != gateway.API_VERSION else ""


def _called_off() -> Iterator[Notice]:
    for order in calling_off.to_settle()[:MOST]:
        who = order.billing.get("name") or order.billing.get("email") or ""
        words = _("“%(group)s” was called off. Please settle the order of %(who)s.")
        facts = {"group": order.cohort.title, "who": who}
        yield Notice(words % facts, reverse("staff_order", args=[order.pk]))
