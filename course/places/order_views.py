"""An order's page: its price and the ways to pay; later its state, its papers, its places."""

from datetime import datetime
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import capacity, joining
from course.cohorts.models import Cohort
from course.people.posting import by_post
from course.places import changing, policy, pricing, refunding, roads, showing, transfer
from course.places.models import Order
from course.places.states import ENDED, OPEN_INVOICE, OrderStatus
from course.places.team_views import people_of

# Browsers also look at where a pressed button leads on to.
STRIPE = {"form-action": ["https://checkout.stripe.com"]}
FACTS = ("organisation", "cohort", "discount")
SETTLED = {OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED}
CHANGEABLE = {OrderStatus.DRAFT, OrderStatus.QUOTED, OrderStatus.AWAITING_APPROVAL}


def _for_manager(request: HttpRequest, pk: UUID) -> Order:
    orders = Order.objects.for_manager(request.user).select_related(*FACTS)
    return get_object_or_404(orders, pk=pk)


def _own(request: HttpRequest, pk: UUID) -> Order:
    return get_object_or_404(Order.objects.for_buyer(request.user).select_related(*FACTS), pk=pk)


@login_required
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One address for letters; it leads to the page that is right for whoever opens it."""
    mine = Order.objects.for_manager(request.user) | Order.objects.for_buyer(request.user)
    return redirect(roads.page_of(get_object_or_404(mine.distinct(), pk=pk)))


@login_required
@csp_update(STRIPE)
def team_order(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _for_manager(request, pk)
    if request.method == "POST":
        return _decide(request, found)
    context = _facts(found)
    if found.fulfilled_at and found.status not in ENDED:
        context |= people_of(request, found)
    return render(request, "places/order.html", context)


@login_required
@csp_update(STRIPE)
def my_order(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _own(request, pk)
    if request.method == "POST":
        return _decide(request, found)
    return render(request, "places/order.html", _facts(found) | _way_out(found))


def _way_out(order: Order) -> dict[str, Any]:
    """What the booking policy offers to someone who bought for themselves."""
    now = timezone.now()
    settled = order.status in SETTLED
    return {
        "settled": settled,
        "has_place": settled and order.places.live().exists(),
        "back": policy.refundable(order, now.date()) if settled else 0,
        "later": changing.later_cohorts(order, now) if settled else [],
    }


@login_required
@by_post("my_orders")
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One's own place, for what the policy says; or another group instead."""
    found, now = _own(request, pk), timezone.now()
    chosen = request.POST.get("group", "")
    later = next((c for c in changing.later_cohorts(found, now) if str(c.pk) == chosen), None)
    try:
        if request.POST.get("action") == "move" and later:
            changing.move_to_cohort(found, to=later, by=request.user, now=now)
            messages.success(request, _("Your place is in the other group now. The price stays."))
        elif request.POST.get("action") == "refund":
            policy.give_back(found, by=request.user, now=now)
            messages.success(request, _("Your place is given back. We write about the money."))
    except (refunding.NothingToRefund, changing.CannotMove, capacity.Full):
        messages.info(request, _("That cannot be done just now. Nothing has changed. Ask us."))
    except joining.AlreadyIn:
        messages.info(request, _("You have a place in that group already. Nothing has changed."))
    return redirect("my_order", pk)


def _facts(order: Order) -> dict[str, Any]:
    now = timezone.now()
    words, onward = showing.story(order)
    at_stripe = order.channel in {Order.CARD, Order.INVOICE}
    owed = roads.is_paying_by_card(order) or order.status in OPEN_INVOICE
    payment = order.payments.filter(status="open").last() if owed and at_stripe else None
    choosing = roads.may_choose(order, now)
    too_old = order.status == OrderStatus.DRAFT and not choosing
    return {
        "order": order,
        "words": words,
        "onward": onward,
        "choosing": choosing,
        "too_old": too_old,
        "roads": roads.open_roads(order) if choosing else [],
        "may_cancel": order.status in CHANGEABLE,
        "owes": order.status in OPEN_INVOICE,
        "again": _again(order, now) if order.status in ENDED or too_old else "",
        "payment": payment,
        "papers": order.documents.order_by("issued_at"),
    }


def _again(order: Order, now: datetime) -> str:
    """Where someone begins again: with the same group, while it is on sale."""
    if order.organisation_id:
        return reverse("buy_for_team", args=[order.organisation_id]) + f"?from={order.pk}"
    same = Cohort.objects.to_join(now.date()).filter(pk=order.cohort_id, joining=Cohort.OPEN)
    on_sale = same.filter(price_minor__gt=0).exists()
    return reverse("buy_for_self", args=[order.cohort_id]) if on_sale else reverse("groups")


def _decide(request: HttpRequest, order: Order) -> HttpResponse:
    """One of the buttons that an order has before it is paid."""
    now = timezone.now()
    if request.POST.get("action") == "cancel":
        if transfer.cancel_order(order, by=request.user, now=now):
            messages.success(request, _("That is cancelled. Nothing is owed, nothing is kept."))
        return redirect(roads.page_of(order))
    try:
        return redirect(roads.take(order, request.POST.get("road", ""), now=now))
    except roads.NotThisRoad:
        said = _("This order cannot go that way now. Here is how it stands.")
    except roads.NotReached:
        said = _("Our payment provider does not answer. Nothing was taken. You can try again.")
    except capacity.Full:
        said = _("There is no longer room for so many in this group. Nothing was ordered.")
    except pricing.CodeNotValid:
        said = _("The code has ended, so the price would differ. Nothing was ordered.")
    messages.info(request, said)
    return redirect(roads.page_of(order))
