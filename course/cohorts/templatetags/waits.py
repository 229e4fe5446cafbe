"""Where the reader waits for a place, for their own page: `{% my_waits %}`. One query."""

from typing import Any

from django import template
from django.utils import timezone

from course.cohorts import finding

register = template.Library()


@register.inclusion_tag("cohorts/_waits.html", takes_context=True)
def my_waits(context: dict[str, Any]) -> dict[str, Any]:
    return {"waits": finding.waits_of(context["user"], now=timezone.now())}
