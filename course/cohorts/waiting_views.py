"""Asking for a place, and what someone does with one that is kept for them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import finding, joining, waiting
from course.cohorts.models import Cohort, Waiting
from course.people.posting import by_post


@login_required
@by_post("groups")
def ask_for_place(request: HttpRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    cohort = get_object_or_404(Cohort.objects.to_join(now.date()), pk=pk)
    try:
        waiting.ask(request.user, cohort=cohort, now=now)
    except joining.AlreadyIn:
        messages.info(request, _("You have a place in this group already."))
        return redirect("my_programme")
    except joining.NotOpen:
        messages.info(request, _("Nobody can ask for a place there just now. Nothing has changed."))
        return redirect("groups")
    return redirect("waiting", pk)


@login_required
def waiting_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where someone stands on one list. Letters lead here; only pressing changes anything."""
    mine = Waiting.objects.filter(user=request.user, cohort=pk).select_related("cohort")
    wait = mine.order_by("-since").first()
    if not wait:
        raise Http404
    if request.method == "POST":
        choose = CHOICES.get(request.POST.get("action", ""))
        return choose(request, wait) if choose else redirect("waiting", pk)
    cohort = finding.with_standing([wait.cohort], request.user, now=timezone.now())[0]
    is_open = cohort.takes_people(timezone.localdate())
    context = {"cohort": cohort, "wait": wait, "is_open": is_open}
    return render(request, "cohorts/waiting.html", context)


def _accept(request: HttpRequest, wait: Waiting) -> HttpResponse:
    if not wait.cohort.is_free:
        return redirect("buy_for_self", wait.cohort_id)
    try:
        waiting.accept(wait, now=timezone.now())
    except (waiting.OfferOver, joining.NotOpen):
        messages.info(request, _("That place has gone on. Here is where you stand now."))
        return redirect("waiting", wait.cohort_id)
    messages.success(request, finding.welcome(wait.cohort))
    return redirect("my_programme")


def _decline(request: HttpRequest, wait: Waiting) -> HttpResponse:
    if waiting.decline(wait, now=timezone.now()):
        said = _("The place goes to the next person. You are still on the list.")
        messages.success(request, said)
    return redirect("waiting", wait.cohort_id)


def _leave(request: HttpRequest, wait: Waiting) -> HttpResponse:
    waiting.leave(wait, now=timezone.now())
    messages.success(request, _("You have left the list. You can ask again at any time."))
    return redirect("groups")


CHOICES: dict[str, Callable[[HttpRequest, Waiting], HttpResponse]] = {
    "accept": _accept,
    "decline": _decline,
    "leave": _leave,
}
