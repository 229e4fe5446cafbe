"""Facts of a copy in words: days, moments and lists."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import linebreaks

register = template.Library()


@register.filter
def is_list(value: Any) -> bool:
    return isinstance(value, list)


@register.filter(needs_autoescape=True)
def plainly(value: Any, autoescape: bool = True) -> Any:
    """A day, or a moment with its hour (in UTC), or text in its lines."""
    if isinstance(value, datetime):
        return date_format(value, "j F Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return linebreaks(value, autoescape) if "\n" in str(value) else value
