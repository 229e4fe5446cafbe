"""Writing about a session begins when the session opens. What has words in it never locks."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reflections.models import Reflection
from sessions.models import SessionPage
from sessions.opening import not_open_yet


def once_open(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before its day the form leads to the session's page, which says when it opens."""

    @wraps(view)
    def wrapped(request: HttpRequest, key: UUID) -> HttpResponse:
        if request.user.is_authenticated:
            day = not_open_yet(request.user, now=timezone.now()).get(key)
            wrote = Reflection.objects.for_owner(request.user).filter(session_key=key)
            session = SessionPage.objects.live().filter(key=key).first() if day else None
            if session and not wrote.exists():
                words = _("You can write about it from %(day)s on, for as long as you like.")
                messages.info(request, words % {"day": date_format(day, "l j F Y")})
                return redirect(session.url)
        return view(request, key)

    return wrapped
