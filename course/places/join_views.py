"""Invited people: the link, the page that explains, the one button; and what one's organisation
sees afterwards."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from course.cohorts import joining
from course.people.posting import by_post
from course.places import accepting, managing, showing, tokens

PLACE, MANAGING = "join", "manage"  # where a session keeps the hash of a link


@never_cache
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address at once (R48). Mail scanners come here: nothing changes."""
    request.session[PLACE] = tokens.hash_of(token)
    return redirect("join")


@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """What the place is, who offers it, what they will see; and the one button."""
    now, kept = timezone.now(), request.session.get(PLACE, "")
    try:
        link = accepting.find(kept, now=now)
    except accepting.LinkNotGood:
        if request.method == "POST" and kept and request.user.is_authenticated:
            return _accept(request, kept)  # pressed twice, perhaps
        return render(request, "places/join_ended.html", status=404)
    if request.method == "POST" and request.user.is_authenticated:
        return _accept(request, kept)
    order = accepting.order_behind(link)
    context = {"order": order, "organisation": order.organisation, "cohort": order.cohort}
    return render(request, "places/join.html", context)


def _accept(request: HttpRequest, token_hash: str) -> HttpResponse:
    try:
        accepting.accept(token_hash, user=request.user, now=timezone.now())
    except accepting.LinkNotGood:
        return render(request, "places/join_ended.html", status=404)
    except accepting.NotVerified:
        messages.info(request, _("First show that your address is yours. Then press again."))
        return redirect("account_email")
    except joining.AlreadyIn:
        return render(request, "places/join_already.html")
    messages.success(request, _("You have a place. Everything is open to you, in any order."))
    return redirect("my_programme")


# --- Looking after places ---------------------------------------------------------------------


@never_cache
def open_manager_invitation(request: HttpRequest, token: str) -> HttpResponse:
    request.session[MANAGING] = tokens.hash_of(token)
    return redirect("become_manager")


@never_cache
def become_manager(request: HttpRequest) -> HttpResponse:
    now, kept = timezone.now(), request.session.get(MANAGING, "")
    try:
        asked = managing.find(kept, now=now)
        if request.method == "POST" and request.user.is_authenticated:
            organisation = managing.become_manager(kept, user=request.user, now=now)
            messages.success(request, _("You look after these places now, with others."))
            return redirect("organisation", organisation.pk)
    except managing.LinkNotGood:
        return render(request, "places/join_ended.html", {"managing": True}, status=404)
    except managing.NotForYou:
        messages.info(request, _("This was sent to another address. Sign in with that one."))
        return redirect("become_manager")
    return render(request, "places/become_manager.html", {"organisation": asked.organisation})


# --- What one's organisation sees ---------------------------------------------------------------


@login_required
def my_organisation(request: HttpRequest) -> HttpResponse:
    """The very row that the organisation sees, and the one thing that can be shown or not."""
    places = [(place, showing.row(place)) for place in showing.places_of(request.user)]
    return render(request, "places/my_organisation.html", {"places": places})


@login_required
@by_post("my_organisation")
def show_completion(request: HttpRequest, pk: UUID) -> HttpResponse:
    yes = request.POST.get("show") == "yes"
    if not showing.show_completion(pk, user=request.user, yes=yes, now=timezone.now()):
        raise Http404
    said = (
        _("Your organisation can see it once you have completed. You can change that here.")
        if yes
        else _("Your organisation does not see whether you completed.")
    )
    messages.success(request, said)
    return redirect(reverse("my_organisation"))
