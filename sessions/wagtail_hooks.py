from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page

from sessions.models import ResourcePage
from sessions.sheets import views


@hooks.register("before_serve_page")
def serve_sheet(
    page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]
) -> HttpResponse | None:
    """A sheet is served by a view of ours, which asks who may open it."""
    return views.resource_page(request, page) if isinstance(page, ResourcePage) else None
