"""What the outbox does for cohorts: fetch by id, write one letter."""

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from course import mail
from course.cohorts import times
from course.cohorts.letter_tasks import calendar_files, only_by_day
from course.cohorts.models import Cohort, Enrolment, Interest
from course.people.models import User


def confirm_place(*, enrolment: str) -> None:
    places = Enrolment.objects.current().filter(cohort__cancelled_at=None)
    found = places.select_related("user", "cohort").filter(pk=enrolment).first()
    if not found:
        return
    now, zone = timezone.now(), times.zone_for(found.user, found.cohort)
    coming = [
        meeting
        for meeting in found.cohort.live_sessions.select_related("cohort").filter(cancelled_at=None)
        if not meeting.is_over(now)
    ]
    mail.place_confirmed(
        to=found.user.email,
        key=f"enrolment:{enrolment}",
        path=reverse("my_programme"),
        dates=[{"when": times.when(meeting, zone)} for meeting in coming],
        calendars=calendar_files(coming, found.user),
    )


def confirm_interest(*, interest: str) -> None:
    found = Interest.objects.filter(pk=interest, confirmed_at=None, stopped_at=None).first()
    if found:
        token = signing.dumps(str(found.pk), salt="interest.confirm")
        mail.confirm_interest(
            to=found.email,
            key=f"interest:{interest}",
            path=reverse("confirm_interest", args=[token]),
        )


def tell_of_cohort(*, interest: str, cohort: str) -> None:
    found = Interest.objects.filter(pk=interest, stopped_at=None).first()
    group = Cohort.objects.filter(pk=cohort, closed_at=None, cancelled_at=None).first()
    if found and group:
        reader = User.objects.filter(email=found.email).first()
        only_by_day(times.zone_for(reader, group))
        stop = signing.dumps(str(found.pk), salt="interest.stop")
        mail.cohort_open(
            to=found.email,
            key=f"cohort:{cohort}:told:{interest}",
            path=reverse("groups"),
            stop_path=reverse("stop_interest", args=[stop]),
        )
