from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="cog")
class SiteSettings(BaseSiteSetting):
    """Who answers when someone needs help, and who stands behind the certificates."""

    name = models.CharField(
        max_length=60,
        default="Resourced",
        help_text=_("What this site calls itself, at the top of every page and in letters."),
    )
    issuer = models.CharField(
        max_length=120, blank=True, help_text=_("Printed on certificates, such as your charity.")
    )
    help_name = models.CharField(max_length=60, blank=True, help_text=_("A person's name."))
    help_email = models.EmailField(
        blank=True, help_text=_("Someone reads it. Shown at the foot of every page.")
    )
    help_hours = models.CharField(
        max_length=120, blank=True, help_text=_("Such as: Monday to Friday, within a working day.")
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("issuer"),
        MultiFieldPanel(
            [FieldPanel("help_name"), FieldPanel("help_email"), FieldPanel("help_hours")],
            heading=_("Help"),
        ),
    ]

    class Meta:
        verbose_name = _("site settings")

    def __str__(self) -> str:
        return self.name
