"""What is written down, and what leaves in a report of an error: never anyone's words."""

import io
import json
import logging

import pytest
import sentry_sdk
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path
from sentry_sdk.transport import Transport

from course import error_reports, logs
from tests.cast import CANARY, signed_in

TOKEN = "Zx81Spectrum48kQl0pw"


@pytest.fixture
def lines():
    """What a process with LOG_FORMAT=json writes, line by line."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    handler.addFilter(logs.Masked())
    loggers = [logging.getLogger(name) for name in ("course.access", "django", "django.request")]
    levels = [one.level for one in loggers]
    for one in loggers[:2]:
        one.addHandler(handler)
    for one in loggers:
        one.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    for one, level in zip(loggers, levels, strict=True):
        one.removeHandler(handler)
        one.setLevel(level)


@pytest.mark.django_db
def test_each_request_is_one_line_without_tokens_queries_or_bodies(ada, lines):
    client = signed_in(ada)
    tokens = ["/join/{}/", "/join/link/{}/", "/calendar/{}.ics", "/verify/{}/", "/{}/", "/a/{}/b/"]
    for address in tokens:
        client.get(address.format(TOKEN), {"q": CANARY})
    client.post("/accounts/login/", {"login": CANARY, "password": CANARY})
    client.get("/my/", headers={"x-request-id": "given-by-an-outsider"})
    found = lines()
    whole = json.dumps(found)
    assert TOKEN not in whole
    assert "kingfisher" not in whole
    assert ada.email not in whole
    assert "given-by-an-outsider" not in whole
    access = [line for line in found if line["logger"] == "course.access"]
    assert len(access) == len(tokens) + 2
    assert {"/calendar/….ics", "/verify/…/", "/my/"} <= {line["path"] for line in access}
    assert access[-1]["view"] == "my_programme"
    assert access[-1]["status"] == 200
    assert len({line["request_id"] for line in access}) == len(access)


@pytest.mark.django_db
def test_the_request_id_of_our_own_proxy_goes_through(client, monkeypatch):
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 1)
    assert (
        client.get("/livez", headers={"x-request-id": "0f0f-1234"})["X-Request-ID"] == "0f0f-1234"
    )
    evil = client.get("/livez", headers={"x-request-id": "a b\\nforged line"})["X-Request-ID"]
    assert "forged" not in evil


@pytest.mark.parametrize("formatter", [logs.Plain(), logs.JsonLines()], ids=["plain", "json"])
def test_an_exception_is_its_class_and_places_without_its_text(formatter):
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        facts = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", 40, "f", 1, "It ended.", (), facts)
        logging.Formatter().format(record)  # leaves the text behind for the next formatter
        said = formatter.format(record)
    assert "ValueError" in said
    assert "test_logs.py" in said
    assert "kingfisher" not in said


def test_an_unknown_form_of_logs_is_refused():
    with pytest.raises(ImproperlyConfigured):
        logs.configuration(form="xml", level="INFO")


# --- Reports of errors (R7) ------------------------------------------------------------------------


class Kept(Transport):
    """Stands where reports would leave the machine."""

    def __init__(self, options=None):
        super().__init__(options)
        self.envelopes = []

    def capture_envelope(self, envelope):
        self.envelopes.append(envelope)


def breaks(request, **_kwargs):
    words = f"in a local variable: {CANARY}"
    request.session["note"] = CANARY
    logging.getLogger("course").error("A line with %s", words)
    raise RuntimeError(f"in its text: {CANARY}")


urlpatterns = [path("breaks/<str:token>/", breaks, name="breaks")]


@pytest.fixture
def reports(monkeypatch):
    monkeypatch.setattr(settings, "ERROR_REPORTS_TO", "https://key@reports.example.org/1")
    monkeypatch.setattr(settings, "RELEASE", "0.5")
    transport = Kept()
    error_reports.begin(transport=transport)
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


@pytest.mark.django_db
@pytest.mark.urls("tests.operations.test_logs")
def test_a_report_says_where_and_nothing_else(reports, monkeypatch):
    client = Client(raise_request_exception=False, headers={"x-note": CANARY})
    client.cookies["note"] = CANARY
    at = f"/breaks/{TOKEN}/?q={CANARY}"
    client.post(at, {"words": CANARY, "file": SimpleUploadedFile(f"{CANARY}.txt", b"x")})
    client.post(at, json.dumps({"words": CANARY}), content_type="application/json")
    sentry_sdk.capture_message(CANARY)
    sentry_sdk.flush()
    bodies = [item.payload.json for one in reports.envelopes for item in one.items]
    sent = b"".join(envelope.serialize() for envelope in reports.envelopes).decode()
    assert len(bodies) == 2
    for secret in ("kingfisher", TOKEN, "testserver", settings.SECRET_KEY):
        assert secret not in sent
    allowed = {"event_id", "timestamp", "platform", "level", "release", "transaction", "tags"}
    for body in bodies:
        assert set(body) <= allowed | {"exception"}
        assert body["tags"] == {"view": "breaks", "status": "500"}
        assert body["release"] == "0.5"
        (error,) = body["exception"]["values"]
        assert set(error) == {"type", "stacktrace"}
        assert error["type"] == "RuntimeError"
        for frame in error["stacktrace"]["frames"]:
            assert set(frame) == {"filename", "function", "lineno", "in_app"}
            assert frame["filename"].startswith(("course/", "reflections/", "sessions/"))


def test_reports_are_off_by_default_and_say_when_they_cannot_be_sent(monkeypatch):
    assert settings.ERROR_REPORTS_TO == ""
    error_reports.begin()
    assert not sentry_sdk.get_client().is_active()
    monkeypatch.setattr(settings, "ERROR_REPORTS_TO", "https://key@reports.example.org/1")
    monkeypatch.setattr(error_reports.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="sentry-sdk is not installed"):
        error_reports.begin()
