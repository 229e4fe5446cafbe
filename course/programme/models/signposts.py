from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel

PERIOD = timedelta(days=92)  # three months
AT_FIRST = timedelta(days=7)  # time to look at what came with the starter, before any letter


def first_reminder() -> date:
    return timezone.now().date() + AT_FIRST


class SignpostQuerySet(models.QuerySet["Signpost"]):
    def waiting(self, today: date) -> Self:
        """Never tried by anyone here, or not for three months."""
        return self.filter(Q(last_checked=None) | Q(last_checked__lte=today - PERIOD))

    def to_remind(self, today: date) -> Self:
        return self.waiting(today).filter(remind_on__lte=today)


class Signpost(models.Model):
    """A helpline or a place to turn to, in the words of the person who needs it."""

    KINDS = [
        ("text", _("I want to text")),
        ("call", _("I want to talk")),
        ("online", _("I want to read or write online")),
        ("person", _("I want a person near me")),
        ("urgent", _("Life at risk")),
    ]
    need = models.CharField(
        max_length=80, help_text=_("What it feels like to need it, such as: I want to text")
    )
    kind = models.CharField(
        max_length=10,
        choices=KINDS,
        default="call",
        help_text=_("Keep at least one way that needs no phone call."),
    )
    organisation = models.CharField(max_length=80, help_text=_("Its own name, such as: Samaritans"))
    contact = models.CharField(max_length=120, help_text=_("As people read it: 116 123"))
    link = models.CharField(
        max_length=200, blank=True, help_text=_("Such as tel:116123, sms:85258 or https://…")
    )
    note = models.CharField(
        max_length=200, blank=True, help_text=_("When it is open, and what it costs.")
    )
    region = models.CharField(
        max_length=60, blank=True, help_text=_("Where it works, such as: Scotland")
    )
    in_footer = models.BooleanField(
        default=True, help_text=_("At the foot of every page. Five are enough there.")
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text=_("The lowest number comes first. A way to text before any call.")
    )
    owner = models.CharField(
        _("who checks it"), max_length=80, blank=True, help_text=_("A name in your organisation.")
    )
    owner_email = models.EmailField(
        _("their email address"),
        blank=True,
        help_text=_("For a reminder every three months. Empty: it goes to the help address."),
    )
    last_checked = models.DateField(
        null=True, blank=True, help_text=_("Call or text it yourself. Check every three months.")
    )
    remind_on = models.DateField(default=first_reminder, editable=False)

    objects = SignpostQuerySet.as_manager()

    panels = [
        HelpPanel(_("People reach for these on a bad day. Check each one every three months.")),
        FieldPanel("need"),
        FieldPanel("kind"),
        MultiFieldPanel(
            [FieldPanel("organisation"), FieldPanel("contact"), FieldPanel("link")],
            heading=_("Where it leads"),
        ),
        FieldPanel("note"),
        FieldPanel("region"),
        FieldPanel("in_footer"),
        FieldPanel("position"),
        MultiFieldPanel(
            [FieldPanel("owner"), FieldPanel("owner_email"), FieldPanel("last_checked")],
            heading=_("Care"),
        ),
    ]

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("signpost")

    def __str__(self) -> str:
        return f"{self.need}: {self.organisation}"

    @property
    def needs_a_check(self) -> bool:
        """Nobody has tried it for three months."""
        return self.last_checked is None or self.last_checked + PERIOD <= timezone.now().date()

    @property
    def checked_in_words(self) -> str:
        if self.last_checked is None:
            return _now("Not yet checked by your organisation")
        return date_format(self.last_checked, "j F Y")
