"""What is written down while the site runs. Never a body, a field, a query or a token.

The settings import this file, so it imports nothing that needs them.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

request_id: ContextVar[str] = ContextVar("request_id", default="")
request_view: ContextVar[str] = ContextVar("request_view", default="")

# What may stand in an address as it is: names of public pages, and ids.
PLAIN = {"programme_slug", "session_slug", "slug", "number"}
WORDS = re.compile(r"[a-z][a-z.-]{0,30}")  # hardly ever a token
PLACES = re.compile(r"<(?:\w+:)?(\w+)>")


def configuration(*, form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING. `form` is plain or json."""
    if form not in {"plain", "json"}:
        raise ImproperlyConfigured(f"LOG_FORMAT must be plain or json, not {form!r}.")
    shown = {"class": "logging.StreamHandler", "formatter": form, "filters": ["masked"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"masked": {"()": Masked}},
        "formatters": {"plain": {"()": Plain}, "json": {"()": JsonLines}},
        "handlers": {"console": shown},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "django.request": {"level": "ERROR"},
            # Every request, one line each, where a program reads them.
            "course.access": {"level": "INFO" if form == "json" else "WARNING"},
            "wagtail": {"level": "WARNING"},
            "django_tasks": {"level": "WARNING"},
            "django_tasks_db": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
        },
    }


def masked_path(request: HttpRequest) -> str:
    """Where a request went, without what in it may be a secret: a token, a code, a slip."""
    match = getattr(request, "resolver_match", None)
    if match is None or "^" in match.route or "(" in match.route:
        first, more = re.match(r"/?([^/]*)(.*)", request.path_info, re.DOTALL).groups()
        return f"/{first if WORDS.fullmatch(first) else '…'}{'/…' if len(more) > 1 else ''}"
    said = {name: _said(name, value) for name, value in match.captured_kwargs.items()}
    return "/" + PLACES.sub(lambda found: said.get(found[1], "…"), match.route)


def _said(name: str, value: Any) -> str:
    return str(value) if name in PLAIN or isinstance(value, UUID | int) else "…"


class Masked(logging.Filter):
    """Django's own lines name the whole address: here it is replaced by the masked one."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            whole = {request.path, request.path_info, request.get_full_path()}
            record.args = tuple(
                masked_path(request) if arg in whole else arg for arg in record.args
            )
        return True


def frames(error: BaseException) -> list[str]:
    """Where it went wrong, without what the error says: its text may be someone's words."""
    stack = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack]


class Plain(logging.Formatter):
    """For reading. An exception is its class and its places, never its text."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another formatter's, with the text in it
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        error = ei[1]
        return "\n".join([*(f"  {place}" for place in frames(error)), type(error).__name__])


class JsonLines(logging.Formatter):
    """For programs: one line of JSON each."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if found := request_id.get():
            facts["request_id"] = found
        facts |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            facts |= {"error": type(error).__name__, "frames": frames(error)}
        return json.dumps(facts, ensure_ascii=False)
