"""What the outbox does for documents: fetch by id, draw or write, safe to repeat."""

from django.db import transaction
from django.urls import reverse

from certificates import drawing, group_drawing
from certificates.models import (
    Certificate,
    CohortSummary,
    FacilitatorSummary,
    OrganisationReport,
)
from course import mail
from course.people.models import User


def draw_certificate(*, certificate: str) -> None:
    found = Certificate.objects.filter(pk=certificate, paper=None).first()
    if found:
        _keep_once(found, drawing.draw_certificate(found))


def draw_summary(*, summary: str) -> None:
    found = FacilitatorSummary.objects.filter(pk=summary, paper=None).first()
    if found:
        _keep_once(found, drawing.draw_summary(found))


def draw_group_summary(*, summary: str) -> None:
    found = CohortSummary.objects.filter(pk=summary, paper=None).first()
    if found:
        _keep_once(found, group_drawing.draw_group(found))


def draw_report(*, report: str) -> None:
    found = OrganisationReport.objects.filter(pk=report, paper=None).first()
    if found:
        _keep_once(found, group_drawing.draw_report(found))


Document = Certificate | FacilitatorSummary | CohortSummary | OrganisationReport


def _keep_once(document: Document, content: bytes) -> None:
    """Store the bytes, unless another worker was quicker; then its bytes stand."""
    with transaction.atomic():
        paper = drawing.keep(content)
        empty = type(document).objects.filter(pk=document.pk, paper=None)
        if not empty.update(paper=paper):
            paper.delete()


def announce_certificate(*, certificate: str) -> None:
    found = Certificate.objects.select_related("holder").filter(pk=certificate).first()
    if found and found.holder:
        mail.certificate_ready(
            to=found.holder.email,
            key=f"certificate:{certificate}",
            path=reverse("certificate", args=[found.pk]),
        )


def announce_summary(*, summary: str, person: str) -> None:
    facilitator = User.objects.filter(pk=person, is_active=True).first()
    if facilitator and FacilitatorSummary.objects.filter(pk=summary).exists():
        mail.summary_ready(
            to=facilitator.email,
            key=f"summary:{summary}:{person}",
            path=reverse("facilitator_summary", args=[summary]),
        )


def announce_group_summary(*, summary: str, person: str) -> None:
    facilitator = User.objects.filter(pk=person, is_active=True).first()
    if facilitator and CohortSummary.objects.for_facilitator(facilitator).filter(pk=summary):
        mail.group_summary_ready(
            to=facilitator.email,
            key=f"group:{summary}:{person}",
            path=reverse("group_summary", args=[summary]),
        )


def announce_report(*, report: str, person: str) -> None:
    manager = User.objects.filter(pk=person, is_active=True).first()
    if manager and OrganisationReport.objects.for_manager(manager).filter(pk=report):
        mail.report_ready(
            to=manager.email,
            key=f"report:{report}:{person}",
            path=reverse("organisation_report", args=[report]),
        )
