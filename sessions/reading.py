"""Fetching a session for a reader: three queries, and the shared part drawn once."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import UUIDField

from course.cohorts import releasing
from course.cohorts.models import Cohort
from course.people.models import User
from course.programme import glossary
from course.programme.models import ProgrammePage
from sessions.drawing import draw_shared
from sessions.models import SessionPage

KEEP_FRAME = 60  # seconds; publishing forgets it at once where it was published
KEEP_SHARED = 24 * 60 * 60  # seconds; a new revision has a new name, so this only bounds memory


@dataclass(frozen=True)
class Shown:
    """A published session, as far as its address, its neighbours and its summary need it."""

    pk: int
    key: UUID
    number: int
    slug: str
    title: str
    url: str
    summary: str
    open_to_all: bool
    revision: str  # changes with every publication


@dataclass(frozen=True)
class Frame:
    """One programme and its published sessions, in the order of their numbers."""

    programme_id: int
    title: str
    url: str
    sessions: list[Shown]
    words: str  # changes with the glossary

    @property
    def total(self) -> int:
        return len(self.sessions)

    def find(self, slug: str) -> Shown | None:
        return next((s for s in self.sessions if s.slug == slug), None)

    def beside(self, number: int, step: int) -> Shown | None:
        return next((s for s in self.sessions if s.number == number + step), None)


def frame_of(programme_slug: str) -> Frame | None:
    """The programme at this address with its sessions, kept for a minute."""
    name = SessionPage.frame_name(programme_slug)
    frame = cache.get(name)
    if frame is None:
        frame = _frame(programme_slug)
        if frame:
            cache.set(name, frame, KEEP_FRAME)
    return frame


def _frame(programme_slug: str) -> Frame | None:
    programme = ProgrammePage.objects.live().filter(slug=programme_slug).first()
    if programme is None:
        return None
    pages = SessionPage.objects.live().child_of(programme).defer("body", "prompts")
    sessions = [
        Shown(
            pk=page.pk,
            key=page.key,
            number=page.number,
            slug=page.slug,
            title=page.title,
            url=page.url,
            summary=page.summary,
            open_to_all=page.open_to_all,
            revision=f"{page.live_revision_id}-{page.last_published_at}",
        )
        for page in pages.order_by("number")
    ]
    words = glossary.sign_of(glossary.read())
    return Frame(programme.pk, programme.title, programme.url, sessions, words)


# By hand, because this is the product's most frequent question and building the same
# query through the ORM costs five times what running it does (tests/benchmarks/session_page.py).
WHERE_SOMEONE_IS = """
    SELECT e.id, p.opened_at, p.place, a.state, a.own_minutes, l.day, c.zone,
           CASE WHEN c.cancelled_at IS NULL AND c.closed_at IS NULL THEN c.opens_days_before END,
           EXISTS (
               SELECT 1 FROM cohorts_opening o
                WHERE o.cohort_id = c.id AND o.number = %s
                  AND (o.enrolment_id IS NULL OR o.enrolment_id = e.id)
           )
      FROM cohorts_enrolment e
      JOIN cohorts_cohort c ON c.id = e.cohort_id
      LEFT JOIN cohorts_livesession l ON l.cohort_id = c.id AND l.number = %s
      LEFT JOIN course_sessions_progress p ON p.enrolment_id = e.id AND p.session_key = %s
      LEFT JOIN course_sessions_attendance a ON a.enrolment_id = e.id AND a.session_key = %s
     WHERE e.user_id = %s AND e.ended_at IS NULL AND c.programme_id = %s
     ORDER BY e.enrolled_at DESC
     LIMIT 1
"""
COLUMNS = ("pk", "opened_at", "place", "state", "own_minutes", "meets_on", "zone")
COLUMNS += ("opens_days_before", "was_opened")
_UUID = UUIDField()


def enrolment_for(user: User, *, frame: Frame, session: Shown) -> dict[str, Any] | None:
    """The reader's place in this programme and where they are in this session: one query."""
    key, owner = (_UUID.get_db_prep_value(v, connection) for v in (session.key, user.pk))
    with connection.cursor() as cursor:
        numbers = [session.number, session.number]
        cursor.execute(WHERE_SOMEONE_IS, [*numbers, key, key, owner, frame.programme_id])
        row = cursor.fetchone()
    return dict(zip(COLUMNS, row, strict=True)) if row else None


def opens_on(enrolment: dict[str, Any], *, session: Shown, now: datetime) -> date | None:
    """The day this session opens to this reader; None when it is open.

    What someone has opened once stays open to them, whatever moves.
    """
    timed = enrolment["opens_days_before"] is not None and enrolment["meets_on"] is not None
    if not timed or session.open_to_all or enrolment["was_opened"] or enrolment["opened_at"]:
        return None
    day = releasing.opens_on(enrolment["meets_on"], enrolment["opens_days_before"])
    return None if releasing.has_come(day, zone=enrolment["zone"], now=now) else day


def may_read_without_place(user: User, *, frame: Frame) -> str:
    """Why someone without a place may read: "facilitator", "editor", or "" when they may not."""
    if not user.is_authenticated:
        return ""
    if Cohort.objects.filter(programme_id=frame.programme_id, facilitators=user).exists():
        return "facilitator"
    return "editor" if user.has_perm("wagtailadmin.access_admin") else ""


def shared_part(session: Shown, *, frame: Frame, access: str) -> dict[str, Any]:
    """What everyone with this access sees alike, drawn once for each published revision."""
    around = [s.revision for s in frame.sessions if abs(s.number - session.number) <= 1]
    facts = f"{session.pk} {access} {frame.total} {around} {frame.words}"
    name = f"session-shared:{hashlib.sha256(facts.encode()).hexdigest()}"
    shared = cache.get(name)
    if shared is None:
        page = SessionPage.objects.get(pk=session.pk)
        shared = draw_shared(page, access=access, frame=frame)
        cache.set(name, shared, KEEP_SHARED)
    return shared
