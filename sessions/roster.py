"""Who a meeting's register lists, and to which session of the programme the meeting belongs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import F, Q, Subquery
from django.utils.translation import gettext as _

from course.cohorts.models import Enrolment, Guest, LiveSession
from course.programme.models import ProgrammePage
from sessions.models import Attendance, SessionPage


@dataclass(frozen=True)
class Seat:
    """One line of a register."""

    enrolment: Enrolment  # with its user; a guest's with its cohort too
    kept_at: UUID  # the enrolment that holds the attendance: another, for whoever moved on
    is_guest: bool = False


@dataclass(frozen=True)
class Taught:
    """The session that a meeting belongs to, as far as an attendance needs it."""

    key: UUID
    number: int
    title: str
    minutes: int


def session_of(meeting: LiveSession) -> Taught:
    """Found even when its page is hidden or gone: being there is noted all the same."""
    programme = ProgrammePage.objects.filter(pk=meeting.cohort.programme_id).values("path")
    pages = SessionPage.objects.filter(path__startswith=Subquery(programme), number=meeting.number)
    page = pages.defer("body", "prompts").order_by("-live", "path").first()
    if page:
        return Taught(page.key, page.number, page.title, page.minutes)
    before = Attendance.objects.filter(
        enrolment__cohort__programme_id=meeting.cohort.programme_id, number=meeting.number
    ).first()
    if before:
        return Taught(before.session_key, before.number, before.title, before.own_minutes)
    name = f"programme:{meeting.cohort.programme_id}:session:{meeting.number}"
    title = _("Session %(number)s") % {"number": meeting.number}
    return Taught(uuid5(NAMESPACE_URL, name), meeting.number, title, 0)


def seats_of(meeting: LiveSession, *, only: Collection[UUID] | None = None) -> list[Seat]:
    """Everyone whom this meeting's register lists, by name, guests last. Three queries.

    Whoever left or moved on after the meeting is still there: they were, and it counts.
    Someone who began again in the same group is listed once, with the round of that day.
    """
    start = meeting.starts_at
    there = Q(ended_at=None) | Q(ended_at__gt=start, enrolled_at__lte=start)
    members = Enrolment.objects.filter(there, cohort=meeting.cohort_id).select_related("user")
    guests = Guest.objects.filter(meeting=meeting).select_related("enrolment__user")
    if only is not None:
        members, guests = members.filter(pk__in=only), guests.filter(enrolment__in=only)
    listed = _once_each(members.order_by("user__display_name", "pk"), meeting)
    visiting = [
        guest.enrolment
        for guest in guests.select_related("enrolment__cohort").order_by("asked_at", "pk")
        if guest.enrolment.ended_at is None or guest.enrolment.ended_at > start
    ]
    moved = moved_on(e.pk for e in [*listed, *visiting] if e.ended_at)
    seats = [Seat(e, moved.get(e.pk, e.pk)) for e in listed]
    return seats + [Seat(e, moved.get(e.pk, e.pk), is_guest=True) for e in visiting]


def _once_each(members: Iterable[Enrolment], meeting: LiveSession) -> list[Enrolment]:
    """One line for each person: the round they were in that day, or else the present one."""
    by_person: dict[UUID, Enrolment] = {}
    for enrolment in members:
        other = by_person.setdefault(enrolment.user_id, enrolment)
        by_person[enrolment.user_id] = max(
            other, enrolment, key=lambda e: (e.enrolled_at <= meeting.starts_at, e.enrolled_at)
        )
    return list(by_person.values())


def moved_on(ended: Iterable[UUID]) -> dict[UUID, UUID]:
    """Where people who moved to a later group are now: {ended enrolment: present one}.

    A round that was begun again in the same group is a new one, and does not count here.
    """
    follows: dict[UUID, UUID] = {}
    wanted = set(ended)
    while wanted:
        on = Enrolment.objects.filter(continues__in=wanted).exclude(cohort=F("continues__cohort"))
        found = dict(on.order_by("enrolled_at").values_list("continues_id", "pk"))
        follows |= found
        wanted = set(found.values()) - set(follows)
    return {first: _last(first, follows) for first in follows}


def _last(pk: UUID, follows: dict[UUID, UUID]) -> UUID:
    while pk in follows:
        pk = follows[pk]
    return pk
