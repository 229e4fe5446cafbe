"""What waits in the outbox for a person: kinds, ids, and the class of what went wrong.

Neither facts nor texts are shown, so no screen here can hold anybody's words. Superusers have
the permission, and can give it to a group.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course.dashboard import effects as flows
from course.dashboard.effect_words import in_words
from course.outbox.models import Effect
from course.outbox.settling import TRIES

PERMISSION = "outbox.change_effect"
A_PAGE = 50
View = Callable[..., HttpResponse]


class KindForm(forms.Form):
    task = forms.CharField(max_length=120)


def for_operators(view: View) -> View:
    """Others are told that there is no such page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@for_operators
def effects(request: HttpRequest) -> HttpResponse:
    """The kinds that wait, with how many, then each of them."""
    waiting = Effect.objects.waiting_for_someone(timezone.now())
    counted = waiting.order_by().values("task")
    kinds = [
        row | {"words": in_words(row["task"])}
        for row in counted.annotate(
            number=Count("pk"), dead=Count("pk", filter=Q(state=Effect.DEAD))
        ).order_by("-dead", "task")
    ]
    rows = waiting.defer("facts", "dedupe_key").order_by("state", "task", "created_at")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("p"))
    for effect in page:
        effect.words = in_words(effect.task)
    context = {"kinds": kinds, "page": page, "tries": TRIES}
    return render(request, "dashboard/cms/effects.html", context)


@for_operators
@require_POST
def effect_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    if flows.try_again(pk, by=request.user, now=timezone.now()):
        messages.success(request, _("It is being tried again. Look here again in a minute."))
    else:
        messages.info(request, _("It no longer waits: it is done, or in hand just now."))
    return redirect("effects")


@for_operators
@require_POST
def kind_again(request: HttpRequest) -> HttpResponse:
    form = KindForm(request.POST)
    task = form.cleaned_data["task"] if form.is_valid() else ""
    number = flows.try_kind_again(task, by=request.user, now=timezone.now())
    if number:
        words = ngettext(
            "%(number)s is being tried again. Look here again in a minute.",
            "%(number)s are being tried again. Look here again in a few minutes.",
            number,
        )
        messages.success(request, words % {"number": number})
    else:
        messages.info(request, _("Nothing of this kind waits any more."))
    return redirect("effects")


def dead_notice(request: HttpRequest) -> int:
    """For the first page of the workspace: how many were given up, for those who may look."""
    if not request.user.has_perm(PERMISSION):
        return 0
    return Effect.objects.filter(state=Effect.DEAD).count()
