"""Meetings as calendar files (RFC 5545, 5546, 7986). Every .ics is built here.

What stands in a calendar may be seen by an employer or a family: the programme's title, which
session, and the address of our page. Never a way in, a name, or anything private.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText

from course import names
from course.cohorts.calendar_zone import zone_component
from course.cohorts.models import LiveSession, Reminders
from course.people.models import User
from course.programme.models import ProgrammePage

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
SESSIONS = 8
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LOOK_AGAIN = timedelta(hours=1)  # how often a calendar program may ask the feed


def invitation(meetings: Iterable[LiveSession], *, for_user: User, method: str) -> bytes:
    """The file that goes with a letter: PUBLISH, REQUEST or CANCEL, each with its `cohort`.

    Mail programs take one meeting in a REQUEST or a CANCEL; for several, PUBLISH is safer.
    """
    return build(meetings, method=method, for_user=for_user)


def build(
    meetings: Iterable[LiveSession],
    *,
    method: str = PUBLISH,
    for_user: User | None = None,
    alarms: Iterable[timedelta] = (),
    is_feed: bool = False,
) -> bytes:
    """One calendar of these meetings. The same facts give the same bytes."""
    meetings = sorted(meetings, key=lambda m: (m.day, m.starts, str(m.pk)))
    titles = _titles(meetings)
    calendar = Calendar()
    calendar.add("prodid", "-//Resourced//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if is_feed:
        _describe_feed(calendar, titles)
    for zone in sorted({meeting.cohort.zone for meeting in meetings}):
        days = [m.day for m in meetings if m.cohort.zone == zone]
        calendar.add_component(zone_component(zone, min(days).year, max(days).year))
    for meeting in meetings:
        event = _event(meeting, titles.get(meeting.cohort.programme_id, ""), method=method)
        if for_user and method != PUBLISH:
            _between(event, for_user)
        if event["STATUS"] != "CANCELLED":
            for before in alarms:
                event.add_component(_alarm(before, event["SUMMARY"]))
        calendar.add_component(event)
    return calendar.to_ical()


def alarms_of(user: User) -> list[timedelta]:
    """When someone's calendar is to remind them; mostly never."""
    chosen = Reminders.objects.filter(user=user, in_calendar=True, stopped_at=None).first()
    if not chosen:
        return []
    return [before for before, on in ((DAY, chosen.day_before), (HOUR, chosen.hour_before)) if on]


def changed_at(meeting: LiveSession) -> datetime:
    """When what a calendar shows of it last changed, to the second."""
    cohort = meeting.cohort
    moments = [
        meeting.changed_at,
        meeting.cancelled_at,
        cohort.cancelled_at,
        cohort.confirmed_at,
        cohort.announced_at,
        cohort.created_at,
    ]
    return max(m for m in moments if m).astimezone(UTC).replace(microsecond=0)


def page_of(meeting: LiveSession) -> str:
    """The meeting's own page: the same address from the first day to the last."""
    return urljoin(settings.SITE_URL, reverse("meeting", args=[meeting.pk]))


def _titles(meetings: Iterable[LiveSession]) -> dict[int, str]:
    pks = {meeting.cohort.programme_id for meeting in meetings}
    pages = ProgrammePage.objects.filter(pk__in=pks).values_list("pk", "title")
    return {pk: names.in_one_line(title) for pk, title in pages}


def _describe_feed(calendar: Calendar, titles: dict[int, str]) -> None:
    name = ", ".join(sorted(set(titles.values()))) or _("Programme")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(LOOK_AGAIN), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(LOOK_AGAIN))


def _event(meeting: LiveSession, title: str, *, method: str) -> Event:
    cohort = meeting.cohort
    changed = changed_at(meeting)
    is_off = bool(meeting.cancelled_at or cohort.cancelled_at) or method == CANCEL
    facts = {"programme": title or _("Programme"), "number": meeting.number, "all": SESSIONS}
    page = page_of(meeting)
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}")
    # Calling off the whole group is one more change to each of its meetings.
    event.add("sequence", meeting.sequence + bool(cohort.cancelled_at))
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    # Through UTC: a time that the clocks skip is written as the time that they show instead.
    start = meeting.starts_at
    event.add("dtstart", start.astimezone(UTC).astimezone(start.tzinfo))
    # Not an end: by the clock on the wall, an end in the hour that comes twice is unclear.
    event.add("duration", timedelta(minutes=meeting.minutes))
    event.add("summary", _("%(programme)s, session %(number)s of %(all)s") % facts)
    event.add("status", _status(is_off=is_off, is_tentative=cohort.is_tentative))
    event.add("class", "PRIVATE")  # in a calendar that colleagues see: only that time is taken
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    event.add("location", _("Online"))
    event.add("url", page)
    event.add("description", _description(page, is_off=is_off))
    return event


def _status(*, is_off: bool, is_tentative: bool) -> str:
    return "CANCELLED" if is_off else "TENTATIVE" if is_tentative else "CONFIRMED"


def _description(page: str, *, is_off: bool) -> str:
    if is_off:
        words = _("This meeting will not take place. There is nothing to do.")
    else:
        words = _(
            "The way in is on this page, from 15 minutes before. "
            "Camera, microphone and speaking are optional."
        )
    return f"{words}\n{page}"


def _between(event: Event, user: User) -> None:
    """From us to one person, whose answer nobody waits for."""
    organiser = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    attendee = vCalAddress(f"mailto:{user.email}")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("organizer", organiser)
    event.add("attendee", attendee)


def _alarm(before: timedelta, words: Any) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", str(words))
    alarm.add("trigger", -before)
    return alarm
