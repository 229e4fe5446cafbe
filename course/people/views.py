from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from course.people import zones
from course.people.forms import NamesForm, ZoneForm


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
