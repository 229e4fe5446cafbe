from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _

from course.cohorts import calendar, subscribing
from course.cohorts.admitting import cohorts_of, meetings_for, visits_of
from course.cohorts.models import CalendarFeed, LiveSession
from course.people.models import User
from course.people.posting import by_post

AN_HOUR = int(timedelta(hours=1).total_seconds())
ASKED_AT_MOST = 120  # times in an hour; calendar programs ask a few times a day


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Someone's meetings, for calendar programs, which have no session and send no cookie."""
    found = CalendarFeed.objects.select_related("user").filter(token=token).first()
    if found is None or not found.user.is_active:
        words = _("This calendar address is not in use. A new one is on the calendar page.")
        return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")
    if _asked_too_often(found):
        return HttpResponse(status=429, headers={"Retry-After": str(AN_HOUR)})
    meetings = meetings_of(found.user)
    alarms = calendar.alarms_of(found.user)
    content = calendar.build(meetings, alarms=alarms, is_feed=True)
    etag = quote_etag(sha256(content).hexdigest()[:32])
    changed = [calendar.changed_at(meeting) for meeting in meetings]
    last = int(max([*changed, found.made_at]).timestamp())
    fresh = _ics(content)
    fresh["Cache-Control"] = "private, no-cache"
    fresh["X-Robots-Tag"] = "noindex"
    fresh["ETag"], fresh["Last-Modified"] = etag, http_date(last)
    return get_conditional_response(request, etag=etag, last_modified=last, response=fresh)


def _asked_too_often(feed: CalendarFeed) -> bool:
    name = f"calendar-asked:{feed.pk}"
    cache.add(name, 0, timeout=AN_HOUR)
    try:
        return cache.incr(name) > ASKED_AT_MOST
    except ValueError:  # it was forgotten in between
        return False


def meetings_of(user: User) -> list[LiveSession]:
    """All that stands in someone's calendar, in two queries. What they left is not in it."""
    mine = LiveSession.objects.select_related("cohort").filter(cohort__in=cohorts_of(user))
    return list({meeting.pk: meeting for meeting in [*mine, *visits_of(user)]}.values())


@login_required
def calendar_page(request: HttpRequest) -> HttpResponse:
    """The private address, how to use it, and files for those who want no address."""
    found = CalendarFeed.objects.filter(user=request.user).first()
    path = reverse("calendar_feed", args=[found.token]) if found else ""
    cohorts = cohorts_of(request.user).filter(starts_on__isnull=False).order_by("starts_on")
    context = {
        "feed": found,
        "address": settings.SITE_URL + path,
        "webcal": "webcal://" + settings.SITE_URL.partition("://")[2] + path,
        "cohorts": cohorts,
    }
    return render(request, "cohorts/calendar.html", context)


@login_required
@by_post("my_calendar")
def change_feed(request: HttpRequest) -> HttpResponse:
    action = request.POST.get("action")
    if action == "renew":
        subscribing.renew(request.user, now=timezone.now())
        messages.success(request, _("This is your new address. The old one no longer works."))
    elif action == "end":
        subscribing.unsubscribe(request.user)
        messages.success(request, _("The address no longer works. You can make another one."))
    else:
        subscribing.subscribe(request.user, now=timezone.now())
        messages.success(request, _("Your calendar address is ready. Only you can see it here."))
    return redirect("my_calendar")


@login_required
def cohort_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All meetings of one group in one file."""
    found = get_object_or_404(cohorts_of(request.user), pk=pk)
    meetings = found.live_sessions.select_related("cohort")
    return _ics(calendar.build(meetings), save_as="meetings.ics")


@login_required
def meeting_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One meeting in one file."""
    found = get_object_or_404(meetings_for(request.user), pk=pk)
    return _ics(calendar.build([found]), save_as=f"session-{found.number}.ics")


def _ics(content: bytes, *, save_as: str = "") -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    if save_as:
        response["Content-Disposition"] = f'attachment; filename="{save_as}"'
    return response
