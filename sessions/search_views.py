from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.programme import searching
from course.programme.searching import Found
from sessions import search_index
from sessions.opening import not_open_yet
from sessions.sheets.access import may_open

LONGEST = 100  # letters


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("What are you looking for?"),
        help_text=_("One or two words. It does not matter how they are spelt."),
        max_length=LONGEST,
        required=False,
        error_messages={"max_length": _("Please use 100 letters or fewer.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def clean_q(self) -> str:
        """One line, whatever was pasted."""
        letters = (c if c.isprintable() else " " for c in self.cleaned_data["q"])
        return " ".join("".join(letters).split())


def search(request: HttpRequest) -> HttpResponse:
    """One box over everything that this reader may read. Nothing of a search is kept."""
    asked = "q" in request.GET
    form = SearchForm(request.GET if asked else None)
    context: dict[str, Any] = {"form": form, "asked": asked}
    if form.is_valid() and form.cleaned_data["q"]:
        found = _find(request, form.cleaned_data["q"])
        rows = [(one, searching.excerpt(one, found.spelt)) for one in found.texts]
        context |= {"query": form.cleaned_data["q"], "rows": rows, "meant": found.meant}
    return render(request, "sessions/search.html", context)


def _find(request: HttpRequest, query: str) -> Found:
    index, later = search_index.entries(), {}
    programmes = {entry.programme_id for entry in index if entry.programme_id}
    opened = {pk for pk in programmes if may_open(request.user, programme_id=pk)}
    if request.user.is_authenticated:
        later = not_open_yet(request.user, now=timezone.now())
    return searching.find(search_index.for_reader(index, may_open=opened, later=later), query)
