"""The papers about a group that ended, each for those it was made for."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import group_drawing
from certificates.charts import Ink
from certificates.models import CohortSummary, OrganisationReport
from certificates.views import pdf_response
from course.audit.recording import record


def group_summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A group's summary in the workspace, as it was drawn up."""
    found = _for_facilitator(request, pk)
    record("group_summary.opened", actor=request.user.pk, subject=f"group:{pk}", at=timezone.now())
    context = group_drawing.group_context(found, Ink())
    context["pdf_url"] = reverse("group_summary_pdf", args=[pk]) if found.paper else ""
    return render(request, "certificates/group_summary.html", context)


def group_summary_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _for_facilitator(request, pk)
    if found.paper is None:
        messages.warning(request, _("The PDF is being drawn. It will be here in a minute."))
        return redirect("group_summary", pk)
    record("group_summary.downloaded", actor=request.user.pk, subject=f"group:{pk}")
    return pdf_response(found.paper, filename=f"group-summary-{found.made_at:%Y-%m-%d}.pdf")


def _for_facilitator(request: HttpRequest, pk: UUID) -> CohortSummary:
    mine = CohortSummary.objects.for_facilitator(request.user).select_related("paper")
    return get_object_or_404(mine, pk=pk)


@login_required
def organisation_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One organisation's page about its places in a group, for those who look after them."""
    found = _for_manager(request, pk)
    context = group_drawing.report_context(found, Ink())
    return render(request, "certificates/report.html", context)


@login_required
def organisation_report_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _for_manager(request, pk)
    if found.paper is None:
        messages.info(request, _("The PDF is being drawn. It will be here in a minute."))
        return redirect("organisation_report", pk)
    return pdf_response(found.paper, filename=f"report-{found.made_at:%Y-%m-%d}.pdf")


def _for_manager(request: HttpRequest, pk: UUID) -> OrganisationReport:
    mine = OrganisationReport.objects.for_manager(request.user).select_related("paper")
    return get_object_or_404(mine, pk=pk)
