"""What the outbox does about live cohorts: fetch by id, look again who and when, write one letter.

Between owing and sending a meeting may move, a person may leave, pause or stop their
reminders. So each task reads everything anew, and what no longer fits is not sent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from course import mail
from course.cohorts import audience, calendar, quiet, reminder_times, times
from course.cohorts.models import Change, Cohort, Enrolment, LetterToSelf, LiveSession, Message
from course.people.models import User

STOP = "reminders.stop"


def stop_path(user: User) -> str:
    """The address that stops all optional letters, without signing in. It works for good."""
    return reverse("stop_reminders_by_link", args=[signing.dumps(str(user.pk), salt=STOP)])


class QuietHours(Exception):
    """Not now. The outbox tries again, later and later, until the morning has come."""


def only_by_day(zone: str) -> None:
    if quiet.is_quiet(timezone.now(), zone):
        raise QuietHours


def _meeting(pk: str) -> LiveSession | None:
    """A meeting that will be or has been, of a cohort that goes on."""
    found = LiveSession.objects.select_related("cohort").filter(pk=pk, cancelled_at=None).first()
    return found if found and audience.is_running(found.cohort) else None


# --- Changed dates ---------------------------------------------------------------------------


def tell_of_changes(*, cohort: str, user: str, since: int) -> None:
    """One letter about all that was changed and settled since this change, as it stands now."""
    group = Cohort.objects.filter(pk=cohort).first()
    reader = User.objects.filter(pk=user, is_active=True).first()
    if not group or not reader or not audience.is_running(group):
        return
    told = Change.objects.filter(meeting__cohort=group, told_at__isnull=False, pk__gte=since)
    first: dict[UUID, Change] = {}
    for change in told.select_related("meeting__cohort"):
        first.setdefault(change.meeting_id, change)
    mine = [c for c in first.values() if c.matters(timezone.now()) and _concerns(c, reader)]
    if not mine:
        return
    zone = times.zone_for(reader, group)
    mine.sort(key=lambda change: change.meeting.number)
    mail.dates_changed(
        to=reader.email,
        key=f"changes:{cohort}:{user}:{since}",
        path=reverse("my_dates"),
        group=group.title,
        changes=[_in_words(change, zone) for change in mine],
        calendars=calendar_files([change.meeting for change in mine], reader),
    )


def _concerns(change: Change, reader: User) -> bool:
    """Whoever paused hears of cancelled meetings, and of nothing else."""
    cancelled = change.meeting.cancelled_at is not None
    return reader.pk in audience.everyone_at(change.meeting, paused=cancelled)


def _in_words(change: Change, zone: str) -> dict[str, Any]:
    return {
        "name": _("Session %(number)s of 8") % {"number": change.meeting.number},
        "was": "" if change.was_cancelled else times.when(change.before, zone),
        "now": "" if change.meeting.cancelled_at else times.when(change.meeting, zone),
    }


def calendar_files(meetings: list[LiveSession], reader: User) -> list[mail.Paper]:
    """What goes with a letter about dates, for any calendar. A cancelled meeting is marked as
    such; by itself it is a CANCEL, which mail programs take one meeting at a time."""
    if not meetings:
        return []
    one_off = len(meetings) == 1 and meetings[0].cancelled_at is not None
    method = calendar.CANCEL if one_off else calendar.PUBLISH
    return [("dates.ics", calendar.invitation(meetings, for_user=reader, method=method))]


# --- Reminders -------------------------------------------------------------------------------


def remind(*, kind: str, meeting: str, user: str, start: str) -> None:
    """Before a meeting. One that has moved since is somebody else's: its new time has its own."""
    found = _meeting(meeting)
    if not found or found.starts_at != datetime.fromisoformat(start):
        return
    chosen = audience.wanting(kind, audience.expected_at(found) & {UUID(user)}).first()
    if not chosen:
        return
    zone = times.zone_for(chosen.user, found.cohort)
    if reminder_times.fits(kind, found, zone, now=timezone.now()):
        mail.meeting_reminder(
            to=chosen.user.email,
            key=f"reminder:{kind}:{meeting}:{user}:{start}",
            path=reverse("meeting", args=[found.pk]),
            when=times.when(found, zone),
            stop_path=stop_path(chosen.user),
        )


def remind_afterwards(*, meeting: str, user: str) -> None:
    found = _meeting(meeting)
    if not found:
        return
    chosen = audience.wanting(reminder_times.AFTER_MEETING, audience.everyone_at(found))
    mine = chosen.filter(user=user).first()
    if not mine:
        return
    zone = times.zone_for(mine.user, found.cohort)
    if found.is_over(timezone.now()) and not quiet.is_quiet(timezone.now(), zone):
        mail.after_meeting(
            to=mine.user.email,
            key=f"after:{meeting}:{user}",
            path=reverse("meeting", args=[found.pk]),
            number=found.number,
            stop_path=stop_path(mine.user),
        )


def tell_of_opening(*, enrolment: str, numbers: list[int]) -> None:
    places = Enrolment.objects.current().filter(pk=enrolment, paused_at=None)
    place = places.select_related("user", "cohort").first()
    if not place or not audience.is_running(place.cohort):
        return
    zone = times.zone_for(place.user, place.cohort)
    chosen = audience.wanting(reminder_times.MODULE_OPENS, [place.user_id]).exists()
    if chosen and place.user.is_active and not quiet.is_quiet(timezone.now(), zone):
        mail.module_open(
            to=place.user.email,
            key=f"opens:{enrolment}:{'-'.join(map(str, numbers))}",
            path=reverse("my_programme"),
            which=_opened(numbers),
            stop_path=stop_path(place.user),
        )


def _opened(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return _("Session %(number)s of 8 is open for reading.") % {"number": numbers[0]}
    listed = ", ".join(map(str, numbers))
    return _("These sessions of the 8 are open for reading: %(list)s.") % {"list": listed}


def ask_for_way_in(*, meeting: str, user: str) -> None:
    """To whoever still facilitates a meeting that is to come, and still has no way in."""
    found = _meeting(meeting)
    if not found or found.starts_at <= timezone.now() or found.joining_url or found.dial_in:
        return
    reader = found.cohort.facilitators.filter(pk=user, is_active=True).first()
    if reader:
        zone = times.zone_for(reader, found.cohort)
        only_by_day(zone)
        mail.way_in_missing(
            to=reader.email,
            key=f"way-in:{meeting}:{user}",
            path=reverse("group_meeting", args=[found.cohort_id, found.pk]),
            when=times.when(found, zone),
        )


# --- Messages, and the letter to oneself -----------------------------------------------------


def send_message(*, message: str, user: str) -> None:
    found = Message.objects.select_related("cohort", "sender").filter(pk=message).first()
    if not found or found.cohort.cancelled_at:
        return
    concerned = audience.everyone_in(found.cohort_id) & {UUID(user)}
    reader = User.objects.filter(pk__in=concerned).first()
    if reader and audience.takes_messages(reader):
        only_by_day(times.zone_for(reader, found.cohort))
        mail.group_message(
            to=reader.email,
            key=f"message:{message}:{user}",
            path=reverse("my_messages"),
            heading=found.heading,
            message=found.words,
            sender=found.sender.display_name if found.sender else "",
            stop_path=stop_path(reader),
        )


def send_letter_to_self(*, letter: int) -> None:
    letters = LetterToSelf.objects.select_related("enrolment__user", "enrolment__cohort")
    found = letters.filter(pk=letter, enrolment__ended_at=None).first()
    if found and not found.enrolment.cohort.cancelled_at and found.enrolment.user.is_active:
        only_by_day(times.zone_for(found.enrolment.user, found.enrolment.cohort))
        mail.letter_to_self(
            to=found.enrolment.user.email,
            key=f"self:{letter}",
            path="/my/reflections/",  # a fixed address; what is behind it is not known here
            stop_path=stop_path(found.enrolment.user),
        )
