"""Messages from the facilitators to their whole group: written, read once more, sent once."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from course.cohorts import messaging
from course.cohorts.letter_forms import MessageForm
from course.dashboard.workspace.frame import a_page, my_group, show


def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The first press shows the message as people will read it; the second sends it."""
    cohort = my_group(request, pk)
    form = MessageForm(request.POST or None)
    status, preview = 200, None
    if request.method == "POST":
        action = request.POST.get("action", "")
        if not form.is_valid():
            status = 422
        elif action == "send":
            return _send(request, cohort, form)
        else:
            preview = form.cleaned_data if action == "preview" else None
    context = {
        "form": form,
        "preview": preview,
        "readers": len(messaging.readers(cohort)),
        "page": a_page(request, cohort.messages.select_related("sender")),
    }
    return show(request, "messages", cohort, tab="group_messages", status=status, **context)


def _send(request: HttpRequest, cohort: object, form: MessageForm) -> HttpResponse:
    facts = form.cleaned_data
    try:
        messaging.send(
            cohort,
            pk=facts["id"],
            sender=request.user,
            heading=facts["heading"],
            words=facts["words"],
            now=timezone.now(),
        )
    except messaging.CannotSend:
        messages.warning(request, _("This group is over, so nothing was sent."))
    else:
        messages.success(request, _("Sent. Where it is night, it arrives in the morning."))
    return redirect("group_messages", cohort.pk)
