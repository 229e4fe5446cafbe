"""The outermost middleware: what is noted of a request."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from course import metrics
from course.logs import masked_path, request_id, request_view

View = Callable[[HttpRequest], HttpResponse]
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")

log = logging.getLogger(__name__)


class NoteRequests:
    """One line and one count for each request: which view, how it ended, how long it took."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        held, seen = request_id.set(_id_of(request)), request_view.set("")
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            _note(request, response, seconds=time.monotonic() - began)
        finally:
            request_id.reset(held)
            request_view.reset(seen)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """For a report of an error, which is made while the view is still at work."""
        request_view.set(request.resolver_match.view_name)


def _id_of(request: HttpRequest) -> str:
    """Our own proxy's, where there is one: an outsider's would let them write into the log."""
    given = request.headers.get("X-Request-ID", "")
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT and GIVEN.fullmatch(given)
    return given if trusted else uuid4().hex


def _note(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    view = request.resolver_match.view_name if request.resolver_match else "other"
    metrics.count(view=view, status=response.status_code)
    facts = {
        "method": request.method if request.method in {"GET", "POST", "HEAD"} else "other",
        "path": masked_path(request),
        "view": view,
        "status": response.status_code,
        "ms": round(seconds * 1000),
    }
    log.info("%(method)s %(path)s %(status)s", facts, extra={"facts": facts})
