import unicodedata
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from course.asking import Asked
from course.cohorts.models import Message, Reminders

TURNED = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def without_unseen(text: str) -> str:
    """Words as they were typed. Raises ValidationError for what nobody would see in them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    unseen = [
        c for c in text if c in TURNED or (unicodedata.category(c) == "Cc" and c not in "\n\t")
    ]
    if unseen:
        raise ValidationError(_("There is an invisible character here. Please type it again."))
    return text.strip()


class RemindersForm(forms.ModelForm):
    """What, when and how, in one place."""

    class Meta:
        model = Reminders
        fields = [
            "day_before",
            "hour_before",
            "module_opens",
            "after_meeting",
            "by_email",
            "in_calendar",
            "messages",
        ]
        labels = {
            "day_before": _("A meeting, the day before"),
            "hour_before": _("A meeting, an hour before"),
            "module_opens": _("A session opens for reading"),
            "after_meeting": _("After a meeting"),
            "by_email": _("By email"),
            "in_calendar": _("As alarms in my calendar"),
            "messages": _("Send me their messages by email"),
        }
        help_texts = {
            "day_before": _("At the hour of the meeting, and never before 8am or after 7pm."),
            "hour_before": _(
                "Where that is before 8am or after 8pm, it comes at 7pm, before the night."
            ),
            "module_opens": _("On the day that it opens."),
            "after_meeting": _("Once the recording or notes are there, or a day later."),
            "in_calendar": _("For the two before a meeting, if you use the calendar address."),
            "messages": _("You can always read them here, with or without the email."),
        }

    def clean(self) -> dict[str, bool]:
        chosen = super().clean() or {}
        what = any(chosen.get(name) for name in self.Meta.fields[:4])
        if what and not (chosen.get("by_email") or chosen.get("in_calendar")):
            raise ValidationError(_("Please choose how: by email, in your calendar, or both."))
        return chosen


class MessageForm(Asked, forms.ModelForm):
    """A message to a whole group. `id` is made with the page, so that two presses are one."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = Message
        fields = ["heading", "words"]
        labels = {"heading": _("What it is about"), "words": _("Your message")}
        help_texts = {
            "heading": _("One line. It stands in the letter, never in its subject."),
            "words": _("Plain words, for everyone in the group. An empty line parts paragraphs."),
        }
        error_messages = {
            "heading": {"required": _("Write in a few words what it is about.")},
            "words": {"required": _("Write your message here.")},
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 8})}

    def clean_heading(self) -> str:
        return " ".join(without_unseen(self.cleaned_data["heading"]).split())

    def clean_words(self) -> str:
        return without_unseen(self.cleaned_data["words"])
