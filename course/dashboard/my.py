"""An attendee's own screens, drawn from everything below."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from course.cohorts import admitting, finding, releasing, times
from course.cohorts.models import Cohort, Enrolment, Facilitation, Guest, LiveSession, Waiting
from course.people.models import User
from course.places.models import Manager
from course.programme.models import ProgrammePage
from reflections.models import WritingChoices
from sessions import feedback
from sessions.models import Attendance, Progress, SessionPage


@dataclass
class Stop:
    """One session on someone's own map."""

    number: int
    title: str
    url: str
    reflect_url: str
    minutes: int
    turn: int
    state: str = ""  # "", "opened" or "done"
    state_words: str = ""
    place: str = ""
    live: LiveSession | None = None
    is_next: bool = False
    opens_on: date | None = None  # None is open

    @property
    def is_over(self) -> bool:
        """Its live session has been; the session itself stays open."""
        return self.live is not None and self.live.is_over(timezone.now())

    @property
    def is_off(self) -> bool:
        """Its live session will not take place."""
        return self.live is not None and bool(self.live.cancelled_at)

    @property
    def is_open(self) -> bool:
        """Whether people can go in to its live session now."""
        return self.live is not None and self.live.is_open(timezone.now())


@login_required
def my_programme(request: HttpRequest) -> HttpResponse:
    """In one screen what is next, and the button to get there."""
    enrolments = _places_of(request.user)
    chosen = request.GET.get("group", "")
    enrolment = next((e for e in enrolments if str(e.pk) == chosen), None)
    enrolment = enrolment or (enrolments[0] if enrolments else None)
    certificates = Certificate.objects.for_attendee(request.user).filter(state=Certificate.VALID)
    context: dict[str, Any] = {
        "enrolment": enrolment,
        "others": [e for e in enrolments if e is not enrolment],
        "certificates": list(certificates),
    }
    if enrolment is None or enrolment.is_elsewhere:
        context["elsewhere"] = _elsewhere(request.user, visits=enrolment is not None)
    if enrolment is None:
        context["runs_cohorts"] = request.user.is_superuser or request.user.facilitations.exists()
        context["manages"] = request.user.manages.exists()
        context["cohorts"] = finding.to_join(request.user, now=timezone.now())
        return render(request, "dashboard/my_without_place.html", context)
    context["runs_cohorts"] = enrolment.runs_cohorts or request.user.is_superuser
    context["shows_spiral"] = not enrolment.closed_spiral
    context["shows_progress"] = request.reading["progress"] != "hidden"
    return render(request, "dashboard/my.html", context | _map_of(enrolment))


def _places_of(user: User) -> list[Enrolment]:
    """Someone's current places, the newest first, with four facts for the links of the page."""
    closed = WritingChoices.objects.filter(owner=user, show_spiral=False)
    return list(
        Enrolment.objects.current()
        .for_attendee(user)
        .select_related("cohort", "completion")
        .annotate(
            runs_cohorts=Exists(Facilitation.objects.filter(user=user)),
            closed_spiral=Exists(closed),
            manages=Exists(Manager.objects.filter(user=user)),
            waits=Exists(Waiting.objects.open().filter(user=user)),
            is_elsewhere=Exists(Guest.objects.filter(enrolment__user=user))
            | Exists(Cohort.hosts.through.objects.filter(user=user)),
        )
        .order_by("-enrolled_at")
    )


def _elsewhere(user: User, *, visits: bool) -> dict[str, Any]:
    """Meetings of other groups: those to come, and those that a guest may say something about.

    Only someone with a place of their own `visits` another group.
    """
    now = timezone.now()
    coming = admitting.coming_elsewhere(user, now=now)
    for meeting in coming:
        meeting.door_is_open = meeting.is_open(now) and bool(meeting.joining_url)
    return {
        "coming": coming,
        "visited": feedback.visits_to_comment(user, now=now) if visits else [],
    }


def _map_of(enrolment: Enrolment) -> dict[str, Any]:
    """The eight sessions as this person stands to them, in four queries."""
    pages = _sessions_of(enrolment)
    opened = {p.session_key: p for p in Progress.objects.filter(enrolment=enrolment)}
    taken = {a.session_key: a for a in Attendance.objects.filter(enrolment=enrolment)}
    meetings = list(enrolment.cohort.live_sessions.all())
    live = {} if enrolment.cohort.cancelled_at else {m.number: m for m in meetings}
    rest_after = times.rest_after(enrolment.cohort, meetings)
    stops = [_stop(page, opened.get(page.key), taken.get(page.key), live) for page in pages]
    locked = releasing.locked_until(enrolment, now=timezone.now())
    for stop in stops:
        stop.opens_on = None if stop.state else locked.get(stop.number)
    done = sum(1 for stop in stops if stop.state == "done")
    all_done = bool(stops) and done == len(stops)
    meeting = _next_meeting(stops)
    following = None if all_done else meeting or _first_to_meet(stops)
    if following or meeting:
        (following or meeting).is_next = True
    return {
        "stops": stops,
        "next": following,
        "meeting": meeting,
        "back": _where_they_stopped(stops, pages, opened, besides=following),
        "opened_count": sum(1 for stop in stops if stop.state),
        "done_count": done,
        "all_done": all_done,
        "rest_after": rest_after,
        "rests_now": _rests_now(live.get(rest_after)),
        # The sheets stand beside the sessions, under the programme.
        "sheets_url": urljoin(stops[0].url, "../sheets/") if stops else "",
    }


def _sessions_of(enrolment: Enrolment) -> list[SessionPage]:
    programme = ProgrammePage.objects.filter(pk=enrolment.cohort.programme_id).values("path")
    pages = SessionPage.objects.live().defer("body", "prompts").order_by("number")
    return list(pages.filter(path__startswith=Subquery(programme)))


def _stop(page: SessionPage, progress: Any, attendance: Any, live: dict) -> Stop:
    counts = attendance and attendance.state in Attendance.COUNTING
    return Stop(
        number=page.number,
        title=page.title,
        url=page.url + (f"#{progress.place}" if progress and progress.place else ""),
        reflect_url=reverse("reflect", args=[page.key]),
        minutes=page.minutes,
        turn=page.turn,
        state="done" if counts else "opened" if progress else "",
        state_words=attendance.get_state_display() if attendance else "",
        place=progress.place if progress else "",
        live=live.get(page.number),
    )


def _first_to_meet(stops: list[Stop]) -> Stop | None:
    return next((stop for stop in stops if stop.state != "done"), None)


def _next_meeting(stops: list[Stop]) -> Stop | None:
    coming = [s for s in stops if s.live and not s.is_over and not s.is_off]
    return min(coming, key=lambda stop: stop.live.starts_at, default=None)


def _rests_now(before: LiveSession | None) -> bool:
    """Whether this week is the one that is left out after this meeting."""
    if before is None:
        return False
    today = timezone.now().astimezone(before.starts_at.tzinfo).date()
    return times.week_after(before.day) == times.week_after(today) - timedelta(weeks=1)


def _where_they_stopped(
    stops: list[Stop], pages: list[SessionPage], opened: dict, *, besides: Stop | None
) -> Stop | None:
    """The session that was open last, unless it is the one that is offered anyway."""
    last = max(opened.values(), key=lambda p: p.place_at or p.opened_at, default=None)
    for stop, page in zip(stops, pages, strict=True):
        if last and page.key == last.session_key and stop is not besides:
            return stop
    return None
