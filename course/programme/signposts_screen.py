"""Signposts in the workspace: which wait, whose they are, and one press when one was tried."""

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from course.programme import reminding
from course.programme.models import Signpost
from course.programme.models.signposts import SignpostQuerySet


class SignpostFilter(WagtailFilterSet):
    waiting = django_filters.BooleanFilter(
        label=_("Needs a check"), method="of_waiting", widget=BooleanRadioSelect
    )

    class Meta:
        model = Signpost
        fields = ["kind", "in_footer"]

    def of_waiting(self, found: SignpostQuerySet, name: str, value: bool) -> SignpostQuerySet:
        waiting = Signpost.objects.waiting(timezone.now().date())
        return found.filter(pk__in=waiting) if value else found.exclude(pk__in=waiting)


class WordsColumn(Column):
    """On a narrow screen each row becomes a short list of “what: how”."""

    cell_template_name = "cms/words_cell.html"


class CheckColumn(Column):
    cell_template_name = "cms/signpost_check_cell.html"

    def get_cell_context_data(self, instance: Signpost, parent_context: Any) -> dict[str, Any]:
        own = {"csrf_token": get_token(parent_context["request"])}  # its form posts by itself
        return super().get_cell_context_data(instance, parent_context) | own


class SignpostIndexView(IndexView):
    table_classname = "listing workspace-table"

    @cached_property
    def columns(self) -> list[Column]:
        """Need and organisation lead; no tick boxes, since nothing here is done in bulk."""
        return [
            self._get_title_column("need"),
            WordsColumn("organisation", label=_("Organisation"), sort_key="organisation"),
            WordsColumn("owner", label=_("Who checks it"), accessor=_owner),
            WordsColumn(
                "last_checked",
                label=_("Last checked"),
                accessor="checked_in_words",
                sort_key="last_checked",
            ),
            CheckColumn("needs_a_check", label=_("Needs a check")),
        ]


def _owner(signpost: Signpost) -> str:
    return signpost.owner or _now("Nobody yet")


class SignpostViewSet(SnippetViewSet):
    model = Signpost
    icon = "help"
    index_view_class = SignpostIndexView
    index_template_name = "wagtailadmin/generic/index.html"  # without the bar for bulk actions
    filterset_class = SignpostFilter
    search_fields = ["need", "organisation", "contact"]
    list_per_page = 50


@require_POST
def checked_today(request: HttpRequest, pk: int) -> HttpResponse:
    """One press: I have tried this one, and it answers."""
    if not request.user.has_perm("programme.change_signpost"):
        raise PermissionDenied
    signpost = get_object_or_404(Signpost, pk=pk)
    reminding.mark_checked(signpost, actor=request.user, now=timezone.now())
    words = {"organisation": signpost.organisation}
    messages.success(
        request, _now("Thank you. “%(organisation)s” is marked as checked today.") % words
    )
    return redirect(Signpost.snippet_viewset.get_url_name("list"))


class SignpostsPanel(Component):
    """On the first page of the workspace, for those who may check: which ones wait."""

    order = 150
    template_name = "cms/signposts_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        waiting = list(Signpost.objects.waiting(timezone.now().date())[:6])
        address = reverse(Signpost.snippet_viewset.get_url_name("list"))
        return {
            "waiting": waiting[:5],
            "more": len(waiting) > 5,
            "list_url": f"{address}?waiting=true",
        }

    def render_html(self, parent_context: Any = None) -> str:
        may = parent_context["request"].user.has_perm("programme.change_signpost")
        return super().render_html(parent_context) if may else ""
