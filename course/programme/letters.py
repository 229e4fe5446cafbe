"""Sentences of a letter that editors may put into words of their own.

Only the greeting, the first sentences, the last ones and the sign-off: subjects, buttons,
addresses and what keeps someone safe stay in the templates, where nobody can lose them.
"""

import re
import unicodedata
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from course.audit.recording import record

EVERY_LETTER = "every_letter"  # keeps the greeting and the sign-off that all letters share
FIELDS = ("greeting", "opening", "closing", "sign_off")

_PLACEHOLDER = re.compile(r"{{|}}|{%|%}|{#|#}|%\(")
_TAG = re.compile(r"</?[a-zA-Z!]")
_ADDRESS = re.compile(r"://|\bwww\.|\b(mailto|tel|sms):", re.IGNORECASE)


def plain_words(value: str) -> None:
    if _PLACEHOLDER.search(value):
        raise ValidationError(_("Placeholders do not work here. Please write plain words."))
    if _TAG.search(value):
        raise ValidationError(_("HTML does not work here. Please write plain words."))
    if _ADDRESS.search(value):
        raise ValidationError(
            _("The email keeps its own link. Please leave other web addresses out.")
        )
    unseen = [c for c in value if unicodedata.category(c) in {"Cc", "Cf"} and c not in "\r\n"]
    if unseen:
        raise ValidationError(_("There is an invisible character here. Please type it again."))


def one_line(value: str) -> None:
    if len(value.splitlines()) > 1:
        raise ValidationError(_("Please keep this on one line."))


class LetterWords(models.Model):
    """What editors wrote in place of our sentences, for one letter. An empty field means ours."""

    letter = models.CharField(max_length=60, unique=True)
    greeting = models.CharField(
        _("greeting"),
        max_length=60,
        blank=True,
        validators=[plain_words, one_line],
        help_text=_("One line."),
    )
    opening = models.TextField(
        _("first sentences"),
        max_length=600,
        blank=True,
        validators=[plain_words],
        help_text=_("What happened. Short sentences. An empty line starts a new paragraph."),
    )
    closing = models.TextField(
        _("last sentences"),
        max_length=600,
        blank=True,
        validators=[plain_words],
        help_text=_("They come after the button. Nothing that hurries anyone."),
    )
    sign_off = models.TextField(
        _("sign-off"),
        max_length=120,
        blank=True,
        validators=[plain_words],
        help_text=_("One to three lines."),
    )

    class Meta:
        verbose_name = _("words of an email")
        verbose_name_plural = _("words of emails")

    def __str__(self) -> str:
        return self.letter


def words_for(name: str) -> dict[str, str]:
    """The changed sentences of one letter: those that all letters share, then its own."""
    rows = {w.letter: w for w in LetterWords.objects.filter(letter__in=[EVERY_LETTER, name])}
    found = [rows[key] for key in (EVERY_LETTER, name) if key in rows]
    return {
        field: _tidy(getattr(row, field))
        for row in found
        for field in FIELDS
        if getattr(row, field)
    }


def _tidy(words: str) -> str:
    """Plain lines, at most one of them empty between two others."""
    lines = "\n".join(line.strip() for line in words.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


@transaction.atomic
def rewrite(letter: str, *, words: dict[str, str], by: UUID) -> None:
    """Put an editor's sentences into a letter. All of them empty means: our words again."""
    words = {field: _tidy(words.get(field, "")) for field in FIELDS}
    if not any(words.values()):
        use_ours_again(letter, by=by)
        return
    LetterWords.objects.update_or_create(letter=letter, defaults=words)
    record("letter.rewritten", actor=by, subject=f"letter:{letter}")


@transaction.atomic
def use_ours_again(letter: str, *, by: UUID) -> None:
    gone, _by_model = LetterWords.objects.filter(letter=letter).delete()
    if gone:
        record("letter.restored", actor=by, subject=f"letter:{letter}")
