"""What the outbox does about what is noted of people: fetch by id, look again, write one letter."""

from django.urls import reverse

from course import mail
from course.cohorts import times
from course.cohorts.letter_tasks import only_by_day
from course.cohorts.models import Cohort
from course.people.models import User
from sessions.models import AttendanceQuestion


def say_attendance_questioned(*, cohort: str, number: int, user: str) -> None:
    """To a facilitator, while a question about this meeting is open. Not who asks, nor what."""
    still = AttendanceQuestion.objects.filter(
        enrolment__cohort=cohort, number=number, settled_at=None
    )
    group = Cohort.objects.filter(pk=cohort, facilitators=user).first()
    reader = User.objects.filter(pk=user, is_active=True).first()
    if group and reader and still.exists():
        only_by_day(times.zone_for(reader, group))
        mail.attendance_questioned(
            to=reader.email,
            key=f"questioned:{cohort}:{number}:{user}",
            path=reverse("group_sent", args=[cohort]),
        )
