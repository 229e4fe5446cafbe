"""What every page about one group shares: whose it is, its tabs, the names of its sessions."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from course.cohorts.models import Cohort
from course.programme.models import ProgrammePage
from sessions.models import SessionPage

A_PAGE = 50
NUMBERS = range(1, 9)

# The name of an address, and what stands on its tab.
TABS = [
    ("facilitator_group", _("Overview")),
    ("group_meetings", _("Meetings")),
    ("group_people", _("People")),
    ("group_sent", _("Sent to you")),
    ("group_messages", _("Messages")),
    ("group_waiting", _("Waiting list")),
    ("group_settings", _("Settings")),
    ("group_closing", _("Closing")),
]


def my_group(request: HttpRequest, pk: UUID) -> Cohort:
    """A group that this person runs, or a 404."""
    return get_object_or_404(Cohort.objects.for_facilitator(request.user), pk=pk)


def show(
    request: HttpRequest,
    template: str,
    cohort: Cohort,
    *,
    tab: str,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """One page of a group, with its tabs; `tab` is the one that it stands under."""
    tabs = [
        {"label": label, "name": name, "here": name == tab}
        for name, label in TABS
        if cohort.is_dated or name != "group_meetings"
    ]
    context |= {"cohort": cohort, "tabs": tabs}
    return render(request, f"dashboard/cms/{template}.html", context, status=status)


def a_page(request: HttpRequest, rows: QuerySet) -> Page:
    return Paginator(rows, A_PAGE).get_page(request.GET.get("p"))


def session_titles(cohort: Cohort) -> dict[int, str]:
    """The titles of the programme's sessions by their number, unpublished ones included."""
    path = ProgrammePage.objects.filter(pk=cohort.programme_id).values("path")
    pages = SessionPage.objects.filter(path__startswith=path[:1])
    return dict(pages.order_by("number").values_list("number", "title"))
