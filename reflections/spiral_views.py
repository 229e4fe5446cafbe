"""My spiral on screen: for the person whose answers they are, and for nobody else."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from course.people.models import User
from course.people.posting import by_post
from reflections import agreeing, spiral
from reflections.models import Reflection, WritingChoices
from reflections.spiral import Round
from reflections.views import private


@private
@sensitive_variables()
def my_spiral(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """One time round, drawn and as a table: the newest, or the one that holds `pk`."""
    if pk:  # first of all, so that what is not yours is nowhere, whatever else holds
        get_object_or_404(Reflection.objects.for_owner(request.user).kept(), pk=pk)
    if not agreeing.has_agreed(request.user):
        return render(request, "reflections/my_spiral.html", {"agreed": False})
    if not _is_shown(request.user):
        return render(request, "reflections/my_spiral.html", {"agreed": True, "shown": False})
    rounds = spiral.rounds_of(request.user)
    at = _at(rounds, pk)
    entries = spiral.entries_of(request.user, round_=rounds[at]) if rounds else []
    context = {
        "agreed": True,
        "shown": True,
        "entries": entries,
        "drawings": spiral.drawings_of(entries),
        "gaps": spiral.gaps_of(entries),
        "time": at + 1,
        "rounds": _listed(rounds),
        "before": rounds[at - 1][0].pk if at > 0 else None,
        "after": rounds[at + 1][0].pk if at + 1 < len(rounds) else None,
    }
    return render(request, "reflections/my_spiral.html", context)


def _is_shown(user: User) -> bool:
    return not WritingChoices.objects.filter(owner=user, show_spiral=False).exists()


def _at(rounds: list[Round], pk: UUID | None) -> int:
    """The place of the round that holds `pk`, else of the newest one."""
    newest = max(0, len(rounds) - 1)
    held = (at for at, round_ in enumerate(rounds) if any(met.pk == pk for met in round_))
    return next(held, newest)


def _listed(rounds: list[Round]) -> list[dict]:
    """Every time round by its number and its days, the newest first."""
    listed = [
        {"time": time, "pk": round_[0].pk, "first": round_[0].on, "last": round_[-1].on}
        for time, round_ in enumerate(rounds, start=1)
    ]
    return listed[::-1]


@private
@by_post("my_spiral")
def show_spiral(request: HttpRequest) -> HttpResponse:
    """Close the drawing and take its links away, or open it again. The answers stay."""
    shown = request.POST.get("shown") == "yes"
    spiral.show(request.user, shown=shown)
    if shown:
        messages.success(request, _("Your spiral is open again."))
        return redirect("my_spiral")
    messages.success(request, _("Your spiral is closed, and its links are gone. Nothing is lost."))
    return redirect("my_reflections")
