"""Wagtail's own content checker with our rules beside its ten, in the editor and in previews.

Its rules run as JavaScript, and ours are Python: writing_checks.py marks what they mean while a
preview is drawn. So each rule here is one and the same: an element with this mark is listed. The
test is one that axe brings along, because our policy lets nobody make functions out of text.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.userbar import ContentCheckerItem

from course.programme.writing_checks import MARK, RULES, Rule

ALWAYS = {
    "id": "is-marked",
    "evaluate": "attr-non-space-content-evaluate",
    "options": {"attribute": "data-wording-is-fine"},  # which nothing has
}


class WritingChecker(ContentCheckerItem):
    axe_run_only = [*ContentCheckerItem.axe_run_only, *(f"words-{rule.name}" for rule in RULES)]
    axe_custom_rules = [
        *ContentCheckerItem.axe_custom_rules,
        *(
            {
                "id": f"words-{rule.name}",
                "impact": "moderate",
                "selector": f"[{MARK}~='{rule.name}']",
                "tags": ["best-practice"],
                "any": [ALWAYS["id"]],
                "enabled": True,
            }
            for rule in RULES
        ),
    ]
    axe_custom_checks = [*ContentCheckerItem.axe_custom_checks, ALWAYS]

    def get_axe_messages(self, request: HttpRequest) -> dict[str, Any]:
        ours = {
            f"words-{rule.name}": {"error_name": rule.title, "help_text": help_of(rule)}
            for rule in RULES
        }
        return super().get_axe_messages(request) | ours


def help_of(rule: Rule) -> str:
    """How to fix it, and an example."""
    example = _("Before: “%(before)s”\nAfter: “%(after)s”")
    return f"{rule.fix}\n{example % {'before': rule.before, 'after': rule.after}}"
