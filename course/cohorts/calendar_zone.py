"""A zone's rules as a VTIMEZONE, found by asking the zone itself.

Written by hand because the library's own generator begins each change an hour off
(RFC 5545, 3.6.5: an onset is given in the offset that holds before it), and gives no rules,
which some programs need.
"""

from calendar import monthcalendar, monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LONG_AGO = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Change:
    """One change of a zone's clocks. `onset` is what they showed as it came."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str


@lru_cache(maxsize=64)
def zone_component(name: str, first: int, last: int) -> Timezone:
    """The zone from the year before `first` to three years after `last`, and on by its rules.

    A zone that keeps to rules has them from 1970 on, as calendar programs write it themselves:
    some look at years gone by to find out which zone it is.
    """
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    groups = _by_rule(_changes(zone, first - 1, last + 3))
    rules = [_rule(group) for group in groups]
    if groups and all(rules):
        for group, (which, day) in zip(groups, rules, strict=True):
            component.add_component(_observance(group[0], which, day))
        return component
    begin = datetime(first - 1, 1, 1, tzinfo=UTC).astimezone(zone)
    offset = begin.utcoffset()
    component.add_component(_observance(Change(LONG_AGO, offset, offset, begin.tzname())))
    for change in sorted((c for group in groups for c in group), key=lambda c: c.onset):
        component.add_component(_observance(change))
    return component


def _changes(zone: ZoneInfo, first: int, last: int) -> list[Change]:
    found = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 12, 31, tzinfo=UTC)
    while at < end:
        following = at + timedelta(days=1)
        if _offset(at, zone) != _offset(following, zone):
            found.append(_change_between(at, following, zone))
        at = following
    return found


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> Change:
    before = _offset(low, zone)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    high = high.replace(microsecond=0)
    onset = (high + before).replace(tzinfo=None)
    after = high.astimezone(zone)
    return Change(onset, before, after.utcoffset(), after.tzname())


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset()


def _by_rule(changes: list[Change]) -> list[list[Change]]:
    """The same change, year after year."""
    groups = defaultdict(list)
    for change in changes:
        onset = change.onset
        key = (change.before, change.after, change.name, onset.month, onset.weekday(), onset.time())
        groups[key].append(change)
    return list(groups.values())


def _rule(group: list[Change]) -> tuple[int, str] | None:
    """(-1, "SU") for the last Sunday of its month, where a change keeps to that every year."""
    onsets = [change.onset for change in group]
    years = [onset.year for onset in onsets]
    if len(years) < 4 or years != list(range(years[0], years[0] + len(years))):
        return None
    day = DAYS[onsets[0].weekday()]
    if all(onset.day + 7 > monthrange(onset.year, onset.month)[1] for onset in onsets):
        return -1, day
    nth = {(onset.day - 1) // 7 + 1 for onset in onsets}
    return (nth.pop(), day) if len(nth) == 1 else None


def _observance(
    change: Change, which: int = 0, day: str = ""
) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if change.after > change.before else TimezoneStandard()
    onset = _in_1970(change.onset, which, DAYS.index(day)) if which else change.onset
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    if which:
        part.add("rrule", vRecur(freq="YEARLY", bymonth=onset.month, byday=f"{which}{day}"))
    return part


def _in_1970(onset: datetime, which: int, weekday: int) -> datetime:
    """The day that the rule gives in 1970, at the same hour."""
    weeks = [week[weekday] for week in monthcalendar(1970, onset.month) if week[weekday]]
    return onset.replace(year=1970, day=weeks[which if which < 0 else which - 1])
