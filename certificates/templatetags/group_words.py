"""The way to the papers of groups that ended, for pages below this package."""

from typing import Any

from django import template

from certificates.models import CohortSummary, OrganisationReport
from course.cohorts.models import Cohort
from course.places.models import Organisation

register = template.Library()


@register.inclusion_tag("certificates/_reports.html")
def reports_for(organisation: Organisation) -> dict[str, Any]:
    """An organisation's reports, the newest first. For pages that only its managers open."""
    reports = OrganisationReport.objects.filter(organisation_id=organisation.pk)
    return {"reports": reports.only("pk", "made_at", "facts")}


@register.simple_tag
def summary_of(cohort: Cohort) -> CohortSummary | None:
    """A group's summary once it was closed. For pages that only its facilitators open."""
    return CohortSummary.objects.filter(summary_of=cohort.pk).only("pk", "made_at").first()
