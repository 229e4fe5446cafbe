from django import forms
from django.utils.translation import gettext_lazy as _

from course import names


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name on this certificate"),
        required=False,
        help_text=_("As you want it printed. It can differ from any other name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        return names.check_name(self.cleaned_data["name"])
