"""The page of reading settings: an ordinary form, with or without JavaScript or an account."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from course.people import reading
from course.people.reading_options import GROUPS, PRESETS, Option


@require_http_methods(["GET", "HEAD", "POST"])
def reading_settings(request: HttpRequest) -> HttpResponse:
    """Take a whole way of reading or its details, try it on this page, keep it, or go back."""
    if request.method != "POST":
        return _page(request, reading.for_reader(request.on_device, request.user))
    action = request.POST.get("action", "save")
    chosen = _chosen(request, action)
    if action.startswith("try"):
        request.reading = reading.for_html(chosen)
        request.reading_attributes = reading.as_attributes(request.reading)
        return _page(request, chosen, trying=True)
    kept = _where_to_keep(request, action)
    if kept == reading.ACCOUNT and action != "account":
        request.user.reading = reading.in_account(chosen)
        request.user.save(update_fields=["reading"])
    response = redirect(_onward(request) or reverse("reading_settings"))
    reading.note_on_device(response, chosen, kept=kept, secure=request.is_secure())
    messages.success(request, _("Pages now look the way you chose. You can change it any time."))
    return response


def _chosen(request: HttpRequest, action: str) -> dict[str, str]:
    """What was chosen, by the button that was pressed."""
    if action == "reset":
        return {}
    if action == "account":
        return reading.keep_known(request.user.reading) if request.user.is_authenticated else {}
    if action == "device":
        return request.on_device.choices
    if action in ("preset", "try-preset"):
        return reading.preset(request.POST.get("preset"))
    return reading.keep_known(request.POST)


def _where_to_keep(request: HttpRequest, action: str) -> str:
    """In the account for all devices, unless someone asked for this device alone."""
    if not request.user.is_authenticated:
        return reading.UNDECIDED
    if action == "device" or (action != "account" and request.POST.get("keep") == reading.DEVICE):
        return reading.DEVICE
    return reading.ACCOUNT


def _onward(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.GET.get("next") or ""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _page(request: HttpRequest, chosen: dict[str, str], *, trying: bool = False) -> HttpResponse:
    named = next((p.name for p in PRESETS if p.choices == chosen), "")
    context = {
        "presets": [
            (p, p.name == named, reading.as_attributes(reading.for_html(p.choices)))
            for p in PRESETS
        ],
        # A group stands open when something in it is not as it comes.
        "groups": [
            (name, [_shown(o, chosen) for o in options], any(o.key in chosen for o in options))
            for name, options in GROUPS
        ],
        "own_mix": not named,
        "trying": trying,
        "asks": not trying and reading.to_be_asked(request.on_device, request.user),
        "keeps_here": request.on_device.kept == reading.DEVICE,
        "next": _onward(request),
    }
    return render(request, "people/reading_settings.html", context)


def _shown(option: Option, chosen: dict[str, str]) -> dict[str, Any]:
    """One option with what is chosen now, for the page's template."""
    now = chosen.get(option.key, option.default)
    choices = [
        {"value": value, "label": label, "hint": hint, "checked": value == now}
        for value, (label, hint) in option.values.items()
    ]
    return {"option": option, "choices": choices}
