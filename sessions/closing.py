"""The end of a group: what it was is written down once, and stays as it is.

Whoever is erased, or takes something back afterwards, changes nothing in it; it points to
nobody (R25). Before the close nobody sees any of its figures.
"""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from certificates import summarising
from certificates.group_facts import Group, GroupFacts, ReportFacts, Said
from certificates.models import CohortSummary
from course.audit.recording import record
from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from course.places.models import Organisation, Place
from course.places.states import PlaceState
from course.programme.models import ProgrammePage, SiteSettings
from sessions import figures
from sessions.counting import should_be_looked_at, who_counts
from sessions.disclosing import Thresholds, rounded
from sessions.feedback import SCALES
from sessions.models import Attendance, Completion, SessionPage, Thought
from sessions.thoughts import name_of

AFTER_THE_LAST = timedelta(days=7)  # then, at this hour, a group closes by itself (R24)
AT = time(6, tzinfo=UTC)
IN_USE = [PlaceState.ACCEPTED, PlaceState.STARTED, PlaceState.COMPLETED]


class NotOver(Exception):
    """It has meetings to come, or was called off. Nothing was changed."""


class LookFirst(Exception):
    """Most places went from one organisation to addresses that are not its own. A person of
    the site looks at them before any figure is shown (R26). Nothing was changed."""


def closes_by_itself_at(cohort: Cohort) -> datetime | None:
    """The moment, in UTC. None where there are no dates: facilitators close that group."""
    held = [m for m in cohort.live_sessions.all() if not m.cancelled_at]
    for meeting in held:
        meeting.cohort = cohort
    last = max((m.ends_at.astimezone(UTC) for m in held), default=None)
    return last and datetime.combine(last.date() + AFTER_THE_LAST, AT)


def close_due(now: datetime) -> int:
    """A job. Closes the groups whose moment has come; returns how many."""
    waiting = Cohort.objects.filter(
        closed_at=None,
        cancelled_at=None,
        announced_at__isnull=False,
        live_sessions__day__lte=now.date() - AFTER_THE_LAST,
    ).distinct()
    closed = 0
    for cohort in waiting.prefetch_related("live_sessions"):
        moment = closes_by_itself_at(cohort)
        if moment is None or now < moment:
            continue
        try:
            close(cohort, by=None, now=now)
            closed += 1
        except (LookFirst, NotOver):
            continue  # its workspace page says what is to be done
    return closed


@transaction.atomic
def close(
    cohort: Cohort, *, by: User | None, now: datetime, looked_at: bool = False
) -> CohortSummary:
    """Close a group and freeze its summary and its organisations' reports. Once: a second call
    returns the first summary. `looked_at`: someone of the site saw who was given its places.

    Raises NotOver or LookFirst.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=cohort.pk)
    existing = CohortSummary.objects.filter(summary_of=cohort.pk).first()
    if existing:
        return existing
    if cohort.cancelled_at or not is_over(cohort, now=now):
        raise NotOver
    thresholds = Thresholds(**settings.DISCLOSURE)
    counted = who_counts(cohort)
    if len(counted) >= thresholds.people and should_be_looked_at(counted) and not looked_at:
        raise LookFirst
    group = _about(cohort, thresholds)
    facts = _group_facts(cohort, group, counted=counted, thresholds=thresholds)
    summary = summarising.summarise_group(cohort, facts=facts, now=now)
    for organisation, report in _reports(cohort, group, thresholds):
        summarising.report(cohort, organisation=organisation, facts=report, now=now)
    Cohort.objects.filter(pk=cohort.pk, closed_at=None).update(closed_at=now)
    actor, what = by.pk if by else None, "closed_after_looking" if looked_at else "closed"
    record(f"cohort.{what}", actor=actor, subject=f"cohort:{cohort.pk}", at=now)
    return summary


def is_over(cohort: Cohort, *, now: datetime) -> bool:
    """No meeting is to come. A group without dates is over when its facilitators say so."""
    held = cohort.live_sessions.filter(cancelled_at=None).select_related("cohort")
    return all(meeting.is_over(now) for meeting in held)


def _about(cohort: Cohort, thresholds: Thresholds) -> Group:
    programme = ProgrammePage.objects.filter(pk=cohort.programme_id).first()
    site = SiteSettings.objects.first()
    return Group(
        programme=programme.title if programme else cohort.title,
        cohort=cohort.title,
        first_day=cohort.starts_on,
        last_day=cohort.ends_on,
        issuer=site.issuer if site else "",
        facilitators=sorted(name_of(f) for f in cohort.facilitators.all()),
        people_asked_for=thresholds.people,
    )


def _group_facts(
    cohort: Cohort, group: Group, *, counted: set[UUID], thresholds: Thresholds
) -> GroupFacts:
    people = list(Enrolment.objects.current().filter(cohort=cohort))
    meetings = cohort.live_sessions.filter(cancelled_at=None)
    titles = _titles(cohort)
    answered, around = figures.measures(cohort, counted=counted, thresholds=thresholds)
    taken = Attendance.objects.filter(enrolment__in=people, state__in=Attendance.COUNTING)
    to_us = _said(cohort, Thought.TO_FACILITATORS)
    return GroupFacts(
        **asdict(group),
        people=len(people),
        completed=Completion.objects.filter(enrolment__in=people).count(),
        live_minutes=sum(taken.values_list("live_minutes", flat=True)),
        own_minutes=sum(taken.values_list("own_minutes", flat=True)),
        sessions=figures.attendance(
            people, titles=titles, days=dict(meetings.values_list("number", "day"))
        ),
        scales={name: str(words) for name, words in SCALES.items()},
        pulses=figures.pulses(cohort, counted=counted, titles=titles, thresholds=thresholds),
        measures=answered,
        around=around,
        said_around=to_us[True],
        thoughts=to_us[False],
        for_next_cohort=_said(cohort, Thought.TO_NEXT_COHORT)[False],
    )


def _titles(cohort: Cohort) -> dict[int, str]:
    pages = SessionPage.objects.live().defer("body", "prompts")
    programme = ProgrammePage.objects.filter(pk=cohort.programme_id).first()
    if programme is None:
        return {}
    return dict(pages.child_of(programme).values_list("number", "title"))


def _said(cohort: Cohort, for_whom: str, **more: Any) -> dict[bool, list[Said]]:
    """What was sent to these readers and not taken back: {about what is around people: words}."""
    sent = Thought.objects.filter(
        enrolment__cohort=cohort, for_whom=for_whom, taken_back_at=None, **more
    ).select_related("enrolment__user")
    said: dict[bool, list[Said]] = {True: [], False: []}
    for thought in figures.shuffled(sent):
        name = name_of(thought.enrolment.user) if thought.with_name else ""
        said[thought.about_around].append(Said(thought.words, name))
    return said


def _reports(
    cohort: Cohort, group: Group, thresholds: Thresholds
) -> list[tuple[Organisation, ReportFacts]]:
    """For each organisation with places here: what it bought, and what its people agreed to."""
    found = []
    organisations = Organisation.objects.filter(orders__places__cohort=cohort).distinct()
    for organisation in organisations:
        places = Place.objects.filter(cohort=cohort, order__organisation=organisation).live()
        shown = places.filter(state=PlaceState.COMPLETED, completion_shown_at__isnull=False)
        said = _said(cohort, Thought.TO_ORGANISATION, organisation_id=organisation.pk)
        facts = ReportFacts(
            **asdict(group),
            organisation=organisation.name,
            places=places.count(),
            taken=places.filter(state__in=IN_USE).count(),
            completed_shown=shown.count(),
            hours_shown=_hours(shown.values_list("enrolment", flat=True), thresholds),
            said_around=said[True],
            thoughts=said[False],
        )
        if facts.places:
            found.append((organisation, facts))
    return found


def _hours(enrolments: Any, thresholds: Thresholds) -> int | None:
    """Hours of all these people together; of few, they would say who was there how often."""
    agreed = [pk for pk in enrolments if pk]
    if len(agreed) < thresholds.people:
        return None
    taken = Attendance.objects.filter(enrolment__in=agreed, state__in=Attendance.COUNTING)
    minutes = sum(live + own for live, own in taken.values_list("live_minutes", "own_minutes"))
    return rounded(minutes // 60)
