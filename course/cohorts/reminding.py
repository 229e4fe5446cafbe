"""The clock's side of reminders. Each job looks at what this minute asks for, and owes it once."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from course.cohorts import audience, letter_tasks, preparing, reminder_times, times
from course.cohorts.models import Enrolment, LiveSession, Opening
from course.cohorts.quiet import is_quiet
from course.outbox.owing import owe, owed_among

Task = Callable[..., None]
DAY = timedelta(days=1)


def remind_the_day_before(now: datetime) -> int:
    return _remind_before(reminder_times.DAY_BEFORE, now=now)


def remind_the_hour_before(now: datetime) -> int:
    return _remind_before(reminder_times.HOUR_BEFORE, now=now)


def remind_after_meetings(now: datetime) -> int:
    """Once a recording or notes are there, or a day after. Returns how many letters."""
    count = 0
    for meeting in _meetings(now - 4 * DAY, now):
        people = audience.wanting(reminder_times.AFTER_MEETING, audience.everyone_at(meeting))
        due = {
            f"after:{meeting.pk}:{chosen.user_id}": {
                "meeting": str(meeting.pk),
                "user": str(chosen.user_id),
            }
            for chosen in people
            if reminder_times.fits_after(
                meeting, times.zone_for(chosen.user, meeting.cohort), now=now
            )
        }
        count += _owe_each(letter_tasks.remind_afterwards, due, now=now)
    return count


def tell_of_open_modules(now: datetime) -> int:
    """What was opened at one moment makes one letter for each person who wants to know."""
    opened: dict[tuple[Enrolment, datetime], list[int]] = {}
    recent = Opening.objects.filter(opened_at__gt=now - DAY, opened_at__lte=now)
    for opening in recent.select_related("cohort", "enrolment").order_by("number"):
        for place in _places_for(opening):
            if reminder_times.fits_opening(
                opening.opened_at, times.zone_for(place.user, opening.cohort), now=now
            ):
                opened.setdefault((place, opening.opened_at), []).append(opening.number)
    due = {
        f"opens:{place.pk}:{moment:%Y%m%d%H%M%S}": {"enrolment": str(place.pk), "numbers": numbers}
        for (place, moment), numbers in opened.items()
    }
    return _owe_each(letter_tasks.tell_of_opening, due, now=now)


def ask_for_ways_in(now: datetime) -> int:
    """Two days before a meeting that nobody can get into yet: a letter to each facilitator."""
    count = 0
    for meeting in preparing.without_way_in(_meetings(now, now + 2 * DAY)):
        due = {
            f"way-in:{meeting.pk}:{user.pk}": {"meeting": str(meeting.pk), "user": str(user.pk)}
            for user in meeting.cohort.facilitators.filter(is_active=True)
            if not is_quiet(now, times.zone_for(user, meeting.cohort))
        }
        count += _owe_each(letter_tasks.ask_for_way_in, due, now=now)
    return count


def _places_for(opening: Opening) -> Iterable[Enrolment]:
    """The places that it opened for, of people who wish to hear of it."""
    if not audience.is_running(opening.cohort):
        return []
    places = Enrolment.objects.current().filter(
        cohort=opening.cohort_id,
        paused_at=None,
        enrolled_at__lte=opening.opened_at,
        user__is_active=True,
        user__reminders__module_opens=True,
        user__reminders__by_email=True,
    )
    if opening.enrolment_id:
        places = places.filter(pk=opening.enrolment_id)
    return places.select_related("user")


def _remind_before(kind: str, *, now: datetime) -> int:
    count = 0
    for meeting in _meetings(now, now + 2 * DAY):
        start = meeting.starts_at.isoformat()
        due = {
            f"reminder:{kind}:{meeting.pk}:{chosen.user_id}:{meeting.starts_at:%Y%m%d%H%M}": {
                "kind": kind,
                "meeting": str(meeting.pk),
                "user": str(chosen.user_id),
                "start": start,
            }
            for chosen in audience.wanting(kind, audience.expected_at(meeting))
            if reminder_times.fits(
                kind, meeting, times.zone_for(chosen.user, meeting.cohort), now=now
            )
        }
        count += _owe_each(letter_tasks.remind, due, now=now)
    return count


def _meetings(after: datetime, before: datetime) -> list[LiveSession]:
    """Meetings that take place, and begin between these moments, whatever zone they are in."""
    found = LiveSession.objects.select_related("cohort").filter(
        day__range=(after.date() - DAY, before.date() + DAY), cancelled_at=None
    )
    return [m for m in found if after < m.starts_at <= before and audience.is_running(m.cohort)]


def _owe_each(task: Task, due: dict[str, dict[str, Any]], *, now: datetime) -> int:
    """Owe what is new among these. The jobs run each minute, and mostly find it owed already."""
    new = due.keys() - owed_among(due) if due else set()
    if not new:
        return 0
    with transaction.atomic():
        for key in new:
            owe(task, key=key, now=now, **due[key])
    return len(new)
