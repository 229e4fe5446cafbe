"""Whether a wall time can be used: clocks go forward and back, and calendars must not guess."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from course.cohorts import times
from course.cohorts.models import known_zone

SKIPPED, TWICE = "skipped", "twice"  # the codes of the two refusals
A_DAY = 26 * 60  # minutes: whole days have been skipped


def check_wall_time(day: date, starts: time, zone: str) -> None:
    """Raises ValidationError for a time that the clocks skip that day, or that comes twice.

    Its words name the nearest times that can be used.
    """
    known_zone(zone)
    odd = datetime.combine(day, starts)
    problem = _problem(odd, zone)
    if not problem:
        return
    facts = {
        "day": date_format(day, "l j F Y"),
        "time": times.hour(odd),
        "before": times.hour(_nearest_usable(odd, zone, step=-1) + timedelta(minutes=1)),
        "after": times.hour(_nearest_usable(odd, zone, step=1)),
    }
    if problem == TWICE:
        words = _(
            "On %(day)s the clocks go back, and %(time)s comes twice. "
            "Please choose a time before %(before)s, or from %(after)s on."
        )
    else:
        words = _(
            "On %(day)s the clocks go forward, and %(time)s does not exist. "
            "The next time that does is %(after)s."
        )
    raise ValidationError(words, problem, facts)


def _problem(wall: datetime, zone: str) -> str:
    """SKIPPED, TWICE, or "" for a time that this zone's clocks show exactly once."""
    first = wall.replace(tzinfo=ZoneInfo(zone))
    if first.utcoffset() == first.replace(fold=1).utcoffset():
        return ""
    back = first.astimezone(UTC).astimezone(ZoneInfo(zone))
    return TWICE if back.replace(tzinfo=None) == wall else SKIPPED


def _nearest_usable(odd: datetime, zone: str, *, step: int) -> datetime:
    minutes = (odd + timedelta(minutes=step * n) for n in range(A_DAY))
    return next(minute for minute in minutes if not _problem(minute, zone))
