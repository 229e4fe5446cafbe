"""Completion: a rule about taking part, met once. Reflections never count."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from certificates import issuing, summarising
from certificates import tasks as papers
from certificates.facts import Sent, SessionFact, Taken
from certificates.models import Certificate
from course.audit.recording import record
from course.cohorts.models import Enrolment
from course.outbox.owing import owe
from course.people.models import User
from course.places import using
from course.programme.models import ProgrammePage, SiteSettings
from sessions.models import Attendance, Completion, Thought

log = logging.getLogger(__name__)

LATELY = timedelta(days=2)  # since a mark or a tick, for the clock to look at it again
AT_MOST = 100  # completions at one tick of the clock


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
    if not _meets_the_rule(enrolment, attended):
        return None
    completion = Completion.objects.create(
        enrolment=enrolment,
        completed_at=now,
        sessions_needed=enrolment.cohort.sessions_needed,
    )
    using.completed(enrolment.pk)
    facts = how_they_took_part(enrolment, attended=attended)
    issuing.issue(enrolment, facts=facts, now=now)
    summarising.summarise(enrolment, facts=facts, sent=_what_they_sent(enrolment), now=now)
    return completion


def _meets_the_rule(enrolment: Enrolment, attended: list[Attendance]) -> bool:
    """Enough sessions, and enough of them live where the group asks for that."""
    live = sum(a.state in Attendance.LIVE for a in attended)
    enough_live = enrolment.live_waived or live >= enrolment.cohort.live_needed
    return enough_live and len(attended) >= enrolment.cohort.sessions_needed


def who_may_complete(enrolments: Iterable[UUID] | QuerySet) -> list[Enrolment]:
    """Of these, whoever meets the rule and has no completion yet. The same rule, in one query."""
    counted = {
        "taken": Count("attendances", filter=Q(attendances__state__in=Attendance.COUNTING)),
        "live": Count("attendances", filter=Q(attendances__state__in=Attendance.LIVE)),
    }
    enough_live = Q(live_waived=True) | Q(live__gte=F("cohort__live_needed"))
    waiting = Enrolment.objects.filter(pk__in=enrolments, completion__isnull=True)
    found = waiting.annotate(**counted).filter(taken__gte=F("cohort__sessions_needed"))
    return list(found.filter(enough_live).order_by("pk"))


def complete_waiting(now: datetime) -> int:
    """The clock: whoever met the rule lately and has no completion yet. Returns how many.

    A large register leaves most of its completions to this. One that fails stops no other.
    """
    lately = Attendance.objects.filter(marked_at__gte=now - LATELY).values("enrolment")
    done = 0
    for enrolment in who_may_complete(lately)[:AT_MOST]:
        try:
            done += complete_if_ready(enrolment, now=now) is not None
        except Exception as error:  # the others must go on
            log.warning("%s: %s", enrolment, type(error).__name__)
    return done


@transaction.atomic
def waive_live(enrolment: Enrolment, *, waived: bool, by: User, now: datetime) -> Completion | None:
    """Let someone complete without a minimum of live meetings, or no longer. No reason is kept.

    Returns the completion when the rule is met by this, or was before.
    """
    changed = Enrolment.objects.filter(pk=enrolment.pk).exclude(live_waived=waived)
    if changed.update(live_waived=waived):
        what = "waived" if waived else "asked_again"
        record(f"enrolment.live_{what}", actor=by.pk, subject=f"enrolment:{enrolment.pk}", at=now)
    return complete_if_ready(enrolment, now=now)


@transaction.atomic
def issue_again(enrolment: Enrolment, *, by: User, now: datetime) -> Certificate | None:
    """After a correction: a new certificate with what is noted now. The old code says so.

    The name stays as the holder had it. Returns the certificate that stands, or None where
    there is none, or nothing is left that it could list.
    """
    enrolment = Enrolment.objects.select_related("cohort", "user").get(pk=enrolment.pk)
    old = Certificate.objects.filter(completion_of=enrolment.pk, state=Certificate.VALID).first()
    attended = list(enrolment.attendances.filter(state__in=Attendance.COUNTING))
    if not old or not attended:
        return old
    facts = how_they_took_part(enrolment, attended=attended).frozen()
    new = issuing.supersede(old, facts=facts | {"name": old.facts["name"]}, now=now, actor=by)
    if new.pk != old.pk:
        key = f"certificate:{new.pk}:letter"
        owe(papers.announce_certificate, key=key, now=now, certificate=str(new.pk))
    return new


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
