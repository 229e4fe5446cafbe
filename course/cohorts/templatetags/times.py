"""A meeting's time for whoever reads the page: `{{ meeting|when:user }}`."""

from datetime import datetime
from typing import Any

from django import template

from course.cohorts import times
from course.cohorts.models import LiveSession
from course.people import zones

register = template.Library()


@register.filter
def when(meeting: LiveSession, user: Any = None) -> str:
    """By the reader's clock, with the cohort's own time beside it where that differs."""
    return times.when(meeting, times.zone_for(user, meeting.cohort))


@register.filter
def clock(moment: datetime, zone: str) -> str:
    """“1:30pm” by the clocks of this zone."""
    return times.clock(moment, zone)


@register.filter
def at(moment: datetime, zone: str) -> str:
    """“Tuesday 4 March 2027, 2pm (UK time)”."""
    return times.at(moment, zone)


@register.filter
def zone_words(zone: str) -> str:
    """“UK time”."""
    return zones.in_words(zone)
