"""Measures: switched on for a cohort by its facilitators, answered by whoever likes to.

Before the first meeting and after the last one. Nobody sees one person's answers but that
person; the group's summary has figures that went through sessions/disclosing.py.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from course.audit.recording import record
from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from sessions.feedback import not_closing
from sessions.models import Attendance, Measure, MeasureAnswer
from sessions.questionnaires import QUESTIONNAIRES, STARTER, Questionnaire

BEFORE, AFTER = MeasureAnswer.BEFORE, MeasureAnswer.AFTER
LOWEST, HIGHEST = 0, 10


class LicenceNotConfirmed(Exception):
    """Nobody has confirmed that we may use it. It stays off."""


class NoItems(Exception):
    """The slot of a licensed measure whose items are not on this site. It stays off."""


class NotNow(Exception):
    """It is not being asked at this moment. What was kept before is as it was."""


def load(*, today: date) -> list[Measure]:
    """Put the questionnaires of this site into the database. Doing it again changes nothing.

    Ours needs no permission. Whether the licence of ONS4 still reads so is for a person to
    look up: it stays unconfirmed.
    """
    found = []
    for questionnaire in QUESTIONNAIRES.values():
        measure, _made = Measure.objects.get_or_create(
            slug=questionnaire.slug,
            defaults={
                "title": str(questionnaire.title),
                "licence": questionnaire.licence,
                "attribution": questionnaire.attribution,
                "source_url": questionnaire.source_url,
                "items_included": True,
                "licence_confirmed_on": today if questionnaire is STARTER else None,
            },
        )
        found.append(measure)
    return found


@transaction.atomic
def confirm_licence(measure: Measure, *, by: User, on: date, now: datetime) -> None:
    """Someone looked up that we may use it, on this day."""
    Measure.objects.filter(pk=measure.pk).update(licence_confirmed_on=on)
    record("measure.licence_confirmed", actor=by.pk, subject=f"measure:{measure.pk}", at=now)


@transaction.atomic
def switch_on(measure: Measure, *, cohort: Cohort, by: User, now: datetime) -> None:
    """Let a cohort use a measure. Raises LicenceNotConfirmed or NoItems."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.licence_confirmed_on is None:
        raise LicenceNotConfirmed
    if not measure.items_included or measure.pk not in QUESTIONNAIRES:
        raise NoItems
    measure.cohorts.add(cohort)
    _note("on", measure, cohort, by=by, now=now)


@transaction.atomic
def switch_off(measure: Measure, *, cohort: Cohort, by: User, now: datetime) -> None:
    """It is no longer asked, and does not enter the summary. Answers stay their owners'."""
    measure.cohorts.remove(cohort)
    _note("off", measure, cohort, by=by, now=now)


def _note(what: str, measure: Measure, cohort: Cohort, *, by: User, now: datetime) -> None:
    subject = f"cohort:{cohort.pk}:{measure.pk}"
    record(f"measure.switched_{what}", actor=by.pk, subject=subject, at=now)


# --- Answering ---------------------------------------------------------------------------


def moment_of(enrolment: Enrolment, *, now: datetime) -> str | None:
    """Which of the two moments it is for this person: before, after, or neither.

    In one's own time the first session ends the one, and the eighth begins the other.
    """
    cohort = enrolment.cohort
    if cohort.closed_at or cohort.cancelled_at or enrolment.ended_at:
        return None
    meetings = [m for m in cohort.live_sessions.all() if not m.cancelled_at]
    for meeting in meetings:
        meeting.cohort = cohort
    if meetings:
        if now < min(m.starts_at for m in meetings):
            return BEFORE
        return AFTER if all(m.is_over(now) for m in meetings) else None
    taken = Attendance.objects.filter(enrolment=enrolment, state__in=Attendance.COUNTING)
    numbers = set(taken.values_list("number", flat=True))
    return AFTER if 8 in numbers else None if 1 in numbers else BEFORE


@dataclass(frozen=True)
class Asked:
    """A measure that someone can answer now, and their answers so far."""

    measure: Measure
    questionnaire: Questionnaire
    moment: str
    answers: dict[str, int]


def asked_of(enrolment: Enrolment, *, now: datetime) -> list[Asked]:
    """What someone can answer now. Nothing of it is ever due."""
    on = list(enrolment.cohort.measures.filter(licence_confirmed_on__isnull=False))
    moment = moment_of(enrolment, now=now) if on else None
    if moment is None:
        return []
    given = MeasureAnswer.objects.filter(enrolment=enrolment, moment=moment)
    answers = {answer.measure_id: answer.answers for answer in given}
    return [
        Asked(measure, QUESTIONNAIRES[measure.pk], moment, answers.get(measure.pk, {}))
        for measure in on
        if measure.pk in QUESTIONNAIRES
    ]


@transaction.atomic
def answer(
    enrolment: Enrolment, *, measure: Measure, moment: str, answers: dict[str, int], now: datetime
) -> MeasureAnswer | None:
    """Keep someone's answers; a second time changes them, none at all takes them back.

    Raises NotNow when it is not, or no longer, being asked.
    """
    enrolment.cohort = not_closing(enrolment)
    asked = {a.measure.pk: a for a in asked_of(enrolment, now=now)}.get(measure.pk)
    if asked is None or asked.moment != moment:
        raise NotNow
    known = {item.key for item in asked.questionnaire.items}
    said = {k: n for k, n in answers.items() if k in known and LOWEST <= n <= HIGHEST}
    mine = {"enrolment": enrolment, "measure": measure, "moment": moment}
    if not said:
        MeasureAnswer.objects.filter(**mine).delete()
        return None
    kept, _made = MeasureAnswer.objects.update_or_create(
        **mine, defaults={"answers": said, "answered_at": now}
    )
    return kept
