import uuid
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import StreamField
from wagtail.models import Page

from course.programme.previewing import Previewed
from sessions import drawing
from sessions import prompts as asking
from sessions.blocks import SessionBody
from sessions.questions import PromptStream

TURNS = {1: _("First turn: me"), 2: _("Second turn: me with others"), 3: _("Third turn: all of us")}
SUMMARY_WORDS = 60


class SessionPage(Previewed, Page):
    """One authored session. People's answers and progress hang on `key`, never on the page."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(8)],
        help_text=_("Its place in the spiral, 1 to 8."),
    )
    summary = models.TextField(
        max_length=500,
        help_text=_("At most 60 words. Anyone may read this, with or without a place."),
    )
    aim = models.TextField(
        max_length=500,
        help_text=_(
            "One or two sentences, such as: Notice your own signals, or find other ways to know."
        ),
    )
    outcomes = models.TextField(blank=True, help_text=_("One on each line. By the end, you can…"))
    minutes = models.PositiveSmallIntegerField(
        help_text=_("In one's own time, with the share activity and the reflection.")
    )
    you_need = models.CharField(
        max_length=200,
        default="Nothing.",
        verbose_name=_("what you need"),
        help_text=_("It costs nothing. Such as: Nothing. Something to write on can help."),
    )
    content_note = models.TextField(
        max_length=500,
        help_text=_(
            "What this session touches. Such as: Mentions stress at work. Nothing graphic."
        ),
    )
    content_note_alternative = models.TextField(
        max_length=500, help_text=_("An equal way through for someone who would rather not.")
    )
    five_minutes = models.TextField(
        max_length=400,
        blank=True,
        verbose_name=_("if you only have five minutes"),
        help_text=_("The one part to do. Such as: Do the first two steps of “Build your menu”."),
    )
    low_energy = models.TextField(
        max_length=400,
        blank=True,
        default="",
        db_default="",
        verbose_name=_("on a day with little energy"),
        help_text=_(
            "A whole way through that asks for less, and counts the same. "
            "Such as: Read the key idea, then do the pause as long as you like."
        ),
    )
    open_to_all = models.BooleanField(
        _("open to everyone"),
        default=False,
        help_text=_(
            "Anyone can read the whole session, without a place. The reflection stays closed."
        ),
    )
    body = StreamField(SessionBody())
    prompts = StreamField(PromptStream(), blank=True)

    template = "sessions/session_page.html"
    parent_page_types = ["programme.ProgrammePage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["key"]  # a copy is a session of its own

    content_panels = [
        *Page.content_panels,
        FieldPanel("number"),
        FieldPanel("open_to_all"),
        FieldPanel("summary"),
        FieldPanel("aim"),
        FieldPanel("outcomes"),
        MultiFieldPanel(
            [
                FieldPanel("minutes"),
                FieldPanel("you_need"),
                FieldPanel("five_minutes"),
                FieldPanel("low_energy"),
            ],
            heading=_("Before someone starts"),
        ),
        MultiFieldPanel(
            [FieldPanel("content_note"), FieldPanel("content_note_alternative")],
            heading=_("Content note, and its equal way"),
        ),
        FieldPanel("body"),
    ]
    prompt_panels = [
        HelpPanel(
            _(
                "Only the person who answers can read the answers. You may reword, move or remove "
                "a question at any time: old answers keep the words they were given to."
            )
        ),
        FieldPanel("prompts"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Session")),
            ObjectList(prompt_panels, heading=_("Private reflection")),
            ObjectList(Page.promote_panels, heading=_("Promote")),
            ObjectList(Page.settings_panels, heading=_("Settings")),
        ]
    )

    class Meta:
        verbose_name = _("session")

    def clean(self) -> None:
        super().clean()
        asking.give_keys(self.prompts)
        if len(self.summary.split()) > SUMMARY_WORDS:
            raise ValidationError(
                {"summary": _("Please keep the summary to 60 words. This helps tired readers.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        asking.give_keys(self.prompts)
        super().save(*args, **kwargs)
        self.forget_frame()

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self.forget_frame()
        return super().delete(*args, **kwargs)

    @staticmethod
    def frame_name(programme_slug: str) -> str:
        """Under which name the cache keeps a programme with its sessions (sessions/reading.py)."""
        return f"programme-frame:{programme_slug}"

    def forget_frame(self) -> None:
        """Let readers see a change at once, as far as this cache reaches."""
        parent = self.get_parent() if self.path else None
        if parent:
            cache.delete(self.frame_name(parent.slug))

    @property
    def turn(self) -> int:
        """Which turn of the spiral: me, me with others, all of us."""
        return (self.number + 2) // 3

    @property
    def turn_name(self) -> str:
        return str(TURNS[self.turn])

    def questions(self) -> list[asking.Prompt]:
        return list(asking.read(self.prompts))

    def outcome_list(self) -> list[str]:
        return [line.strip() for line in self.outcomes.splitlines() if line.strip()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What a preview shows: the whole session, as an attendee would see it."""
        shared = drawing.draw_shared(self, access="preview")
        preview = {"total": 8, "access": "preview", "shared": shared}
        preview |= {"opening": shared["opening"], "body": drawing.whole(shared)}
        return super().get_context(request, *args, **kwargs) | preview
