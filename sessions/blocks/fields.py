"""The fields that parts of a session share: a heading, a length, and how sure we are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from course.programme.evidence import EVIDENCE, EVIDENCE_MEANS
from sessions.blocks.examples import EXAMPLES

WORDS = ["bold", "ul", "ol", "link"]


class AnchoredBlock(blocks.StructBlock):
    """A part of a session with a heading, a length and an address of its own."""

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        level = value.get("evidence")
        if level:
            context["evidence"] = dict(EVIDENCE)[level]
            context["evidence_means"] = EVIDENCE_MEANS[level]
        return context

    def get_preview_value(self) -> Any:
        """What the block chooser shows of this kind of part, with words in it."""
        return self.normalize(EXAMPLES[self.name]())


WHAT_ABOUT = _("What this part is about. Such as: What regulation means here")


def heading(help_text: Any = WHAT_ABOUT) -> blocks.CharBlock:
    return blocks.CharBlock(max_length=100, label=_("Title"), help_text=help_text)


def minutes() -> blocks.IntegerBlock:
    return blocks.IntegerBlock(
        min_value=1,
        max_value=60,
        label=_("Minutes"),
        help_text=_("A rough guess. About 130 words take one minute to read."),
    )


def evidence() -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(
        choices=EVIDENCE,
        label=_("How sure are we?"),
        required=False,
        widget=forms.Select,
        help_text=_("Choose one wherever a fact is claimed. The style guide says what each means."),
    )


def evidence_note() -> blocks.TextBlock:
    return blocks.TextBlock(
        required=False,
        rows=2,
        label=_("What that rests on"),
        help_text=_("Such as: one survey of 600 people. Say so when it is not yet checked."),
    )


def rich(help_text: Any, *more: str, **options: Any) -> blocks.RichTextBlock:
    return blocks.RichTextBlock(features=[*more, *WORDS], help_text=help_text, **options)
