from django.utils.translation import gettext_lazy as _
from wagtail import blocks

PLAIN_TEXT = ["h2", "h3", "bold", "ul", "ol", "link", "document-link", "language"]


class AudienceBlock(blocks.StructBlock):
    """One of the groups of people this is for, in a sentence or two."""

    title = blocks.CharBlock(max_length=60, help_text=_("Such as: Families and friends"))
    text = blocks.RichTextBlock(
        features=["bold", "link"], help_text=_("One or two sentences, to that person.")
    )

    class Meta:
        icon = "group"
        label = _("Audience")
        description = _("Who it is for, in a sentence or two.")
