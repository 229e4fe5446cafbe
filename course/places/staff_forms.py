"""What staff fill in before something is done with an order, a refund or a price."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course.asking import Asked, DayField
from course.names import one_line
from course.places import amounts
from course.places.models import Order, Refund


class MoneyField(forms.CharField):
    """A sum as people write it. Its value is in minor units; 0 when nothing was typed."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        super().__init__(max_length=20, **options)
        self.currency = currency

    def clean(self, value: str) -> int | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return amounts.read(typed, self.currency)
        except ValueError:
            example = amounts.shown(9_500, self.currency)
            raise forms.ValidationError(
                _("Please write the sum in figures, such as %(example)s."),
                params={"example": example},
            ) from None


class ActionForm(Asked, forms.Form):
    """Nothing to fill in: only to confirm."""

    def __init__(self, *args: Any, about: Order | Refund, **options: Any) -> None:
        super().__init__(*args, **options)
        self.about = about


class PaidForm(ActionForm):
    on = DayField(
        label=gettext_lazy("Day on the bank statement"),
        help_text=gettext_lazy("Such as 4 March 2027."),
    )
    reference = forms.CharField(
        max_length=100,
        label=gettext_lazy("Reference on the bank statement"),
        help_text=gettext_lazy("With the day, it tells this transfer from all others."),
        validators=[one_line],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = MoneyField(
            currency=self.about.currency,
            label=_("Amount that arrived"),
            help_text=_("Did it come in two transfers? Wait for both, and give both references."),
        )

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return self.cleaned_data["on"]


class RefundForm(ActionForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        order = self.about
        self.fields["places"] = forms.IntegerField(
            min_value=0,
            max_value=order.quantity,
            initial=0,
            label=_("Places to withdraw"),
            help_text=_("The last ones first. A place that was started is never withdrawn."),
        )
        self.fields["amount"] = MoneyField(
            currency=order.currency,
            required=False,
            label=_("Amount (optional)"),
            help_text=_("Left empty, it is what these places cost."),
        )


class SentForm(ActionForm):
    reference = forms.CharField(
        max_length=100, label=gettext_lazy("Reference of your transfer"), validators=[one_line]
    )


class CreditForm(ActionForm):
    reason = forms.ChoiceField(
        choices=Order.REFUSALS,
        widget=forms.RadioSelect,
        initial=Order.NO_REASON,
        label=gettext_lazy("What the buyer reads"),
        help_text=gettext_lazy("It stands in the letter and on the order’s page."),
    )
