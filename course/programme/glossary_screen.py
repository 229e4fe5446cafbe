"""The glossary in the workspace: one list, shaped like the signposts."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from course.programme.models import GlossaryTerm
from course.programme.signposts_screen import WordsColumn


class GlossaryIndexView(IndexView):
    table_classname = "listing workspace-table"

    @cached_property
    def columns(self) -> list[Column]:
        """No tick boxes, since nothing here is done in bulk."""
        return [
            self._get_title_column("term"),
            WordsColumn("explanation", label=_("Explanation")),
        ]


class GlossaryViewSet(SnippetViewSet):
    model = GlossaryTerm
    icon = "openquote"
    index_view_class = GlossaryIndexView
    index_template_name = "wagtailadmin/generic/index.html"  # without the bar for bulk actions
    search_fields = ["term", "other_forms", "explanation"]
    list_per_page = 100
