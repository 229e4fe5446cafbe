"""Pages on which people say something that others will read: thoughts, feedback, measures."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from course.cohorts.models import Enrolment, LiveSession
from course.people.posting import by_post
from sessions import feedback, measures, thoughts
from sessions.asking_forms import FeedbackForm, GuestForm, MeasureForm, ThoughtForm
from sessions.disclosing import Thresholds
from sessions.models import Feedback, Thought
from sessions.questioning import way_here

CLOSED = "sessions/asked_closed.html"


def words_survive_signing_out(*fields: str) -> Callable[..., Any]:
    """Whoever was signed out while writing gets the words back, in their own browser only."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            typed = [request.POST.get(name, "") for name in fields]
            if request.user.is_authenticated or not any(typed):
                return view(request, *args, **kwargs)
            context = {"typed": "\n".join(filter(None, typed)), "again": request.path}
            return render(request, "sessions/signed_out.html", context, status=401)

        return wrapped

    return decorate


def _mine(request: HttpRequest) -> tuple[Enrolment, list[Enrolment]]:
    """The reader's place that was chosen, by default the newest, and all they have; or a 404."""
    places = list(
        Enrolment.objects.current()
        .for_attendee(request.user)
        .select_related("cohort", "user")
        .order_by("-enrolled_at")
    )
    chosen = request.POST.get("group") or request.GET.get("group")
    found = [place for place in places if chosen in (None, "", str(place.pk))]
    if not found:
        raise Http404
    return found[0], places


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when it is nothing: emptying a form is an answer."""
    return request.POST if request.method == "POST" else None


def _people_asked_for() -> int:
    """The fewest answers of which facilitators see a figure."""
    return Thresholds(**settings.DISCLOSURE).people


# --- Thoughts -----------------------------------------------------------------------------


@words_survive_signing_out("words")
@login_required
def send_thought(request: HttpRequest) -> HttpResponse:
    """Write, look at it once more with its readers, send. Nothing of a reflection comes here."""
    enrolment, places = _mine(request)
    readers = thoughts.readers(enrolment)
    asked_for = request.GET.get("for")
    known = any(reader.value == asked_for for reader in readers)
    first = {"for_whom": asked_for if known else Thought.TO_FACILITATORS}
    form = ThoughtForm(_posted(request), initial=first, readers=readers)
    action = request.POST.get("action")
    context = {"form": form, "enrolment": enrolment, "places": places, "readers": readers}
    if form.is_bound and form.is_valid() and action in ("look", "send"):
        reader = next(r for r in readers if r.value == form.cleaned_data["for_whom"])
        if action == "send":
            return _send(request, enrolment, form.cleaned_data)
        return render(request, "sessions/thought_preview.html", context | {"reader": reader})
    # Those to an earlier group too, which the person went on from: to read and to take back.
    everywhere = Thought.objects.filter(enrolment__in=way_here(enrolment))
    context["sent"] = everywhere.order_by("-sent_at")
    wrong = bool(form.is_bound and form.errors)
    return render(request, "sessions/thoughts.html", context, status=422 if wrong else 200)


def _send(request: HttpRequest, enrolment: Enrolment, facts: dict[str, Any]) -> HttpResponse:
    thoughts.send(enrolment, now=timezone.now(), **facts)
    messages.success(request, _("Sent. You can take it back on this page."))
    return redirect(f"{reverse('send_thought')}?group={enrolment.pk}")


@login_required
@by_post("send_thought")
def take_thought_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    thought = get_object_or_404(Thought, pk=pk, enrolment__user=request.user)
    thoughts.take_back(thought, now=timezone.now())
    messages.success(request, _("Taken back. A summary that was already made still has it."))
    return redirect(f"{reverse('send_thought')}?group={thought.enrolment_id}")


# --- After a meeting ------------------------------------------------------------------------


@words_survive_signing_out("comment")
@login_required
def give_feedback(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a live session was. It can be changed until the group closes."""
    meeting = get_object_or_404(LiveSession.objects.select_related("cohort"), pk=pk)
    mine = Enrolment.objects.current().for_attendee(request.user).select_related("cohort")
    enrolment = mine.filter(cohort=meeting.cohort).first()
    if enrolment is None:
        return _as_guest(request, meeting)
    given = Feedback.objects.filter(enrolment=enrolment, number=meeting.number).first()
    form = FeedbackForm(_posted(request), instance=given)
    context = {"form": form, "meeting": meeting, "enrolment": enrolment, "given": given}
    if not feedback.may_give(enrolment, meeting, now=timezone.now()):
        typed = request.POST.get("comment", "")
        return render(request, CLOSED, context | {"typed": typed}, status=409 if typed else 200)
    if request.method == "POST" and form.is_valid():
        return _keep(request, enrolment, meeting, form.cleaned_data)
    context["people"] = _people_asked_for()
    status = 422 if form.errors else 200
    return render(request, "sessions/feedback.html", context, status=status)


def _as_guest(request: HttpRequest, meeting: LiveSession) -> HttpResponse:
    """Words only: the scales are of those who belong to the group."""
    guest = feedback.visit_of(request.user, meeting)
    if guest is None:
        raise Http404
    given = getattr(guest, "comment", None)
    form = GuestForm(_posted(request), initial={"comment": given.words if given else ""})
    context = {"form": form, "meeting": meeting, "enrolment": guest.enrolment, "given": given}
    if not feedback.may_comment(meeting, now=timezone.now()):
        typed = request.POST.get("comment", "")
        return render(request, CLOSED, context | {"typed": typed}, status=409 if typed else 200)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["comment"]
        kept = feedback.comment_as_guest(guest, words=words, now=timezone.now())
        said = _("Thank you. You can change it until that group closes.")
        messages.success(request, said if kept else _("Nothing is kept."))
        return redirect("my_programme")
    status = 422 if form.errors else 200
    return render(request, "sessions/feedback.html", context | {"is_guest": True}, status=status)


def _keep(
    request: HttpRequest, enrolment: Enrolment, meeting: LiveSession, facts: dict[str, Any]
) -> HttpResponse:
    kept = feedback.give(enrolment, meeting=meeting, now=timezone.now(), **facts)
    if kept:
        messages.success(request, _("Thank you. You can change it until your group closes."))
    else:
        messages.success(request, _("Nothing is kept. You can come back until your group closes."))
    return redirect("my_programme")


# --- Measures --------------------------------------------------------------------------------


@login_required
def answer_measure(request: HttpRequest, slug: str) -> HttpResponse:
    """A measure, before the first meeting or after the last. Any of it may stay empty."""
    enrolment, _places = _mine(request)
    on = measures.asked_of(enrolment, now=timezone.now())
    asked = next((a for a in on if a.measure.pk == slug), None)
    if asked is None:
        return render(request, CLOSED, {"enrolment": enrolment})
    form = MeasureForm(_posted(request), asked=asked, initial=asked.answers)
    if request.method == "POST" and form.is_valid():
        kept = measures.answer(
            enrolment,
            measure=asked.measure,
            moment=asked.moment,
            answers=form.answers(),
            now=timezone.now(),
        )
        messages.success(request, _kept_words(bool(kept)))
        return redirect("my_programme")
    context = {"form": form, "asked": asked, "enrolment": enrolment}
    context["people"] = _people_asked_for()
    return render(request, "sessions/measure.html", context, status=422 if form.errors else 200)


def _kept_words(kept: bool) -> str:
    if kept:
        return _("Thank you. You can come back and change your answers for now.")
    return _("Nothing is kept. You can come back for now.")
