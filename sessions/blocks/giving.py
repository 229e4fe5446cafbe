"""An editor's file on its way out: whole, or the part that a player asks for."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail import hooks
from wagtail.documents.models import Document

from course import ranges
from course.cohorts import recognising


def serve_file(request: HttpRequest, number: str, name: str) -> ranges.Answer:
    """In place of Wagtail's own view, which knows no parts. Its hooks say who may have a file,
    and a page of theirs (a password, say) is shown instead."""
    document = get_object_or_404(Document, pk=number)
    if document.filename != name:
        raise Http404
    for allow in hooks.get_hooks("before_serve_document"):
        instead = allow(document, request)
        if isinstance(instead, HttpResponse):
            return instead
    known = recognising.BY_ENDING.get(document.file_extension.lower())
    response = ranges.answer(
        request,
        document.file,
        content_type=known.content_type if known else document.content_type,
        mark=document.get_file_hash(),
    )
    # To be kept or played, and never to be shown as a page.
    response["Content-Disposition"] = document.content_disposition
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
