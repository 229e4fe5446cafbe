"""The quiet hours. Between 20:00 and 08:00 of the reader's own clock no optional letter is sent."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, NIGHT = time(8), time(20)
EVENING = time(19)  # when something is sent that would fall into the night after it


def is_quiet(moment: datetime, zone: str) -> bool:
    clock = moment.astimezone(ZoneInfo(zone)).time()
    return clock < MORNING or clock >= NIGHT


def allowed_from(moment: datetime, zone: str) -> datetime:
    """This moment, or 08:00 of the reader's next morning when it falls into the quiet hours."""
    local = moment.astimezone(ZoneInfo(zone))
    if not is_quiet(moment, zone):
        return moment
    day = local.date() + timedelta(days=1 if local.time() >= NIGHT else 0)
    return local_moment(day, MORNING, zone)


def allowed_before(moment: datetime, zone: str) -> datetime:
    """This moment, or 19:00 of the reader's evening before it when it falls into quiet hours."""
    local = moment.astimezone(ZoneInfo(zone))
    if not is_quiet(moment, zone):
        return moment
    day = local.date() - timedelta(days=1 if local.time() < MORNING else 0)
    return local_moment(day, EVENING, zone)


def local_moment(day: date, clock: time, zone: str) -> datetime:
    """That hour of the reader's own day. One that the clocks skip comes an hour on."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)
