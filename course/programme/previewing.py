"""How editors see a page before it is published: in the ways that readers may have chosen, and
with what the checks say about it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.templatetags.wagtailuserbar import wagtailuserbar

from course.people import reading
from course.programme import writing_checks

# A mode by its name, as it is said, and the reading settings that it stands for.
MODES = [
    ("", _("As published"), {}),
    ("calm", _("Calm"), {"t": "calm"}),
    ("dark", _("Dark"), {"t": "dark"}),
    ("more", _("More contrast"), {"t": "more"}),
    ("twice", _("Twice the size"), {"s": "200"}),
    ("opendyslexic", _("OpenDyslexic"), {"f": "opendyslexic"}),
]
SETTINGS = {name: settings for name, _words, settings in MODES}


class Previewed:
    """For a page class: stands before Page among its bases."""

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [(name, words) for name, words, _settings in MODES]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        settings = SETTINGS.get(mode_name)
        if settings:
            request.reading = reading.for_html(settings)
            request.reading_attributes = reading.as_attributes(request.reading)
        response = super().serve_preview(request, mode_name)
        if not getattr(request, "is_editing", False):
            return response
        html = (response if response.is_rendered else response.render()).content.decode()
        summary = getattr(self, "summary", getattr(self, "lead", None))
        bar = wagtailuserbar({"request": request, "page": self})
        response.content = writing_checks.marked(html, summary=summary).replace(
            "</body>", f"{bar}</body>"
        )
        return response
