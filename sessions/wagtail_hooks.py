from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.documents.models import Document
from wagtail.models import Page

from sessions.blocks.measuring import measure
from sessions.blocks.media import LONGEST, in_words
from sessions.blocks.uploads import may_open
from sessions.models import ResourcePage, SessionPage
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


def mention_long_recordings(request: HttpRequest, page: Page) -> None:
    """A hint when a session is saved by hand. Nothing is held back for it."""
    if not isinstance(page, SessionPage) or not request.accepts("text/html"):
        return  # what the editor saves by itself asks for no page
    for block in page.body:
        recording = block.value.get("recording") if block.block_type == "media" else None
        measured = measure(recording) if recording else None
        if measured and measured.seconds > LONGEST:
            facts = {"title": block.value["title"], "length": in_words(measured.seconds)}
            messages.info(request, LONG_RECORDING % facts)


LONG_RECORDING = _(
    "“%(title)s” is %(length)s long. Two parts of up to six minutes are easier to follow. "
    "Everything is saved as it is."
)
for _action in ("after_create_page", "after_edit_page"):
    hooks.register(_action, mention_long_recordings)
