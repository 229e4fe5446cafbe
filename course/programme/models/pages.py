from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from course.programme.blocks import PLAIN_TEXT, AudienceBlock
from course.programme.business_case import add_up
from course.programme.forms import BusinessCaseForm
from course.programme.page_forms import PublicPageForm
from course.programme.previewing import Previewed
from course.programme.sections import Sections


class HomePage(Previewed, Page):
    """The front door: what this is, and the way in."""

    lead = models.CharField(
        max_length=300, help_text=_("One or two sentences under the title. Plain words.")
    )
    intro = RichTextField(
        features=PLAIN_TEXT, blank=True, help_text=_("What this is, in two or three paragraphs.")
    )
    private_promise = RichTextField(
        features=["bold", "link"], blank=True, help_text=_("What private means, in short.")
    )
    for_whom = StreamField([("audience", AudienceBlock())], blank=True)
    ways = StreamField(
        [("audience", AudienceBlock())], blank=True, verbose_name=_("ways to take part")
    )
    limit = RichTextField(
        features=PLAIN_TEXT,
        blank=True,
        verbose_name=_("one honest limit"),
        help_text=_("What this cannot do. Such as: Training does not replace enough staff."),
    )

    template = "programme/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("intro"),
        FieldPanel("private_promise"),
        FieldPanel("for_whom"),
        FieldPanel("ways"),
        FieldPanel("limit"),
    ]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        programme = ProgrammePage.objects.live().child_of(self).first()
        sessions = programme.sessions() if programme else []
        # The session that anyone may read whole, if there is one.
        taster = next((page for page in sessions if getattr(page, "open_to_all", False)), None)
        own = {"programme": programme, "sessions": sessions, "taster": taster}
        return super().get_context(request, *args, **kwargs) | own


class ProgrammePage(Previewed, Page):
    """One programme. Its sessions are its children, in the order of their numbers."""

    lead = models.CharField(
        max_length=300, help_text=_("What someone takes away who reads only this sentence.")
    )
    intro = RichTextField(
        features=PLAIN_TEXT, blank=True, help_text=_("How the programme goes, week by week.")
    )
    rest_week_text = models.TextField(
        blank=True, default="", help_text=_("What someone reads in the rest week. Nothing is due.")
    )

    template = "programme/programme_page.html"
    parent_page_types = ["programme.HomePage"]
    subpage_types = ["course_sessions.SessionPage", "course_sessions.ResourcePage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("intro"),
        FieldPanel("rest_week_text"),
    ]

    class Meta:
        verbose_name = _("programme page")

    def sessions(self) -> list[Page]:
        """Every published session with its own fields, in two queries at most."""
        pages = Page.objects.live().child_of(self).specific()
        return sorted(
            (page for page in pages if hasattr(page, "number")), key=lambda page: page.number
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"sessions": self.sessions()}


class PublicPage(Previewed, Page):
    """A page that explains or invites, built from sections."""

    FOOTER = [
        ("programme", _("The programme")),
        ("organisations", _("Organisations")),
        ("site", _("This site")),
    ]
    lead = models.CharField(
        max_length=300, blank=True, help_text=_("What a hurried reader takes away. Plain words.")
    )
    sections = StreamField(Sections(), blank=True)
    in_masthead = models.BooleanField(
        _("link it at the top of every page"),
        default=False,
        help_text=_("For people who are not signed in. Two or three such links are enough."),
    )
    footer = models.CharField(
        _("where in the footer"),
        max_length=15,
        choices=FOOTER,
        blank=True,
        default="programme",
        help_text=_("Under which heading. Empty: no link there."),
    )

    base_form_class = PublicPageForm
    template = "programme/public_page.html"
    parent_page_types = ["programme.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("sections")]
    promote_panels = [
        *Page.promote_panels,
        MultiFieldPanel([FieldPanel("in_masthead"), FieldPanel("footer")], heading=_("Links")),
    ]

    class Meta:
        verbose_name = _("public page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        if any(block.block_type == "calculator" for block in self.sections):
            context |= _business_case(request)
        return context


def _business_case(request: HttpRequest) -> dict[str, Any]:
    """The calculator's form and, once it was sent in order, what its figures add up to."""
    form = BusinessCaseForm(request.GET if "people" in request.GET else None)
    return {"form": form, "sums": add_up(form.figures()) if form.is_valid() else None}
