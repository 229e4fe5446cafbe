"""One address takes every save: typed, pressed, or posted after the session had ended."""

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from reflections import saving, tickets
from reflections.answering import Posted, read_post
from reflections.form import one_again, questions
from reflections.responses import Pages
from reflections.sealing import WritingUnreadable
from reflections.tickets import Ticket
from reflections.views import hide_question


@csrf_exempt  # the signed ticket is stronger: it names the owner and cannot be made elsewhere
@never_cache
@sensitive_post_parameters()
@require_POST
@sensitive_variables()
def save(request: HttpRequest) -> HttpResponse:
    try:
        signed = request.POST.get("ticket", "")
    except (RequestDataTooBig, TooManyFieldsSent):
        return _answer(request, "too_big", status=413)
    ticket = tickets.read(signed)
    if ticket is None:
        return _answer(request, "old_page", status=403, keep=True)
    at_home = request.user.is_authenticated and request.user.pk == ticket.owner
    if not at_home and tickets.read(signed, max_age=tickets.GOOD_FOR) is None:
        return _answer(request, "old_page", status=403, keep=True)
    posted = read_post(ticket.asked, request.POST)
    try:
        saved = _save(request, ticket, posted, at_home=at_home)
    except saving.NoConsent:
        return _answer(request, "no_consent", status=403)
    except WritingUnreadable:
        return _answer(request, "unreadable", status=503, keep=True)
    except DatabaseError:  # a full disk, a database that went away
        return _answer(request, "no_room", status=503, keep=True)
    return _reply(request, ticket, posted, saved, at_home=at_home)


@sensitive_variables()
def _save(request: HttpRequest, ticket: Ticket, posted: Posted, *, at_home: bool) -> saving.Saved:
    now, version = timezone.now(), _whole(request.POST.get("version"))
    if not at_home:
        return saving.save_late(ticket, responses=posted.responses, version=version, now=now)
    return saving.save(
        ticket,
        actor=request.user,
        responses=posted.responses,
        version=version,
        step=_whole(request.POST.get("step")),
        done=request.POST.get("action") in {"done", "skip"} and not posted.errors,
        now=now,
    )


@sensitive_variables()
def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@sensitive_variables()
def _reply(
    request: HttpRequest, ticket: Ticket, posted: Posted, saved: saving.Saved, *, at_home: bool
) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return _json(posted, saved, at_home=at_home)
    if not at_home:
        return render(request, "reflections/saved_late.html")
    if saved.kept_aside:
        messages.info(
            request,
            _("Another window had newer words. Both are kept: choose below which to go on with."),
        )
        return _form_at(ticket, request.POST.get("question", ""))
    if posted.errors:
        return _form_again(request, ticket, posted, saved)
    if posted.mended:
        messages.info(request, _("Some signs could not be kept as they were. They show as �."))
    return _onward(request, ticket)


def _onward(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Where the pressed button leads, once everything is saved."""
    action, hide = request.POST.get("action"), request.POST.get("hide")
    alone = request.POST.get("question", "")
    if hide and hide in {prompt.key for prompt in ticket.asked}:
        hide_question(request.user, hide)
        messages.success(request, _("We won’t ask that again. Your answers are all still here."))
        return _form_at(ticket, alone and request.POST.get("beside", alone))
    if action in {"done", "skip"}:
        messages.success(request, _("Kept, for you alone. You can come back at any time."))
        return redirect("my_programme")
    if "go" in request.POST:  # back, on, or to the other way of asking: the page itself says so
        return _form_at(ticket, request.POST["go"])
    messages.success(request, _("Saved. Only you can open it."))
    if action == "save":  # its button says “and stop for now”
        return redirect("my_programme")
    return _form_at(ticket, alone)


def _form_at(ticket: Ticket, question: str) -> HttpResponse:
    """The form again: at one question, or as the reader's settings have it."""
    at = {"question": question[:40]} if question else None
    return redirect(reverse("reflect", args=[ticket.session], query=at))


@sensitive_variables()
def _json(posted: Posted, saved: saving.Saved, *, at_home: bool) -> JsonResponse:
    """The autosave's answer. It says where things stand, and holds none of the words."""
    local = timezone.localtime(saved.reflection.updated_at)
    return JsonResponse(
        {
            "saved": not saved.kept_aside,
            "kept_aside": saved.kept_aside and at_home,
            "signed_in": at_home,
            "version": saved.reflection.version if at_home else 0,
            "at": date_format(local, "H:i"),
            "problems": posted.errors,
            "mended": posted.mended,
        },
        status=409 if saved.kept_aside and at_home else 200,
    )


@sensitive_variables()
def _form_again(
    request: HttpRequest, ticket: Ticket, posted: Posted, saved: saving.Saved
) -> HttpResponse:
    """The form with its errors and everything as typed. The other answers are saved."""
    pages = Pages(ticket.number, ticket.title, posted.responses)
    context = {
        "page": ticket,
        "questions": questions(
            ticket.asked, pages=pages, offered={}, errors=posted.errors, typed=request.POST
        ),
        "one": one_again(ticket, actor=request.user, wanted=request.POST.get("question", "")),
        "errors": posted.errors,
        "ticket": ticket.signed(),
        "version": saved.reflection.version,
        "reflection": saved.reflection,
        "turn": saved.reflection.turn,
    }
    return render(request, "reflections/reflect.html", context, status=422)


@sensitive_variables()
def _answer(request: HttpRequest, why: str, *, status: int, keep: bool = False) -> HttpResponse:
    """Say kindly why a save did not land. `keep` shows the words again, so that none are lost."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"saved": False, "why": why}, status=status)
    typed = []
    if keep:
        skip = {"ticket", "csrfmiddlewaretoken", "version", "step", "action"}
        skip |= {"question", "beside", "go", "hide"}
        typed = [words for name, words in request.POST.items() if name not in skip and words]
    context = {"why": why, "typed": typed}
    return render(request, "reflections/not_saved.html", context, status=status)
