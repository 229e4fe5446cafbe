from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from course.cohorts import capacity, finding, joining
from course.cohorts.forms import AccessNeedsForm, InterestForm
from course.cohorts.models import Cohort, Enrolment
from course.people.posting import by_post
from course.programme.models import ProgrammePage


def groups(request: HttpRequest) -> HttpResponse:
    """Which groups are open, how to join one, and how to be told of the next."""
    start = {"email": request.user.email} if request.user.is_authenticated else {}
    cohorts = finding.to_join(request.user, now=timezone.now())
    context = {"cohorts": cohorts, "form": InterestForm(initial=start)}
    return render(request, "cohorts/groups.html", context)


@login_required
@by_post("groups")
def join(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.to_join(timezone.now().date()), pk=pk)
    try:
        joining.join(request.user, cohort=cohort, now=timezone.now())
    except joining.NotOpen:
        messages.info(request, _("That group cannot be joined here just now. Nothing has changed."))
        return redirect("groups")
    except capacity.Full:
        messages.info(request, _("All places are taken just now. You can ask for one, and wait."))
        return redirect("groups")
    messages.success(request, finding.welcome(cohort))
    return redirect("my_programme")


@by_post("groups")
def ask_to_be_told(request: HttpRequest) -> HttpResponse:
    form = InterestForm(request.POST)
    programme = ProgrammePage.objects.live().first()
    if form.is_valid() and programme:
        email = form.cleaned_data["email"]
        joining.ask_to_be_told(email, programme_id=programme.pk, now=timezone.now())
        # The same words for an address that is known already.
        messages.success(
            request, _("Please look in your mailbox. One press there, and we will write to you.")
        )
        return redirect("groups")
    cohorts = finding.to_join(request.user, now=timezone.now())
    context = {"cohorts": cohorts, "form": form}
    return render(request, "cohorts/groups.html", context, status=422)


def confirm_interest(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a page; only the press confirms. Mail scanners open links."""
    done = request.method == "POST" and joining.confirm_interest(token, now=timezone.now())
    return render(request, "cohorts/confirm_interest.html", {"done": done, "stop": False})


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token is the right to do so
def stop_interest(request: HttpRequest, token: str) -> HttpResponse:
    done = request.method == "POST" and joining.stop_interest(token, now=timezone.now())
    return render(request, "cohorts/confirm_interest.html", {"done": done, "stop": True})


@login_required
def access_needs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Written by the attendee, seen by the cohort's facilitators only once it is sent."""
    mine = Enrolment.objects.current().for_attendee(request.user).select_related("cohort")
    enrolment = get_object_or_404(mine, pk=pk)
    earlier = None if enrolment.access_needs else _earlier_needs(enrolment)
    start = {}
    if earlier and "earlier" in request.GET:  # into the box; not kept, and not sent
        start = {"access_needs": earlier.access_needs}
    form = AccessNeedsForm(request.POST or None, instance=enrolment, initial=start)
    if request.method == "POST" and form.is_valid():
        enrolment = form.save(commit=False)
        send = request.POST.get("action") == "send"
        enrolment.access_needs_sent_at = timezone.now() if send else None
        enrolment.save(update_fields=["access_needs", "access_needs_sent_at"])
        said = _("Sent to your facilitators.") if send else _("Kept. Nobody else can see it.")
        messages.success(request, said)
        return redirect("access_needs", pk=pk)
    context = {"form": form, "enrolment": enrolment, "earlier": earlier}
    return render(request, "cohorts/access_needs.html", context)


def _earlier_needs(enrolment: Enrolment) -> Enrolment | None:
    """Where this person last wrote what helps them, in another group or round."""
    others = Enrolment.objects.for_attendee(enrolment.user).exclude(pk=enrolment.pk)
    written = others.exclude(access_needs="").select_related("cohort")
    return written.order_by("-enrolled_at").first()
