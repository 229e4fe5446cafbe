"""The groups that anyone may join, for public pages and for search engines."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django import template
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from course.cohorts.models import Cohort, LiveSession
from course.programme import structured
from course.programme.models import ProgrammePage

register = template.Library()

Prices = Mapping[UUID, structured.Thing]  # of one place with tax, by the group's id
A_WEEK_LEFT_OUT = timedelta(days=14)  # between two meetings


@register.simple_tag
def open_groups() -> list[Cohort]:
    """Open groups with their meetings, the soonest first: two queries, however many there are."""
    groups = Cohort.objects.to_join(timezone.now().date()).prefetch_related("live_sessions")
    return list(groups.order_by(F("starts_on").asc(nulls_last=True), "title"))


@register.filter
def meetings(cohort: Cohort) -> list[dict[str, Any]]:
    """A group's meetings in order; `rest` is true where a week is left out just before."""
    rows: list[dict[str, Any]] = []
    for live in cohort.live_sessions.all():
        live.cohort = cohort  # its zone says what its hours mean
        rest = bool(rows) and live.day - rows[-1]["live"].day >= A_WEEK_LEFT_OUT
        rows.append({"live": live, "rest": rest})
    return rows


@register.filter
def hours_together(cohort: Cohort) -> str:
    """All its meetings in hours: “12”, “7.5”."""
    minutes = sum(live.minutes for live in cohort.live_sessions.all())
    return f"{minutes / 60:.1f}".removesuffix(".0")


@register.simple_tag(takes_context=True)
def course_data(
    context: dict[str, Any],
    programme: ProgrammePage | None,
    groups: Iterable[Cohort],
    sessions: Iterable[Any],
    prices: Prices,
) -> structured.Thing | None:
    """The programme as a schema.org Course, each open group an instance of it.

    What a place costs is known further up, so whoever draws the page hands the prices in.
    """
    if programme is None:
        return None
    site = context["site"]
    own_time = sum(session.minutes for session in sessions)
    mine = [group for group in groups if group.programme_id == programme.pk]
    return structured.course(
        name=programme.title,
        text=programme.search_description or programme.lead,
        path=programme.url,
        address=site["address"],
        provider=structured.organisation(
            name=site["issuer"] or site["name"], address=site["address"]
        ),
        instances=[
            _instance(group, site["address"], own_time, _offer(group, prices)) for group in mine
        ],
    )


def _instance(
    cohort: Cohort, address: str, own_time: int, offer: structured.Thing
) -> structured.Thing:
    join = urljoin(address, reverse("groups"))
    thing: structured.Thing = {
        "@type": "CourseInstance",
        "name": cohort.title,
        "courseMode": "Online",
        "url": join,
        "offers": offer | {"url": join},
    }
    meetings = list(cohort.live_sessions.all())
    if cohort.starts_on:
        return thing | _event(cohort, meetings, join)
    return thing | ({"courseWorkload": f"PT{own_time}M"} if own_time else {})


def _event(cohort: Cohort, meetings: list[LiveSession], join: str) -> structured.Thing:
    """A group with dates is also an event, held online."""
    first = meetings[0] if meetings else None
    if first:
        first.cohort = cohort
    event: structured.Thing = {
        "@type": ["CourseInstance", "EducationEvent"],
        "startDate": first.starts_at.isoformat() if first else cohort.starts_on.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": join},
    }
    if cohort.ends_on:
        event["endDate"] = cohort.ends_on.isoformat()
    if first:
        event["courseSchedule"] = {
            "@type": "Schedule",
            "repeatFrequency": "P1W",
            "repeatCount": len(meetings),
            "duration": f"PT{first.minutes}M",
        }
    return event


def _offer(cohort: Cohort, prices: Prices) -> structured.Thing:
    category = "Free" if cohort.is_free else "Paid"
    return {"@type": "Offer", "category": category} | prices[cohort.pk]
