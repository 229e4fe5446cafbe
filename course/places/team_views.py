"""An organisation's pages: what it is, who looks after it, and one order's people."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course import mail
from course.places import accepting, inviting, managing, resting, showing, tokens
from course.places.buy_views import groups_for_teams, on_sale, posted
from course.places.forms import AddressForm, InviteForm, JoinLinkForm, OrganisationForm
from course.places.models import Order, Organisation, Place
from course.places.states import OrderStatus, PlaceState

PAGE = 50  # places on one page
CHANGING = {PlaceState.INVITED, PlaceState.ACCEPTED}
RESTING = gettext_lazy(
    "Nothing was sent: new invitations rest until the invoice is paid. Whoever is in stays in."
)


def _mine(request: HttpRequest, pk: UUID) -> Organisation:
    return get_object_or_404(Organisation.objects.for_manager(request.user), pk=pk)


def _order(request: HttpRequest, pk: UUID) -> Order:
    orders = Order.objects.for_manager(request.user).select_related("organisation", "cohort")
    return get_object_or_404(orders, pk=pk)


def teams(request: HttpRequest) -> HttpResponse:
    """The front door for organisations; for a manager, also the way to their own."""
    mine = Organisation.objects.none()
    if request.user.is_authenticated:
        mine = Organisation.objects.for_manager(request.user)
    context = {"organisations": mine, "groups": on_sale(groups_for_teams(timezone.now()))}
    return render(request, "places/teams.html", context)


@login_required
def new_organisation(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(posted(request), initial={"billing_email": request.user.email})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        made = managing.found_organisation(request.user, now=timezone.now(), **facts)
        messages.success(request, _("That is kept. Now you can choose a group and a number."))
        return redirect("buy_for_team", made.pk)
    return _form(request, "places/organisation_form.html", {"form": form})


@login_required
def organisation(request: HttpRequest, pk: UUID) -> HttpResponse:
    mine = _mine(request, pk)
    left = [OrderStatus.CANCELLED]
    orders = mine.orders.exclude(status__in=left, channel="").select_related("cohort")
    listed = [(order, showing.STORY[order.status][0]) for order in orders]
    managers = mine.managers.count()
    context = {"organisation": mine, "orders": listed, "managers": managers}
    return render(request, "places/organisation.html", context)


@login_required
def organisation_details(request: HttpRequest, pk: UUID) -> HttpResponse:
    mine = _mine(request, pk)
    form = OrganisationForm(posted(request), instance=mine)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("That is kept. Invoices already made stay as they are."))
        return redirect("organisation", pk)
    name = Organisation.objects.values_list("name", flat=True).get(pk=pk)
    return _form(request, "places/organisation_form.html", {"form": form, "name": name, "pk": pk})


def _form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    wrong = request.method == "POST"
    return render(request, template, context, status=422 if wrong else 200)


@login_required
def managers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who looks after the places: see them, ask another, take one out."""
    mine = _mine(request, pk)
    form = AddressForm(request.POST if request.POST.get("action") == "ask" else None)
    if request.method == "POST":
        changed = _change_managers(request, mine, form)
        if changed:
            return changed
    context = {
        "organisation": mine,
        "form": form,
        "managers": mine.managers.select_related("user").order_by("since"),
        "asked": mine.manager_invitations.filter(state="pending", expires_at__gt=timezone.now()),
    }
    return render(request, "places/managers.html", context, status=422 if form.errors else 200)


@reauthentication_required  # who may act for an organisation is sensitive (R54)
def _change_managers(
    request: HttpRequest, mine: Organisation, form: AddressForm
) -> HttpResponse | None:
    """Ask the address that was typed, or take out whoever was chosen. None: it was mistyped."""
    if form.is_bound and not form.is_valid():
        return None
    if form.is_bound:
        email = form.cleaned_data["email"]
        managing.ask_to_manage(mine, email, by=request.user, now=timezone.now())
        said = _("We write to %(email)s. They decide, and then stand in this list.")
        messages.success(request, said % {"email": email})
    else:
        _remove(request, mine)
    still = mine.managers.filter(user=request.user).exists()
    return redirect("managers", mine.pk) if still else redirect("teams")


def _remove(request: HttpRequest, mine: Organisation) -> None:
    """Take out a manager, or take back a question that nobody answered yet."""
    chosen, now = request.POST.get("who", ""), timezone.now()
    manager = mine.managers.filter(pk=chosen).first() if chosen.isdigit() else None
    asked = next((a for a in mine.manager_invitations.all() if str(a.pk) == chosen), None)
    if asked:
        managing.withdraw_asking(asked, by=request.user, now=now)
        messages.success(request, _("Taken back. That link does not work any more."))
    if manager:
        try:
            managing.remove_manager(manager, by=request.user, now=now)
            messages.success(request, _("Taken out. The places stay as they are."))
        except managing.LastManager:
            messages.info(request, _("Someone has to look after the places. Ask another first."))


# --- One order's people ---------------------------------------------------------------------


def people_of(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The part of an order's page that is about its places."""
    page = Paginator(showing.places_shown(order), PAGE).get_page(request.GET.get("page"))
    link = order.join_links.filter(closed_at=None, expires_at__gt=timezone.now()).first()
    if link:
        link.address = mail.link(f"/join/{tokens.token(tokens.JOIN_LINK, link.pk)}/")
    counts = showing.counts(order)
    return {
        "counts": counts,
        "page": page,
        "rows": [(p.pk, showing.row(p), p.state in CHANGING) for p in page],
        "link": link,
        "link_form": JoinLinkForm(initial={"cap": counts.free or counts.bought}),
        "invite_form": InviteForm(),
        "resting": resting.rests(order, now=timezone.now()),
    }


@login_required
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invite by typing, pasting or a file; every line is answered for."""
    order = _order(request, pk)
    if request.method != "POST":
        return redirect("team_order", pk)
    form = InviteForm(request.POST, request.FILES)
    context: dict[str, Any] = {"order": order, "form": form}
    if form.is_valid():
        lines = form.cleaned_data["lines"]
        try:
            answers = inviting.invite(order, lines, by=request.user, now=timezone.now())
        except resting.InvitingRests:
            messages.info(request, RESTING)
            return redirect("team_order", pk)
        found = {o: [a.line for a in answers if a.outcome == o] for o in inviting.Outcome}
        context |= {"found": found, "invited": len(found["invited"]), "lines": len(lines)}
    context["counts"] = showing.counts(order)
    return render(request, "places/invite.html", context, status=422 if form.errors else 200)


@login_required
def join_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    order, now = _order(request, pk), timezone.now()
    form = JoinLinkForm(request.POST)
    if request.method == "POST" and request.POST.get("action") == "close":
        accepting.close_join_link(order, by=request.user, now=now)
        messages.success(request, _("The link is closed. Places already taken stay taken."))
    elif request.method == "POST" and form.is_valid():
        try:
            accepting.open_join_link(order, cap=form.cleaned_data["cap"], by=request.user, now=now)
            messages.success(request, _("Here is your link. An earlier one has stopped working."))
        except resting.InvitingRests:
            messages.info(request, RESTING)
        except inviting.CannotNow:
            said = _(
                "A link can be for at most the number of places you have. Nothing has changed."
            )
            messages.info(request, said)
    elif request.method == "POST":
        messages.info(request, form.errors["cap"][0] + " " + _("Nothing has changed."))
    return redirect("team_order", pk)


# --- One place ------------------------------------------------------------------------------


@login_required
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What can be done with one place, and what that means for the person in it."""
    places = Place.objects.for_manager(request.user).live()
    found = get_object_or_404(places.select_related("order__organisation", "cohort"), pk=pk)
    action = request.POST.get("action", "")
    form = AddressForm(request.POST if action == "move" else None)
    if request.method == "POST" and (action != "move" or form.is_valid()):
        said = act_on_place(request, found, action, form)
        if said:
            messages.success(request, said)
        return redirect("team_order", found.order_id)
    row = showing.row(showing.places_shown(found.order).get(pk=pk))
    context = {"place": found, "order": found.order, "row": row, "form": form}
    return render(request, "places/place.html", context, status=422 if form.errors else 200)


NOT_NOW = gettext_lazy(
    "That cannot be done just now. Nothing has changed. Here is how the places stand."
)


def act_on_place(request: HttpRequest, place: Place, action: str, form: AddressForm) -> str:
    """Do it, and say what was done; nothing said means that nothing was done."""
    facts = {"by": request.user, "now": timezone.now()}
    flows = {
        "remind": (inviting.remind, _("A reminder is on its way. The link is the same.")),
        "resend": (inviting.resend, _("A new link is on its way. The old one has stopped.")),
        "withdraw": (inviting.withdraw, _("The invitation is taken back. The place is free.")),
        "take_back": (inviting.take_back, _("The place is free. We tell the person.")),
        "move": (inviting.transfer, _("A new invitation is on its way.")),
    }
    if action not in flows:
        return ""
    flow, said = flows[action]
    if action == "move":
        facts["email"] = form.cleaned_data["email"]
    try:
        flow(place, **facts)
    except inviting.CannotNow:
        messages.info(request, NOT_NOW)
        return ""
    except resting.InvitingRests:
        messages.info(request, RESTING)
        return ""
    except inviting.TooManyLetters:
        messages.info(request, _("That address had letters from us today. Try again tomorrow."))
        return ""
    return said
