"""What a sheet is made of. Each part is good on a screen, and truly usable with a pen."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from sessions.sheets.examples import EXAMPLES

WORDS = ["bold", "ul", "ol", "link"]
MOST_ROWS = 8


def heading(**options: bool) -> blocks.CharBlock:
    return blocks.CharBlock(
        max_length=100, help_text=_("Such as: What I can let go of today"), **options
    )


def hint() -> blocks.TextBlock:
    return blocks.TextBlock(required=False, rows=2, help_text=_("One line under the heading."))


class PaperBlock(blocks.StructBlock):
    """A part of a sheet. The block chooser shows it with words in it."""

    def get_preview_value(self) -> Any:
        return self.normalize(EXAMPLES[self.name]())

    def get_preview_template(self, value: Any, context: dict[str, Any] | None = None) -> str:
        return "resources/preview.html"


class TextBlock(PaperBlock):
    title = heading(required=False)
    body = blocks.RichTextBlock(
        features=WORDS, help_text=_("Short. A sheet is for doing more than for reading.")
    )

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Words to read.")
        template = "resources/blocks/text.html"


class Field(blocks.StructBlock):
    label = blocks.CharBlock(
        max_length=120, required=False, help_text=_("Such as: At home. Empty gives only a line.")
    )
    rows = blocks.IntegerBlock(
        min_value=1, max_value=MOST_ROWS, default=1, label=_("Lines"), help_text=_("One to eight.")
    )

    class Meta:
        icon = "edit"
        label = _("Line")
        description = _("What is asked, and how much room there is.")


class LinesBlock(PaperBlock):
    title = heading(required=False)
    hint = hint()
    fields = blocks.ListBlock(Field())

    class Meta:
        icon = "edit"
        label = _("Lines to write on")
        description = _("A heading, and a line to write on for each thing asked.")
        template = "resources/blocks/lines.html"


class Box(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60, help_text=_("Such as: One minute"))
    hint = blocks.CharBlock(
        max_length=120, required=False, help_text=_("Such as: Anything that works, even if odd")
    )

    class Meta:
        icon = "grid"
        label = _("Box")
        description = _("An empty box with a heading.")


class BoxesBlock(PaperBlock):
    HEIGHTS = [("low", _("Low")), ("high", _("High"))]

    title = heading(required=False)
    hint = hint()
    items = blocks.ListBlock(Box(), label=_("Boxes"), min_num=1, max_num=4)
    height = blocks.ChoiceBlock(
        choices=HEIGHTS, default="high", help_text=_("How much room there is to write.")
    )

    class Meta:
        icon = "grid"
        label = _("Boxes to write in")
        description = _("Up to four empty boxes, each with a heading.")
        template = "resources/blocks/boxes.html"


class Row(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, help_text=_("Such as: Noise from the corridor"))
    starts_part = blocks.BooleanBlock(
        required=False,
        label=_("It is a heading for the rows below it"),
        help_text=_("Such as: Sound, above all rows about sound."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Row")
        description = _("One line of the table, or a heading within it.")


class TableBlock(PaperBlock):
    title = heading()
    hint = hint()
    first = blocks.CharBlock(
        max_length=40, label=_("Over the first column"), help_text=_("Such as: What is there")
    )
    columns = blocks.ListBlock(
        blocks.CharBlock(max_length=30, help_text=_("Such as: Fine")), min_num=1, max_num=4
    )
    tick = blocks.BooleanBlock(
        required=False,
        default=True,
        label=_("Boxes to tick, not room to write"),
        help_text=_("Without this tick, each cell has room for words."),
    )
    rows = blocks.ListBlock(Row())

    class Meta:
        icon = "table"
        label = _("Table to fill in")
        description = _("Rows with boxes to tick, or with room to write.")
        template = "resources/blocks/table.html"


class TicksBlock(PaperBlock):
    title = heading(required=False)
    hint = hint()
    items = blocks.ListBlock(
        blocks.CharBlock(max_length=160, help_text=_("Such as: A seat with a view of the door"))
    )
    own = blocks.BooleanBlock(
        required=False,
        label=_("End with an empty line for their own"),
        help_text=_("People often think of something that is not on our list."),
    )

    class Meta:
        icon = "check"
        label = _("Things to tick")
        description = _("A list with a box before each line.")
        template = "resources/blocks/ticks.html"


class Part(blocks.StructBlock):
    title = blocks.CharBlock(max_length=100, help_text=_("Such as: Before"))
    body = blocks.RichTextBlock(features=WORDS, help_text=_("Two to five short lines."))

    class Meta:
        icon = "doc-empty"
        label = _("Part")
        description = _("A heading and a few words.")


class ColumnsBlock(PaperBlock):
    title = heading(required=False)
    hint = hint()
    items = blocks.ListBlock(Part(), label=_("Parts"))

    class Meta:
        icon = "grip"
        label = _("Two columns")
        description = _("Short parts side by side on paper, one below another on a phone.")
        template = "resources/blocks/columns.html"


class NoteBlock(PaperBlock):
    title = heading(required=False)
    body = blocks.RichTextBlock(
        features=WORDS, help_text=_("Such as: Nobody is asked what they wrote here.")
    )

    class Meta:
        icon = "warning"
        label = _("Note")
        description = _("A few words with a line beside them: what keeps this safe.")
        template = "resources/blocks/note.html"


class SheetBody(blocks.StreamBlock):
    text = TextBlock()
    lines = LinesBlock()
    boxes = BoxesBlock()
    table = TableBlock()
    ticks = TicksBlock()
    columns = ColumnsBlock()
    note = NoteBlock()
