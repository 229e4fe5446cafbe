"""A person's rights, on their own pages: seeing, taking and erasing what is kept about them."""

from datetime import timedelta
from math import ceil

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from certificates.models import Certificate
from course.cohorts.models import Enrolment
from course.dashboard import erasing, exporting
from course.dashboard.opened import opened_about
from course.places.about_me import left_alone_by
from course.places.models import Document, Order
from reflections.models import Reflection

SHOWN = 20  # lines of who opened what; all of them are in the copy


@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept about someone, who can see it, and where to change it."""
    opened = opened_about(request.user, at_most=SHOWN + 1)
    context = {
        "enrolments": Enrolment.objects.for_attendee(request.user).select_related("cohort"),
        "certificates": Certificate.objects.for_attendee(request.user),
        "has_writing": Reflection.objects.for_owner(request.user).exists(),
        "consents": request.user.consents.order_by("-given_at"),
        "opened": opened[:SHOWN],
        "opened_more": len(opened) > SHOWN,
        "audit_days": settings.RETENTION["audit"],
    }
    return render(request, "dashboard/my_data.html", context)


@login_required
@reauthentication_required
@sensitive_variables()
def everything(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """A page that says what is in it, and by a press the archive itself."""
    if request.method != "POST":
        return render(request, "dashboard/my_everything.html", {"a_day": exporting.A_DAY})
    now = timezone.now()
    if wait := exporting.may_take(request.user, now=now):
        return _later(request, wait)
    pieces = exporting.archive(request.user, now=now)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    name = f"everything-about-me-{now:%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _later(request: HttpRequest, wait: timedelta) -> HttpResponse:
    hours = ceil(wait / timedelta(hours=1))
    context = {"a_day": exporting.A_DAY, "hours": hours}
    response = render(request, "dashboard/my_everything_later.html", context, status=429)
    response["Retry-After"] = str(ceil(wait.total_seconds()))
    return response


@login_required
@reauthentication_required
def erase_me(request: HttpRequest) -> HttpResponse:
    """One honest page, a tick and a button. What goes and what stays is said before."""
    alone = left_alone_by(request.user)
    missing = request.method == "POST" and request.POST.get("sure") != "yes"
    if request.method == "POST" and not missing and not alone:
        return _erased(request)
    mine = Certificate.objects.for_attendee(request.user).filter(state=Certificate.VALID)
    papers = Document.objects.filter(order__in=Order.objects.for_buyer(request.user))
    context = {
        "alone": alone,
        "missing": missing,
        "keep": request.POST.get("keep") == "yes",
        "certificates": mine.count(),
        "has_papers": papers.exists(),
        "runs_something": request.user.is_superuser or request.user.facilitations.exists(),
        "audit_days": settings.RETENTION["audit"],
    }
    return render(request, "dashboard/erase_me.html", context, status=422 if missing else 200)


def _erased(request: HttpRequest) -> HttpResponse:
    keep = request.POST.get("keep") == "yes"
    try:
        done = erasing.erase(request.user, now=timezone.now(), keep_certificates=keep)
    except erasing.LeftAlone:  # the other one left in this moment; the page says what to do
        return redirect("erase_me")
    logout(request)
    response = redirect("erased")
    if not done:
        response["Location"] += "?soon=1"
    response["Clear-Site-Data"] = '"cache"'  # no page stays in this browser's store (R8)
    return response


def erased(request: HttpRequest) -> HttpResponse:
    """The page after. Anyone may open it: it knows nobody."""
    return render(request, "dashboard/erased.html", {"soon": bool(request.GET.get("soon"))})
