"""The people of a group: how each is with each session, and what each asked for."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from certificates import drawing
from certificates.models import FacilitatorSummary
from certificates.views import pdf_response
from course.audit.recording import record
from course.cohorts.models import Enrolment
from course.dashboard.workspace.frame import NUMBERS, a_page, my_group, show
from sessions.models import Attendance


def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is in the group, and how each is with each session."""
    cohort = my_group(request, pk)
    rows = (
        Enrolment.objects.current()
        .filter(cohort=cohort)
        .select_related("user", "completion")
        .prefetch_related(Prefetch("attendances", to_attr="taken"))
        .order_by("user__display_name", "pk")
    )
    page = a_page(request, rows)
    for enrolment in page:
        enrolment.row = _row(enrolment)
    summaries = FacilitatorSummary.objects.filter(completion_of__in=[e.pk for e in page])
    context = {
        "page": page,
        "numbers": NUMBERS,
        "summaries": {s.completion_of: s for s in summaries.only("pk", "completion_of")},
    }
    return show(request, "people", cohort, tab="group_people", **context)


def _row(enrolment: Enrolment) -> list[dict[str, Any]]:
    """How one person is with sessions 1 to 8, in words."""
    by_number = {a.number: a for a in enrolment.taken}
    return [
        {
            "number": number,
            "words": by_number[number].get_state_display() if number in by_number else "",
            "counts": number in by_number and by_number[number].state in Attendance.COUNTING,
        }
        for number in NUMBERS
    ]


def summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The summary of one person who completed, as it was drawn up."""
    found = _my_summary(request, pk)
    record("summary.opened", actor=request.user.pk, subject=f"summary:{pk}", at=timezone.now())
    context = drawing.summary_context(found)
    context["pdf_url"] = reverse("facilitator_summary_pdf", args=[pk])
    return render(request, "certificates/summary.html", context)


def summary_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _my_summary(request, pk)
    if found.paper is None:
        messages.warning(request, _("The PDF is being drawn. It will be here in a minute."))
        return redirect("facilitator_summary", pk)
    record("summary.downloaded", actor=request.user.pk, subject=f"summary:{pk}", at=timezone.now())
    return pdf_response(found.paper, filename=f"summary-{found.made_at:%Y-%m-%d}.pdf")


def _my_summary(request: HttpRequest, pk: UUID) -> FacilitatorSummary:
    mine = FacilitatorSummary.objects.for_facilitator(request.user).select_related("paper")
    return get_object_or_404(mine, pk=pk)
