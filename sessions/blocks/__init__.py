"""What a session is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from sessions.blocks import parts
from sessions.blocks.media import MediaPart

READ, DO, REST = _("To read and look at"), _("To do"), _("To rest, and to keep")


class SessionBody(blocks.StreamBlock):
    text = parts.TextPart(group=READ)
    media = MediaPart(group=READ)
    picture = parts.PicturePart(group=READ)
    key_idea = parts.KeyIdeaPart(group=READ)
    practice = parts.PracticePart(group=DO)
    share = parts.SharePart(group=DO)
    pause = parts.PausePart(group=REST)
    resources = parts.ResourcesPart(group=REST)
