"""When a reminder is due by the reader's clock, and until when it still makes sense."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from course.cohorts.models import LiveSession, Material
from course.cohorts.quiet import (
    EVENING,
    MORNING,
    allowed_before,
    allowed_from,
    is_quiet,
    local_moment,
)

DAY_BEFORE, HOUR_BEFORE = "day_before", "hour_before"
MODULE_OPENS, AFTER_MEETING = "module_opens", "after_meeting"  # fields of Reminders

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AFTERWARDS = [Material.RECORDING, Material.TRANSCRIPT, Material.NOTES]


def due(kind: str, meeting: LiveSession, zone: str) -> datetime:
    """The moment for a reminder before a meeting.

    The day before: at the meeting's own hour, kept between 8am and 7pm. An hour before: so,
    or at 7pm before the quiet hours that it would fall into.
    """
    if kind == HOUR_BEFORE:
        return allowed_before(meeting.starts_at - HOUR, zone)
    start = meeting.starts_at.astimezone(ZoneInfo(zone))
    clock = min(max(start.time(), MORNING), EVENING)
    return local_moment(start.date() - DAY, clock, zone)


def fits(kind: str, meeting: LiveSession, zone: str, *, now: datetime) -> bool:
    """Whether a reminder before this meeting belongs to this moment. Later is not better:
    a worker that comes back after a day sends nothing that has passed."""
    moment = due(kind, meeting, zone)
    grace = 3 * HOUR if kind == DAY_BEFORE else HOUR / 2
    return moment <= now < min(moment + grace, meeting.starts_at) and not is_quiet(now, zone)


def due_after(meeting: LiveSession, zone: str) -> datetime:
    """Once a recording or notes are there, otherwise a day after the end."""
    at_the_latest = meeting.ends_at + DAY
    added = meeting.materials.filter(kind__in=AFTERWARDS, added_at__lt=at_the_latest)
    first = min((material.added_at for material in added), default=at_the_latest)
    return allowed_from(max(first, meeting.ends_at + HOUR), zone)


def fits_after(meeting: LiveSession, zone: str, *, now: datetime) -> bool:
    moment = due_after(meeting, zone)
    return moment <= now < moment + DAY / 2 and not is_quiet(now, zone)


def fits_opening(opened_at: datetime, zone: str, *, now: datetime) -> bool:
    moment = allowed_from(opened_at, zone)
    return moment <= now < moment + DAY / 2 and not is_quiet(now, zone)
