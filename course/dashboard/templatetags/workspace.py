from typing import Any

from django import template

register = template.Library()


@register.filter
def at(mapping: dict, key: Any) -> Any:
    """The entry of a dictionary under a key that a template only has in a variable."""
    return mapping.get(key)
