from typing import Any

from django import template
from django.forms import BoundField
from wagtail.admin.templatetags.wagtailadmin_tags import formattedfield

register = template.Library()


@register.filter
def at(mapping: dict, key: Any) -> Any:
    """The entry of a dictionary under a key that a template only has in a variable."""
    return mapping.get(key)


@register.inclusion_tag("wagtailadmin/shared/formatted_field.html")
def asked(field: BoundField) -> dict[str, Any]:
    """A field as Wagtail draws it, in our words: what may stay empty says so, nothing has a star.
    The box is drawn by Django, which ties the hint and the error to it."""
    ids = {
        "help_text_id": f"{field.auto_id}_helptext",
        "error_message_id": f"{field.auto_id}_error",
    }
    group = {}
    if field.use_fieldset:
        group = {"role": "group", "aria-label": field.label}
        group |= {"aria-describedby": field.aria_describedby} if field.aria_describedby else {}
    return formattedfield(field, str(field), attrs=group, **ids) | {"required": False}
