from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.views import serve as wagtail_serve

from course.cohorts import finding
from course.cohorts.models import Cohort, Enrolment
from course.people.posting import by_post
from sessions import attending, drawing, reading, stepping
from sessions.blocks.settled import as_chosen
from sessions.models import SessionPage
from sessions.reading import Frame, Shown


def session_page(request: HttpRequest, programme_slug: str, session_slug: str) -> HttpResponse:
    """A session at its Wagtail address: whole for who may see it, its summary for all others."""
    frame = reading.frame_of(programme_slug)
    session = frame.find(session_slug) if frame else None
    if session is None:
        return wagtail_serve(request, f"{programme_slug}/{session_slug}/")
    enrolment, later = None, None
    if request.user.is_authenticated:
        enrolment = reading.enrolment_for(request.user, frame=frame, session=session)
        later = enrolment and reading.opens_on(enrolment, session=session, now=timezone.now())
    may_read = enrolment and not later
    access = "attendee" if may_read else _access_without_place(request, frame, session)
    if not access:
        return _public_summary(request, frame=frame, session=session, opens_on=later)
    if enrolment and not enrolment["opened_at"]:
        place = Enrolment.objects.get(pk=enrolment["pk"])
        attending.open_session(place, session=session, now=timezone.now())
    shared = reading.shared_part(session, frame=frame, access=access)
    here = _place(enrolment, shared["parts"])
    context = {
        "page": session,
        "frame": frame,
        "total": frame.total,
        "access": access,
        "enrolment": enrolment,
        "shared": shared,
        "here": here,
        "closing": _closing(enrolment, shared["closing"], here),
    }
    return _whole_or_one_part(request, context)


def _whole_or_one_part(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    shared = context["shared"]
    step = stepping.step_of(
        shared["parts"],
        wanted=request.GET.get("part", ""),
        always=request.reading.get("focus") == "on",
        has_end=bool(context["enrolment"]),
    )
    context["opening"] = shared["start" if step else "opening"]
    if request.reading.get("notes") == "full":
        context["opening"] = context["opening"].replace("<details data-note", "<details open")
    if step is None:
        body = as_chosen(drawing.whole(shared), request.reading)
        return render(request, "sessions/session_page.html", context | {"body": body})
    part = as_chosen(drawing.only(shared, step["here"]["anchor"]), request.reading)
    return render(request, "sessions/session_step.html", context | {"step": step, "part": part})


def _access_without_place(request: HttpRequest, frame: Frame, session: Shown) -> str:
    """Why someone without a place sees the whole session, or "" where they do not."""
    access = reading.may_read_without_place(request.user, frame=frame)
    return access or ("open" if session.open_to_all else "")


def _place(enrolment: dict[str, Any] | None, parts: list[dict]) -> dict | None:
    """The part where this reader stopped, if it still exists and is not the first."""
    if not enrolment or not enrolment["place"]:
        return None
    return next((part for part in parts[1:] if part["anchor"] == enrolment["place"]), None)


def _closing(enrolment: dict[str, Any] | None, drawn: dict[str, str], here: dict | None) -> str:
    """The end of the page as it is for someone who stands to the session like this reader."""
    if not enrolment:
        return ""
    state = enrolment["state"] or ""
    standing = f"{state}{int(bool(enrolment['own_minutes']))}"
    closing = drawn.get(standing, drawn["0"])
    chosen = f'value="{here["anchor"]}"' if here else None
    return closing.replace(chosen, f"{chosen} selected") if chosen else closing


def _public_summary(
    request: HttpRequest, *, frame: Frame, session: Shown, opens_on: date | None
) -> HttpResponse:
    """What anyone may read of a session, and the way in: a place, or the day it opens."""
    page = get_object_or_404(SessionPage.objects.live().defer("body", "prompts"), pk=session.pk)
    now = timezone.now()
    cohorts = Cohort.objects.to_join(now.date()).filter(programme_id=frame.programme_id)[:5]
    context = {
        "opens_on": opens_on,
        "page": page,
        "frame": frame,
        "total": frame.total,
        "previous": frame.beside(session.number, -1),
        "next": frame.beside(session.number, +1),
        "taster": next((s for s in frame.sessions if s.open_to_all), None),
        "cohorts": [] if opens_on else finding.with_standing(cohorts, request.user, now=now),
    }
    return render(request, "sessions/session_public.html", context)


def _mine(request: HttpRequest, key: UUID) -> tuple[SessionPage, Enrolment]:
    """The session with this key and the reader's own place in its programme, or a 404."""
    session = get_object_or_404(SessionPage.objects.live().defer("body", "prompts"), key=key)
    enrolment = (
        Enrolment.objects.current()
        .for_attendee(request.user)
        .filter(cohort__programme_id=session.get_parent().pk)
        .select_related("cohort")
        .order_by("-enrolled_at")
        .first()
    )
    if enrolment is None:
        raise Http404
    return session, enrolment


@login_required
@by_post("my_programme")
def keep_place(request: HttpRequest, key: UUID) -> HttpResponse:
    session, enrolment = _mine(request, key)
    part = request.POST.get("part", "")
    if part.startswith("part-") and len(part) == len("part-12345678") and part[5:].isalnum():
        attending.keep_place(enrolment, session=session, part=part, now=timezone.now())
    if request.POST.get("stop"):
        messages.success(request, _("We have kept your place."))
        return redirect("my_programme")
    return HttpResponse(status=204)


@login_required
@by_post("my_programme")
def work_through(request: HttpRequest, key: UUID) -> HttpResponse:
    session, enrolment = _mine(request, key)
    had = hasattr(enrolment, "completion")
    completion = attending.work_through(enrolment, session=session, now=timezone.now())
    if completion and not had:
        messages.success(
            request,
            _("That was the last session you needed. Your certificate is being drawn now."),
        )
        return redirect("my_programme")
    messages.success(request, _("Noted. You can take it back on the session’s page."))
    return redirect("my_programme")


@login_required
@by_post("my_programme")
def undo_work_through(request: HttpRequest, key: UUID) -> HttpResponse:
    session, enrolment = _mine(request, key)
    if attending.undo_work_through(enrolment, session=session):
        messages.success(request, _("Taken back. Nothing else has changed."))
    else:
        messages.info(request, _("Your certificate rests on this session, so the tick stays."))
    return redirect(session.url)
