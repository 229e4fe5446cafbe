"""“What is noted about you”: the pages of the person themselves."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import capacity
from course.cohorts.models import Enrolment, LiveSession
from course.people.posting import by_post
from sessions import missing, questioning
from sessions.forms import QuestionForm
from sessions.standing import Standing, rounds_of, standings


@login_required
def my_attendance(request: HttpRequest) -> HttpResponse:
    """Everything that is noted, and who can see it."""
    rounds = rounds_of(request.user.pk)
    chosen = next((e for e in rounds if str(e.pk) == request.GET.get("group")), None)
    enrolment = chosen or (rounds[0] if rounds else None)
    lines = standings(enrolment, now=timezone.now()) if enrolment else []
    context = {
        "enrolment": enrolment,
        "others": [e for e in rounds if e is not enrolment],
        "lines": lines,
        "live_minutes": sum(one.attendance.live_minutes for one in lines if one.attendance),
        "own_minutes": sum(one.attendance.own_minutes for one in lines if one.attendance),
        "waits": [one for one in lines if one.question and not one.question.settled_at],
    }
    return render(request, "sessions/attendance.html", context)


@login_required
def attendance_of(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One session: what is noted, how to question it, and the equal ways of catching up."""
    enrolment, one = _mine(request, pk, number)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        questioning.ask(enrolment, number=number, words=words, now=timezone.now())
        messages.success(request, _("Your facilitators see your question now. Nothing is changed."))
        return redirect("attendance_of", pk, number)
    context = {"enrolment": enrolment, "one": one, "form": form, "visits": _visits(enrolment, one)}
    status = 422 if form.errors else 200
    return render(request, "sessions/attendance_of.html", context, status=status)


def _visits(enrolment: Enrolment, one: Standing) -> list[LiveSession]:
    now = timezone.now()
    if one.counts or enrolment.ended_at:
        return []
    coming = missing.meetings_to_visit(enrolment, number=one.number, now=now)
    return [meeting for meeting in coming if meeting != one.visit]


def _mine(request: HttpRequest, pk: UUID, number: int) -> tuple[Enrolment, Standing]:
    every = Enrolment.objects.for_attendee(request.user).select_related("cohort")
    enrolment = get_object_or_404(every, pk=pk)
    lines = standings(enrolment, now=timezone.now())
    one = next((one for one in lines if one.number == number), None)
    if one is None:
        raise Http404
    return enrolment, one


@login_required
@by_post("my_attendance")
def change_attendance(request: HttpRequest, pk: UUID, number: int, action: str) -> HttpResponse:
    """One press each; every one of them can be taken back with another."""
    enrolment, one = _mine(request, pk, number)
    if action not in ACTIONS:
        raise Http404
    try:
        said = ACTIONS[action](request, enrolment, one)
    except missing.NotNow:
        messages.info(request, _("That meeting cannot be changed any more. Nothing has changed."))
    except capacity.Full:
        messages.info(request, _("That group has no chair free just now. Nothing has changed."))
    else:
        messages.success(request, said)
    return redirect("attendance_of", pk, number)


def _take_question_back(_request: HttpRequest, enrolment: Enrolment, one: Standing) -> str:
    questioning.take_back(enrolment, number=one.number)
    return _("Taken back. Your question and its words are gone.")


def _not_coming(_request: HttpRequest, enrolment: Enrolment, one: Standing) -> str:
    meeting = _own_meeting(enrolment, one)
    missing.say_not_coming(enrolment, meeting=meeting, now=timezone.now())
    return _("Noted, and your facilitators see it. You can come all the same.")


def _coming(_request: HttpRequest, enrolment: Enrolment, one: Standing) -> str:
    missing.take_back(enrolment, meeting=_own_meeting(enrolment, one))
    return _("Taken back. You are expected as before.")


def _own_meeting(enrolment: Enrolment, one: Standing) -> LiveSession:
    if one.meeting is None or enrolment.ended_at:
        raise Http404
    return one.meeting


def _visit(request: HttpRequest, enrolment: Enrolment, one: Standing) -> str:
    meeting = _other_meeting(request, enrolment, one)
    if enrolment.ended_at:
        raise missing.NotNow
    missing.visit(enrolment, meeting=meeting, now=timezone.now())
    return _("You are expected there as a guest. The meeting is among your dates now.")


def _not_visiting(request: HttpRequest, enrolment: Enrolment, one: Standing) -> str:
    meeting = _other_meeting(request, enrolment, one)
    missing.cancel_visit(enrolment, meeting=meeting, now=timezone.now())
    return _("Taken back. They do not expect you, and nobody asks why.")


def _other_meeting(request: HttpRequest, enrolment: Enrolment, one: Standing) -> LiveSession:
    """As the page offered it. What cannot be an id at all is nobody's meeting."""
    try:
        wanted = UUID(request.POST.get("meeting", ""))
    except ValueError:
        raise Http404 from None
    meetings = LiveSession.objects.filter(
        number=one.number, cohort__programme_id=enrolment.cohort.programme_id
    )
    return get_object_or_404(meetings.select_related("cohort"), pk=wanted)


ACTIONS: dict[str, Callable[[HttpRequest, Enrolment, Standing], str]] = {
    "take-question-back": _take_question_back,
    "not-coming": _not_coming,
    "coming": _coming,
    "visit": _visit,
    "not-visiting": _not_visiting,
}
