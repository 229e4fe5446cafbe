"""Letters about groups, their meetings and waiting for them."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMultiAlternatives

from course.mail.making import Paper, link, make_message


def cohort_open(*, to: str, key: str, path: str, stop_path: str) -> None:
    facts = {"url": link(path), "stop_url": link(stop_path)}
    _with_stop(make_message("cohort_open", to=to, key=key, context=facts), stop_path)


def place_confirmed(
    *, to: str, key: str, path: str, dates: Sequence[Any] = (), calendars: Sequence[Paper] = ()
) -> None:
    facts = {"url": link(path), "dates": dates}
    _with_dates(make_message("place_confirmed", to=to, key=key, context=facts), calendars)


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


# --- Places in a group: offered, and whether it runs ---


def place_offered(*, to: str, key: str, path: str, group: str, until: str) -> None:
    facts = {"url": link(path), "group": group, "until": until}
    make_message("place_offered", to=to, key=key, context=facts).send()


def offer_ended(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("offer_ended", to=to, key=key, context=facts).send()


def waiting_again(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("waiting_again", to=to, key=key, context=facts).send()


def group_confirmed(*, to: str, key: str, path: str, group: str) -> None:
    facts = {"url": link(path), "group": group}
    make_message("group_confirmed", to=to, key=key, context=facts).send()


def attendance_questioned(*, to: str, key: str, path: str) -> None:
    make_message("attendance_questioned", to=to, key=key, context={"url": link(path)}).send()


def way_in_missing(*, to: str, key: str, path: str, when: str) -> None:
    facts = {"url": link(path), "when": when}
    make_message("way_in_missing", to=to, key=key, context=facts).send()


def group_called_off(*, to: str, key: str, path: str, group: str, calendars: list[Paper]) -> None:
    facts = {"url": link(path), "group": group}
    _with_dates(make_message("group_called_off", to=to, key=key, context=facts), calendars)


def group_summary_ready(*, to: str, key: str, path: str) -> None:
    make_message("group_summary_ready", to=to, key=key, context={"url": link(path)}).send()
