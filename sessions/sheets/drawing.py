"""From a sheet's words to HTML and to paper. The same words give the same bytes."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from course import mail, pdf
from course.programme import printed

# Everything that decides how a sheet looks, so that a new look is drawn anew.
LOOK = ["paper.html", "_sheet.html", "_kit.html", "_heading.html", "_kicker.html"]
LOOK += [f"blocks/{name}.html" for name in ("text", "lines", "boxes", "table", "ticks")]
LOOK += ["blocks/columns.html", "blocks/note.html"]


def sheet_context(page: Any) -> dict[str, Any]:
    """What a sheet's page and its paper both show."""
    return _frame(page, number=page.session_number, path=page.url) | {
        "title": page.title,
        "lead": page.summary,
        "body": page.body,
        "words": "resources/_sheet.html",
    }


def kit_context(session: Any) -> dict[str, Any]:
    """A session's share activity, as something to take to a team or a family."""
    share = share_of(session)
    path = reverse("share_kit", args=[session.get_parent().slug, session.slug])
    return _frame(session, number=session.number, path=path) | {
        "title": share["title"],
        "lead": _("Try it yourself first. Then offer it to others, if and when you like."),
        "share": share,
        "words": "resources/_kit.html",
    }


def share_of(session: Any) -> Any:
    """The session's share activity, or None when it has none."""
    return next((part.value for part in session.body if part.block_type == "share"), None)


def _frame(page: Page, *, number: int | None, path: str) -> dict[str, Any]:
    return {
        "page": page,
        "number": number,
        "station": printed.station(number),
        "programme": page.get_parent(),
        "short_address": mail.link(path).partition("://")[2].rstrip("/"),
        "version": page.last_published_at or page.latest_revision_created_at,
        "site_name": settings.WAGTAIL_SITE_NAME,
    }


def draw(context: dict[str, Any]) -> tuple[bytes, int]:
    """The PDF, and how many pages it has."""
    page = context["page"]
    html = render_to_string("resources/paper.html", context)
    return pdf.write_and_count(html, identifier=f"{page.url_path} {page.live_revision_id}")


def edition_of(page: Page) -> str:
    """A name for what a sheet's paper depends on: its revision, our look, our address."""
    facts = f"{page.live_revision_id} {page.last_published_at} {mail.link('/')} {_look()}"
    return hashlib.sha256(facts.encode()).hexdigest()


@cache
def _look() -> str:
    files = [Path(get_template(f"resources/{name}").origin.name) for name in LOOK]
    return hashlib.sha256(b"".join(f.read_bytes() for f in [pdf.STYLE, *files])).hexdigest()
