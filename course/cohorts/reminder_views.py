from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from course.cohorts import choosing
from course.cohorts.letter_forms import RemindersForm
from course.cohorts.models import Reminders
from course.people import zones
from course.people.posting import by_post


@login_required
def reminders(request: HttpRequest) -> HttpResponse:
    """What, when and how in one place. Everything is off until it is chosen."""
    now = Reminders.objects.filter(user=request.user).first() or Reminders(user=request.user)
    posted = request.POST if request.method == "POST" else None  # no tick at all is an answer
    form = RemindersForm(posted, instance=now)
    if posted is not None and form.is_valid():
        choosing.choose(request.user, choices=form.cleaned_data)
        messages.success(request, _("Kept. You can change it again at any time."))
        return redirect("reminders")
    zone = zones.today_called(request.user.zone)
    context = {
        "form": form,
        "stopped": now.stopped_at,
        "whose_clock": zones.in_words(zone) if zone else "",
    }
    return render(request, "cohorts/reminders.html", context, status=422 if form.errors else 200)


@login_required
@by_post("reminders")
def stop_reminders(request: HttpRequest) -> HttpResponse:
    choosing.stop_all(request.user, now=timezone.now())
    messages.success(request, _("All stopped. Dates that change and receipts still reach you."))
    return redirect("reminders")


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token is the right to do so
def stop_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a page; only the press stops. Mail scanners open links."""
    reader = choosing.reader_behind(token)
    done = reader is not None and request.method == "POST"
    if done:
        choosing.stop_all(reader, now=timezone.now())
    context = {"done": done, "works": reader is not None}
    return render(request, "cohorts/stop_reminders.html", context, status=200 if reader else 404)
