"""A place that someone bought for themselves: passing it on, and taking it after all."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import joining
from course.places import accepting, inviting, showing
from course.places.forms import AddressForm
from course.places.models import Order, Place
from course.places.states import PlaceState
from course.places.team_views import NOT_NOW, act_on_place

OFFERED = {"remind", "resend", "withdraw", "move"}


@login_required
def own_place(request: HttpRequest, pk: UUID) -> HttpResponse:
    orders = Order.objects.for_buyer(request.user).select_related("cohort")
    order = get_object_or_404(orders, pk=pk, fulfilled_at__isnull=False)
    place = get_object_or_404(showing.places_shown(order))
    given_away = place.holder_id not in {None, request.user.pk}
    action = request.POST.get("action", "")
    form = AddressForm(request.POST if action == "move" else None)
    if request.method == "POST" and (action != "move" or form.is_valid()):
        if not given_away:
            _do(request, order, place, action, form)
        return redirect("own_place", pk)
    context = {
        "order": order,
        "place": place,
        "row": showing.row(place),
        "given_away": given_away,
        "form": form,
        "mine": place.state == PlaceState.ACCEPTED and not given_away,
        "free": place in inviting.free_places(order),
        "offered": not place.holder_id and bool(place.invitations.all()),
    }
    status = 422 if form.errors else 200
    return render(request, "places/own_place.html", context, status=status)


def _do(request: HttpRequest, order: Order, place: Place, action: str, form: AddressForm) -> None:
    """Do it, and say what was done or that nothing was."""
    free, said = place in inviting.free_places(order), ""
    if action == "take":
        said = _take(request, order)
    elif action == "move" and free:
        lines = [form.cleaned_data["email"]]
        answers = inviting.invite(order, lines, by=request.user, now=timezone.now())
        if answers[0].outcome == inviting.Outcome.INVITED:
            said = _("An invitation is on its way.")
        else:
            messages.info(request, NOT_NOW)
    elif action in OFFERED:
        said = act_on_place(request, place, action, form)
    if said:
        messages.success(request, said)


def _take(request: HttpRequest, order: Order) -> str:
    try:
        accepting.take_own(order, user=request.user, now=timezone.now())
    except inviting.CannotNow:
        messages.info(request, NOT_NOW)
    except joining.AlreadyIn:
        messages.info(request, _("You have a place in that group already. Nothing has changed."))
    else:
        return _("The place is yours. Everything is open to you, in any order.")
    return ""
