from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from course.people import reading, zones
from course.people.forms import NamesForm, ZoneForm


def reading_settings(request: HttpRequest) -> HttpResponse:
    """How pages look: an ordinary form, which works without JavaScript and without an account."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = ""
    if request.method != "POST":
        context = {"groups": _groups(request), "next": onward}
        return render(request, "people/reading_settings.html", context)
    chosen = {} if request.POST.get("action") == "reset" else reading.keep_known(request.POST)
    if request.user.is_authenticated:
        request.user.reading = chosen
        request.user.save(update_fields=["reading"])
    response = redirect(onward or reverse("reading_settings"))
    response.set_cookie(
        reading.COOKIE,
        reading.to_cookie(chosen),
        max_age=reading.COOKIE_AGE,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    messages.success(request, _("Pages now look the way you chose. You can change it any time."))
    return response


def _groups(request: HttpRequest) -> list[dict]:
    """The options, with what is chosen now, for the page's template."""
    return [
        {
            "key": option.key,
            "attribute": option.attribute,
            "label": option.label,
            "hint": option.hint,
            "choices": [
                {
                    "value": value,
                    "label": label,
                    "hint": hint,
                    "checked": request.reading[option.attribute] == value,
                }
                for value, (label, hint) in option.values.items()
            ],
        }
        for option in reading.OPTIONS
    ]


@login_required
def names(request: HttpRequest) -> HttpResponse:
    """What we call someone, and how their name stands on documents."""
    form = NamesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(
            request, _("Your names are saved. Certificates already issued keep theirs.")
        )
        return redirect("names")
    return render(request, "people/names.html", {"form": form})


@login_required
def time_zone(request: HttpRequest) -> HttpResponse:
    """Whose clocks someone's times are shown by. A device may offer its own; it sets nothing."""
    form = ZoneForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.save().zone
        said = _("Times are now shown in %(zone)s.") % {"zone": zones.in_words(chosen)}
        messages.success(
            request, said if chosen else _("Times are now shown as your group has them.")
        )
        return redirect("time_zone")
    return render(request, "people/time_zone.html", {"form": form})
