from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.documents.models import Document
from wagtail.models import Page

from sessions.blocks.uploads import may_open
from sessions.models import ResourcePage
from sessions.sheets import views


@hooks.register("before_serve_page")
def serve_sheet(
    page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]
) -> HttpResponse | None:
    """A sheet is served by a view of ours, which asks who may open it."""
    return views.resource_page(request, page) if isinstance(page, ResourcePage) else None


@hooks.register("before_serve_document")
def serve_file(document: Document, request: HttpRequest) -> None:
    """A file is as open as the pages that show it; to everyone else it is not there."""
    if not may_open(document, request.user):
        raise Http404
