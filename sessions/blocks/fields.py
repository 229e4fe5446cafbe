"""The fields that parts of a session share: a heading, a length, and how sure we are."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from course.programme.evidence import EVIDENCE, EVIDENCE_MEANS
from course.programme.fields import Exemplified, certainty, line, short
from sessions.blocks.examples import EXAMPLES


class AnchoredBlock(Exemplified):
    """A part of a session with a heading, a length and an address of its own."""

    examples = EXAMPLES

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        level = value.get("evidence")
        if level:
            context["evidence"] = dict(EVIDENCE)[level]
            context["evidence_means"] = EVIDENCE_MEANS[level]
        return context


WHAT_ABOUT = _("What this part is about. Such as: What regulation means here")


def heading(help_text: Any = WHAT_ABOUT) -> blocks.CharBlock:
    return line(100, help_text, label=_("Title"))


def minutes() -> blocks.IntegerBlock:
    return blocks.IntegerBlock(
        min_value=1,
        max_value=60,
        label=_("Minutes"),
        help_text=_("A rough guess. About 130 words take one minute to read."),
    )


def evidence() -> blocks.ChoiceBlock:
    where = _("Choose one wherever a fact is claimed. The style guide says what each means.")
    return certainty(where, required=False)


def evidence_note() -> blocks.TextBlock:
    return short(
        _("Such as: one survey of 600 people. Say so when it is not yet checked."),
        required=False,
        label=_("What that rests on"),
    )
