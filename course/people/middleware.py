"""Small middlewares. Each is one function with one reason to exist."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from course.people import reading, roles

View = Callable[[HttpRequest], HttpResponse]
RENEW_EVERY = 60 * 60  # seconds


def renew_session_hourly(get_response: View) -> View:
    """Keep someone signed in for 24 hours of quiet, without a write on every page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.get("_auth_user_id"):
            now = int(time.time())
            if now - request.session.get("renewed_at", 0) > RENEW_EVERY:
                request.session["renewed_at"] = now
        return response

    return middleware


def keep_private_pages_uncached(get_response: View) -> View:
    """Nothing that a signed-in person saw may be kept by a browser or a proxy (R8)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # The session was read by now, so asking costs nothing; a public page that
        # nobody signed in for stays cacheable.
        if request.session.accessed and request.session.get("_auth_user_id"):
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware


def ask_staff_for_second_factor(get_response: View) -> View:
    """Outside the demo, staff's and managers' pages open only with a second factor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(("/cms/", "/teams/"))
            and not settings.DEBUG
            and request.user.is_authenticated
            and roles.needs_second_factor(request.user, request.path)
            and not roles.has_second_factor(request.user)
        ):
            messages.info(
                request,
                _("This part needs a second way to sign in. Add one here; it takes a minute."),
            )
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def read_reading_settings(get_response: View) -> View:
    """Put the reader's choices on the request: the account's, or this device's cookie."""

    def choices(request: HttpRequest) -> dict[str, str]:
        cookie = request.COOKIES.get(reading.COOKIE)
        if cookie is not None:
            return reading.for_html(reading.from_cookie(cookie))
        user = request.user
        return reading.for_html(user.reading if user.is_authenticated else {})

    def middleware(request: HttpRequest) -> HttpResponse:
        request.reading = SimpleLazyObject(lambda: choices(request))
        request.reading_attributes = SimpleLazyObject(
            lambda: reading.as_attributes(request.reading)
        )
        response = get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response

    return middleware
