"""The editor of a reflection's questions. What is typed here becomes a `Prompt` (prompts.py)."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.blocks.field_block import FieldBlockAdapter

from sessions import prompts
from sessions.meeting_again import earlier_questions, is_a_key


class HiddenKeyBlock(blocks.FieldBlock):
    """A stable name for a question. People's answers hang on it, so editors never see it."""

    def __init__(self, **kwargs: Any) -> None:
        self.field = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
        super().__init__(**kwargs)


class HiddenKeyAdapter(FieldBlockAdapter):
    """In the editor's browser: a duplicated question leaves the key with its original."""

    js_constructor = "course.Key"

    @cached_property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=["course/cms/keys.js"])


register(HiddenKeyAdapter(), HiddenKeyBlock)


class EarlierQuestionField(forms.ChoiceField):
    """Any well-formed key passes: one that is gone today may be back tomorrow."""

    def valid_value(self, value: Any) -> bool:
        return is_a_key(value)


class EarlierQuestionBlock(blocks.FieldBlock):
    """The key of an earlier question, chosen by its words. Reading it asks the database nothing."""

    def __init__(self, **kwargs: Any) -> None:
        self.field = EarlierQuestionField(
            choices=earlier_questions,
            required=False,
            help_text=_("Its answer is offered here, folded. Only its writer sees it."),
        )
        super().__init__(**kwargs)

    class Meta:
        default = ""


# One for all kinds of question, so that an open editor reads the earlier questions once.
MEETS_AGAIN = EarlierQuestionBlock(required=False, label=_("Meets again"))


class Question(blocks.StructBlock):
    """One kind of question, shown in the block chooser as people will meet it."""

    def get_preview_value(self) -> Any:
        return self.normalize({"key": f"example_{self.name}"} | EXAMPLES[self.name])

    def get_preview_context(self, value: Any, parent_context: dict | None = None) -> dict[str, Any]:
        prompt = prompts.prompt_of(self.name, value)
        asked = {"prompt": prompt, "typed": None, "answer": None, "errors": {}, "earlier": None}
        own = {"q": asked, "form_template": f"reflections/prompts/{self.name}.html"}
        return super().get_preview_context(value, parent_context) | own

    class Meta:
        preview_template = "cms/previews/question.html"


LOW = _("The two ends in plain words, such as: not possible")
HIGH = _("Such as: easy. Neither end is the good one.")
EXAMPLES: dict[str, dict[str, Any]] = {
    "checkin": {
        "label": "How resourced do you feel right now?",
        "help": "A rough guess is fine.",
    },
    "slider": {
        "label": "How much capacity do you have today?",
        "help": "Today only.",
        "low_label": "none",
        "high_label": "plenty",
    },
    "balance": {
        "label": "Lately, how much are you giving? How much are you receiving?",
        "help": "Two separate scales. There is no right amount of either.",
    },
    "choose_many": {
        "label": "What is using your capacity at the moment?",
        "help": "Tick without explaining.",
        "options": [
            {"key": "noise", "label": "Noise, light, crowds"},
            {"key": "sleep", "label": "Poor sleep"},
        ],
    },
    "free_text": {
        "label": "On a low day, what is the smallest version of enough?",
        "help": "One line is plenty. So is nothing.",
    },
}


def common(*more: tuple[str, blocks.Block]) -> list[tuple[str, blocks.Block]]:
    return [
        ("key", HiddenKeyBlock(required=False, label="")),
        (
            "label",
            blocks.CharBlock(
                max_length=200,
                label=_("Question"),
                help_text=_("One question, in plain words. Such as: What helps you take part?"),
            ),
        ),
        (
            "help",
            blocks.CharBlock(
                max_length=250,
                required=False,
                label=_("Help"),
                help_text=_("Makes it lighter to answer. Such as: A rough guess is fine."),
            ),
        ),
        ("revisits", MEETS_AGAIN),
        *more,
    ]


class Option(blocks.StructBlock):
    key = HiddenKeyBlock(required=False, label="")
    label = blocks.CharBlock(
        max_length=120, label=_("Option"), help_text=_("Such as: I go quiet. No option is a fault.")
    )

    class Meta:
        icon = "list-ul"
        label = _("Option")
        description = _("One answer that people can tick.")


class PromptStream(blocks.StreamBlock):
    """All kinds of question there are. Nothing is ever required."""

    checkin = Question(
        common(),
        icon="help",
        label=_("Check-in"),
        description=_("Five levels in words, from running on empty to well resourced."),
    )
    slider = Question(
        common(
            ("low_label", blocks.CharBlock(max_length=60, label=_("What 0 means"), help_text=LOW)),
            (
                "high_label",
                blocks.CharBlock(max_length=60, label=_("What 10 means"), help_text=HIGH),
            ),
        ),
        icon="arrows-up-down",
        label=_("Slider"),
        description=_("A number from 0 to 10. It starts unset, and can be cleared."),
    )
    balance = Question(
        common(),
        icon="transfer",
        label=_("Balance"),
        description=_("Giving and receiving, on two separate scales. They are never added up."),
    )
    choose_many = Question(
        common(
            (
                "options",
                blocks.ListBlock(
                    Option(),
                    label=_("Options"),
                    help_text=_(
                        "“Something else”, “None of these” and “Rather not say” are always added."
                    ),
                ),
            )
        ),
        icon="list-ul",
        label=_("Choose many"),
        description=_("A list to tick from, with room for words of one’s own."),
    )
    free_text = Question(
        common(),
        icon="edit",
        label=_("Free text"),
        description=_("A box to write in, as much or as little as someone likes."),
    )
