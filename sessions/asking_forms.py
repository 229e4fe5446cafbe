from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions import feedback
from sessions.measures import HIGHEST, LOWEST, Asked
from sessions.models import Feedback, Thought
from sessions.thoughts import Reader

ONE_SENTENCE = 300  # letters, for the next group


class ThoughtForm(forms.ModelForm):
    """Words that others will read. The choices are the readers that this person has."""

    # A field of its own: the model's would offer an empty choice.
    for_whom = forms.ChoiceField(
        label=_("Who is it for?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who it is for."),
            "invalid_choice": _("Choose one of those who can read it."),
        },
    )

    class Meta:
        model = Thought
        fields = ["for_whom", "words", "about_around", "with_name"]
        labels = {
            "words": _("Your thought"),
            "about_around": _("It is about what should change around people"),
            "with_name": _("Put my name to it"),
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "words": _("No names or case details of others, please."),
            "about_around": _("Where they work or care: time, rooms, rotas, help."),
            "with_name": _("Without it, your thought arrives unsigned."),
        }
        error_messages = {
            "words": {
                "required": _("Write a few words, or go back. Both are fine."),
                "max_length": _("Please keep it to 2,000 letters. Nothing is cut off here."),
            }
        }

    def __init__(self, *args: Any, readers: list[Reader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["for_whom"].choices = [(reader.value, reader.words) for reader in readers]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        to_next = facts.get("for_whom") == Thought.TO_NEXT_COHORT
        if to_next and len(facts.get("words", "")) > ONE_SENTENCE:
            said = _("For the next group, please keep it to one sentence, at most 300 letters.")
            self.add_error("words", said)
        return facts


class FeedbackForm(forms.ModelForm):
    """Three scales and a comment. Nothing is needed."""

    class Meta:
        model = Feedback
        fields = ["safe", "useful", "accessible", "comment"]
        labels = {"comment": _("Something you would like the facilitators to know")}
        help_texts = {"comment": _("No names or case details of others, please.")}
        widgets = {"comment": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*feedback.ANSWERS.items(), ("", _("I leave this one out"))]
        for name, words in feedback.SCALES.items():
            self.fields[name] = forms.TypedChoiceField(
                label=words,
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Choose one of these, or leave it out.")},
            )
        self.order_fields(self.Meta.fields)


class GuestForm(forms.Form):
    """Words of a guest about the meeting they visited. Nothing is needed."""

    comment = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("Something you would like the facilitators to know"),
        help_text=_("No names or case details of others, please."),
    )


class MeasureForm(forms.Form):
    """The items of one measure, from 0 to 10, each of which may stay empty."""

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = _("Use a whole number from 0 to 10, or leave it empty.")
        for item in asked.questionnaire.items:
            self.fields[item.key] = forms.IntegerField(
                label=item.words,
                min_value=LOWEST,
                max_value=HIGHEST,
                required=False,
                error_messages={"invalid": said, "min_value": said, "max_value": said},
            )

    def answers(self) -> dict[str, int]:
        return {key: n for key, n in self.cleaned_data.items() if n is not None}
