from django import forms
from django.utils.translation import gettext_lazy as _

from sessions.models import Thought


class ThoughtForm(forms.ModelForm):
    """Words that others will read. The only form here that is not private."""

    # A field of its own: the model's would offer an empty choice.
    for_whom = forms.ChoiceField(
        label=_("Who is it for?"), choices=Thought.FOR, widget=forms.RadioSelect
    )

    class Meta:
        model = Thought
        fields = ["for_whom", "words", "with_name"]
        labels = {
            "words": _("Your thought"),
            "with_name": _("Put my name to it"),
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "words": _("No names or case details of others, please."),
            "with_name": _("Without it, your thought arrives unsigned."),
        }
        error_messages = {"words": {"required": _("Write a few words, or go back. Both are fine.")}}
