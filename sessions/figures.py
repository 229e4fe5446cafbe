"""A closing group's figures: attendance as it is, answers through the disclosure control."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from random import SystemRandom
from uuid import UUID

from certificates.group_facts import MeasureFacts, Pulse, Question, SessionCount
from course.cohorts.models import Cohort, Enrolment
from sessions.disclosing import ELEVEN, FIVE, Figure, Thresholds, change, figure
from sessions.feedback import SCALES
from sessions.models import Attendance, Feedback, GuestComment, Measure, MeasureAnswer
from sessions.questionnaires import QUESTIONNAIRES, Questionnaire, personal_score

LIVE = {Attendance.PRESENT, Attendance.PART}
Numbers = dict[UUID, float]  # one for each person


def shuffled(words: Iterable[str]) -> list[str]:
    """In an order that says nothing of who sent it, or when."""
    mixed = list(words)
    SystemRandom().shuffle(mixed)
    return mixed


def attendance(
    people: list[Enrolment], *, titles: dict[int, str], days: dict[int, date]
) -> list[SessionCount]:
    """How these people were with each session. A session that nobody noted anything of is there."""
    taken = Attendance.objects.filter(enrolment__in=people).values_list("number", "state")
    states: dict[int, Counter] = defaultdict(Counter)
    for number, state in taken:
        states[number][state] += 1
    return [
        SessionCount(
            number=number,
            title=title,
            on=days.get(number),
            live=sum(states[number][state] for state in LIVE),
            caught_up=states[number][Attendance.CAUGHT_UP],
            not_this_time=states[number][Attendance.NOT_THIS_TIME],
            not_noted=len(people) - states[number].total(),
        )
        for number, title in sorted(titles.items())
    ]


def pulses(
    cohort: Cohort, *, counted: set[UUID], titles: dict[int, str], thresholds: Thresholds
) -> list[Pulse]:
    """What was said about each meeting. Comments are everyone's: they were sent to be read."""
    said: dict[int, list[Feedback]] = defaultdict(list)
    for feedback in Feedback.objects.filter(enrolment__cohort=cohort, enrolment__ended_at=None):
        said[feedback.number].append(feedback)
    words: dict[int, list[str]] = defaultdict(list)
    guests = GuestComment.objects.filter(
        guest__meeting__cohort=cohort, guest__enrolment__ended_at=None
    )
    for number, comment in guests.values_list("guest__meeting__number", "words"):
        words[number].append(comment)
    held = cohort.live_sessions.filter(cancelled_at=None).order_by("number")
    return [
        Pulse(
            number=number,
            title=titles.get(number, ""),
            comments=shuffled([f.comment for f in said[number] if f.comment] + words[number]),
            **{name: _scale(said[number], name, counted, thresholds) for name in SCALES},
        )
        for number in held.values_list("number", flat=True)
    ]


def _scale(said: list[Feedback], name: str, counted: set[UUID], thresholds: Thresholds) -> Figure:
    answers = [getattr(f, name) for f in said if f.enrolment_id in counted]
    return figure([n for n in answers if n is not None], FIVE, thresholds)


# --- Measures ------------------------------------------------------------------------------


def measures(
    cohort: Cohort, *, counted: set[UUID], thresholds: Thresholds
) -> tuple[list[MeasureFacts], Question | None]:
    """The figures of each measure that is on, and by itself the item about the place around."""
    found, around = [], None
    for measure in cohort.measures.filter(licence_confirmed_on__isnull=False):
        questionnaire = QUESTIONNAIRES.get(measure.pk)
        if questionnaire is None:
            continue
        before = _answers(measure, cohort, counted, MeasureAnswer.BEFORE)
        after = _answers(measure, cohort, counted, MeasureAnswer.AFTER)
        questions = {
            item: _question(
                str(item.words), _of(item.key, before), _of(item.key, after), thresholds
            )
            for item in questionnaire.items
        }
        around = next((q for item, q in questions.items() if item.context), around)
        plain = [q for item, q in questions.items() if not item.context]
        score = _question("", _scores(before), _scores(after), thresholds)
        found.append(_facts(measure, questionnaire, plain, score))
    return found, around


def _facts(
    measure: Measure, questionnaire: Questionnaire, questions: list[Question], score: Question
) -> MeasureFacts:
    return MeasureFacts(
        title=measure.title,
        low=str(questionnaire.low),
        high=str(questionnaire.high),
        limits=str(questionnaire.limits),
        attribution=measure.attribution,
        questions=questions,
        score=score if any(item.scored for item in questionnaire.items) else None,
    )


def _answers(
    measure: Measure, cohort: Cohort, counted: set[UUID], moment: str
) -> dict[UUID, dict[str, int]]:
    given = MeasureAnswer.objects.filter(measure=measure, moment=moment, enrolment__cohort=cohort)
    return {a.enrolment_id: a.answers for a in given if a.enrolment_id in counted}


def _of(key: str, answers: dict[UUID, dict[str, int]]) -> Numbers:
    return {person: said[key] for person, said in answers.items() if key in said}


def _scores(answers: dict[UUID, dict[str, int]]) -> Numbers:
    scores = {person: personal_score(said) for person, said in answers.items()}
    return {person: score for person, score in scores.items() if score is not None}


def _question(words: str, before: Numbers, after: Numbers, thresholds: Thresholds) -> Question:
    """The end and the change, of the same people: those who answered twice. Where they are too
    few, the end alone, of all who answered then. The first answers are never shown beside them:
    whoever has two of the three has the third."""
    both = before.keys() & after.keys()
    people = both if len(both) >= thresholds.people else after.keys()
    changes = [change(before[p], after[p]) for p in both]
    return Question(
        words=words,
        after=figure([int(after[p] + 0.5) for p in people], ELEVEN, thresholds),
        change=figure(changes, FIVE, thresholds),
    )
