"""The end of a group: what is asked before and after it, closing it, and its summary."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from certificates.models import CohortSummary
from course.cohorts.models import Cohort
from course.dashboard.workspace.frame import my_group, show
from sessions import closing as ending
from sessions import measures
from sessions.models import Measure


def closing(request: HttpRequest, pk: UUID) -> HttpResponse:
    cohort = my_group(request, pk)
    if request.method == "POST":
        return _close(request, cohort)
    return _page(request, cohort)


def _page(request: HttpRequest, cohort: Cohort, *, look_first: bool = False) -> HttpResponse:
    summary = CohortSummary.objects.filter(summary_of=cohort.pk).first()
    used = set(cohort.measures.values_list("pk", flat=True))
    context = {
        "summary": summary,
        "may_close": not summary and ending.is_over(cohort, now=timezone.now()),
        "closes_at": None if summary else ending.closes_by_itself_at(cohort),
        "look_first": look_first,
        "may_look": request.user.is_superuser,
        "measures": [(measure, measure.pk in used) for measure in Measure.objects.all()],
    }
    return show(request, "closing", cohort, tab="group_closing", **context)


def _close(request: HttpRequest, cohort: Cohort) -> HttpResponse:
    looked = request.user.is_superuser and request.POST.get("looked") == "yes"
    try:
        ending.close(cohort, by=request.user, now=timezone.now(), looked_at=looked)
    except ending.NotOver:
        messages.warning(request, _("It still has meetings to come. Nothing has changed."))
    except ending.LookFirst:
        return _page(request, cohort, look_first=True)
    else:
        messages.success(request, _("Closed. Its summary is here, and stays as it is."))
    return redirect("group_closing", cohort.pk)


@require_POST
def switch_measure(request: HttpRequest, pk: UUID, slug: str) -> HttpResponse:
    cohort = my_group(request, pk)
    measure = get_object_or_404(Measure, pk=slug)
    facts = {"cohort": cohort, "by": request.user, "now": timezone.now()}
    try:
        if request.POST.get("use") == "yes":
            measures.switch_on(measure, **facts)
        else:
            measures.switch_off(measure, **facts)
    except measures.LicenceNotConfirmed:
        messages.warning(request, _("Nobody has confirmed its licence yet, so it stays off."))
    except measures.NoItems:
        messages.warning(request, _("Its questions are not on this site, so it stays off."))
    else:
        messages.success(request, _("Saved."))
    return redirect("group_closing", cohort.pk)
