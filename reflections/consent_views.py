from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from course.people.posting import by_post
from reflections import agreeing, deleting, downloading
from reflections.models import Reflection
from reflections.views import private


@private
def consent(request: HttpRequest) -> HttpResponse:
    """One clear question, on a page of its own. "Not now" is as good an answer as yes."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = ""
    if request.method == "POST" and request.POST.get("answer") == "yes":
        agreeing.agree(request.user, now=timezone.now())
        messages.success(request, _("Thank you. You can take this back at any time."))
        return redirect(onward or "my_reflections")
    if request.method == "POST":
        return redirect("my_programme")
    context: dict[str, Any] = {"next": onward, "agreed": agreeing.has_agreed(request.user)}
    context["waiting"] = Reflection.objects.for_owner(request.user).exists()
    return render(request, "reflections/consent.html", context)


@private
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the yes back: download first if wished, then close; or delete all at once."""
    if request.method == "POST":
        now = timezone.now()
        agreeing.withdraw(request.user, now=now)
        if request.POST.get("choice") == "delete":
            deleting.delete_all(request.user, now=now)
            messages.success(request, _("Everything you wrote is deleted, with its key."))
        else:
            messages.success(
                request, _("Writing is closed. What you wrote is locked, and goes in seven days.")
            )
        return redirect("my_programme")
    return render(
        request, "reflections/withdraw.html", {"agreed": agreeing.has_agreed(request.user)}
    )


@private
@by_post("my_reflections")
def download(request: HttpRequest) -> HttpResponse:
    """Everything this person wrote, as one page to read or as JSON. Made now, kept nowhere."""
    wanted = "json" if request.POST.get("form") == "json" else "html"
    return downloading.download(request.user, wanted=wanted)
