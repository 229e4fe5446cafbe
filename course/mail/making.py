"""Every letter this site can send, one named function each, over one `make_message`.

A letter is a folder `templates/email/<name>/` with `subject.txt`, `body.txt` and
`body.html`. Subjects are neutral: the mailbox may belong to an employer. No letter
carries private words; most carry a link and say what it is for. Editors may change the
first and last sentences; the button, its address and what is safe stay in the templates.
"""

import re
from collections.abc import Callable
from email.utils import make_msgid
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

Words = dict[str, str]  # of greeting, opening, closing and sign_off, those that were changed
Paper = tuple[str, bytes]  # the name of a file, and what is in it


class Parts(NamedTuple):
    """The templates of one letter."""

    subject: str
    text: str
    html: str


def link(path: str) -> str:
    """An absolute address from our own setting, never from a request's Host header (R71)."""
    return f"{settings.SITE_URL}{path}"


def take_words_from(source: Callable[[str], Words]) -> None:
    """Say where sentences that editors changed are kept. This file knows no database."""
    _source["words"] = source


def words_for(name: str) -> Words:
    """What editors put in place of our own sentences in the letter `name`; mostly nothing."""
    return _source["words"](name)


_source: dict[str, Callable[[str], Words]] = {"words": lambda _name: {}}


def make_message(
    name: str, *, to: str, key: str, context: dict[str, Any] | None = None
) -> EmailMultiAlternatives:
    """Render the letter `name`. `key` gives a stable Message-ID, so a letter sent
    twice after a crash is one letter to a mail program."""
    parts = Parts(*(f"email/{name}/{part}" for part in ("subject.txt", "body.txt", "body.html")))
    message = write(name, parts, to=to, context=context)
    message.extra_headers["Message-ID"] = message_id(key)
    return message


def write(
    name: str,
    parts: Parts,
    *,
    to: str,
    context: dict[str, Any] | None = None,
    words: Words | None = None,
) -> EmailMultiAlternatives:
    """One letter from its three templates. Its subject is one line and never an editor's.
    `words` stands in for those that editors keep."""
    facts = {"site_url": settings.SITE_URL, "site_name": settings.WAGTAIL_SITE_NAME}
    facts |= (context or {}) | {"words": words_for(name) if words is None else words}
    message = EmailMultiAlternatives(
        " ".join(render_to_string(parts.subject, facts).split()),
        re.sub(r"\n\s*\n", "\n\n", render_to_string(parts.text, facts)).strip() + "\n",
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(parts.html, facts), "text/html")
    return message


def message_id(key: str) -> str:
    """The same for the same key; without one, one of its own."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    if not key:
        return make_msgid(domain=host)
    return f"<{''.join(c if c.isalnum() else '.' for c in key)}@{host}>"
