"""What is said when uploads find no place: the storage does not answer, or the disk is full.
The bucket itself is bucket.py."""

import errno
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

View = Callable[[HttpRequest], HttpResponse]
RETRY, RETRY_FULL = 60, 60 * 60  # seconds
FULL = {errno.ENOSPC, errno.EDQUOT}

log = logging.getLogger(__name__)


class UploadsAway(Exception):
    """The bucket does not answer, or refuses. Nothing was kept."""


class SayWhenUploadsAreAway:
    """Storage that is down or full must not look like a fault of the person's file."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return page_about(error)


def page_about(error: BaseException | None) -> HttpResponse | None:
    """The kind page, where that is what happened. Drawn without the database: it may share a
    disk that is full."""
    full = isinstance(error, OSError) and error.errno in FULL
    if full:
        log.error("There is no room left on the disk")
    elif isinstance(error, UploadsAway):
        log.error("The storage of uploads is away: %s", error)  # a class name, no text
    else:
        return None
    wait = str(RETRY_FULL if full else RETRY)
    headers = {"Retry-After": wait, "Cache-Control": "no-store"}
    page = render_to_string("uploads_away.html", {"full": full})
    return HttpResponse(page, status=503, headers=headers)
