from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel


class GlossaryTerm(models.Model):
    """A word that sessions use, explained where it first stands. Abbreviations count as words."""

    term = models.CharField(
        max_length=60, unique=True, help_text=_("As it stands in the text, such as: co-regulation")
    )
    other_forms = models.TextField(
        blank=True,
        max_length=400,
        help_text=_("One on each line, such as: co-regulate. Capitals count in abbreviations."),
    )
    explanation = models.TextField(
        max_length=300, help_text=_("One or two plain sentences, without the word itself.")
    )

    panels = [
        HelpPanel(
            _(
                "The first time a session uses one of these words, it can be opened where it "
                "stands. All of a session’s words are listed at its end as well. A change shows "
                "after a minute."
            )
        ),
        FieldPanel("term"),
        FieldPanel("other_forms"),
        FieldPanel("explanation"),
    ]

    class Meta:
        ordering = ["term"]
        verbose_name = _("glossary word")

    def __str__(self) -> str:
        return self.term

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.term = self.term.strip()
        super().save(*args, **kwargs)

    @property
    def forms(self) -> list[str]:
        """The term and how else it is written."""
        lines = [line.strip() for line in [self.term, *self.other_forms.splitlines()]]
        return [line for line in lines if line]

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if len(form) < 2 or not any(letter.isalnum() for letter in form):
                raise ValidationError(
                    {"other_forms": _("A word needs two letters at least. Take out the others.")}
                )
