"""What search engines are told about public pages, as schema.org has it (JSON-LD)."""

import json
from typing import Any
from urllib.parse import urljoin

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

Thing = dict[str, Any]

# As Django's own json_script does: with these, no text can end the script it stands in.
NEVER_BARE = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def organisation(*, name: str, address: str, email: str = "") -> Thing:
    """The provider. An address that nobody answers is left out."""
    home = urljoin(address, "/")
    thing: Thing = {"@type": "Organization", "@id": f"{home}#us", "name": name, "url": home}
    return thing | ({"email": email} if email else {})


def breadcrumbs(trail: list[tuple[str, str]], *, address: str) -> Thing:
    """The way from the home page to this page: (title, path) from the top down."""
    steps = [
        {"@type": "ListItem", "position": place, "name": title, "item": urljoin(address, path)}
        for place, (title, path) in enumerate(trail, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def course(
    *, name: str, text: str, path: str, address: str, provider: Thing, instances: list[Thing]
) -> Thing:
    return {
        "@type": "Course",
        "name": name,
        "description": text,
        "url": urljoin(address, path),
        "inLanguage": "en-GB",
        "isAccessibleForFree": bool(instances) and all(_is_free(i) for i in instances),
        "provider": provider,
        "hasCourseInstance": instances,
    }


def _is_free(instance: Thing) -> bool:
    return instance["offers"]["category"] == "Free"


def as_script(things: list[Thing], *, nonce: str) -> SafeString:
    """One script element that holds data and nothing to run."""
    graph = {"@context": "https://schema.org", "@graph": things}
    data = json.dumps(graph, ensure_ascii=False).translate(NEVER_BARE)
    script = '<script type="application/ld+json" nonce="{}">{}</script>'
    return format_html(script, nonce, mark_safe(data))
