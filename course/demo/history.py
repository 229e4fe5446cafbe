"""The demo's groups, with a history made through the same flows that people use."""

from datetime import timedelta

from django.utils import timezone

from course.cohorts import joining
from course.cohorts.models import Cohort, Enrolment, LiveSession
from course.demo import past_group
from course.demo.groups import announced, at, meetings_of
from course.demo.written import write_reflections
from course.people.models import User
from course.programme.models import ProgrammePage
from reflections import agreeing
from reflections.keys.models import WritingKey
from sessions import attending, measures, thoughts
from sessions.drawing import anchor_of
from sessions.models import Attendance, SessionPage, Thought

DAY = timedelta(days=1)


def load_history(programme: ProgrammePage, people: dict[str, User], past: list[User]) -> None:
    """Four groups: one running, one to come, one in one's own time, one closed. Made once."""
    flo = people["flo"]
    sessions = list(SessionPage.objects.live().child_of(programme).order_by("number"))
    today = timezone.now().date()
    measures.load(today=today)
    tuesday = today - 20 * DAY
    tuesday -= timedelta(days=(tuesday.weekday() - 1) % 7)
    running = announced(programme, "running", f"Autumn group {tuesday:%Y}", first=tuesday, flo=flo)
    own_time = {"first": None, "flo": flo, "joining": Cohort.OPEN}
    announced(programme, "own-time", "In your own time", **own_time)
    coming = tuesday + timedelta(weeks=11)
    to_come = {"first": coming, "flo": flo, "joining": Cohort.OPEN, "capacity": 16}
    announced(programme, "coming", f"Winter group {coming:%Y}", **to_come)
    before = tuesday - timedelta(weeks=32)
    closed = announced(programme, "closed", f"Spring group {before:%Y}", first=before, flo=flo)
    if running:
        _ada_part_way(running, people["ada"], sessions)
        _bea_completed(running, people["bea"], sessions)
        write_reflections(people["bea"], sessions, first=at(tuesday, 20))
    if closed:
        past_group.live_through(closed, past, sessions)
    if not WritingKey.objects.filter(owner_id=people["ada"].pk).exists():
        agreeing.agree(people["ada"], now=timezone.now())


def _ada_part_way(cohort: Cohort, ada: User, sessions: list[SessionPage]) -> None:
    enrolment = joining.enrol(ada, cohort=cohort, now=at(cohort.starts_on - 9 * DAY))
    meetings = meetings_of(cohort)[:3]
    for session, meeting in zip(sessions, meetings, strict=False):
        attending.open_session(enrolment, session=session, now=at(meeting.day, 9))
    _was_there(enrolment, meetings[0])
    attending.work_through(enrolment, session=sessions[1], now=at(meetings[1].day, 20))
    stopped_at, when = anchor_of(sessions[2].body[4]), at(meetings[2].day, 20)
    attending.keep_place(enrolment, session=sessions[2], part=stopped_at, now=when)


def _bea_completed(cohort: Cohort, bea: User, sessions: list[SessionPage]) -> None:
    enrolment = joining.enrol(bea, cohort=cohort, now=at(cohort.starts_on - 12 * DAY))
    meetings = meetings_of(cohort)[:3]
    thoughts.send(
        enrolment,
        for_whom=Thought.TO_NEXT_COHORT,
        words="You can come with nothing prepared. I did, most weeks.",
        with_name=True,
        now=at(meetings[2].day, 12),
    )
    for session, meeting in zip(sessions, meetings, strict=False):
        attending.open_session(enrolment, session=session, now=at(meeting.day, 9))
        _was_there(enrolment, meeting)
    for n, session in enumerate(sessions[3:7]):
        later = at(meetings[2].day + n * DAY, 19)
        attending.open_session(enrolment, session=session, now=later)
        attending.work_through(enrolment, session=session, now=later)


def _was_there(enrolment: Enrolment, meeting: LiveSession) -> None:
    flo = enrolment.cohort.facilitators.first()
    now = at(meeting.day, 12)
    attending.mark(enrolment, meeting=meeting, state=Attendance.PRESENT, by=flo, now=now)
