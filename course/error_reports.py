"""Reports of errors, off unless asked for. What leaves is made anew from a list (R7)."""

import importlib.util
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from course.logs import request_view

OURS = ("course", "sessions", "reflections", "certificates")


def begin(**for_tests: Any) -> None:
    """Send reports to where SENTRY_DSN says. Called once, when the site starts."""
    if not settings.ERROR_REPORTS_TO:
        return
    if importlib.util.find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, and sentry-sdk is not installed: pip install 'sentry-sdk[django]'."
        )
    import sentry_sdk  # noqa: PLC0415 -- installed only where it is wanted
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415

    # send_default_pii stays unset, which is off: naming it is deprecated.
    sentry_sdk.init(
        dsn=settings.ERROR_REPORTS_TO,
        release=settings.RELEASE or None,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        before_send=made_anew,
        before_send_transaction=lambda _event, _hint: None,
        **for_tests,
    )


def made_anew(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Where it went wrong and in which kind of error. Whatever else was gathered stays here."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    if error is None:  # a message: it might say anything
        return None
    kept = {name: event[name] for name in ("event_id", "timestamp", "platform") if name in event}
    view = request_view.get()
    return kept | {
        "level": "error",
        "release": settings.RELEASE,
        "transaction": view or "outside a request",
        "tags": {"view": view, "status": "500"} if view else {},
        "exception": {
            "values": [{"type": type(error).__name__, "stacktrace": {"frames": _frames(error)}}]
        },
    }


def _frames(error: BaseException) -> list[dict[str, Any]]:
    """Our own only: a library's file and line say little, and a path may say whose machine."""
    found, step = [], error.__traceback__
    while step:
        code = step.tb_frame.f_code
        inside = _inside(code.co_filename)
        if inside.split("/")[0] in OURS:
            about = {"function": code.co_name, "lineno": step.tb_lineno, "in_app": True}
            found.append({"filename": inside} | about)
        step = step.tb_next
    return found


def _inside(filename: str) -> str:
    try:
        return str(Path(filename).relative_to(settings.BASE_DIR))
    except ValueError:
        return ""
