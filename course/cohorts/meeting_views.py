from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from course.cohorts import materials, preparing, times
from course.cohorts.admitting import cohorts_of, meetings_for, visits_of
from course.cohorts.models import Cohort, LiveSession, Material
from course.cohorts.models.meetings import DOORS


@login_required
def meeting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One meeting: what to expect, what goes with it, and the way in while it is open.

    Everyone opens it in the same quarter of an hour, so it asks the database twice.
    """
    found = get_object_or_404(meetings_for(request.user), pk=pk)
    zone = times.zone_for(request.user, found.cohort)
    start = found.starts_at.astimezone(UTC)
    context = {
        "meeting": found,
        "cohort": found.cohort,
        "zone": zone,
        "when": times.when(found, zone),
        "state": _state(found),
        "opens_at": times.at(start - DOORS, zone),
        "has_begun": start <= timezone.now(),
        "steps": [
            {"step": step, "at": times.clock(start + timedelta(minutes=step.minute), zone)}
            for step in preparing.shown(found)
        ],
    }
    return render(request, "cohorts/meeting.html", context | _with(found))


def _state(meeting: LiveSession) -> str:
    """“off”, “over”, “open” or “to_come”."""
    now = timezone.now()
    if meeting.cancelled_at or meeting.cohort.cancelled_at:
        return "off"
    if meeting.is_over(now):
        return "over"
    return "open" if meeting.is_open(now) else "to_come"


def _with(meeting: LiveSession) -> dict[str, Any]:
    """What goes with it, before and after; captions belong to their recording."""
    found = list(meeting.materials.defer("words"))
    for material in found:
        material.is_page = materials.is_page(material)
        material.is_sound = materials.is_sound(material)
        material.ending = material.file.name.rpartition(".")[2]
    return {
        "ahead": [m for m in found if m.kind in materials.AHEAD],
        "after": [m for m in found if m.kind not in materials.AHEAD | {Material.CAPTIONS}],
        "captions": next((m for m in found if m.kind == Material.CAPTIONS and m.file), None),
    }


@login_required
def way_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the room, at whoever provides it. The link stands in no page, cache or log of ours."""
    found = get_object_or_404(meetings_for(request.user), pk=pk)
    if _state(found) != "open" or not found.joining_url:
        return redirect("meeting", pk=pk)
    response = HttpResponseRedirect(found.joining_url)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response


@login_required
def dates(request: HttpRequest) -> HttpResponse:
    """Every date of every group of someone's, in one list."""
    found = cohorts_of(request.user).prefetch_related("live_sessions")
    visits = visits_of(request.user).order_by("day", "starts")
    context = {
        "groups": [_dates_of(cohort) for cohort in found.order_by("starts_on", "title")],
        "visits": visits,
        "now": timezone.now(),
    }
    return render(request, "cohorts/dates.html", context)


def _dates_of(cohort: Cohort) -> dict[str, Any]:
    now = timezone.now()
    meetings = list(cohort.live_sessions.all())
    rest_after = times.rest_after(cohort, meetings)
    rows = []
    for one in meetings:
        rows.append(
            {
                "meeting": one,
                "is_off": bool(one.cancelled_at or cohort.cancelled_at),
                "is_over": one.is_over(now),
                "rest_week": times.week_after(one.day) if one.number == rest_after else None,
            }
        )
    return {"cohort": cohort, "rows": rows}
