from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from course.programme.previewing import Previewed
from sessions.sheets import drawing
from sessions.sheets.blocks import SheetBody


class ResourcePage(Previewed, Page):
    """A sheet that a session promises: a page to read, and paper to write on."""

    summary = models.CharField(
        max_length=300, help_text=_("One or two sentences. Anyone may read them.")
    )
    session_number = models.PositiveSmallIntegerField(
        _("goes with session"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(8)],
        help_text=_("1 to 8, or empty when it goes with all of them."),
    )
    for_everyone = models.BooleanField(
        _("anyone may open it"),
        default=False,
        help_text=_("If not, it opens for people with a place, facilitators and editors."),
    )
    body = StreamField(SheetBody())

    template = "resources/resource_page.html"
    parent_page_types = ["programme.ProgrammePage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("session_number"), FieldPanel("for_everyone")],
            heading=_("Where it belongs, and who may open it"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("sheet")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What a preview shows. Readers get theirs from `sessions.sheets.views`."""
        shown = drawing.sheet_context(self) | {"may_open": True}
        return super().get_context(request, *args, **kwargs) | shown

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        return super().get_sitemap_urls(request) if self.for_everyone else []


class Sheet(models.Model):
    """A page's PDF as it was drawn for its present edition. Downloads draw nothing."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="+")
    edition = models.CharField(max_length=64)  # drawing.edition_of says what is in it
    pages = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sheet of page {self.page_id}"
