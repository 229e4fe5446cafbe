"""Buying: the price first, whole and with tax, then the way to pay. For teams and for oneself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import capacity, finding, joining, turns
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.people.posting import by_post
from course.places import buying, pricing, showing
from course.places.forms import BursaryForm, OneOrderForm, TeamOrderForm
from course.places.models import Order, Organisation
from course.places.states import ENDED, OrderStatus


def groups_for_teams(now: datetime) -> QuerySet[Cohort]:
    """What an organisation can buy places in. Free groups need no order: people just join."""
    return Cohort.objects.to_join(now.date()).filter(team_price_minor__gt=0)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: also to nothing at all, when nothing was filled in."""
    return request.POST if request.method == "POST" else None


@dataclass(frozen=True)
class Sale:
    """A group with the full price of one place for a team, and of ten."""

    group: Cohort
    price: pricing.Price
    ten: pricing.Price


def on_sale(groups: QuerySet[Cohort]) -> list[Sale]:
    """The soonest first, those without dates last."""
    found = groups.order_by(F("starts_on").asc(nulls_last=True), "title")
    prices = ((g, [pricing.price(g, quantity=n, for_team=True) for n in (1, 10)]) for g in found)
    return [Sale(group, *both) for group, both in prices]


# --- For a team -----------------------------------------------------------------------------


@login_required
def buy_for_team(request: HttpRequest, pk: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.for_manager(request.user), pk=pk)
    now = timezone.now()
    groups = on_sale(groups_for_teams(now))
    form = TeamOrderForm(posted(request), initial=_as_before(request, organisation))
    _name_groups(form, groups)
    if request.method == "POST" and form.is_valid():
        order = _start(request, form, organisation=organisation, **form.cleaned_data)
        if order:
            return redirect("team_order", order.pk)
    context = {"form": form, "organisation": organisation, "groups": groups, "key": uuid4()}
    status = 422 if request.method == "POST" else 200
    return render(request, "places/buy.html", context, status=status)


def _name_groups(form: TeamOrderForm, groups: list[Sale]) -> None:
    """Each group with its dates and its full price, so that nobody has to compare two lists."""
    from_database = form.fields["cohort"]
    soonest = F("starts_on").asc(nulls_last=True)
    from_database.queryset = groups_for_teams(timezone.now()).order_by(soonest, "title")
    prices = {sale.group.pk: sale.price for sale in groups}
    from_database.label_from_instance = lambda c: showing.in_words(c, prices[c.pk])
    if len(groups) == 1 and not form.is_bound:
        form.initial.setdefault("cohort", groups[0].group.pk)


def _as_before(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """What was chosen in an order that someone wants to change, or that has ended."""
    earlier = request.GET.get("from", "")
    orders = organisation.orders.select_related("discount")
    left = orders.filter(status__in=[OrderStatus.DRAFT, *ENDED])
    order = next((o for o in left if str(o.pk) == earlier), None)
    if not order:
        return {}
    facts = {n: getattr(order, n) for n in ("cohort", "quantity", "bursaries", "po_number")}
    return facts | {"code": order.discount.code if order.discount else ""}


def _start(
    request: HttpRequest, form: Form, *, cohort: Cohort, code: str, quantity: int, **facts: Any
) -> Order | None:
    """One order for one page, however often its button was pressed. None: the form says why."""
    pk = _same_for_same(request, cohort.pk, code, quantity, *facts.values())
    mine = Order.objects.filter(pk=pk, buyer=request.user)
    if already := mine.first():
        return already
    kept = "organisation" not in facts and turns.has_offer(request.user, cohort.pk)
    wanted = quantity + facts.get("bursaries", 0) - kept
    if cohort.room is not None and cohort.room < wanted:
        where = "quantity" if "quantity" in form.fields else None
        form.add_error(where, _("There is not room for so many in this group. Try fewer."))
        return None
    facts |= {"cohort": cohort, "code": code, "quantity": quantity, "now": timezone.now()}
    try:
        with transaction.atomic():
            return buying.start_order(request.user, pk=pk, **facts)
    except IntegrityError:  # the other click was quicker
        return mine.first()
    except pricing.CodeNotValid:
        form.add_error("code", _("We do not know this code for this group. It may have ended."))
    except buying.NotForSale:
        form.add_error(None, _("This group is closed now. Nothing was ordered."))
    return None


def _same_for_same(request: HttpRequest, *facts: object) -> UUID:
    """An order's id from the page's own key and what was chosen on it."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid4()
    return uuid5(key, repr((request.user.pk, [str(fact) for fact in facts])))


# --- For oneself ----------------------------------------------------------------------------


@login_required
def buy_for_self(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One place: by paying, or by ticking a box."""
    paid_for = Cohort.objects.to_join(timezone.now().date()).filter(price_minor__gt=0)
    kept = Waiting.objects.offered().filter(user=request.user).values("cohort")
    cohort = get_object_or_404(paid_for.filter(Q(joining=Cohort.OPEN) | Q(pk__in=kept)), pk=pk)
    if Enrolment.objects.current().filter(user=request.user, cohort=cohort).exists():
        messages.info(request, _("You have a place in this group already."))
        return redirect("my_programme")
    form = OneOrderForm(posted(request))
    if request.method == "POST" and form.is_valid():
        order = _start(request, form, cohort=cohort, quantity=1, **form.cleaned_data)
        if order:
            return redirect("my_order", order.pk)
    context = {
        "form": form,
        "cohort": cohort,
        "price": pricing.price(cohort, quantity=1, for_team=False),
        "bursary_form": BursaryForm(),
        "key": uuid4(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "places/buy_one.html", context, status=status)


@login_required
@by_post("groups")
def take_bursary(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.to_join(timezone.now().date()), pk=pk)
    if not BursaryForm(request.POST).is_valid():
        messages.info(request, _("Tick the box if you want the bursary place."))
        return redirect("buy_for_self", pk)
    try:
        joining.take_bursary(request.user, cohort=cohort, now=timezone.now())
    except (capacity.Full, joining.NotOpen):
        messages.info(request, _("No bursary place is free in this group just now. Ask us."))
        return redirect("buy_for_self", pk)
    # Word for word what someone reads who joined a free group.
    messages.success(request, finding.welcome(cohort))
    return redirect("my_programme")


@login_required
def my_orders(request: HttpRequest) -> HttpResponse:
    orders = Order.objects.for_buyer(request.user).select_related("cohort")
    orders = orders.exclude(status=OrderStatus.CANCELLED, channel="")
    listed = [(order, showing.STORY[order.status][0]) for order in orders]
    return render(request, "places/my_orders.html", {"orders": listed})
