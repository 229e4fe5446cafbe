"""What blocks share, on public pages, in sessions and on sheets: words, certainty, examples."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from course.programme import languages
from course.programme.evidence import EVIDENCE

Examples = Mapping[str, Callable[[], dict[str, Any]]]


class Exemplified(blocks.StructBlock):
    """A part that the block chooser shows with words in it. `examples` goes by the part's name."""

    examples: ClassVar[Examples] = {}

    def get_preview_value(self) -> Any:
        return self.normalize(self.examples[self.name]())


def rich(help_text: Any, *more: str, **options: Any) -> blocks.RichTextBlock:
    features = [*more, "bold", "ul", "ol", "link"]
    block = blocks.RichTextBlock(features=features, help_text=help_text, **options)
    # Afterwards, because what a block was made with is copied into migrations, and a button
    # in the editor is nothing that a database knows of.
    block.features = [*features, languages.FEATURE]
    return block


def line(length: int, help_text: Any, **options: Any) -> blocks.CharBlock:
    return blocks.CharBlock(max_length=length, help_text=help_text, **options)


def short(help_text: Any, **options: Any) -> blocks.TextBlock:
    """A sentence or two, without any formatting."""
    return blocks.TextBlock(rows=2, help_text=help_text, **options)


def certainty(help_text: Any, **options: Any) -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(
        choices=EVIDENCE,
        label=_("How sure are we?"),
        widget=forms.Select,
        help_text=help_text,
        **options,
    )
