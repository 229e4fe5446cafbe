from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts import letters_to_self, times
from course.cohorts.models import Cohort, Enrolment, Message
from course.people.posting import by_post


@login_required
def my_messages(request: HttpRequest) -> HttpResponse:
    """What facilitators wrote to the groups that someone is in, or runs."""
    places = Enrolment.objects.current().for_attendee(request.user)
    reads = Q(pk__in=places.values("cohort")) | Q(facilitators=request.user) | Q(hosts=request.user)
    groups = Cohort.objects.filter(reads).values("pk")
    found = Message.objects.filter(cohort__in=groups).select_related("cohort", "sender")
    written = list(found)
    for message in written:
        message.zone = times.zone_for(request.user, message.cohort)
    return render(request, "cohorts/messages.html", {"written": written})


@login_required
def letter_to_self(request: HttpRequest) -> HttpResponse:
    """Ask for a link to one's own words, six weeks on; or take that back."""
    places = Enrolment.objects.current().for_attendee(request.user)
    found = places.select_related("cohort", "letter_to_self").order_by("-enrolled_at")
    return render(request, "cohorts/letter_to_self.html", {"places": found})


@login_required
@by_post("letter_to_self")
def ask_for_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    letters_to_self.ask(_my_place(request, pk), now=timezone.now())
    messages.success(request, _("It will come. You can take it back here until then."))
    return redirect("letter_to_self")


@login_required
@by_post("letter_to_self")
def take_letter_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    if letters_to_self.take_back(_my_place(request, pk)):
        messages.success(request, _("Taken back. No letter will come."))
    return redirect("letter_to_self")


def _my_place(request: HttpRequest, pk: UUID) -> Enrolment:
    places = Enrolment.objects.current().for_attendee(request.user).select_related("cohort")
    return get_object_or_404(places, pk=pk)
