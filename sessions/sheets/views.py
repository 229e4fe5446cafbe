from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from course import pdf
from sessions import reading
from sessions.models import ResourcePage, SessionPage, Sheet
from sessions.reading import Frame
from sessions.sheets import drawing
from sessions.sheets.access import may_open
from sessions.sheets.keeping import kept


def all_sheets(request: HttpRequest, programme_slug: str) -> HttpResponse:
    """Everything there is to print, in one place."""
    frame = _frame(programme_slug)
    sheets = ResourcePage.objects.live().descendant_of(_programme(frame)).defer("body")
    context = {
        "frame": frame,
        "sheets": sheets.order_by("session_number", "title"),
        "may_open": may_open(request.user, programme_id=frame.programme_id),
    }
    return render(request, "resources/all_sheets.html", context)


def resource_page(request: HttpRequest, page: ResourcePage) -> HttpResponse:
    """A sheet at its Wagtail address: whole for who may open it, its summary for all others."""
    programme = page.get_parent()
    allowed = page.for_everyone or may_open(request.user, programme_id=programme.pk)
    context = drawing.sheet_context(page) | _around(_frame(programme.slug), page.session_number)
    context |= {"may_open": allowed, "pdf_address": _pdf_address(programme.slug, page)}
    if allowed:
        context["paper"] = _paper(page, drawing.sheet_context)
    return render(request, page.template, context)


def resource_pdf(request: HttpRequest, programme_slug: str, sheet_slug: str) -> HttpResponse:
    frame = _frame(programme_slug)
    sheets = ResourcePage.objects.live().child_of(_programme(frame))
    page = get_object_or_404(sheets, slug=sheet_slug)
    if not page.for_everyone and not may_open(request.user, programme_id=frame.programme_id):
        return redirect(page.url)
    paper = _paper(page, drawing.sheet_context)
    return _download(request, paper, name=sheet_slug, otherwise=page.url)


def share_kit(request: HttpRequest, programme_slug: str, session_slug: str) -> HttpResponse:
    """A session's share activity by itself, for whoever may open the session."""
    frame = _frame(programme_slug)
    session = _session(frame, session_slug)
    if not _may_share(request, frame, session):
        return redirect(session.url)
    context = drawing.kit_context(session) | _around(frame, session.number)
    context["pdf_address"] = reverse("share_kit_pdf", args=[programme_slug, session_slug])
    context["paper"] = _paper(session, drawing.kit_context)
    return render(request, "resources/share_kit.html", context)


def share_kit_pdf(request: HttpRequest, programme_slug: str, session_slug: str) -> HttpResponse:
    frame = _frame(programme_slug)
    session = _session(frame, session_slug)
    if not _may_share(request, frame, session):
        return redirect(session.url)
    paper = _paper(session, drawing.kit_context)
    page = reverse("share_kit", args=[programme_slug, session_slug])
    return _download(request, paper, name=f"share-{session_slug}", otherwise=page)


def _frame(programme_slug: str) -> Frame:
    frame = reading.frame_of(programme_slug)
    if frame is None:
        raise Http404
    return frame


def _programme(frame: Frame) -> Page:
    return get_object_or_404(Page, pk=frame.programme_id)


def _session(frame: Frame, slug: str) -> SessionPage:
    shown = frame.find(slug)
    if shown is None:
        raise Http404
    return get_object_or_404(SessionPage.objects.live(), pk=shown.pk)


def _may_share(request: HttpRequest, frame: Frame, session: SessionPage) -> bool:
    """Whoever may open a session may open its share kit, if it has one."""
    if drawing.share_of(session) is None:
        return False
    return session.open_to_all or may_open(request.user, programme_id=frame.programme_id)


def _around(frame: Frame, number: int | None) -> dict[str, Any]:
    session = frame.beside(number, 0) if number else None
    return {"frame": frame, "session": session, "total": frame.total}


def _pdf_address(programme_slug: str, page: ResourcePage) -> str:
    return reverse("resource_pdf", args=[programme_slug, page.slug])


def _paper(page: Page, context: Callable[[Any], dict[str, Any]]) -> Sheet | None:
    """The sheet's PDF, or None where a letter in it has no font."""
    try:
        return kept(page, context=context, now=timezone.now())
    except pdf.Unprintable:
        return None


def _download(
    request: HttpRequest, paper: Sheet | None, *, name: str, otherwise: str
) -> HttpResponse:
    if paper is None:
        messages.warning(
            request, _("This sheet cannot be drawn as a PDF just now. You can print this page.")
        )
        return redirect(otherwise)
    response = HttpResponse(bytes(paper.content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
