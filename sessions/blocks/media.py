"""A recording, a film or slides: with words for everything that is heard, and how long it takes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.models import Document
from wagtail.rich_text import RichText

from course.programme import films
from course.programme.fields import line, rich
from sessions.blocks.fields import AnchoredBlock, evidence, evidence_note, heading, minutes

LONGEST = 6 * 60  # seconds; what is longer is easier in two parts (O2P05)
SOUNDS = {"audio", "video"}


class MediaPart(AnchoredBlock):
    MEDIA = [("audio", _("Audio")), ("video", _("Video")), ("slides", _("Slides"))]

    title = heading(_("What someone hears or sees. Such as: One ordinary shift"))
    minutes = minutes()
    medium = blocks.ChoiceBlock(
        choices=MEDIA,
        default="audio",
        label=_("Kind"),
        help_text=_("Six minutes at most. One voice and no music are easiest to follow."),
    )
    intro = rich(
        _("Who speaks, how long, and whether there is any other sound."), label=_("Introduction")
    )
    recording = DocumentChooserBlock(
        required=False,
        label=_("Recording"),
        help_text=_("Without music. Without a recording, people read the transcript."),
    )
    music = DocumentChooserBlock(
        required=False,
        label=_("The same with music"),
        help_text=_("Only for those who choose it in their settings. You can leave it empty."),
    )
    captions = DocumentChooserBlock(
        required=False,
        label=_("Captions"),
        help_text=_("A WebVTT file, which ends in .vtt. Needed before you publish a recording."),
    )
    captions_by = line(
        100,
        _("Who has listened to all of it with the captions. Such as: Flo, facilitator"),
        required=False,
        label=_("Captions checked by"),
    )
    film = line(
        200,
        _("Its address at YouTube or Vimeo. It loads only when someone presses, and says so."),
        required=False,
        label=_("Or a film elsewhere"),
    )
    transcript = rich(
        _("Always needed. Name who speaks; describe sounds, such as: (A door closes.)"),
        "h3",
        label=_("Transcript"),
    )
    what_you_see = rich(
        _("For those who do not see it: what happens in the picture. You can leave it empty."),
        required=False,
        label=_("What there is to see"),
    )
    evidence = evidence()
    evidence_note = evidence_note()

    class Meta:
        icon = "media"
        label = _("Media")
        description = _("A recording, a film or slides. The transcript is always there.")
        template = "sessions/blocks/media.html"

    def get_context(self, value: Any, parent_context: dict | None = None) -> dict[str, Any]:
        recording = value.get("recording")
        seconds = seconds_of(recording)
        own = {
            "film": None if recording else films.read(value.get("film") or ""),
            "seconds": seconds,
            "length": in_words(seconds) if seconds else "",
            "wordless": not _says_something(value.get("transcript")),
            "heard": bool(recording) and value.get("medium") in SOUNDS,
        }
        return super().get_context(value, parent_context) | own

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        wrong = {}
        if cleaned["film"] and not films.read(cleaned["film"]):
            wrong["film"] = TWO_PROVIDERS
        if not self.is_deferred_validation:  # a draft may be saved half done
            wrong |= _missing(cleaned)
        if wrong:
            raise StructBlockValidationError(
                {name: ValidationError(words) for name, words in wrong.items()}
            )
        return cleaned


def _missing(value: Any) -> dict[str, Any]:
    """What a recording cannot be published without, by the field that says so."""
    wrong = {}
    captions = value["captions"]
    if value["recording"] and value["medium"] in SOUNDS and not captions:
        wrong["captions"] = NEEDS_CAPTIONS
    elif captions and captions.file_extension.lower() != "vtt":
        wrong["captions"] = NOT_CAPTIONS
    if captions and not value["captions_by"].strip():
        wrong["captions_by"] = CHECKED_BY
    if not _says_something(value["transcript"]):
        wrong["transcript"] = NEEDS_WORDS
    return wrong


def _says_something(words: RichText | str | None) -> bool:
    return bool(strip_tags(getattr(words, "source", words or "")).strip())


TWO_PROVIDERS = _("We show films from YouTube and Vimeo. Copy the address of the film’s own page.")
NEEDS_CAPTIONS = _(
    "Some people read what others hear. Please add captions: a WebVTT file, which ends in .vtt."
)
NOT_CAPTIONS = _("Captions are in a WebVTT file, which ends in .vtt. Please choose that file.")
CHECKED_BY = _("Please say who has checked the captions by ear, such as: Flo, facilitator")
NEEDS_WORDS = _("Please write the transcript: every word that is said, and the sounds that matter.")


def seconds_of(document: Document | None) -> int:
    """How long the file is, as read when it came in; 0 where nobody knows."""
    measured = getattr(document, "recording", None)
    known = measured is not None and measured.file_hash == document.file_hash
    return measured.seconds if known else 0


def in_words(seconds: int) -> str:
    """Such as “5 minutes 40 seconds”."""
    minutes, rest = divmod(seconds, 60)
    parts = []
    if minutes:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    if rest or not minutes:
        parts.append(ngettext("%(n)s second", "%(n)s seconds", rest) % {"n": rest})
    return " ".join(parts)
