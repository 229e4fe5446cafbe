"""The demo's cohorts, with a history made through the same flows that people use."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from course.cohorts import joining
from course.cohorts.models import Cohort, Enrolment, Facilitation, LiveSession
from course.demo import words
from course.demo.written import write_reflections
from course.people.models import User
from course.programme.models import ProgrammePage
from reflections import agreeing
from reflections.keys.models import WritingKey
from sessions import attending, thoughts
from sessions.completing import complete_if_ready
from sessions.drawing import anchor_of
from sessions.models import Attendance, SessionPage, Thought

REST_AFTER = 3
LONDON = ZoneInfo("Europe/London")


def load_history(programme: ProgrammePage, people: dict[str, User], past: list[User]) -> None:
    """Four cohorts: one running, one to come, one in one's own time, one closed. Made once."""
    flo = people["flo"]
    sessions = list(SessionPage.objects.live().child_of(programme).order_by("number"))
    today = timezone.now().date()
    tuesday = today - timedelta(days=20)
    tuesday -= timedelta(days=(tuesday.weekday() - 1) % 7)
    running = _dated_cohort(programme, "running", "Autumn group", start=tuesday, flo=flo)
    _open_cohort(programme, flo=flo)
    coming = tuesday + timedelta(weeks=11)
    _dated_cohort(programme, "coming", "Winter group", start=coming, flo=flo, joining=Cohort.OPEN)
    closed_start = tuesday - timedelta(weeks=32)
    closed = _dated_cohort(programme, "closed", "Spring group", start=closed_start, flo=flo)
    if running:
        _ada_part_way(running, people["ada"], sessions)
        _bea_completed(running, people["bea"], sessions)
        write_reflections(people["bea"], sessions, first=at(tuesday, 20))
    if closed:
        _past_group(closed, past, sessions)
    if not WritingKey.objects.filter(owner_id=people["ada"].pk).exists():
        agreeing.agree(people["ada"], now=timezone.now())


def meeting_days(start: date) -> list[date]:
    """Eight weekly days with a rest week after the third."""
    return [start + timedelta(weeks=n + (n >= REST_AFTER)) for n in range(8)]


def _dated_cohort(
    programme: ProgrammePage,
    name: str,
    title: str,
    *,
    start: date,
    flo: User,
    joining: str = Cohort.BY_INVITATION,
) -> Cohort | None:
    """A cohort with its eight meetings, or None when it was made before."""
    days = meeting_days(start)
    cohort, made = Cohort.objects.get_or_create(
        id=words.stable_id("cohort", name),
        defaults={
            "programme_id": programme.pk,
            "title": f"{title} {start:%Y}",
            "starts_on": days[0],
            "ends_on": days[-1],
            "joining": joining,
        },
    )
    if not made:
        return None
    Facilitation.objects.create(cohort=cohort, user=flo)
    LiveSession.objects.bulk_create(meetings(cohort, days))
    return cohort


def meetings(cohort: Cohort, days: list[date]) -> list[LiveSession]:
    return [
        LiveSession(cohort=cohort, number=n, day=day, starts=time(10))
        for n, day in enumerate(days, start=1)
    ]


def _open_cohort(programme: ProgrammePage, *, flo: User) -> None:
    cohort, made = Cohort.objects.get_or_create(
        id=words.stable_id("cohort", "own-time"),
        defaults={
            "programme_id": programme.pk,
            "title": "In your own time",
            "joining": Cohort.OPEN,
        },
    )
    if made:
        Facilitation.objects.create(cohort=cohort, user=flo)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=LONDON)


def _ada_part_way(cohort: Cohort, ada: User, sessions: list[SessionPage]) -> None:
    enrolment = joining.enrol(ada, cohort=cohort, now=at(cohort.starts_on - timedelta(days=9)))
    days = meeting_days(cohort.starts_on)
    for session, day in zip(sessions[:3], days, strict=False):
        attending.open_session(enrolment, session=session, now=at(day, 9))
    _was_present(enrolment, sessions[0], days[0])
    attending.work_through(enrolment, session=sessions[1], now=at(days[1], 20))
    stopped_at = anchor_of(sessions[2].body[4])
    attending.keep_place(enrolment, session=sessions[2], part=stopped_at, now=at(days[2], 20))


def _bea_completed(cohort: Cohort, bea: User, sessions: list[SessionPage]) -> None:
    enrolment = joining.enrol(bea, cohort=cohort, now=at(cohort.starts_on - timedelta(days=12)))
    days = meeting_days(cohort.starts_on)
    thoughts.send(
        enrolment,
        for_whom=Thought.TO_NEXT_COHORT,
        words="You can come with nothing prepared. I did, most weeks.",
        with_name=True,
        now=at(days[2], 12),
    )
    for session, day in zip(sessions[:3], days, strict=False):
        attending.open_session(enrolment, session=session, now=at(day, 9))
        _was_present(enrolment, session, day)
    for n, session in enumerate(sessions[3:7]):
        later = at(days[2] + timedelta(days=n), 19)
        attending.open_session(enrolment, session=session, now=later)
        attending.work_through(enrolment, session=session, now=later)


def _was_present(enrolment: Enrolment, session: SessionPage, day: date) -> None:
    """What the live register will write, from the facts of a meeting in the past."""
    Attendance.objects.create(
        enrolment=enrolment,
        session_key=session.key,
        number=session.number,
        title=session.title,
        state=Attendance.PRESENT,
        live_minutes=80,
        on=day,
        marked_at=at(day, 12),
    )


def _past_group(cohort: Cohort, past: list[User], sessions: list[SessionPage]) -> None:
    """Twenty-four people: most completed, in different ways; some did not, and that is fine."""
    days = meeting_days(cohort.starts_on)
    for n, person in enumerate(past):
        enrolment = joining.enrol(person, cohort=cohort, now=at(days[0] - timedelta(days=20)))
        for k, (session, day) in enumerate(zip(sessions, days, strict=True)):
            if (n * 3 + k * 5) % 11 < 8:
                _was_present(enrolment, session, day)
            elif (n + k) % 3:
                attending.work_through(enrolment, session=session, now=at(day, 20))
        complete_if_ready(enrolment, now=at(days[-1], 18))
    Cohort.objects.filter(pk=cohort.pk).update(closed_at=at(days[-1] + timedelta(days=7)))
