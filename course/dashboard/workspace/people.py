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
from certificates.models import Certificate, FacilitatorSummary
from certificates.views import pdf_response
from course.audit.recording import record
from course.cohorts.models import Enrolment
from course.dashboard.workspace.frame import NUMBERS, a_page, my_group, session_titles, show
from sessions import completing
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


def person(request: HttpRequest, pk: UUID, enrolment_pk: UUID) -> HttpResponse:
    """One person's row, and what a facilitator can decide for them. No reason is asked."""
    cohort = my_group(request, pk)
    current = Enrolment.objects.current().select_related("user", "cohort", "completion")
    enrolment = get_object_or_404(current, pk=enrolment_pk, cohort=cohort)
    if request.method == "POST":
        decide = DECIDE.get(request.POST.get("action", ""))
        if decide:
            decide(request, enrolment)
        return redirect("group_person", pk, enrolment_pk)
    enrolment.taken = enrolment.attendances.all()
    certificates = Certificate.objects.filter(completion_of=enrolment.pk)
    context = {
        "person": enrolment,
        "row": _row(enrolment),
        "titles": session_titles(cohort),
        "certificate": certificates.filter(state=Certificate.VALID).first(),
        "asks_for_live": cohort.live_needed or enrolment.live_waived,
    }
    return show(request, "person", cohort, tab="group_people", **context)


def _waive(request: HttpRequest, enrolment: Enrolment) -> None:
    had = hasattr(enrolment, "completion")
    made = completing.waive_live(enrolment, waived=True, by=request.user, now=timezone.now())
    messages.success(request, _("Waived. Catching up counts the same now. No reason is kept."))
    if made and not had:
        messages.success(request, _("That was all that was missing. The certificate is drawn now."))


def _ask_for_live(request: HttpRequest, enrolment: Enrolment) -> None:
    completing.waive_live(enrolment, waived=False, by=request.user, now=timezone.now())
    messages.success(request, _("The group’s own rule is back. What was completed stays so."))


def _issue_again(request: HttpRequest, enrolment: Enrolment) -> None:
    valid = Certificate.objects.filter(completion_of=enrolment.pk, state=Certificate.VALID)
    before = valid.first()
    stands = completing.issue_again(enrolment, by=request.user, now=timezone.now())
    if stands is None:
        messages.warning(request, _("There is no certificate yet. Nothing has changed."))
    elif stands == before:
        messages.info(request, _("It says what is noted already. Nothing was sent."))
    else:
        words = _("A new certificate is drawn, and they get a letter. The old code says so.")
        messages.success(request, words)


DECIDE = {"waive": _waive, "ask": _ask_for_live, "issue-again": _issue_again}


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
