"""Changing meetings: when they are, whether they are, and how to get in.

Every flow takes the sequence that its page showed. When someone else has changed the meeting
since, nothing is written and the caller is told, so that two people at once lose nothing.
Each change raises the sequence, leaves a line in the audit log, and keeps what was before:
course/cohorts/telling.py tells everyone from that. A change that changes nothing does nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Min
from django.utils.translation import gettext as _

from course.audit.recording import record
from course.cohorts import letters_to_self
from course.cohorts.models import Change, Cohort, LiveSession
from course.cohorts.times_check import check_wall_time
from course.people.models import User

WEEK = timedelta(weeks=1)
SHORTEST, LONGEST = 20, 240  # minutes


class ChangedMeanwhile(Exception):
    """Someone else changed this since the page was opened. Nothing was written."""


@transaction.atomic
def move_meeting(
    meeting: LiveSession,
    *,
    day: date,
    starts: time,
    minutes: int | None = None,
    seen: int,
    by: User,
    now: datetime,
) -> bool:
    """Give a meeting another day, hour or length. Returns whether anything changed.

    Raises ValidationError with words for the page, or ChangedMeanwhile.
    """
    meeting = _to_change(meeting.pk, now=now)
    minutes = minutes or meeting.minutes
    if (day, starts, minutes) == (meeting.day, meeting.starts, meeting.minutes):
        return False
    _put(meeting, day=day, starts=starts, minutes=minutes, now=now)
    if not meeting.cancelled_at:
        _refuse_overlap([meeting], meeting.cohort.live_sessions.filter(cancelled_at=None))
    _write(meeting, seen=seen, by=by, now=now, day=day, starts=starts, minutes=minutes)
    record("meeting.moved", actor=by.pk, subject=f"meeting:{meeting.pk}", at=now)
    _follow(meeting.cohort)
    return True


@transaction.atomic
def cancel_meeting(meeting: LiveSession, *, seen: int, by: User, now: datetime) -> bool:
    """This meeting will not be. Its module, its attendance and its materials stay."""
    meeting = _to_change(meeting.pk, now=now)
    if meeting.cancelled_at:
        return False
    _write(meeting, seen=seen, by=by, now=now, cancelled_at=now)
    record("meeting.cancelled", actor=by.pk, subject=f"meeting:{meeting.pk}", at=now)
    _follow(meeting.cohort)
    return True


@transaction.atomic
def bring_back(meeting: LiveSession, *, seen: int, by: User, now: datetime) -> bool:
    """A cancelled meeting takes place after all, at the time it had."""
    meeting = _to_change(meeting.pk, now=now)
    if not meeting.cancelled_at:
        return False
    _refuse_past(meeting, now=now)
    _refuse_overlap([meeting], meeting.cohort.live_sessions.filter(cancelled_at=None))
    _write(meeting, seen=seen, by=by, now=now, cancelled_at=None)
    record("meeting.brought_back", actor=by.pk, subject=f"meeting:{meeting.pk}", at=now)
    _follow(meeting.cohort)
    return True


@transaction.atomic
def change_way_in(
    meeting: LiveSession, *, joining_url: str, dial_in: str, seen: int, by: User, now: datetime
) -> bool:
    """Another link or number to join by. Nobody is written to: letters and calendars name only
    the meeting's own page, which shows the new way in from now on."""
    meeting = _to_change(meeting.pk, now=now)
    if (joining_url, dial_in) == (meeting.joining_url, meeting.dial_in):
        return False
    meeting.joining_url, meeting.dial_in = joining_url, dial_in
    meeting.clean_fields(exclude=["cohort"])
    _update(meeting, seen=seen, now=now, joining_url=joining_url, dial_in=dial_in)
    record("meeting.way_in_changed", actor=by.pk, subject=f"meeting:{meeting.pk}", at=now)
    return True


@transaction.atomic
def move_rest_week(
    cohort: Cohort, *, after: int | None, seen: Mapping[UUID, int], by: User, now: datetime
) -> int:
    """Put the rest week after another session, or take it out with None.

    The meetings between its old and its new place move by a week, each keeping its own
    weekday and hour. `seen` holds the sequence of every meeting. Returns how many moved.
    """
    cohort = _cohort_to_change(cohort.pk)
    if after == cohort.rest_after:
        return 0
    meetings = list(cohort.live_sessions.all())
    moving = _shift(meetings, cohort, after=after, now=now)
    standing = [m for m in meetings if not m.cancelled_at]
    _refuse_overlap(standing, standing)
    for meeting in moving:
        if meeting.pk not in seen:
            raise ChangedMeanwhile
        _write(meeting, seen=seen[meeting.pk], by=by, now=now, day=meeting.day)
    Cohort.objects.filter(pk=cohort.pk).update(rest_after=after)
    record("cohort.rest_week_moved", actor=by.pk, subject=f"cohort:{cohort.pk}", at=now)
    _follow(cohort)
    return len(moving)


def _shift(
    meetings: list[LiveSession], cohort: Cohort, *, after: int | None, now: datetime
) -> list[LiveSession]:
    """Move these, in memory, to where the rest week's new place puts them. Returns the moved."""
    moved = []
    for meeting in meetings:
        meeting.cohort = cohort
        weeks = _weeks(meeting.number, cohort.rest_after, after)
        if not weeks or (meeting.cancelled_at and meeting.starts_at <= now):
            continue
        if meeting.starts_at <= now:
            raise ValidationError(
                _("Session %(number)s has been, so the rest week cannot go there."),
                params={"number": meeting.number},
            )
        day = meeting.day + weeks * WEEK
        _put(meeting, day=day, starts=meeting.starts, minutes=meeting.minutes, now=now)
        moved.append(meeting)
    return moved


def _weeks(number: int, before: int | None, after: int | None) -> int:
    """By how many weeks a session goes on when the rest week changes its place."""
    later = after is not None and number > after
    was_later = before is not None and number > before
    return int(later) - int(was_later)


def _cohort_to_change(pk: UUID) -> Cohort:
    """The cohort, locked: changes to one group's meetings go one after another."""
    cohort = Cohort.objects.select_for_update().get(pk=pk)
    if cohort.cancelled_at or cohort.closed_at:
        raise ValidationError(_("This group is closed, so its meetings stay as they are."))
    return cohort


def _to_change(pk: UUID, *, now: datetime) -> LiveSession:
    cohort_id = LiveSession.objects.values_list("cohort", flat=True).get(pk=pk)
    cohort = _cohort_to_change(cohort_id)
    meeting = LiveSession.objects.get(pk=pk)
    meeting.cohort = cohort
    if meeting.is_over(now) and not meeting.cancelled_at:
        raise ValidationError(_("This meeting has been, so it stays as it is."))
    return meeting


def _put(meeting: LiveSession, *, day: date, starts: time, minutes: int, now: datetime) -> None:
    """Give the meeting a new time, in memory, when it is a time that can be."""
    check_wall_time(day, starts, meeting.cohort.zone)
    shortest = max(SHORTEST, meeting.break_minutes + 1)
    if not shortest <= minutes <= LONGEST:
        raise ValidationError(
            _("A meeting lasts from %(least)s to %(most)s minutes, its break included."),
            params={"least": shortest, "most": LONGEST},
        )
    meeting.day, meeting.starts, meeting.minutes = day, starts, minutes
    _refuse_past(meeting, now=now)


def _refuse_past(meeting: LiveSession, *, now: datetime) -> None:
    if meeting.starts_at <= now:
        raise ValidationError(_("That time has passed. Please choose one that is still to come."))


def _refuse_overlap(meetings: list[LiveSession], others: Iterable[LiveSession]) -> None:
    """Nobody can be in two meetings of one group at once."""
    others = list(others)
    for one in meetings:
        for other in others:
            other.cohort = one.cohort
            together = one.starts_at < other.ends_at and other.starts_at < one.ends_at
            if one.pk != other.pk and together:
                raise ValidationError(
                    _("At that time the group meets for session %(number)s."),
                    params={"number": other.number},
                )


def _write(meeting: LiveSession, *, seen: int, by: User, now: datetime, **facts: Any) -> None:
    """Write these facts, and keep what was before for those who will be told."""
    was = LiveSession.objects.get(pk=meeting.pk)
    _update(meeting, seen=seen, now=now, **facts)
    Change.objects.create(
        meeting=was,
        was_day=was.day,
        was_starts=was.starts,
        was_minutes=was.minutes,
        was_cancelled=was.cancelled_at is not None,
        changed_by=by,
        changed_at=now,
    )


def _update(meeting: LiveSession, *, seen: int, now: datetime, **facts: Any) -> None:
    """One conditional update: whoever changed it first has raised the sequence."""
    unchanged = LiveSession.objects.filter(pk=meeting.pk, sequence=seen)
    if not unchanged.update(**facts, sequence=F("sequence") + 1, changed_at=now):
        raise ChangedMeanwhile


def _follow(cohort: Cohort) -> None:
    """The group's first and last day, and what is counted from them, go with its meetings."""
    held = cohort.live_sessions.filter(cancelled_at=None)
    days = held.aggregate(first=Min("day"), last=Max("day"))
    if days["first"]:
        Cohort.objects.filter(pk=cohort.pk).update(starts_on=days["first"], ends_on=days["last"])
        letters_to_self.follow(cohort, last_day=days["last"])
