"""The product with one more address: a view that only reads the web session and the user."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, path

from course.wsgi import application

__all__ = ["application"]


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"signed in as {request.user.display_name}")


settings.DEBUG = False  # queries are not recorded, as in production
get_resolver().url_patterns.insert(0, path("bare/", bare))
