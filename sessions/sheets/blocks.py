"""What a sheet is made of. Each part is good on a screen, and truly usable with a pen."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from course.programme.fields import Exemplified, line, rich, short
from sessions.sheets.examples import EXAMPLES

MOST_ROWS = 8


def heading(**options: bool) -> blocks.CharBlock:
    return line(100, _("Such as: What I can let go of today"), **options)


def hint() -> blocks.TextBlock:
    return short(_("One line under the heading."), required=False)


class PaperBlock(Exemplified):
    examples = EXAMPLES

    class Meta:
        preview_template = "resources/preview.html"


class TextBlock(PaperBlock):
    title = heading(required=False)
    body = rich(_("Short. A sheet is for doing more than for reading."))

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Words to read.")
        template = "resources/blocks/text.html"


class Field(blocks.StructBlock):
    label = line(120, _("Such as: At home. Empty gives only a line."), required=False)
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
    title = line(60, _("Such as: One minute"))
    hint = line(120, _("Such as: Anything that works, even if odd"), required=False)

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
    title = line(120, _("Such as: Noise from the corridor"))
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
    columns = blocks.ListBlock(line(30, _("Such as: Fine")), min_num=1, max_num=4)
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
    items = blocks.ListBlock(line(160, _("Such as: A seat with a view of the door")))
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
    title = line(100, _("Such as: Before"))
    body = rich(_("Two to five short lines."))

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
    body = rich(_("Such as: Nobody is asked what they wrote here."))

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
