"""The workspace's furniture: its menu, and what lets Wagtail's screens keep our strict policy."""

import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.userbar import ContentCheckerItem
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.chooser import BaseChooser
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from course import tables
from course.programme import languages
from course.programme.checker import WritingChecker
from course.programme.glossary_screen import GlossaryViewSet
from course.programme.models import GlossaryTerm, Signpost
from course.programme.signposts_screen import SignpostsPanel, SignpostViewSet, checked_today
from course.programme.style_guide import style_guide

register_snippet(SignpostViewSet)
register_snippet(GlossaryViewSet)

HIDDEN = {
    "snippets",
    "help",
}  # signposts and words have items of their own; the help leads off our site

# Wagtail 7.4 writes an inline script after each chooser. Ours leaves a mark for starters.js.
_SCRIPT = re.compile(r"<script>(?:new )?(\w+)\((.*)\);</script>$", re.DOTALL)
_MARK = '<template data-start="{}" data-with="[{}]"></template>'
_render = BaseChooser.render


def _marked(chooser: BaseChooser, *args: Any, **kwargs: Any) -> SafeString:
    html = _render(chooser, *args, **kwargs)
    return mark_safe(_SCRIPT.sub(lambda found: format_html(_MARK, *found.groups()), html))


BaseChooser.render = _marked


# Wagtail's reports can be had as tables. A cell of theirs is as harmless as one of ours (R72).
_preprocess = SpreadsheetExportMixin.preprocess_field_value
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # no spreadsheet holds these


def _harmless(view: SpreadsheetExportMixin, *args: Any) -> Any:
    cell = _preprocess(view, *args)
    return tables.safe(_UNSEEN.sub("", cell)) if isinstance(cell, str) else cell


def _each_in_quotation_marks(view: SpreadsheetExportMixin, rows: Any) -> Iterator[bytes]:
    names = view.list_export
    yield tables.line([tables.safe(view.get_heading(rows, name)) for name in names]).encode()
    for row in rows:
        facts = view.to_row_dict(row).items()
        cells = [view.preprocess_field_value(n, value, view.FORMAT_CSV) for n, value in facts]
        yield tables.line(["" if cell is None else str(cell) for cell in cells]).encode()


SpreadsheetExportMixin.preprocess_field_value = _harmless
SpreadsheetExportMixin.stream_csv = _each_in_quotation_marks


@hooks.register("insert_global_admin_css")
def style_and_script() -> SafeString:
    html = '<link rel="stylesheet" href="{}"><script src="{}" defer></script>'
    return format_html(html, static("course/cms/workspace.css"), static("course/cms/starters.js"))


@hooks.register("construct_wagtail_userbar")
def writing_checker(request: HttpRequest, items: list[Component], page: Page) -> None:
    """Our checker in place of Wagtail's own, which says in its item where it stands."""
    items[:] = [
        WritingChecker(in_editor=item.in_editor) if isinstance(item, ContentCheckerItem) else item
        for item in items
    ]


hooks.register("register_rich_text_features", languages.register)


@hooks.register("register_icons")
def icons(files: list[str]) -> list[str]:
    return [*files, *(f"wagtailadmin/icons/{name}.svg" for name in ("arrows-up-down", "transfer"))]


@hooks.register("construct_main_menu")
def plain_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """Keep what someone who writes pages and runs groups has a use for."""
    hidden = HIDDEN if request.user.is_superuser else HIDDEN | {"reports"}
    items[:] = [item for item in items if item.name not in hidden]


class SignpostsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("programme.change_signpost")


@hooks.register("register_admin_menu_item")
def signposts_menu_item() -> MenuItem:
    address = reverse(Signpost.snippet_viewset.get_url_name("list"))
    return SignpostsMenuItem(_("Signposts"), address, icon_name="help", order=500)


class GlossaryMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("programme.change_glossaryterm")


@hooks.register("register_admin_menu_item")
def glossary_menu_item() -> MenuItem:
    address = reverse(GlossaryTerm.snippet_viewset.get_url_name("list"))
    return GlossaryMenuItem(_("Glossary"), address, icon_name="openquote", order=510)


@hooks.register("register_admin_urls")
def own_pages() -> list[URLPattern]:
    return [
        path("style-guide/", style_guide, name="style_guide"),
        path("signposts/<int:pk>/checked/", checked_today, name="signpost_checked"),
    ]


@hooks.register("register_admin_menu_item")
def style_guide_menu_item() -> MenuItem:
    return MenuItem(_("Style guide"), reverse("style_guide"), icon_name="glasses", order=600)


@hooks.register("construct_homepage_panels")
def waiting_signposts(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(SignpostsPanel())
