import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from course.environment import env_flag

View = Callable[[HttpRequest], HttpResponse]
OPEN_IN_MAINTENANCE = {"/livez", "/favicon.ico"}
BACK_IN = 120  # seconds that a browser is asked to wait before it tries again

log = logging.getLogger("django.request")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came from a page that had grown old. Nothing was changed; pressing again helps."""
    return render(request, "csrf.html", status=403)


def close_for_maintenance(get_response: View) -> View:
    """With MAINTENANCE on, everyone meets one calm page, made without any database.

    A page of writing that is open meanwhile goes on trying, since 503 is not a refusal:
    what was typed is saved as soon as the site is back.
    """
    if not env_flag("MAINTENANCE"):
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in OPEN_IN_MAINTENANCE:
            return get_response(request)
        facts = {"again": request.get_full_path(), "sent": request.method == "POST"}
        page = render_to_string("503.html", facts)
        headers = {"Retry-After": str(BACK_IN), "Cache-Control": "no-store"}
        return HttpResponse(page, status=503, headers=headers)

    return middleware


class OurOwnErrorPages:
    """The demo shows the pages that people will see, and not Django's.

    Django's own error page shows local variables, which may be someone's words. The
    traceback, which holds no values, is in the log.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not settings.DEBUG or request.path.startswith("/cms/"):
            return None
        if isinstance(error, Http404):
            return defaults.page_not_found(request, error)
        if isinstance(error, PermissionDenied):
            return defaults.permission_denied(request, error)
        log.error("Internal Server Error: %s", request.path, exc_info=error)
        return defaults.server_error(request)
