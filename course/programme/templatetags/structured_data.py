from typing import Any

from django import template
from django.utils.safestring import SafeString

from course.programme import structured
from course.programme.structured import Thing

register = template.Library()


@register.simple_tag(takes_context=True)
def structured_data(context: dict[str, Any], *things: Thing | None) -> SafeString:
    """A script element with these things in it, and nothing where there are none."""
    known = [thing for thing in things if thing]
    if not known:
        return SafeString("")
    return structured.as_script(known, nonce=str(context["request"].csp_nonce))


@register.simple_tag(takes_context=True)
def provider(context: dict[str, Any]) -> Thing:
    site = context["site"]
    name = site["issuer"] or site["name"]
    return structured.organisation(name=name, address=site["address"], email=site["help_email"])


@register.simple_tag(takes_context=True)
def trail(context: dict[str, Any], *titles_and_paths: str) -> Thing:
    """`{% trail frame.title frame.url page.title request.path %}`, below the home page."""
    site = context["site"]
    steps = [(site["name"], "/"), *zip(titles_and_paths[::2], titles_and_paths[1::2], strict=True)]
    return structured.breadcrumbs(steps, address=site["address"])
