"""A sheet's PDF is drawn once for each edition and kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from wagtail.models import Page

from sessions.models import Sheet
from sessions.sheets import drawing


def kept(page: Page, *, context: Callable[[Any], dict[str, Any]], now: datetime) -> Sheet:
    """The sheet of this page's present edition, drawn now if nobody asked for it before.

    Two people who ask at once both draw the same bytes, and one row holds them. Raises
    pdf.Unprintable, and keeps nothing.
    """
    edition = drawing.edition_of(page)
    found = Sheet.objects.defer("content").filter(page_id=page.pk, edition=edition).first()
    if found:
        return found
    content, pages = drawing.draw(context(page))
    facts = {"edition": edition, "content": content, "pages": pages, "drawn_at": now}
    return Sheet.objects.update_or_create(page_id=page.pk, defaults=facts)[0]
