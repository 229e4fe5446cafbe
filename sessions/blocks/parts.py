"""The kinds of part there are. Every claim says how sure we are; every practice has an equal."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from course.programme.fields import line, rich, short
from sessions.blocks.fields import AnchoredBlock, evidence, evidence_note, heading, minutes


class TextPart(AnchoredBlock):
    title = heading()
    minutes = minutes()
    body = rich(
        _("One idea, in 80 to 180 words. Short sentences read best."), "h3", label=_("Text")
    )
    evidence = evidence()
    evidence_note = evidence_note()

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Words to read, with headings, lists and links.")
        template = "sessions/blocks/text.html"


class Step(blocks.StructBlock):
    seconds = blocks.IntegerBlock(
        min_value=5,
        max_value=1800,
        label=_("Seconds"),
        help_text=_("A rough guess, such as 60. Nobody is timed."),
    )
    text = short(_("An invitation, such as: If you’d like, stand up."), label=_("Step"))

    class Meta:
        label = _("Step")
        icon = "list-ol"
        description = _("One invitation, with a rough length.")


class PracticePart(AnchoredBlock):
    title = heading(_("A plain name, such as: Build your menu"))
    minutes = minutes()
    intro = rich(
        _("What this is for, and what it is not. Two sentences are enough."),
        label=_("Introduction"),
    )
    steps = blocks.ListBlock(
        Step(), label=_("Steps"), help_text=_("Three to six steps. Eyes open, no touch needed.")
    )
    alternative_title = line(
        100,
        _("A name with equal standing, such as: Rest for four minutes"),
        label=_("Another way: its title"),
    )
    alternative = rich(
        _("It counts the same. Never call it the easy version."), label=_("Another way")
    )
    sensory_note = rich(
        _("Sight, sound, touch, smell. Such as: Quiet. It works without seeing or hearing."),
        label=_("Before you start"),
    )
    ending = blocks.CharBlock(
        max_length=200,
        default="Nothing has to happen.",
        label=_("Last words"),
        help_text=_("Both ways end with this."),
    )
    evidence = evidence()
    evidence_note = evidence_note()

    class Meta:
        icon = "pick"
        label = _("Practice")
        description = _("Something to try, in steps, with an equal alternative.")
        template = "sessions/blocks/practice.html"


class PicturePart(AnchoredBlock):
    """A picture with words for those who do not see it, or a plain word that it needs none."""

    title = heading(_("What the picture is about. Such as: The three turns"))
    image = ImageChooserBlock(
        label=_("Picture"), help_text=_("At least 1,100 pixels wide, and free for us to use.")
    )
    description = blocks.TextBlock(
        required=False,
        rows=2,
        max_length=300,
        label=_("Description"),
        help_text=_(
            "For people who do not see it: what matters here, in a sentence. "
            "Such as: A line that turns three times and ends where it began."
        ),
    )
    decorative = blocks.BooleanBlock(
        required=False,
        label=_("Only decoration"),
        help_text=_("Tick this when nobody misses anything without the picture."),
    )
    caption = line(
        200,
        _("For everyone, under the picture. It does not replace the description."),
        required=False,
        label=_("Caption"),
    )
    credit = line(
        120,
        _("Who made it, and where we may use it. Such as: Drawing by the team"),
        required=False,
        label=_("Credit"),
    )

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A picture, with words for those who do not see it.")
        template = "sessions/blocks/picture.html"
        preview_template = "cms/previews/picture.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:  # a draft may be saved half done
            return cleaned
        words, decorative = cleaned["description"].strip(), cleaned["decorative"]
        if not words and not decorative:
            raise StructBlockValidationError({"description": ValidationError(DESCRIBE_IT)})
        if words and decorative:
            raise StructBlockValidationError({"decorative": ValidationError(ONE_OF_BOTH)})
        return cleaned


DESCRIBE_IT = _("Please describe the picture in a sentence, or tick “Only decoration” below.")
ONE_OF_BOTH = _("A picture with a description is not only decoration. Please keep one of the two.")


class KeyIdeaPart(AnchoredBlock):
    text = line(
        140,
        _("One sentence worth keeping, such as: Steady looks different on everyone."),
        label=_("Key idea"),
    )

    class Meta:
        icon = "openquote"
        label = _("Key idea")
        description = _("One sentence worth keeping, set apart.")
        template = "sessions/blocks/key_idea.html"


class PausePart(AnchoredBlock):
    text = blocks.TextBlock(
        rows=2,
        default="Look away from the screen, if you like.",
        label=_("Words"),
        help_text=_("One short invitation. Nothing to do, and no timer."),
    )

    class Meta:
        icon = "minus"
        label = _("Pause")
        description = _("A short rest between two parts.")
        template = "sessions/blocks/pause.html"


class Resource(blocks.StructBlock):
    title = line(100, _("Such as: A menu to print"), label=_("Title"))
    text = short(
        _("One sentence, such as: Three boxes to fill in, for a wall or a bag."),
        required=False,
        label=_("What it is for"),
    )
    page = blocks.PageChooserBlock(
        required=False, label=_("Page"), help_text=_("The first of these three that is set counts.")
    )
    document = DocumentChooserBlock(
        required=False, label=_("File"), help_text=_("A page is easier to read than a file.")
    )
    link = line(
        300,
        _("An address, here or elsewhere. Such as: /resourced/menu/"),
        required=False,
        label=_("Link"),
    )

    class Meta:
        icon = "doc-full"
        label = _("Resource")
        description = _("One thing to keep: a page, a file or a link.")


class ResourcesPart(AnchoredBlock):
    intro = rich(
        _("Say who it helps, and when. You can leave it empty."),
        required=False,
        label=_("Introduction"),
    )
    items = blocks.ListBlock(
        Resource(), label=_("Things to keep"), help_text=_("One to four, the most useful first.")
    )

    class Meta:
        icon = "folder-open-inverse"
        label = _("Resources")
        description = _("Things to keep: pages, files and links.")
        template = "sessions/blocks/resources.html"


class SharePart(AnchoredBlock):
    """Live it first, then offer it on: with a team, with family, or alone."""

    title = heading(_("The activity’s name, such as: The one-minute arrival"))
    minutes = minutes()
    say_first = short(
        _("Sentences to begin with, one on each line. Such as: Pass at any time."),
        required=False,
        label=_("What to say first"),
    )
    team = rich(
        _("What to do, for how long, and the first sentence to say."), label=_("With a team")
    )
    family = rich(_("The same idea at home. Adults take part too."), label=_("With family"))
    alone = rich(_("Equal to the others. Many people work alone."), label=_("On your own"))
    keep_safe = rich(
        _("What nobody is asked or told. Such as: Never ask what someone wrote."),
        label=_("Keep it safe"),
    )

    class Meta:
        icon = "group"
        label = _("Share")
        description = _("How to pass it on: with a team, with family, or alone.")
        template = "sessions/blocks/share.html"
