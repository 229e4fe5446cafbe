"""Small middlewares. Each is one function with one reason to exist."""

import time
from collections.abc import Callable
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from course.audit import recording
from course.audit.recording import record
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
        view = request.resolver_match and request.resolver_match.view_name
        if view == "account_logout" and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def ask_staff_for_second_factor(get_response: View) -> View:
    """Outside the demo, staff's and managers' pages open only with a second factor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # The path below SCRIPT_NAME: what a proxy puts before it must not open a way past.
        if (
            request.path_info.startswith(roles.DOORS)
            and not settings.DEBUG
            and request.user.is_authenticated
            and roles.needs_second_factor(request.user, request.path_info)
            and not roles.has_second_factor(request.user)
        ):
            messages.info(
                request,
                _("This part needs a second way to sign in. Add one here; it takes a minute."),
            )
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def note_where_from(get_response: View) -> View:
    """So that a line of the audit can say from which network, shortened (R74)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        held = recording.network.set(recording.shortened(get_client_ip(request) or ""))
        try:
            return get_response(request)
        finally:
            recording.network.reset(held)

    return middleware


def note_denied_attempts(get_response: View) -> View:
    """One line in the audit log for each thing that someone signed in was refused (R74)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if _may_be_refusal(request, response) and request.user.is_authenticated:
            actor, where = request.user.pk, _address_in_words(request)
            record("access.denied", actor=actor, subject=where, result="denied")
        return response

    return middleware


def _may_be_refusal(request: HttpRequest, response: HttpResponse) -> bool:
    match = request.resolver_match
    if match is None:
        return False
    if response.status_code == 404:  # of something that has an id; the rest are slips of the pen
        return any(isinstance(value, UUID | int) for value in match.kwargs.values())
    if response.status_code == 302 and request.path_info.startswith("/cms/"):  # Wagtail's way
        home, where = reverse("wagtailadmin_home"), response["Location"]
        away = request.path_info != home and where == home and request.method == "GET"
        return away or where.startswith(reverse("account_login"))
    return response.status_code == 403


def _address_in_words(request: HttpRequest) -> str:
    """The name of the address with its ids. Never words or tokens out of it."""
    match = request.resolver_match
    ids = [str(v) for v in match.kwargs.values() if isinstance(v, UUID | int)]
    return ":".join([match.view_name, *ids])[:80]


def read_reading_settings(get_response: View) -> View:
    """Put the reader's choices on the request, and keep this device's copy of them fresh."""

    def choices(request: HttpRequest) -> dict[str, str]:
        chosen = reading.for_reader(request.on_device, request.user)
        if chosen != request.on_device.choices:
            request.account_has = chosen
        return reading.for_html(chosen)

    def middleware(request: HttpRequest) -> HttpResponse:
        request.on_device = reading.from_cookie(request.COOKIES.get(reading.COOKIE))
        request.account_has = None
        request.reading = SimpleLazyObject(lambda: choices(request))
        request.reading_attributes = SimpleLazyObject(
            lambda: reading.as_attributes(request.reading)
        )
        response = get_response(request)
        # So that signing out, or another device's change, switches nothing under someone's eyes.
        if request.account_has is not None and reading.COOKIE not in response.cookies:
            now, secure = request.account_has, request.is_secure()
            reading.note_on_device(response, now, kept=reading.ACCOUNT, secure=secure)
        patch_vary_headers(response, ["Cookie"])
        return response

    return middleware
