"""The meetings of a group: their dates, cards, ways in and materials, and the run sheet."""

from dataclasses import asdict
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course.audit.recording import record
from course.cohorts import materials, preparing, rescheduling, times
from course.cohorts.meeting_forms import CardForm, MaterialForm
from course.cohorts.models import Cohort, LiveSession, Material
from course.dashboard.workspace.forms import MoveForm, RestForm, WayInForm
from course.dashboard.workspace.frame import my_group, session_titles, show


def meetings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All dates in one list, and the rest week."""
    cohort = my_group(request, pk)
    form = RestForm(request.POST or None, initial={"rest_after": cohort.rest_after})
    status = 200
    if request.method == "POST":
        if form.is_valid() and _move_rest_week(request, cohort, form):
            return redirect("group_meetings", cohort.pk)
        status = 422
    found = list(cohort.live_sessions.all())
    for meeting in found:
        meeting.cohort = cohort
        meeting.is_past = meeting.is_over(timezone.now())
        meeting.missing = preparing.is_complete(meeting)
    context = {"meetings": found, "form": form, "titles": session_titles(cohort)}
    return show(request, "meetings", cohort, tab="group_meetings", status=status, **context)


def _move_rest_week(request: HttpRequest, cohort: Cohort, form: RestForm) -> bool:
    seen = {
        UUID(name[5:]): int(value)
        for name, value in request.POST.items()
        if name.startswith("seen-") and len(name) == 41 and value.isdigit()
    }
    after = form.cleaned_data["rest_after"]
    facts = {"after": after, "seen": seen, "by": request.user, "now": timezone.now()}
    try:
        moved = rescheduling.move_rest_week(cohort, **facts)
    except ValidationError as problem:
        form.add_error("rest_after", problem)
    except rescheduling.ChangedMeanwhile:
        _changed_meanwhile(request)
    else:
        words = _("Moved, and everyone is told once.") if moved else _("It was there already.")
        messages.success(request, words)
        return True
    return False


def _changed_meanwhile(request: HttpRequest) -> None:
    messages.warning(
        request,
        _("Someone changed this while your page was open. Nothing was written. Look again."),
    )


def meeting(request: HttpRequest, pk: UUID, meeting_pk: UUID) -> HttpResponse:
    """One meeting. Each of its four forms is sent by itself."""
    cohort, found = _of(request, pk, meeting_pk)
    asked = request.POST.get("what", "")
    forms = _forms(request, found, asked)
    status = 200
    if asked in forms:
        if forms[asked].is_valid() and DO[asked](request, found, forms[asked]):
            return redirect("group_meeting", cohort.pk, found.pk)
        status = 422
    context = {
        "meeting": found,
        "forms": forms,
        "form": forms.get(asked),
        "title": session_titles(cohort).get(found.number, ""),
        "materials": found.materials.all(),
    }
    return show(request, "meeting", cohort, tab="group_meetings", status=status, **context)


def _of(request: HttpRequest, pk: UUID, meeting_pk: UUID) -> tuple[Cohort, LiveSession]:
    cohort = my_group(request, pk)
    found = get_object_or_404(LiveSession, pk=meeting_pk, cohort=cohort)
    found.cohort = cohort
    return cohort, found


def _forms(request: HttpRequest, meeting: LiveSession, asked: str) -> dict[str, Any]:
    def sent(name: str) -> tuple[Any, Any]:
        return (request.POST, request.FILES) if asked == name else (None, None)

    seen = {"seen": meeting.sequence}
    when = {name: getattr(meeting, name) for name in ("day", "starts", "minutes")} | seen
    way = {"joining_url": meeting.joining_url, "dial_in": meeting.dial_in} | seen
    card = LiveSession.objects.get(pk=meeting.pk)  # the form writes into its own
    return {
        "when": MoveForm(sent("when")[0], initial=when, prefix="when"),
        "way-in": WayInForm(sent("way-in")[0], initial=way, prefix="way"),
        "card": CardForm(sent("card")[0], instance=card, prefix="card"),
        "material": MaterialForm(*sent("material"), prefix="material"),
    }


def _move(request: HttpRequest, meeting: LiveSession, form: MoveForm) -> bool:
    facts = form.cleaned_data | {"by": request.user, "now": timezone.now()}
    try:
        moved = rescheduling.move_meeting(meeting, **facts)
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    except rescheduling.ChangedMeanwhile:
        _changed_meanwhile(request)
        return True
    words = _("Moved. Everyone is told once, with the old and the new time.")
    messages.success(request, words if moved else _("It was then already. Nobody is written to."))
    return True


def _change_way_in(request: HttpRequest, meeting: LiveSession, form: WayInForm) -> bool:
    facts = form.cleaned_data | {"by": request.user, "now": timezone.now()}
    try:
        rescheduling.change_way_in(meeting, **facts)
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    except rescheduling.ChangedMeanwhile:
        _changed_meanwhile(request)
        return True
    messages.success(request, _("Saved. Attendees keep the same page, and it shows the new way."))
    return True


def _prepare(request: HttpRequest, meeting: LiveSession, form: CardForm) -> bool:
    preparing.prepare(meeting, by=request.user.pk, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Saved. This is what attendees read before the meeting."))
    return True


def _add(request: HttpRequest, meeting: LiveSession, form: MaterialForm) -> bool:
    facts = form.cleaned_data | {"file": form.cleaned_data["file"] or None}
    try:
        materials.add_material(meeting, by=request.user.pk, now=timezone.now(), **facts)
    except materials.NotRecognised as problem:
        form.add_error("file", str(problem))
        return False
    messages.success(request, _("Added. Only the people of this group can open it."))
    return True


DO = {"when": _move, "way-in": _change_way_in, "card": _prepare, "material": _add}


@require_POST
def take_away(request: HttpRequest, pk: UUID, meeting_pk: UUID, material: UUID) -> HttpResponse:
    cohort, found = _of(request, pk, meeting_pk)
    one = get_object_or_404(Material, pk=material, meeting=found)
    materials.remove_material(one, by=request.user.pk, now=timezone.now())
    messages.success(request, _("Taken away."))
    return redirect("group_meeting", cohort.pk, found.pk)


@require_POST
def cancel(request: HttpRequest, pk: UUID, meeting_pk: UUID) -> HttpResponse:
    """Cancel a meeting, or bring it back. Letters wait some minutes, so both can be undone."""
    cohort, found = _of(request, pk, meeting_pk)
    back = request.POST.get("back") == "yes"
    change = rescheduling.bring_back if back else rescheduling.cancel_meeting
    seen = request.POST.get("seen", "")
    seen = int(seen) if seen.isdigit() else -1
    try:
        change(found, seen=seen, by=request.user, now=timezone.now())
    except rescheduling.ChangedMeanwhile:
        _changed_meanwhile(request)
    except ValidationError as problem:
        for words in problem.messages:
            messages.warning(request, words)
    else:
        words = _("It takes place again.") if back else _("Cancelled. You can bring it back here.")
        messages.success(request, words + " " + _("People are told in some minutes, once."))
    return redirect("group_meeting", cohort.pk, found.pk)


def run_sheet(request: HttpRequest, pk: UUID, meeting_pk: UUID) -> HttpResponse:
    """What happens when, by the clock, with what to have in mind. Made to be printed."""
    cohort, found = _of(request, pk, meeting_pk)
    record("run_sheet.opened", actor=request.user.pk, subject=f"meeting:{found.pk}")
    context = {
        "meeting": found,
        "title": session_titles(cohort).get(found.number, ""),
        "steps": _steps(found),
        "not_coming": found.not_coming.select_related("enrolment__user"),
        "guests": found.guests.select_related("enrolment__user", "enrolment__cohort"),
        "needs": cohort.enrolments.current()
        .filter(access_needs_sent_at__isnull=False)
        .select_related("user"),
    }
    return show(request, "run_sheet", cohort, tab="group_meetings", **context)


def _steps(meeting: LiveSession) -> list[dict[str, Any]]:
    """The running order by the group's clock."""
    start = meeting.starts_at.astimezone(UTC)
    return [
        asdict(step)
        | {"at": times.clock(start + timedelta(minutes=step.minute), meeting.cohort.zone)}
        for step in preparing.shown(meeting)
    ]
