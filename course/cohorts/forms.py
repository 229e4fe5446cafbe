from django import forms
from django.utils.translation import gettext_lazy as _

from course.asking import Asked
from course.cohorts.models import Enrolment


class InterestForm(Asked, forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We write once to make sure it is yours, then when a group opens."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Write the address that we may use.")},
    )


class AccessNeedsForm(forms.ModelForm):
    class Meta:
        model = Enrolment
        fields = ["access_needs"]
        labels = {"access_needs": _("What helps you take part?")}
        help_texts = {
            "access_needs": _(
                "Captions, slides ahead, breaks, quiet. No diagnosis or reason needed."
            )
        }
        widgets = {"access_needs": forms.Textarea(attrs={"rows": 5})}
