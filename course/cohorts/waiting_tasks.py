"""Letters about waiting for a place, and about whether a group runs: fetch by id, write one.

Each looks again at the moment of sending: whoever left, and a group that was called off, get
no letter that is no longer true.
"""

from django.urls import reverse
from django.utils import timezone

from course import mail
from course.cohorts import times
from course.cohorts.admitting import cohorts_of
from course.cohorts.audience import is_running
from course.cohorts.letter_tasks import calendar_files
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.people.models import User


def offer_place(*, waiting: str, time: int) -> None:
    """`time` is the how manieth offer this is: an older one has no letter any more."""
    found = (
        Waiting.objects.offered()
        .filter(pk=waiting, offers=time)
        .filter(offer_until__gt=timezone.now())
    )
    kept = found.select_related("user", "cohort").first()
    if kept and is_running(kept.cohort):
        mail.place_offered(
            to=kept.user.email,
            key=f"waiting:{waiting}:offer:{time}",
            path=reverse("waiting", args=[kept.cohort_id]),
            group=kept.cohort.title,
            until=times.at(kept.offer_until, times.zone_for(kept.user, kept.cohort)),
        )


def say_offer_ended(*, waiting: str) -> None:
    back = _without_offer(waiting)
    if back:
        mail.offer_ended(
            to=back.user.email,
            key=f"waiting:{waiting}:ended:{back.offers}",
            path=reverse("waiting", args=[back.cohort_id]),
            group=back.cohort.title,
        )


def say_waiting_again(*, waiting: str) -> None:
    """To whoever bought the place that was kept, and whose order ended unpaid."""
    back = _without_offer(waiting)
    if back:
        mail.waiting_again(
            to=back.user.email,
            key=f"waiting:{waiting}:again:{back.offers}",
            path=reverse("waiting", args=[back.cohort_id]),
            group=back.cohort.title,
        )


def _without_offer(waiting: str) -> Waiting | None:
    """Someone on the list of a group that goes on, with nothing kept for them just now."""
    found = Waiting.objects.open().filter(pk=waiting, offered_at=None, user__is_active=True)
    back = found.select_related("user", "cohort").first()
    return back if back and is_running(back.cohort) else None


def say_group_confirmed(*, enrolment: str) -> None:
    current = Enrolment.objects.current().filter(pk=enrolment, paused_at=None)
    found = current.select_related("user", "cohort").first()
    if found and is_running(found.cohort):
        mail.group_confirmed(
            to=found.user.email,
            key=f"enrolment:{enrolment}:confirmed",
            path=reverse("my_programme"),
            group=found.cohort.title,
        )


def say_group_called_off(*, cohort: str, user: str, path: str = "") -> None:
    """To whoever had a place, ran it, waited or paid. Those who paused are told too."""
    group = Cohort.objects.filter(pk=cohort, cancelled_at__isnull=False).first()
    reader = User.objects.filter(pk=user, is_active=True).first()
    if group and reader:
        met = cohorts_of(reader).filter(pk=group.pk).exists()
        gone = group.live_sessions.filter(cancelled_at=group.cancelled_at).select_related("cohort")
        mail.group_called_off(
            to=reader.email,
            key=f"cohort:{cohort}:called-off:{user}",
            path=path or reverse("groups"),
            group=group.title,
            calendars=calendar_files(list(gone), reader) if met else [],
        )
