from datetime import datetime

from django.db import transaction

from certificates import tasks
from certificates.facts import Sent, Taken
from certificates.models import FacilitatorSummary
from course.cohorts.models import Enrolment
from course.outbox.owing import owe


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
