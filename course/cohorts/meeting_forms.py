"""The facilitators' forms for a meeting's card, and for what goes with it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from course import names
from course.asking import Asked
from course.cohorts import materials, preparing
from course.cohorts.models import LiveSession, Material


class CardForm(Asked, forms.ModelForm):
    """The “what to expect” card, with its running order looked at line by line."""

    class Meta:
        model = LiveSession
        fields = ["who", "running_order", "breakout_rooms", "recorded"]
        labels = {
            "who": _("Who will be there"),
            "running_order": _("Running order"),
            "breakout_rooms": _("Breakout rooms"),
            "recorded": _("Is it recorded?"),
        }
        help_texts = {
            "running_order": _(
                "A line for each step: its minute, then what it is. "
                "A break of 5 minutes or more is needed every 45 minutes."
            ),
            "breakout_rooms": _("Say that staying in the main room is a choice too."),
        }
        widgets = {"recorded": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recorded"].choices = LiveSession.RECORDED
        for field in self.fields.values():
            field.required = True

    def clean_running_order(self) -> str:
        text = self.cleaned_data["running_order"]
        try:
            preparing.parse(text, minutes=self.instance.minutes)
        except preparing.Unclear as unclear:
            raise forms.ValidationError(unclear.problems) from None
        return text


class MaterialForm(Asked, forms.ModelForm):
    """One file, one link, or words. What is wrong with the file is said beside it."""

    url = forms.URLField(
        label=_("Or a link"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Material
        fields = ["kind", "title", "file", "url", "words"]
        labels = {
            "kind": _("What it is"),
            "title": _("Title (optional)"),
            "file": _("A file"),
            "words": _("Or words"),
        }
        help_texts = {
            "file": _("PDF, PPTX, VTT, MP4, WebM, MP3 or M4A. Recordings up to 500 megabytes."),
            "words": _("For a transcript or notes."),
        }
        widgets = {"file": forms.FileInput}

    def clean_title(self) -> str:
        names.one_line(self.cleaned_data["title"])
        return self.cleaned_data["title"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        kind = facts.get("kind")
        given = [name for name in ("file", "url", "words") if facts.get(name)]
        if kind and not self.errors:
            self._check(kind, given, facts)
        return facts

    def _check(self, kind: str, given: list[str], facts: dict[str, Any]) -> None:
        if len(given) != 1:
            self.add_error(None, _("Please give one of the three: a file, a link or words."))
        elif given == ["words"] and kind not in materials.WRITTEN:
            self.add_error("words", _("Words can be a transcript or notes. Please choose a file."))
        elif given == ["file"]:
            try:
                materials.check_file(kind, facts["file"])
            except materials.NotRecognised as problem:
                again = _("Nothing was added. Please choose the file again, or another one.")
                self.add_error("file", f"{problem} {again}")
