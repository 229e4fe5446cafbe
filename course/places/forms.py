"""Forms of the buying and inviting pages. What was typed always stays in its box."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from course.asking import Asked
from course.cohorts.models import Cohort
from course.places import addresses, pricing
from course.places.models import Organisation
from course.places.stripe_invoice import check_po_number

LARGEST_LIST = 500_000  # bytes; 5,000 addresses are a tenth of it


def one_line(text: str) -> None:
    """No line breaks or hidden signs: they could forge a line on an invoice."""
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text):
        raise ValidationError(_("Please write this in one line, without hidden signs."))


def no_hidden_signs(text: str) -> None:
    for line in text.splitlines():
        one_line(line)


class OrganisationForm(Asked, forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "billing_address", "vat_number", "billing_email"]
        labels = {
            "name": _("Name of your organisation"),
            "billing_address": _("Billing address"),
            "vat_number": _("VAT number (optional)"),
            "billing_email": _("Email address for invoices"),
        }
        help_texts = {
            "name": _("Invited people see it. It stands on invoices as well."),
            "billing_email": _("Invoices and receipts go there. A shared mailbox is fine."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "billing_address": forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
            "billing_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        error_messages = {
            "name": {"required": _("Write the name of your organisation.")},
            "billing_address": {"required": _("Write the address for the invoice.")},
            "billing_email": {"required": _("Write where invoices should go.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(one_line)
        self.fields["vat_number"].validators.append(one_line)
        self.fields["billing_address"].validators.append(no_hidden_signs)

    def clean_vat_number(self) -> str:
        """As it stands on invoices: “gb  123 4567 89” is the same number."""
        return " ".join(self.cleaned_data["vat_number"].split()).upper()


class Number(forms.IntegerField):
    """A whole number in a text box; whatever else was typed stays there and is explained."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        words = {
            "invalid": _("Please write a number in figures, such as 5."),
            "required": _("Please write a number in figures, such as 5."),
            "min_value": _("The smallest number here is %(limit_value)s."),
            "max_value": _("We take up to %(limit_value)s at once. For more, write to us."),
        }
        super().__init__(min_value=low, max_value=high, error_messages=words, **kwargs)
        self.widget.attrs["class"] = "input short"


class CodeField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Code (optional)"),
            max_length=40,
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )


class TeamOrderForm(Asked, forms.Form):
    cohort = forms.ModelChoiceField(
        Cohort.objects.none(),
        label=_("Which group?"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a group.")},
    )
    quantity = Number(low=1, high=pricing.MOST, label=_("How many places?"))
    bursaries = Number(
        low=0,
        high=pricing.MOST,
        required=False,
        label=_("Bursary places you add for others (optional)"),
        help_text=_(
            "Each goes to someone who could not pay. Nobody learns who gave it, or who took it."
        ),
    )
    po_number = forms.CharField(
        label=_("Your order number (optional)"),
        help_text=_("It is printed on the invoice."),
        required=False,
        validators=[check_po_number],
    )
    code = CodeField()

    def clean_bursaries(self) -> int:
        return self.cleaned_data["bursaries"] or 0


class OneOrderForm(forms.Form):
    code = CodeField()


class BursaryForm(forms.Form):
    """No proof, no reason, and nothing is kept about it."""

    bursary = forms.BooleanField(
        label=_("I take a bursary place"),
        help_text=_("The tick is all we need. Nobody can tell afterwards, on any page."),
        error_messages={"required": _("Tick the box if you want the bursary place.")},
    )


class AddressForm(Asked, forms.Form):
    """One e-mail address, tidied."""

    email = forms.CharField(
        label=_("Email address"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write an email address.")},
    )

    def clean_email(self) -> str:
        tidy = addresses.tidy(self.cleaned_data["email"])
        if not tidy:
            raise ValidationError(_("That is not an address we can write to. Is a letter missing?"))
        return tidy


class InviteForm(forms.Form):
    people = forms.CharField(
        label=_("Email addresses"),
        help_text=_("One on each line, or pasted from a table. Each line gets an answer."),
        required=False,
        max_length=LARGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or a CSV file (optional)"),
        help_text=_("Up to 5,000 lines. We read the addresses and keep nothing else."),
        required=False,
        allow_empty_file=True,
    )

    def clean_file(self) -> str:
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > LARGEST_LIST:
            raise ValidationError(_("That file is very large. Please send up to 5,000 lines."))
        raw = file.read()
        for encoding in (
            "utf-8-sig",
            "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "ascii",
        ):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        return raw.decode("cp1252", errors="replace")  # what older spreadsheets write

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        text = f"{facts.get('people', '')}\n{facts.get('file', '')}".strip("\n")
        try:
            facts["lines"] = addresses.read_addresses(text)
        except addresses.TooMany:
            raise ValidationError(
                _("That is more than 5,000 lines. Please send them in parts.")
            ) from None
        if not facts["lines"] and not self.errors:
            self.add_error("people", _("Write at least one email address."))
        return facts


class JoinLinkForm(Asked, forms.Form):
    cap = Number(
        low=1,
        high=pricing.MOST,
        label=_("For how many people?"),
        help_text=_("The link stops by itself once so many have used it."),
    )
