"""Who waits for a place in a group, whose turn it is, and offers by hand."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from course.cohorts import capacity, joining, waiting
from course.cohorts.models import Cohort, Waiting
from course.dashboard.workspace.frame import a_page, my_group, show


def waiting_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    rows = Waiting.objects.open().filter(cohort=cohort).select_related("user")
    context = {
        "page": a_page(request, rows.order_by("since", "pk")),
        "by_hand": cohort.joining != Cohort.OPEN,
        "now": timezone.now(),
    }
    return show(request, "waiting", cohort, tab="group_waiting", **context)


@require_POST
def offer(request: HttpRequest, pk: UUID, waiting_pk: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    found = get_object_or_404(Waiting, pk=waiting_pk, cohort=cohort)
    try:
        made = waiting.offer_to(found, by=request.user, now=timezone.now())
    except capacity.Full:
        messages.warning(request, _("There is no free place just now. Nothing was sent."))
    except joining.NotOpen:
        messages.warning(request, _("Here places are offered by themselves. Nothing was sent."))
    else:
        words = _("Offered. They have two days to answer.") if made else _("It was offered before.")
        messages.success(request, words)
    return redirect("group_waiting", cohort.pk)
