"""Rich text as plain lines, to be kept, printed or read by another program."""

import re
from html import unescape

from django.utils.html import strip_tags

BEFORE = re.compile(r"<(?:br|hr)\b[^>]*>", re.IGNORECASE)
AFTER = re.compile(r"</(?:p|h\d|ul|ol|blockquote)>", re.IGNORECASE)
ITEM = re.compile(r"<li\b[^>]*>", re.IGNORECASE)
END_OF_ITEM = re.compile(r"</li>", re.IGNORECASE)


def plain(html: str) -> str:
    html = AFTER.sub("\n\n", BEFORE.sub("\n", html))
    html = END_OF_ITEM.sub("\n", ITEM.sub("- ", html))
    lines = [" ".join(line.split()) for line in unescape(strip_tags(html)).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
