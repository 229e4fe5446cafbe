"""Private writing on screen. Every view here is for the writer alone; anyone else gets a 404."""

from functools import reduce, wraps
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from wagtail.models import Page

from course.cohorts.models import Enrolment
from course.people.models import User
from course.people.posting import by_post
from reflections import agreeing, deleting, saving, writing
from reflections.form import show_form
from reflections.models import Reflection, SetAside, WritingChoices
from reflections.sealing import WritingUnreadable
from sessions.models import SessionPage

ON_A_PAGE = 24  # three times round


def private(view: Any) -> Any:
    """Sign in first; say so kindly when writing cannot be opened; hide what is not yours."""

    @never_cache
    @login_required
    @wraps(view)
    @sensitive_variables()
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except WritingUnreadable:
            return render(request, "reflections/unreadable.html", status=503)
        except writing.NotYours:
            raise Http404 from None

    return wrapped


@private
@sensitive_variables()
def my_reflections(request: HttpRequest) -> HttpResponse:
    """Everything this person wrote, and how to open, keep or delete it."""
    mine = Reflection.objects.for_owner(request.user)
    newest_first = mine.kept().order_by("-updated_at", "pk")
    shown = Paginator(newest_first, ON_A_PAGE).get_page(request.GET.get("page"))
    agreed = agreeing.has_agreed(request.user)
    kept = list(shown) if agreed else []
    pages = writing.open_many(kept, actor=request.user)
    rows = [
        {"reflection": r, "number": p.number, "title": p.title, "blank": p.is_blank}
        for r, p in zip(kept, pages, strict=True)
    ]
    if not shown.has_other_pages():
        rows.sort(key=lambda row: (row["number"], row["reflection"].turn))
    context = {
        "agreed": agreed,
        "rows": rows,
        "shown": shown,
        "deleted": mine.exclude(deleted_at=None).defer("sealed"),
        "sessions": _sessions_of(request.user),
        "choices": WritingChoices.objects.filter(owner=request.user).first(),
    }
    return render(request, "reflections/my_reflections.html", context)


@sensitive_variables()
def _sessions_of(user: User) -> list[SessionPage]:
    """The sessions that this person may write about."""
    programmes = (
        Enrolment.objects.current()
        .for_attendee(user)
        .values_list("cohort__programme_id", flat=True)
    )
    paths = Page.objects.filter(pk__in=set(programmes)).values_list("path", flat=True)
    below = [Q(path__startswith=path) for path in paths]
    pages = SessionPage.objects.live().defer("body", "prompts").order_by("number")
    return list(pages.filter(reduce(or_, below))) if below else []


@private
@sensitive_variables()
def reflect(request: HttpRequest, key: UUID) -> HttpResponse:
    """The form for one session: what was written so far, ready to go on."""
    session = _session_for(request.user, key)
    if not agreeing.has_agreed(request.user):
        return redirect(f"{reverse('writing_consent')}?next={request.path}")
    mine = Reflection.objects.for_owner(request.user).filter(session_key=key)
    reflection = mine.kept().order_by("-turn").first()
    if reflection and reflection.set_aside.exists():
        reflection = saving.fold_in(reflection, actor=request.user, now=timezone.now())
    newest = mine.order_by("-turn").values_list("turn", flat=True).first() or 0
    turn = reflection.turn if reflection else newest + 1
    return show_form(request, session=session, reflection=reflection, turn=turn)


def _session_for(user: User, key: UUID) -> SessionPage:
    """A session that this person may reflect on: enrolled now, or wrote there before."""
    session = get_object_or_404(SessionPage.objects.live(), key=key)
    programme_id = session.get_parent().pk
    enrolled = Enrolment.objects.for_attendee(user).filter(cohort__programme_id=programme_id)
    if not enrolled.exists():
        raise Http404
    return session


@private
@sensitive_variables()
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One reflection to read or print, in the words it was asked in."""
    reflection = _own(request, pk)
    if not agreeing.has_agreed(request.user):
        return redirect("writing_consent")
    pages = writing.open_reflection(reflection, actor=request.user)
    live = SessionPage.objects.live().filter(key=reflection.session_key).exists()
    context = {"reflection": reflection, "pages": pages, "session_is_live": live}
    return render(request, "reflections/read.html", context)


def _own(request: HttpRequest, pk: UUID) -> Reflection:
    return get_object_or_404(Reflection.objects.for_owner(request.user).kept(), pk=pk)


@private
@by_post("my_reflections")
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    deleting.delete(_own(request, pk), now=timezone.now())
    messages.success(request, _("Deleted. You can undo this for seven days, further down."))
    return redirect("my_reflections")


@private
@by_post("my_reflections")
def undo_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    reflection = get_object_or_404(Reflection.objects.for_owner(request.user), pk=pk)
    deleting.undo_delete(reflection)
    messages.success(request, _("It is back, just as it was."))
    return redirect("my_reflections")


@private
@by_post("my_reflections")
@sensitive_variables()
def write_afresh(request: HttpRequest, key: UUID) -> HttpResponse:
    """Meet the same questions again, and keep what was written before."""
    session = _session_for(request.user, key)
    last = Reflection.objects.for_owner(request.user).filter(session_key=key).order_by("-turn")
    turn = (last.first().turn if last.exists() else 0) + 1
    return show_form(request, session=session, reflection=None, turn=turn)


@private
@by_post("my_reflections")
@sensitive_variables()
def choose_version(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two windows wrote: put the other words into the boxes, or let them go."""
    aside = get_object_or_404(SetAside, pk=pk, reflection__owner=request.user)
    key = aside.reflection.session_key
    if request.POST.get("choice") == "use":
        saving.swap_in(aside, actor=request.user, now=timezone.now())
        messages.success(request, _("Those words are in the boxes now. The others are kept aside."))
    else:
        aside.delete()
        messages.success(request, _("Removed. What is in the boxes has not changed."))
    return redirect("reflect", key=key)


@private
@by_post("my_reflections")
def hide_prompt(request: HttpRequest) -> HttpResponse:
    """Don't ask this question again, or ask all of them again."""
    choices = hide_question(request.user, request.POST.get("prompt", "")[:40])
    if request.POST.get("again"):
        choices.hidden_prompts = []
    if "offer_earlier" in request.POST:
        choices.offer_earlier = request.POST["offer_earlier"] == "yes"
    choices.save()
    messages.success(request, _("Noted. Your answers are all still here."))
    return redirect("my_reflections")


def hide_question(user: User, key: str) -> WritingChoices:
    """Stop asking one question. Its answers stay."""
    choices, _made = WritingChoices.objects.get_or_create(owner=user)
    if key and key not in choices.hidden_prompts:
        choices.hidden_prompts = [*choices.hidden_prompts, key][-200:]
        choices.save()
    return choices
