"""What can be searched: every published word of sessions, sheets, pages and the glossary.

Drawn once for each state of what is published. No answer of anyone is ever in here.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Page

from course.programme import glossary
from course.programme.models import ProgrammePage, PublicPage
from course.programme.searching import Text, text
from sessions.drawing import anchor_of
from sessions.models import ResourcePage, SessionPage
from sessions.reading import Frame, frame_of
from sessions.templatetags.session_words import part_name

KEEP = 24 * 60 * 60  # seconds; another state of the pages has another name


@dataclass(frozen=True)
class Entry:
    """One text, and who may find it: `session` and `programme_id` say what it belongs to."""

    open: Text | None  # what anyone may find of it
    whole: Text | None  # for those who may read it; None when the open one is all there is
    session: UUID | None = None
    programme_id: int = 0
    for_everyone: bool = False


def entries() -> list[Entry]:
    """The index of what is published now: two queries, or more when it has changed."""
    slugs = ProgrammePage.objects.live().order_by("path").values_list("slug", flat=True)
    frames = [frame for slug in slugs if (frame := frame_of(slug))]
    state = Page.objects.live().aggregate(Max("last_published_at"), Count("pk"))
    facts = (
        f"{list(state.values())} {[(f.words, [s.revision for s in f.sessions]) for f in frames]}"
    )
    name = f"search-index:{hashlib.sha256(facts.encode()).hexdigest()}"
    return cache.get_or_set(name, lambda: list(_read(frames)), KEEP)


def _read(frames: list[Frame]) -> Iterator[Entry]:
    for frame in frames:
        pages = SessionPage.objects.filter(pk__in=[s.pk for s in frame.sessions])
        for page in pages.order_by("number"):
            yield from _of_session(page, frame)
        sheets = ResourcePage.objects.live().filter(path__startswith=_path_of(frame))
        for sheet in sheets:
            yield _of_sheet(sheet, frame)
        yield _of_page(frame.title, frame.url, "")
    for page in PublicPage.objects.live().order_by("path"):
        yield _of_page(page.title, page.url, "\n".join([page.lead, _words_of(page.sections)]))
    for word in glossary.read():  # explained right there, so that it leads nowhere
        where = _("A word explained")
        yield Entry(text(title=word.term, where=where, url="", words=word.explanation), None)


def _path_of(frame: Frame) -> str:
    return ProgrammePage.objects.values_list("path", flat=True).get(pk=frame.programme_id)


def _of_session(page: SessionPage, frame: Frame) -> Iterator[Entry]:
    about = {"session": page.key, "programme_id": frame.programme_id}
    about["for_everyone"] = page.open_to_all
    where = _("Session %(number)s: %(title)s") % {"number": page.number, "title": page.title}
    words = "\n".join([page.summary, page.aim, page.outcomes])
    name = _("Session %(number)s") % {"number": page.number}
    yield Entry(text(title=page.title, where=name, url=page.url, words=words), None, **about)
    for block in page.body:
        part = {"kind": block.block_type, "title": block.value.get("title") or ""}
        if part["kind"] == "pause":
            continue
        said = block.block.get_searchable_content(block.value)
        words = "\n".join(line for line in said if line != part["title"])
        url = f"{page.url}#{anchor_of(block)}"
        whole = text(title=part_name(part), where=where, url=url, words=words)
        yield Entry(None, whole, **about)


def _of_sheet(sheet: ResourcePage, frame: Frame) -> Entry:
    facts = {"title": sheet.title, "where": _("A sheet to print"), "url": sheet.url}
    whole = text(words="\n".join([sheet.summary, _words_of(sheet.body)]), **facts)
    return Entry(
        text(words=sheet.summary, **facts),
        whole,
        programme_id=frame.programme_id,
        for_everyone=sheet.for_everyone,
    )


def _of_page(title: str, url: str, words: str) -> Entry:
    return Entry(text(title=title, where=_("A page"), url=url, words=words), None)


def _words_of(stream: Any) -> str:
    return "\n".join(stream.stream_block.get_searchable_content(stream))


def for_reader(
    index: list[Entry], *, may_open: set[int], later: dict[UUID, date]
) -> Iterator[Text]:
    """As much of each text as this reader may know. `may_open` are programmes; a session that
    opens to them later has a title and a day."""
    for entry in index:
        if entry.session in later:
            if entry.open:
                yield _only_its_day(entry.open, later[entry.session])
        elif entry.whole and (entry.for_everyone or entry.programme_id in may_open):
            yield entry.whole
        elif entry.open:
            yield entry.open


def _only_its_day(one: Text, day: date) -> Text:
    words = _("It opens on %(day)s.") % {"day": date_format(day, "l j F Y")}
    return text(title=one.title, where=one.where, url=one.url, words=words)
