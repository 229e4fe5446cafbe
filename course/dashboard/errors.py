import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from course import uploads
from course.environment import env_flag

View = Callable[[HttpRequest], HttpResponse]
OPEN_IN_MAINTENANCE = {"/livez", "/favicon.ico"}
BACK_IN = 120  # seconds that a browser is asked to wait before it tries again
AWAY_FOR = 10  # the same, where the database did not answer
READ_ONLY = "25006"  # what PostgreSQL says while another server takes over

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
        return _closed(request, back_in=BACK_IN)

    return middleware


def _closed(request: HttpRequest, *, back_in: int, away: bool = False) -> HttpResponse:
    facts = {"again": request.get_full_path(), "sent": request.method == "POST", "away": away}
    headers = {"Retry-After": str(back_in), "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html", facts), status=503, headers=headers)


def server_error(request: HttpRequest) -> HttpResponse:
    """What Django asks for when something broke. A database that is away, locked, full or just
    taken over is 503: a page of writing goes on trying, and Stripe sends its message again."""
    if _database_is_away(sys.exc_info()[1]):
        return _closed(request, back_in=AWAY_FOR, away=True)
    return uploads.page_about(sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A web session that could not be written is no fault of the request, as Django believes."""
    if _database_is_away(exception):
        return _closed(request, back_in=AWAY_FOR, away=True)
    return defaults.bad_request(request, exception)


def _database_is_away(error: BaseException | None) -> bool:
    """Also where the error that is told came of that."""
    if error is None:
        return False
    if isinstance(error, OperationalError | InterfaceError):
        return True
    taken_over = isinstance(error, InternalError)
    if taken_over and getattr(error.__cause__, "sqlstate", "") == READ_ONLY:
        return True
    return _database_is_away(error.__context__)


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
        return server_error(request)
