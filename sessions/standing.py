"""What is noted about someone, session by session, as they see it themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Subquery
from django.utils.translation import gettext as _

from course.cohorts.models import Enrolment, Guest, LiveSession, NotComing
from course.programme.models import ProgrammePage
from sessions.models import Attendance, AttendanceQuestion, SessionPage
from sessions.questioning import way_here


@dataclass
class Standing:
    """How someone is with one session."""

    number: int
    title: str
    url: str = ""  # empty where its page is hidden for now
    meeting: LiveSession | None = None  # of their own group, with its cohort
    attendance: Attendance | None = None  # with `marked_by`
    not_coming: bool = False
    question: AttendanceQuestion | None = None  # the newest
    visit: LiveSession | None = None  # still to come with another group, with its cohort
    may_say: bool = False  # beforehand, that they will not be there
    own_hand: bool = False  # they noted it themselves

    @property
    def counts(self) -> bool:
        return self.attendance is not None and self.attendance.state in Attendance.COUNTING

    @property
    def may_question(self) -> bool:
        """Something is noted, or might have been; or their question is still open."""
        was = self.meeting is not None and not self.may_say
        return self.attendance is not None or was or self.question is not None

    @property
    def words(self) -> str:
        if self.attendance is None:
            return _("Nothing is noted yet.")
        return {
            Attendance.PRESENT: _("You were there."),
            Attendance.PART: _("You were there for part of it."),
            Attendance.CAUGHT_UP: _("You caught up."),
            Attendance.NOT_THIS_TIME: _("Not this time."),
        }[self.attendance.state]


def standings(enrolment: Enrolment, *, now: datetime) -> list[Standing]:
    """All sessions of the programme, in six queries."""
    found = _sessions(enrolment)
    for row in enrolment.attendances.select_related("marked_by"):
        one = found.setdefault(row.number, Standing(row.number, row.title))
        one.attendance = row
        one.own_hand = row.marked_by_id == enrolment.user_id
    _add_meetings(found, enrolment, now=now)
    asked = AttendanceQuestion.objects.filter(enrolment__in=way_here(enrolment))
    for question in asked.order_by("asked_at"):
        if one := found.get(question.number):
            one.question = question
    visits = Guest.objects.filter(enrolment=enrolment).select_related("meeting__cohort")
    for visit in visits.order_by("meeting__day"):
        one = found.get(visit.meeting.number)
        if one and not visit.meeting.cancelled_at and not visit.meeting.is_over(now):
            one.visit = visit.meeting
    return [found[number] for number in sorted(found)]


def _add_meetings(found: dict[int, Standing], enrolment: Enrolment, *, now: datetime) -> None:
    away = set(NotComing.objects.filter(enrolment=enrolment).values_list("meeting_id", flat=True))
    meetings = LiveSession.objects.filter(cohort=enrolment.cohort_id).select_related("cohort")
    for meeting in meetings:
        if one := found.get(meeting.number):
            one.meeting = meeting
            one.may_say = not (meeting.cancelled_at or meeting.is_over(now) or enrolment.ended_at)
            one.not_coming = meeting.pk in away


def _sessions(enrolment: Enrolment) -> dict[int, Standing]:
    programme = ProgrammePage.objects.filter(pk=enrolment.cohort.programme_id).values("path")
    pages = SessionPage.objects.live().filter(path__startswith=Subquery(programme))
    return {
        page.number: Standing(page.number, page.title, url=page.url)
        for page in pages.defer("body", "prompts").order_by("number")
    }


def rounds_of(user_id: UUID) -> list[Enrolment]:
    """Everything someone took part in, the present first. What was moved on is shown there."""
    every = Enrolment.objects.filter(user=user_id).select_related("cohort")
    return sorted(
        every.order_by("-enrolled_at"), key=lambda enrolment: enrolment.ended_at is not None
    )
