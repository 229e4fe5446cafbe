from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from certificates import tasks
from certificates.facts import Sent, Taken
from certificates.group_facts import GroupFacts, ReportFacts
from certificates.models import CohortSummary, FacilitatorSummary, OrganisationReport
from course.cohorts import quiet
from course.cohorts.models import Cohort, Enrolment
from course.outbox.owing import owe
from course.people.models import User
from course.places.models import Organisation


@transaction.atomic
def summarise(
    enrolment: Enrolment, *, facts: Taken, sent: Sent, now: datetime
) -> FacilitatorSummary:
    """Write the summary of one completed person, once, and tell the cohort's facilitators.

    The letter carries no personal fact: it links to the workspace.
    """
    summary, made = FacilitatorSummary.objects.get_or_create(
        completion_of=enrolment.pk,
        defaults={
            "cohort_id": enrolment.cohort_id,
            "made_at": now,
            "facts": facts.frozen() | sent.frozen(),
        },
    )
    if made:
        pk = str(summary.pk)
        owe(tasks.draw_summary, key=f"summary:{pk}:paper", now=now, summary=pk)
        for person in enrolment.cohort.facilitators.filter(is_active=True):
            key = f"summary:{pk}:letter:{person.pk}"
            owe(tasks.announce_summary, key=key, now=now, summary=pk, person=str(person.pk))
    return summary


@transaction.atomic
def summarise_group(cohort: Cohort, *, facts: GroupFacts, now: datetime) -> CohortSummary:
    """Write the summary of a group that has ended, once, and tell its facilitators."""
    summary, made = CohortSummary.objects.get_or_create(
        summary_of=cohort.pk,
        defaults={"cohort": cohort, "made_at": now, "facts": facts.frozen()},
    )
    if made:
        pk = str(summary.pk)
        owe(tasks.draw_group_summary, key=f"group:{pk}:paper", now=now, summary=pk)
        readers = cohort.facilitators.filter(is_active=True)
        _tell(tasks.announce_group_summary, readers, cohort, f"group:{pk}", now, summary=pk)
    return summary


@transaction.atomic
def report(
    cohort: Cohort, *, organisation: Organisation, facts: ReportFacts, now: datetime
) -> OrganisationReport:
    """Write one organisation's page about a group that has ended, once, and tell its managers."""
    made_one, made = OrganisationReport.objects.get_or_create(
        organisation_id=organisation.pk,
        report_of=cohort.pk,
        defaults={"made_at": now, "facts": facts.frozen()},
    )
    if made:
        pk = str(made_one.pk)
        owe(tasks.draw_report, key=f"report:{pk}:paper", now=now, report=pk)
        readers = User.objects.filter(manages__organisation=organisation, is_active=True)
        _tell(tasks.announce_report, readers, cohort, f"report:{pk}", now, report=pk)
    return made_one


def _tell(
    task: Any, people: Iterable[User], cohort: Cohort, what: str, now: datetime, **facts: str
) -> None:
    """A letter to each, without a number in it, and not in anybody's night."""
    for person in people:
        wait = quiet.allowed_from(now, person.zone or cohort.zone) - now
        key, who = f"{what}:letter:{person.pk}", str(person.pk)
        owe(task, key=key, now=now, after=wait, person=who, **facts)
