"""The demo's mailbox: every letter that was "sent", to read in a browser while DEBUG is on."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from course.dashboard.framing import framed

SEPARATOR = b"-" * 79 + b"\n"


def letters() -> list[EmailMessage]:
    """All letters in the mail folder, the newest first."""
    found = []
    for path in sorted(Path(settings.MAIL_DIR).glob("*.log"), key=lambda p: p.stat().st_mtime):
        for raw in path.read_bytes().split(SEPARATOR):
            if raw.strip():
                found.append(message_from_bytes(raw, policy=policy.default))
    return found[::-1]


def mailbox(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    who = request.GET.get("to", "")
    shown = [_to_show(n, m) for n, m in enumerate(letters()) if who in str(m["To"])]
    return render(request, "demo/mailbox.html", {"letters": shown[:200], "to": who})


def letter(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "demo/letter.html", {"letter": _to_show(number, _find(number))})


def letter_shown(_request: HttpRequest, number: int) -> HttpResponse:
    """The letter with its formatting, for the frame on its page."""
    html = _find(number).get_body(("html",))
    if html is None:
        raise Http404
    return framed(html.get_content(), links_lead_out=True)


def _find(number: int) -> EmailMessage:
    everything = letters() if settings.DEBUG else []
    if number >= len(everything):
        raise Http404
    return everything[number]


def _to_show(number: int, message: EmailMessage) -> dict:
    text = message.get_body(("plain",))
    return {
        "number": number,
        "to": message["To"],
        "from": message["From"],
        "subject": message["Subject"],
        "date": parsedate_to_datetime(str(message["Date"])) if message["Date"] else None,
        "has_html": message.get_body(("html",)) is not None,
        "text": text.get_content() if text else "",
    }
