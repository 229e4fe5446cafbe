"""The groups someone runs, and one group at a glance: what is next, and what waits."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from course.cohorts.models import Cohort, Enrolment, LiveSession, NotComing, Waiting
from course.dashboard.workspace.frame import a_page, my_group, session_titles, show
from sessions.models import Attendance, AttendanceQuestion, Completion, Thought

CURRENT = Q(enrolments__ended_at=None)


def groups(request: HttpRequest) -> HttpResponse:
    """The groups this facilitator runs, with plain counts. Running ones first."""
    cohorts = (
        Cohort.objects.for_facilitator(request.user)
        .annotate(
            people=Count("enrolments", filter=CURRENT, distinct=True),
            completed=Count("enrolments__completion", filter=CURRENT, distinct=True),
        )
        .order_by("closed_at", "-starts_on", "title")
    )
    page = a_page(request, cohorts)
    for cohort in page:
        cohort.stands = Cohort.STATES[cohort.state(timezone.now().date())]
    return render(request, "dashboard/cms/groups.html", {"page": page})


def overview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One group at a glance. Six questions to the database, however many people it has."""
    cohort = my_group(request, pk)
    now = timezone.now()
    meetings = list(cohort.live_sessions.all())
    for meeting in meetings:
        meeting.cohort = cohort
    coming = [m for m in meetings if not m.cancelled_at and not m.is_over(now)]
    following = coming[0] if coming else None
    unmarked = _first_without_register(cohort, meetings) if cohort.closed_at is None else None
    context = {
        "stands": Cohort.STATES[cohort.state(now.date())],
        "planned": cohort.announced_at is None,
        "next": following,
        "unmarked": unmarked,
        "titles": session_titles(cohort),
        "not_coming": _not_coming_to(following),
        "counts": _counts(cohort),
    }
    return show(request, "overview", cohort, tab="facilitator_group", **context)


def _counts(cohort: Cohort) -> dict[str, int]:
    """How many people, and how many things wait, in one query."""
    current = Enrolment.objects.current().filter(cohort=cohort)
    questions = AttendanceQuestion.objects.filter(enrolment__cohort=cohort, settled_at=None)
    thoughts = Thought.objects.filter(
        enrolment__cohort=cohort, taken_back_at=None, for_whom=Thought.TO_FACILITATORS
    )
    completed = Completion.objects.filter(enrolment__cohort=cohort, enrolment__ended_at=None)
    asked = {
        "people": current,
        "paused": current.filter(paused_at__isnull=False),
        "completed": completed,
        "access_needs": current.filter(access_needs_sent_at__isnull=False),
        "questions": questions,
        "thoughts": thoughts,
        "waiting": Waiting.objects.open().filter(cohort=cohort),
    }
    counted = {f"{name}_now": _count(rows) for name, rows in asked.items()}
    found = Cohort.objects.filter(pk=cohort.pk).values(**counted).get()
    return {name: found[f"{name}_now"] for name in asked}


def _count(rows: QuerySet) -> Coalesce:
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(all=Count("pk"))
    return Coalesce(Subquery(counted.values("all")), 0)


def _not_coming_to(meeting: LiveSession | None) -> list[Any]:
    if meeting is None:
        return []
    said = NotComing.objects.filter(meeting=meeting, enrolment__ended_at=None)
    return list(said.select_related("enrolment__user")[:50])


def _first_without_register(cohort: Cohort, meetings: list[LiveSession]) -> LiveSession | None:
    """The last meeting that is over and that nobody has been marked for."""
    now = timezone.now()
    over = [m for m in meetings if not m.cancelled_at and m.is_over(now)]
    if not over:
        return None
    marked = Attendance.objects.filter(
        enrolment__cohort=cohort, number=OuterRef("number"), live_minutes__gt=0
    )
    found = LiveSession.objects.filter(pk=over[-1].pk).annotate(marked=Exists(marked)).first()
    return over[-1] if found and not found.marked else None
