import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from course.people.limiting import HOUR, limited
from course.programme import asking, tasks


class HelpForm(forms.Form):
    """Two fields. `token` makes a double click one question."""

    words = forms.CharField(
        label=gettext_lazy("What would you like to ask?"),
        help_text=gettext_lazy(
            "A few words are enough. Please leave out private details about other people."
        ),
        max_length=3000,
        widget=forms.Textarea({"rows": 6}),
        error_messages={
            "required": gettext_lazy("Please write what you would like to ask. One word will do."),
            "max_length": gettext_lazy(
                "This box holds 3,000 letters. Your words are still in it. Shorten them a little."
            ),
        },
    )
    email = forms.EmailField(
        label=gettext_lazy("Where shall we answer?"),
        help_text=gettext_lazy("Your email address. We use it for this answer and nothing else."),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Please write an email address, so that we can answer."),
            "invalid": gettext_lazy(
                "This does not look like an address, such as name@example.org."
            ),
        },
    )
    token = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("help", at_most=10, within=HOUR, strangers=20)
def ask(request: HttpRequest) -> HttpResponse:
    """A page where one can write to the person who helps."""
    reachable = bool(tasks.help_address())
    known = request.user if request.user.is_authenticated else None
    begun = {"token": uuid.uuid4(), "email": known.email if known else ""}
    form = HelpForm(request.POST or None, initial=begun)
    if request.method == "POST" and reachable and form.is_valid():
        sent = form.cleaned_data
        facts = {"words": sent["words"], "email": sent["email"], "user": known}
        asking.ask_for_help(sent["token"], **facts, now=timezone.now())
        messages.success(
            request,
            _("Your question is on its way. A person answers, by email to %(address)s.")
            % {"address": sent["email"]},
        )
        return redirect("ask_for_help")
    return render(request, "programme/ask.html", {"form": form, "reachable": reachable})
