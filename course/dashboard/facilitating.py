"""The facilitators' part of the workspace: their own groups, the people in them, summaries.

It shows what people did in the open: attended, caught up, completed, and what they sent.
Nothing here can reach private writing; nobody outside a group's facilitators sees the group.
"""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
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
from course.cohorts.models import Cohort, Enrolment
from sessions.models import Attendance, Thought

A_PAGE = 50


def groups(request: HttpRequest) -> HttpResponse:
    """The groups this facilitator runs, with plain counts."""
    current = Q(enrolments__ended_at=None)
    cohorts = (
        Cohort.objects.for_facilitator(request.user)
        .annotate(
            people=Count("enrolments", filter=current, distinct=True),
            completed=Count("enrolments__completion", filter=current, distinct=True),
        )
        .order_by("closed_at", "-starts_on", "title")
    )
    page = Paginator(cohorts, A_PAGE).get_page(request.GET.get("p"))
    return render(request, "dashboard/cms/groups.html", {"page": page})


def group(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One group: who is in it, how each is with each session, and what they sent."""
    cohort = get_object_or_404(Cohort.objects.for_facilitator(request.user), pk=pk)
    people = (
        Enrolment.objects.current()
        .filter(cohort=cohort)
        .select_related("user", "completion")
        .prefetch_related(Prefetch("attendances", to_attr="taken"))
        .order_by("user__display_name", "pk")
    )
    page = Paginator(people, A_PAGE).get_page(request.GET.get("p"))
    for enrolment in page:
        enrolment.row = _row(enrolment)
    ids = [enrolment.pk for enrolment in page]
    summaries = FacilitatorSummary.objects.filter(completion_of__in=ids)
    sent = Thought.objects.filter(enrolment__cohort=cohort, taken_back_at=None)
    context = {
        "cohort": cohort,
        "page": page,
        "numbers": range(1, 9),
        "summaries": {s.completion_of: s for s in summaries.only("pk", "completion_of")},
        "thoughts": sent.select_related("enrolment__user")[:100],
    }
    return render(request, "dashboard/cms/group.html", context)


def _row(enrolment: Enrolment) -> list[dict[str, Any]]:
    """How one person is with sessions 1 to 8, in words."""
    by_number = {a.number: a for a in enrolment.taken}
    return [
        {
            "number": number,
            "words": by_number[number].get_state_display() if number in by_number else "",
            "counts": number in by_number and by_number[number].state in Attendance.COUNTING,
        }
        for number in range(1, 9)
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
