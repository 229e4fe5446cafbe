"""Stored rich text as it may be shown: the few elements that editors have, and plain links (R67).

Wagtail cleans what is typed into its editor, but shows as it is whatever an import, an API or a
migration wrote. So it is cleaned again on its way out, wherever it came from.
"""

import re
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from course.programme.languages import LANGUAGES, direction

WORDS = {"p", "br", "b", "strong", "em", "i", "ul", "ol", "li", "a", "span"}
SHOWN = WORDS | {"h2", "h3", "h4", "hr", "blockquote", "sub", "sup"}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
IN_LANGUAGE = re.compile(r'<span lang="([a-z]{2})">')
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)


def clean(html: str, *, elements: set[str] = SHOWN) -> SafeString:
    """These elements without attributes, links that lead where they say, and words that say which
    language they are in. Never a script."""
    kept = nh3.clean(
        html,
        tags=elements,
        attributes={"a": {"href"}, "*": set()},  # “title” and any “lang” as well, otherwise
        tag_attribute_values={"span": {"lang": set(LANGUAGES)}},
        url_schemes=SCHEMES,
        link_rel=None,
    )
    return mark_safe(LINK.sub(_marked, IN_LANGUAGE.sub(_directed, kept)))


def _directed(span: re.Match[str]) -> str:
    """Words in another language also run the way that it is written."""
    return f'<span lang="{span[1]}" dir="{direction(span[1])}">'


def _marked(link: re.Match[str]) -> str:
    """A link that leads to another site says so, also to those who hear the page."""
    address, words = link.groups()
    if not _leads_away(address):
        return link[0]
    mark = format_html(
        ' <span aria-hidden="true">↗</span><span class="hidden"> {}</span>',
        _("(another site)"),
    )
    return f'<a href="{address}" rel="noopener noreferrer">{words}{mark}</a>'


def _leads_away(address: str) -> bool:
    """Also “//host” and its spellings with backslashes, which browsers read as slashes."""
    try:
        parts = urlsplit(address.replace("\\", "/").strip())
    except ValueError:
        return True
    return bool(parts.netloc) and parts.netloc != urlsplit(settings.SITE_URL).netloc
