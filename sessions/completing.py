"""Completion: a rule about taking part, met once. Reflections never count."""

from datetime import datetime

from django.db import transaction

from certificates import issuing, summarising
from certificates.facts import Sent, SessionFact, Taken
from course.cohorts.models import Enrolment
from course.places import using
from course.programme.models import ProgrammePage, SiteSettings
from sessions.models import Attendance, Completion, Thought


@transaction.atomic
def complete_if_ready(enrolment: Enrolment, *, now: datetime) -> Completion | None:
    """Complete, if enough sessions were attended or caught up. Returns the completion, if any.

    In one transaction the certificate and the facilitators' summary come into being;
    drawing and letters follow through the outbox.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort", "user")
        .get(pk=enrolment.pk)
    )
    existing = Completion.objects.filter(enrolment=enrolment).first()
    if existing:
        return existing
    attended = list(enrolment.attendances.filter(state__in=Attendance.COUNTING))
    needed = enrolment.cohort.sessions_needed
    if len(attended) < needed:
        return None
    completion = Completion.objects.create(
        enrolment=enrolment, completed_at=now, sessions_needed=needed
    )
    using.completed(enrolment.pk)
    facts = how_they_took_part(enrolment, attended=attended)
    issuing.issue(enrolment, facts=facts, now=now)
    summarising.summarise(enrolment, facts=facts, sent=_what_they_sent(enrolment), now=now)
    return completion


def how_they_took_part(enrolment: Enrolment, *, attended: list[Attendance]) -> Taken:
    """The facts of one enrolment as they are now, ready to be frozen."""
    cohort, person = enrolment.cohort, enrolment.user
    programme = ProgrammePage.objects.filter(pk=cohort.programme_id).first()
    settings = SiteSettings.objects.first()
    days = [a.on for a in attended]
    return Taken(
        name=person.document_name or person.display_name,
        programme=programme.title if programme else cohort.title,
        cohort=cohort.title,
        first_day=min(days),
        last_day=max(days),
        live_minutes=sum(a.live_minutes for a in attended),
        own_minutes=sum(a.own_minutes for a in attended),
        issuer=settings.issuer if settings else "",
        facilitators=sorted(f.document_name or f.display_name for f in cohort.facilitators.all()),
        sessions=[SessionFact(a.number, a.title, a.on, a.state) for a in attended],
    )


def _what_they_sent(enrolment: Enrolment) -> Sent:
    """Only what was sent under the person's name: this summary has a name on it."""
    thoughts = Thought.objects.filter(enrolment=enrolment, taken_back_at=None, with_name=True)
    return Sent(
        access_needs=enrolment.access_needs if enrolment.access_needs_sent_at else "",
        thoughts=[t.words for t in thoughts if t.for_whom == Thought.TO_FACILITATORS],
        for_next_cohort=[t.words for t in thoughts if t.for_whom == Thought.TO_NEXT_COHORT],
    )
