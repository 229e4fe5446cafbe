from django import forms
from django.utils.translation import gettext_lazy as _

from course import names
from sessions.models import CpdNote


class QuestionForm(forms.Form):
    """What someone remembers differently. Facilitators read it; it may be empty."""

    words = forms.CharField(
        label=_("What do you remember? (you can leave this empty)"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "aria-describedby": "who"}),
    )


class CpdNoteForm(forms.ModelForm):
    """What someone adds to their own record. It goes out with the record."""

    class Meta:
        model = CpdNote
        fields = ["practice", "code_part"]
        labels = {
            "practice": _("What it means for my practice"),
            "code_part": _("Part of my professional code"),
        }
        help_texts = {
            "practice": _("Write about you, not about them. No names or case details."),
            "code_part": _("For nurses and midwives, such as: Prioritise people."),
        }
        widgets = {"practice": forms.Textarea(attrs={"rows": 5})}

    def clean_code_part(self) -> str:
        names.one_line(self.cleaned_data["code_part"])
        return self.cleaned_data["code_part"]
