"""When something is, in words: by the reader's own clock, and whose clock it is.

Every moment goes through UTC, so that both clock changes come out right. A time on the wall
that the clocks skip is an hour on, and one that comes twice is the first (RFC 5545 agrees).
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from course.cohorts.models import Cohort, LiveSession
from course.people import zones
from course.people.models import User

A_WEEK_LEFT_OUT = timedelta(days=14)  # between two meetings
REST_AFTER = 3  # where nothing else is said


def zone_for(user: User | AnonymousUser | None, cohort: Cohort) -> str:
    """The reader's zone as they chose it, otherwise the cohort's."""
    return zones.today_called(getattr(user, "zone", "") or "") or cohort.zone


def hour(moment: datetime) -> str:
    """“10am”, “1:30pm”, “midday”."""
    if (moment.hour, moment.minute) == (12, 0):
        return _("midday")
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}" + ("am" if moment.hour < 12 else "pm")


def clock(moment: datetime, zone: str) -> str:
    """“1:30pm” by the clocks of this zone."""
    return hour(_there(moment, zone))


def at(moment: datetime, zone: str) -> str:
    """“Tuesday 4 March 2027, 2pm (UK time)”."""
    there = _there(moment, zone)
    facts = {"day": _day(there), "start": hour(there), "place": zones.in_words(zone)}
    return _("%(day)s, %(start)s (%(place)s)") % facts


def on(moment: datetime, zone: str) -> str:
    """“Tuesday 4 March 2027” by the calendar of this zone."""
    return _day(_there(moment, zone))


def when(meeting: LiveSession, zone: str = "") -> str:
    """“Tuesday 4 March 2027, 7:30pm to 9pm (Kolkata time), which is 2pm to 3:30pm (UK time)”.

    `zone` is the reader's. The cohort's own time follows where its clocks show another hour.
    """
    home = meeting.cohort.zone
    zone = zone or home
    said = span(meeting, zone)
    start, end = meeting.starts_at, meeting.ends_at
    here, there = _there(start, zone), _there(start, home)
    same_end = _there(end, zone).utcoffset() == _there(end, home).utcoffset()
    if here.utcoffset() == there.utcoffset() and same_end:
        return said
    beside = span(meeting, home, with_day=here.date() != there.date())
    return _("%(reader)s, which is %(group)s") % {"reader": said, "group": beside}


def span(meeting: LiveSession, zone: str, *, with_day: bool = True) -> str:
    """From when to when by one zone's clocks, with the zone named."""
    start, end = _there(meeting.starts_at, zone), _there(meeting.ends_at, zone)
    last = hour(end)
    if (end.hour, end.minute) == (0, 0):
        last = _("midnight")  # of the day that it began on
    elif end.date() != start.date():
        last = _("%(end)s on %(day)s") % {"end": hour(end), "day": _day(end)}
    facts = {"start": hour(start), "end": last, "place": zones.in_words(zone)}
    hours = _("%(start)s to %(end)s (%(place)s)") % facts
    return _("%(day)s, %(hours)s") % {"day": _day(start), "hours": hours} if with_day else hours


def rest_after(cohort: Cohort, meetings: list[LiveSession]) -> int | None:
    """The session after which a week is left out: as planned, or as the dates say."""
    if cohort.rest_after:
        return cohort.rest_after
    if not cohort.is_dated:
        return REST_AFTER
    ordered = sorted(meetings, key=lambda meeting: meeting.day)
    for one, following in pairwise(ordered):
        if following.day - one.day >= A_WEEK_LEFT_OUT:
            return one.number
    return None


def week_after(day: date) -> date:
    """The Monday of the week after this day."""
    return day + timedelta(days=7 - day.weekday())


def _there(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(UTC).astimezone(ZoneInfo(zone))


def _day(moment: datetime) -> str:
    return date_format(moment, "l j F Y")
