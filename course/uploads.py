"""What is said when the storage of uploads does not answer. The bucket itself is bucket.py."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[[HttpRequest], HttpResponse]
RETRY = 60  # seconds

log = logging.getLogger(__name__)


class UploadsAway(Exception):
    """The bucket does not answer, or refuses. Nothing was kept."""


class SayWhenUploadsAreAway:
    """Object storage that is down must not look like a fault of the person's file."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, UploadsAway):
            return None
        log.error("The storage of uploads is away: %s", error)  # a class name, no text
        page = render(request, "uploads_away.html", status=503)
        page["Retry-After"], page["Cache-Control"] = str(RETRY), "no-store"
        return page
