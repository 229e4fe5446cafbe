from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from course.programme.business_case import Figures

MOST = Decimal(10_000_000)


class Figure(forms.DecimalField):
    """A figure that someone may type as they write it: “1,200”, “£18.50” or nothing at all."""

    def __init__(self, *, whole: str | Promise, **kwargs: Any) -> None:
        said = {
            "invalid": format_lazy(_("{name} needs a number, such as 12 or 12.50."), name=whole),
            "min_value": format_lazy(_("{name} can be 0 or more, and not less."), name=whole),
            "max_value": format_lazy(_("{name} is more than this page can add up."), name=whole),
        }
        said["max_decimal_places"] = said["invalid"]
        super().__init__(
            required=False,
            min_value=0,
            max_value=MOST,
            decimal_places=2,
            error_messages=said,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.strip()[:40].translate({ord(sign): None for sign in "£$€, \u00a0"})
        return super().to_python(value)


class BusinessCaseForm(forms.Form):
    """Sent by GET, so that the answer has an address to keep. Every box may stay empty."""

    people = Figure(whole=_("The number of people"), label=_("How many people?"))
    hours = Figure(
        whole=_("The number of hours"),
        label=_("How many hours for each person?"),
        help_text=_("Everything live and everything to read comes to about 18 hours."),
    )
    pay = Figure(
        whole=_("The pay"),
        label=_("What does an hour of their time cost you, in pounds?"),
        help_text=_("Pay, with what an employer adds. An average is fine."),
    )
    place = Figure(
        whole=_("The price"),
        label=_("What does a place cost, in pounds?"),
        help_text=_("Write 0 if your places are free."),
    )
    sick_days = Figure(
        whole=_("The number of days"),
        label=_("How many sickness days did these people have last year?"),
    )
    sick_day = Figure(
        whole=_("The cost of a day"),
        label=_("What does one of those days cost you, in pounds?"),
        help_text=_("Sick pay and cover. Your payroll or rota lead may know."),
    )
    leavers = Figure(
        whole=_("The number of people who left"), label=_("How many people left last year?")
    )
    leaver = Figure(
        whole=_("The cost of filling a post"),
        label=_("What did it cost to fill one post, in pounds?"),
        help_text=_("Adverts, interviews, cover and the time to learn the job."),
    )

    GROUPS = [
        (_("What the programme asks of you"), ["people", "hours", "pay", "place"]),
        (_("What sickness costs you already"), ["sick_days", "sick_day"]),
        (_("What filling posts costs you already"), ["leavers", "leaver"]),
    ]

    def groups(self) -> list[dict[str, Any]]:
        return [
            {"title": title, "fields": [self[name] for name in names]}
            for title, names in self.GROUPS
        ]

    def figures(self) -> Figures:
        return Figures(**self.cleaned_data)
