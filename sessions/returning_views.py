from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import capacity, joining
from course.cohorts.models import Cohort, Enrolment
from course.people.posting import by_post
from course.places import continuing
from course.places.changing import CannotMove
from sessions import returning


@login_required
def at_my_pace(request: HttpRequest) -> HttpResponse:
    """Pause, go on later, begin again, leave: what each of them does, before it is pressed."""
    now = timezone.now()
    current = Enrolment.objects.current().for_attendee(request.user).select_related("cohort")
    groups = [_group(enrolment, now=now) for enrolment in current.order_by("-enrolled_at")]
    left = returning.left_lately(request.user.pk, now=now)
    return render(request, "sessions/returning.html", {"groups": groups, "left": left})


def _group(enrolment: Enrolment, *, now: Any) -> dict[str, Any]:
    completed = hasattr(enrolment, "completion")
    place = continuing.place_of(enrolment)
    before = enrolment.continues
    return {
        "enrolment": enrolment,
        "completed": completed,
        "later": [] if completed else continuing.later_groups(enrolment, now=now),
        "organisation": place.order.organisation if place else None,
        "paid": place is not None,
        "started": place is not None and place.state != "accepted",
        "undo_defer": before and returning.may_undo_deferring(enrolment, now=now),
        "undo_again": before and returning.may_undo_beginning(enrolment),
    }


@login_required
@by_post("at_my_pace")
def change_pace(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    every = Enrolment.objects.for_attendee(request.user).select_related("cohort", "user")
    enrolment = get_object_or_404(every, pk=pk)
    if action not in ACTIONS:
        raise Http404
    try:
        messages.success(request, ACTIONS[action](request, enrolment))
    except capacity.Full:
        messages.info(request, _("There is no place there just now. You keep what you have."))
    except joining.AlreadyIn:
        messages.info(request, _("You are in that group already. Nothing has changed."))
    except (CannotMove, returning.CannotUndo):
        messages.info(request, _("That cannot be done here any more. Nothing has changed."))
    return redirect("at_my_pace")


def _pause(_request: HttpRequest, enrolment: Enrolment) -> str:
    returning.pause(enrolment, now=timezone.now())
    return _("You are taking a pause. Your place is kept, and we send nothing meanwhile.")


def _come_back(_request: HttpRequest, enrolment: Enrolment) -> str:
    returning.come_back(enrolment)
    return _("Good to have you back. Everything is where you left it.")


def _defer(request: HttpRequest, enrolment: Enrolment) -> str:
    try:
        wanted = UUID(request.POST.get("to", ""))
    except ValueError:
        return _("Nothing has changed. Choose one of the groups first.")
    to = get_object_or_404(Cohort, pk=wanted)
    returning.defer(enrolment, to=to, now=timezone.now())
    return _("You go on with %(group)s. What you attended counts there.") % {"group": to.title}


def _undo_defer(_request: HttpRequest, enrolment: Enrolment) -> str:
    before = returning.undo_deferring(enrolment, now=timezone.now())
    return _("You are back in %(group)s, with everything.") % {"group": before.cohort.title}


def _begin_again(_request: HttpRequest, enrolment: Enrolment) -> str:
    returning.begin_again(enrolment, now=timezone.now())
    return _("A fresh round begins. The earlier one, and what you wrote, are kept.")


def _undo_again(_request: HttpRequest, enrolment: Enrolment) -> str:
    returning.undo_beginning(enrolment, now=timezone.now())
    return _("You go on with the earlier round.")


def _leave(_request: HttpRequest, enrolment: Enrolment) -> str:
    returning.leave(enrolment, now=timezone.now())
    return _("You have left. What you wrote, attended and earned stays yours.")


def _undo_leave(_request: HttpRequest, enrolment: Enrolment) -> str:
    returning.undo_leaving(enrolment, now=timezone.now())
    return _("You have your place again. Everything is where you left it.")


ACTIONS: dict[str, Callable[[HttpRequest, Enrolment], str]] = {
    "pause": _pause,
    "come-back": _come_back,
    "later": _defer,
    "not-later": _undo_defer,
    "begin-again": _begin_again,
    "not-again": _undo_again,
    "leave": _leave,
    "not-leave": _undo_leave,
}
