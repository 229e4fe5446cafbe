"""A group that has closed, with a full history: so that every chart and every withheld figure
can be seen with life in it. All of it goes through the flows that people use."""

from datetime import datetime, timedelta

from course.cohorts import joining
from course.cohorts.models import Cohort, Enrolment, LiveSession
from course.demo.groups import at, meetings_of
from course.people.models import User
from sessions import attending, closing, feedback, measures, thoughts
from sessions.attending import Mark
from sessions.models import Attendance, Measure, SessionPage, Thought

DAY = timedelta(days=1)
THERE, CAUGHT_UP, NOT_THERE = "there", "caught up", "not there"
TO_THE_FACILITATORS = {
    2: ("The small rooms worked because nobody asked what we talked about.", False),
    9: ("Our rota leaves no ten minutes between shifts. That would change more than I can.", True),
    17: ("A quiet place to sit, with a door. That is all our floor would need.", True),
}
TO_THE_NEXT_GROUP = {
    4: "Come as you are in week five. That is the week I nearly stayed away.",
    12: "The short way through counts. I took it four times.",
}
COMMENTS = {
    (0, 1): "I liked that the plan stood on the screen all the time.",
    (5, 3): "The break came at the right moment.",
    (11, 6): "More time in twos next time, please.",
}


def live_through(cohort: Cohort, people: list[User], sessions: list[SessionPage]) -> None:
    """Twenty-four people: most completed, in different ways; some did not, and that is fine."""
    flo = cohort.facilitators.get()
    meetings = meetings_of(cohort)
    first = meetings[0].day
    enrolments = [joining.enrol(p, cohort=cohort, now=at(first - 20 * DAY)) for p in people]
    _measure(enrolments, moment="before", on=at(first - 3 * DAY), lift=0)
    for k, (meeting, session) in enumerate(zip(meetings, sessions, strict=True)):
        _hold(meeting, session, enrolments, k=k, by=flo)
    last = meetings[-1].day
    _measure(enrolments, moment="after", on=at(last + DAY), lift=2)
    _write(enrolments, now=at(last + DAY, 18))
    closing.close(cohort, by=flo, now=at(last + 7 * DAY))


def how(n: int, k: int) -> str:
    """How person n was with session k + 1: made up, the same on every machine."""
    if (n * 3 + k * 5) % 11 < 8:
        return THERE
    return CAUGHT_UP if (n + k) % 3 else NOT_THERE


def _hold(
    meeting: LiveSession, session: SessionPage, enrolments: list[Enrolment], *, k: int, by: User
) -> None:
    there = [n for n in range(len(enrolments)) if how(n, k) == THERE]
    state = {n: Attendance.PART if (n + k) % 9 == 0 else Attendance.PRESENT for n in there}
    marks = [Mark(enrolments[n].pk, state[n]) for n in there]
    attending.mark_all(meeting, marks=marks, by=by, now=at(meeting.day, 12))
    for n, enrolment in enumerate(enrolments):
        if how(n, k) == CAUGHT_UP:
            attending.work_through(enrolment, session=session, now=at(meeting.day, 20))
        elif n in there and (n + k) % 4:
            scales = {"safe": 3 + (n + k) % 3, "useful": 2 + (n * k) % 4, "accessible": 5 - k % 2}
            comment = COMMENTS.get((n, k), "")
            now = at(meeting.day, 21)
            feedback.give(enrolment, meeting=meeting, comment=comment, now=now, **scales)


def _measure(enrolments: list[Enrolment], *, moment: str, on: datetime, lift: int) -> None:
    for measure in Measure.objects.filter(cohorts=enrolments[0].cohort):
        items = measures.QUESTIONNAIRES[measure.pk].items
        for n, enrolment in enumerate(enrolments):
            if n % 5 == 4:
                continue  # nobody has to answer
            said = {i.key: min(10, 2 + (n + 3 * k) % 7 + lift) for k, i in enumerate(items)}
            measures.answer(enrolment, measure=measure, moment=moment, answers=said, now=on)


def _write(enrolments: list[Enrolment], *, now: datetime) -> None:
    for n, (said, around) in TO_THE_FACILITATORS.items():
        facts = {"for_whom": Thought.TO_FACILITATORS, "with_name": False, "about_around": around}
        thoughts.send(enrolments[n], words=said, now=now, **facts)
    for n, said in TO_THE_NEXT_GROUP.items():
        facts = {"for_whom": Thought.TO_NEXT_COHORT, "with_name": n == 4}
        thoughts.send(enrolments[n], words=said, now=now, **facts)
