"""Every letter this site can send, one named function each, over one `make_message`.

A letter is a folder `templates/email/<name>/` with `subject.txt`, `body.txt` and
`body.html`. Subjects are neutral: the mailbox may belong to an employer. No letter
carries private words; most carry a link and say what it is for. Editors may change the
first and last sentences; the button, its address and what is safe stay in the templates.
"""

import re
from collections.abc import Callable, Sequence
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
    message.extra_headers["Message-ID"] = _message_id(key)
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


def _message_id(key: str) -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    if not key:
        return make_msgid(domain=host)
    return f"<{''.join(c if c.isalnum() else '.' for c in key)}@{host}>"


def certificate_ready(*, to: str, key: str, path: str) -> None:
    make_message("certificate_ready", to=to, key=key, context={"url": link(path)}).send()


def summary_ready(*, to: str, key: str, path: str) -> None:
    make_message("summary_ready", to=to, key=key, context={"url": link(path)}).send()


def confirm_interest(*, to: str, key: str, path: str) -> None:
    make_message("confirm_interest", to=to, key=key, context={"url": link(path)}).send()


def cohort_open(*, to: str, key: str, path: str, stop_path: str) -> None:
    facts = {"url": link(path), "stop_url": link(stop_path)}
    make_message("cohort_open", to=to, key=key, context=facts).send()


def place_confirmed(
    *, to: str, key: str, path: str, dates: Sequence[Any] = (), calendars: Sequence[Paper] = ()
) -> None:
    facts = {"url": link(path), "dates": dates}
    _with_dates(make_message("place_confirmed", to=to, key=key, context=facts), calendars)


def signposts_to_check(*, to: str, key: str, count: int, path: str) -> None:
    facts = {"url": link(path), "count": count}
    make_message("signposts_to_check", to=to, key=key, context=facts).send()


def invitation(
    *,
    to: str,
    key: str,
    path: str,
    organisation: str,
    group: str,
    starts_on: str,
    until: str,
) -> None:
    facts = {"organisation": organisation, "group": group, "starts_on": starts_on, "until": until}
    make_message("invitation", to=to, key=key, context=facts | {"url": link(path)}).send()


def invitation_reminder(
    *,
    to: str,
    key: str,
    path: str,
    organisation: str,
    group: str,
    starts_on: str,
    until: str,
) -> None:
    facts = {"organisation": organisation, "group": group, "starts_on": starts_on, "until": until}
    make_message("invitation_reminder", to=to, key=key, context=facts | {"url": link(path)}).send()


def place_moved(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("place_moved", to=to, key=key, context=facts).send()


def manager_invitation(*, to: str, key: str, path: str, organisation: str) -> None:
    facts = {"url": link(path), "organisation": organisation}
    make_message("manager_invitation", to=to, key=key, context=facts).send()


# --- Money: to whoever pays. The paper itself is attached, since they may have no account. ---


def _send_with(paper: Paper, message: EmailMultiAlternatives) -> None:
    message.attach(*paper, "application/pdf")
    message.send()


def invoice_issued(*, to: str, key: str, paper: Paper, number: str, total: str, due: str) -> None:
    facts = {"number": number, "total": total, "due": due}
    _send_with(paper, make_message("invoice_issued", to=to, key=key, context=facts))


def invoice_reminder(*, to: str, key: str, paper: Paper, number: str, total: str, due: str) -> None:
    facts = {"number": number, "total": total, "due": due}
    _send_with(paper, make_message("invoice_reminder", to=to, key=key, context=facts))


def order_confirmed(*, to: str, key: str, paper: Paper, total: str) -> None:
    facts = {"total": total}
    _send_with(paper, make_message("order_confirmed", to=to, key=key, context=facts))


def order_settled(*, to: str, key: str, paper: Paper) -> None:
    """An order with nothing to pay."""
    _send_with(paper, make_message("order_settled", to=to, key=key))


def quote_ready(*, to: str, key: str, paper: Paper, number: str, total: str, until: str) -> None:
    facts = {"number": number, "total": total, "until": until}
    _send_with(paper, make_message("quote_ready", to=to, key=key, context=facts))


def refund_sent(*, to: str, key: str, paper: Paper, total: str, another_way: bool = False) -> None:
    """`another_way`: to a bank account, because it could not go back the way it was paid."""
    facts = {"total": total, "another_way": another_way}
    _send_with(paper, make_message("refund_sent", to=to, key=key, context=facts))


def credit_being_looked_at(*, to: str, key: str, total: str) -> None:
    make_message("credit_being_looked_at", to=to, key=key, context={"total": total}).send()


def payment_did_not_go_through(*, to: str, key: str, path: str) -> None:
    facts = {"url": link(path)}
    make_message("payment_did_not_go_through", to=to, key=key, context=facts).send()


def order_ended(*, to: str, key: str, path: str, reason: str = "") -> None:
    """`reason`: why an order was not invoiced ahead, in words that staff chose from a list."""
    facts = {"url": link(path), "reason": reason}
    make_message("order_ended", to=to, key=key, context=facts).send()


# --- Live groups. What is optional can be stopped from the letter itself. ---


def _with_stop(message: EmailMultiAlternatives, stop_path: str) -> None:
    """Send it with the header that lets a mail program stop such letters (RFC 8058)."""
    message.extra_headers["List-Unsubscribe"] = f"<{link(stop_path)}>"
    message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.send()


def _with_dates(message: EmailMultiAlternatives, calendars: Sequence[Paper]) -> None:
    for name, content in calendars:
        message.attach(name, content, "text/calendar")
    message.send()


def dates_changed(
    *, to: str, key: str, path: str, group: str, changes: list[Any], calendars: Sequence[Paper]
) -> None:
    facts = {"url": link(path), "group": group, "changes": changes}
    _with_dates(make_message("dates_changed", to=to, key=key, context=facts), calendars)


def meeting_reminder(*, to: str, key: str, path: str, when: str, stop_path: str) -> None:
    facts = {"url": link(path), "when": when, "stop_url": link(stop_path)}
    _with_stop(make_message("meeting_reminder", to=to, key=key, context=facts), stop_path)


def after_meeting(*, to: str, key: str, path: str, number: int, stop_path: str) -> None:
    facts = {"url": link(path), "number": number, "stop_url": link(stop_path)}
    _with_stop(make_message("after_meeting", to=to, key=key, context=facts), stop_path)


def module_open(*, to: str, key: str, path: str, which: str, stop_path: str) -> None:
    facts = {"url": link(path), "which": which, "stop_url": link(stop_path)}
    _with_stop(make_message("module_open", to=to, key=key, context=facts), stop_path)


def group_message(
    *, to: str, key: str, path: str, heading: str, message: str, sender: str, stop_path: str
) -> None:
    facts = {"url": link(path), "heading": heading, "message": message, "sender": sender}
    facts["stop_url"] = link(stop_path)
    _with_stop(make_message("group_message", to=to, key=key, context=facts), stop_path)


def letter_to_self(*, to: str, key: str, path: str, stop_path: str) -> None:
    facts = {"url": link(path), "stop_url": link(stop_path)}
    _with_stop(make_message("letter_to_self", to=to, key=key, context=facts), stop_path)


# --- Places in a group: offered, and whether it runs ----------------------------------------------


def place_offered(*, to: str, key: str, path: str, group: str, until: str) -> None:
    facts = {"url": link(path), "group": group, "until": until}
    make_message("place_offered", to=to, key=key, context=facts).send()


def offer_ended(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("offer_ended", to=to, key=key, context=facts).send()


def group_confirmed(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("group_confirmed", to=to, key=key, context=facts).send()


def group_called_off(*, to: str, key: str, path: str, group: str, calendars: list[Paper]) -> None:
    facts = {"url": link(path), "group": group}
    _with_dates(make_message("group_called_off", to=to, key=key, context=facts), calendars)


# --- Papers about a whole group. No number stands in a letter. ---


def group_summary_ready(*, to: str, key: str, path: str) -> None:
    make_message("group_summary_ready", to=to, key=key, context={"url": link(path)}).send()


def report_ready(*, to: str, key: str, path: str) -> None:
    make_message("report_ready", to=to, key=key, context={"url": link(path)}).send()
