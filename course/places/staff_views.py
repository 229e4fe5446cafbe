"""Orders and money in the workspace: everything to read, and a few things to do, each a flow.

For superusers and the Finance group. Facilitators and editors do not know it is there. No
names of people in places: staff see how many places there are, and who is billed.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from math import ceil
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course.audit.models import Entry
from course.audit.recording import record
from course.people.models import User
from course.places import attention, comparing, exporting, gateway, refunding
from course.places.exporting import orders_as_csv
from course.places.models import Difference, Document, Order, Refund, StripeEvent
from course.places.staff_actions import ON_ORDERS, ON_REFUNDS, Action
from course.places.staff_refusals import REFUSALS, explained
from course.places.states import OrderStatus, PlaceState

A_PAGE = 50
VIEW, CHANGE = "places.view_order", "places.change_order"
View = Callable[..., HttpResponse]
PAPERS = Document.objects.defer("pdf", "facts").order_by("issued_at", "number")


def for_staff(permission: str) -> Callable[[View], View]:
    """Others are told that there is no such page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Http404
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def found_orders(request: HttpRequest) -> QuerySet[Order]:
    """All orders, or those that were searched for: a number, an organisation, a PO number."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    orders = Order.objects.select_related("cohort")
    if request.GET.get("status") in OrderStatus.values:
        orders = orders.filter(status=request.GET["status"])
    if words:
        numbered = Document.objects.filter(number__icontains=words).values("order")
        wanted = Q(pk__in=numbered) | Q(po_number__icontains=words)
        wanted |= Q(organisation__name__icontains=words) | Q(billing__email__icontains=words)
        orders = orders.filter(wanted)
    return orders


@for_staff(VIEW)
def orders(request: HttpRequest) -> HttpResponse:
    found = found_orders(request).prefetch_related(Prefetch("documents", PAPERS))
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("p")),
        "statuses": OrderStatus.choices,
        "query": request.GET.get("q", ""),
        "status": request.GET.get("status", ""),
        "notices": attention.notices(),
        "at_stripe": gateway.is_configured(),
        "may_change": request.user.has_perm(CHANGE),
    }
    return render(request, "places/cms/orders.html", context)


@for_staff(VIEW)
@require_POST
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """What the list shows now, as a table: three times a day at most (R73)."""
    now = timezone.now()
    wait = exporting.wait(request.user, now=now)
    if wait:
        return _another_time(request, at=now + wait)
    record(exporting.EXPORTED, actor=request.user.pk, at=now)
    found = found_orders(request).prefetch_related(Prefetch("documents", PAPERS), "ledger")
    rows = orders_as_csv(found.iterator(chunk_size=500))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return response


def _another_time(request: HttpRequest, *, at: datetime) -> HttpResponse:
    words = _("You have had three tables within a day. The next is ready for you on %(at)s.")
    when = date_format(timezone.localtime(at), "j F, H:i")
    messages.warning(request, words % {"at": when} + " " + _("This page shows the same orders."))
    response = orders(request)
    response.status_code = 429
    response["Retry-After"] = ceil((at - timezone.now()).total_seconds())
    return response


@for_staff(VIEW)
def differences(request: HttpRequest) -> HttpResponse:
    """Where Stripe and our books do not say the same, as it was found last night."""
    found = Difference.objects.select_related("order")
    compared = Entry.objects.filter(action=comparing.COMPARED).order_by("-at").first()
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("p")),
        "compared": compared.at if compared else None,
        "days": comparing.LATELY.days,
    }
    return render(request, "places/cms/differences.html", context)


@for_staff(VIEW)
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about one order, and what can be done with it now."""
    orders = Order.objects.select_related("cohort", "organisation", "discount")
    found = get_object_or_404(orders, pk=pk)
    asked = found.refunds.select_related("asked_by", "agreed_by")
    refunds = list(asked.prefetch_related("replacements"))
    may_change = request.user.has_perm(CHANGE)
    for refund in refunds:
        refund.order = found
        refund.waits = refunding.did_not_arrive(refund)
        refund.actions = _possible(ON_REFUNDS, refund) if may_change else []
    payments = list(found.payments.all())
    context = {
        "order": found,
        "places": _places(found),
        "payments": payments,
        "ledger": found.ledger.all(),
        "left": refunding.left(found),
        "papers": PAPERS.filter(order=found),
        "refunds": refunds,
        "events": _events(payments),
        "history": _history(found),
        "actions": _possible(ON_ORDERS, found) if may_change else [],
    }
    return render(request, "places/cms/order.html", context)


def _possible(actions: dict[str, Action], about: Order | Refund) -> list[dict[str, Any]]:
    possible = [{"name": name, "action": a} for name, a in actions.items() if a.may(about)]
    return sorted(possible, key=lambda one: one["action"].serious)


def _places(order: Order) -> list[tuple[str, int]]:
    """How many, by what they are. Never who."""
    rows = order.places.order_by().values_list("state").annotate(Count("pk"))
    counted = dict(rows)
    return [(label, counted[state]) for state, label in PlaceState.choices if state in counted]


def _events(payments: list[Any]) -> list[StripeEvent]:
    ids = [i for p in payments for i in (p.object_id, p.intent_id) if i]
    return list(StripeEvent.objects.filter(object_id__in=ids)[:A_PAGE]) if ids else []


def _history(order: Order) -> list[dict[str, Any]]:
    """What the audit says, with names for those who did it."""
    lines = list(Entry.objects.filter(subject=f"order:{order.pk}").order_by("at")[:200])
    ids = {line.actor for line in lines} - {"system"}
    names = {str(p.pk): p.display_name or p.email for p in User.objects.filter(pk__in=ids)}
    return [
        {"line": line, "who": names.get(line.actor) or (line.actor != "system" and _("Someone"))}
        for line in lines
    ]


@for_staff(CHANGE)
@reauthentication_required(allow_get=True)
def act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """Ask before doing something with an order; then do it."""
    found = get_object_or_404(Order.objects.select_related("cohort", "organisation"), pk=pk)
    return _confirm(request, found, found, ON_ORDERS.get(action))


@for_staff(CHANGE)
@reauthentication_required(allow_get=True)
def act_on_refund(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    found = get_object_or_404(Refund.objects.select_related("order__cohort"), pk=pk)
    return _confirm(request, found.order, found, ON_REFUNDS.get(action))


def _confirm(
    request: HttpRequest, order: Order, about: Order | Refund, action: Action | None
) -> HttpResponse:
    if action is None:
        raise Http404
    if not action.may(about):
        messages.warning(request, _("Somebody was here before you. This is how the order is now."))
        return redirect("staff_order", order.pk)
    form = action.form(request.POST if request.method == "POST" else None, about=about)
    if request.method == "POST" and form.is_valid():
        return _do(request, order, about, action, form.cleaned_data)
    status = 422 if request.method == "POST" else 200
    context = {"order": order, "about": about, "action": action, "form": form}
    return render(request, "places/cms/confirm.html", context, status=status)


def _do(
    request: HttpRequest,
    order: Order,
    about: Order | Refund,
    action: Action,
    facts: dict[str, Any],
) -> HttpResponse:
    try:
        action.do(about, by=request.user, now=timezone.now(), **facts)
    except REFUSALS as refusal:
        record(
            f"{action.name}.refused",
            actor=request.user.pk,
            subject=f"order:{order.pk}",
            result="refused",
            at=timezone.now(),
        )
        messages.error(request, explained(refusal, order))
    else:
        messages.success(request, action.done)
    return redirect("staff_order", order.pk)
