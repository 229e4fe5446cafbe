"""Which sessions are not open yet to someone, for every road to them but the page itself.

The page asks sessions/reading.py, in the one query that it makes anyway. What is here says
the same: what someone opened once stays open, whatever moves.
"""

from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Subquery

from course.cohorts import releasing
from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from course.programme.models import ProgrammePage
from sessions.models import Progress, SessionPage


def not_open_yet(user: User, *, now: datetime) -> dict[UUID, date]:
    """By its key each session that opens to this person on a later day."""
    found: dict[UUID, date] = {}
    for programme_id, place in _newest_places(user).items():
        days = releasing.locked_until(place, now=now)
        if days and not _may_read_anyway(user, programme_id):
            found |= {key: days[number] for key, number in _closed(programme_id, list(days))}
    if found:
        opened = Progress.objects.filter(enrolment__user=user, session_key__in=found)
        for key in opened.values_list("session_key", flat=True):
            found.pop(key, None)
    return found


def _newest_places(user: User) -> dict[int, Enrolment]:
    """For each programme the place that counts: a current one, otherwise the last."""
    places = Enrolment.objects.for_attendee(user).select_related("cohort")
    newest: dict[int, Enrolment] = {}
    for place in places.order_by(F("ended_at").desc(nulls_first=True), "-enrolled_at"):
        newest.setdefault(place.cohort.programme_id, place)
    return newest


def _may_read_anyway(user: User, programme_id: int) -> bool:
    runs = Cohort.objects.filter(programme_id=programme_id, facilitators=user)
    return user.has_perm("wagtailadmin.access_admin") or runs.exists()


def _closed(programme_id: int, numbers: list[int]) -> list[tuple[UUID, int]]:
    path = Subquery(ProgrammePage.objects.filter(pk=programme_id).values("path"))
    pages = SessionPage.objects.filter(path__startswith=path, number__in=numbers)
    return list(pages.filter(open_to_all=False).values_list("key", "number"))
