"""What the outbox does for cohorts: fetch by id, write one letter."""

from django.core import signing
from django.urls import reverse

from course import mail
from course.cohorts.models import Cohort, Enrolment, Interest


def confirm_place(*, enrolment: str) -> None:
    found = Enrolment.objects.select_related("user").filter(pk=enrolment, ended_at=None).first()
    if found:
        mail.place_confirmed(
            to=found.user.email, key=f"enrolment:{enrolment}", path=reverse("my_programme")
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
    if found and Cohort.objects.filter(pk=cohort, closed_at=None).exists():
        stop = signing.dumps(str(found.pk), salt="interest.stop")
        mail.cohort_open(
            to=found.email,
            key=f"cohort:{cohort}:told:{interest}",
            path=reverse("groups"),
            stop_path=reverse("stop_interest", args=[stop]),
        )
