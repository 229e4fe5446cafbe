"""What an editor's form holds back from publishing. A draft may be saved half done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from course.programme.writing_checks import NEEDS_SUMMARY, words_in

SUM_IT_UP = _(
    "This page is longer than 300 words. Please say in up to 60 words what someone takes away."
)


class PublicPageForm(WagtailAdminPageForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        sections, lead = cleaned.get("sections"), (cleaned.get("lead") or "").strip()
        if self.is_deferred_validation or lead or sections is None:
            return cleaned
        if words_in(sections.render_as_block()) > NEEDS_SUMMARY:
            self.add_error("lead", forms.ValidationError(SUM_IT_UP))
        return cleaned
