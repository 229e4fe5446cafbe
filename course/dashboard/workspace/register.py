"""The register of a meeting: a whole group in under a minute, from the keyboard too."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course.cohorts.models import LiveSession
from course.dashboard.workspace.frame import my_group, show
from sessions import questioning
from sessions.attending import CannotMark
from sessions.models import Attendance, AttendanceQuestion
from sessions.register import REST, Register


def register(request: HttpRequest, pk: UUID, meeting_pk: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    meeting = get_object_or_404(LiveSession, pk=meeting_pk, cohort=cohort)
    meeting.cohort = cohort
    errors: dict[UUID, str] = {}
    conflicts: list[str] = []
    if request.method == "POST":
        try:
            sent = Register(meeting).send(request.POST, by=request.user, now=timezone.now())
        except CannotMark:
            messages.warning(request, _("This meeting has not begun. Nothing was noted."))
            return redirect("group_register", pk, meeting_pk)
        errors, conflicts = sent.errors, sent.conflicts_in_words()
        if not errors and not conflicts:
            messages.success(request, _("Noted. People see it on their own page."))
            return redirect("group_register", pk, meeting_pk)
    shown = Register(meeting)
    for row in shown.rows:
        row.__dict__["error"] = errors.get(row.enrolment, "")
    context = {
        "meeting": meeting,
        "register": shown,
        "rest": REST,
        "present": Attendance.PRESENT,
        "conflicts": conflicts,
        "errors": errors,
        "empty": sum(1 for row in shown.rows if not row.state),
    }
    status = 422 if errors or conflicts else 200
    return show(request, "register", cohort, tab="group_meetings", status=status, **context)


@require_POST
def settle_question(request: HttpRequest, pk: UUID, question: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    found = get_object_or_404(AttendanceQuestion, pk=question, enrolment__cohort=cohort)
    questioning.settle(found.pk, by=request.user, now=timezone.now())
    messages.success(request, _("Settled. What is noted stays as it is."))
    return redirect("group_sent", cohort.pk)
