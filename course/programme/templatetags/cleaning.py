from django import template
from django.utils.safestring import SafeString

from course.programme import cleaning

register = template.Library()


@register.filter
def cleaned(html: str) -> SafeString:
    return cleaning.clean(html)
