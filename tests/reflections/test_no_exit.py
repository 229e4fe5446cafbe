"""Write one sentence once, then look everywhere: no exit has it (trust.md, R1 to R12)."""

import logging
import sys

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connections
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from django.views.debug import ExceptionReporter

from course.cohorts.models import Enrolment
from reflections import saving, urls, writing
from reflections.models import Reflection
from sessions import attending
from tests.cast import CANARY, NOON, PASSWORD, settle_everything, signed_in
from tests.reflections.test_saving import text_prompt, ticket_for

pytestmark = pytest.mark.django_db
BYTES = CANARY.encode()


def post_words(client, ticket, words, **more):
    prompt = next(p for p in ticket.asked if p.kind == "free_text")
    data = {"ticket": ticket.signed(), "version": "0", "step": "1", prompt.key: words} | more
    return client.post(reverse("save_reflection"), data, headers=more.pop("headers", None))


@pytest.fixture
def written(ada, sessions, caplog):
    """Ada signs in for real, writes by autosave and by button, comes back, completes, leaves."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django").addHandler(caplog.handler)  # it does not reach the root
    logging.getLogger("django.db.backends").setLevel(logging.DEBUG)
    for connection in connections.all():
        connection.force_debug_cursor = True
    client = Client()
    client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    ticket = ticket_for(ada, sessions[0])
    post_words(client, ticket, CANARY, headers={"Accept": "application/json"})
    post_words(client, ticket, CANARY, version="1", step="2", action="done")
    other = ticket_for(ada, sessions[0])
    post_words(client, other, CANARY + " again")  # a second window: kept aside
    assert CANARY in client.get(reverse("reflect", args=[sessions[0].key])).content.decode()
    enrolment = Enrolment.objects.get(user=ada)
    for session in sessions:
        attending.work_through(enrolment, session=session, now=NOON)
    settle_everything()
    yield client
    logging.getLogger("django").removeHandler(caplog.handler)
    logging.getLogger("django.db.backends").setLevel(logging.NOTSET)
    for connection in connections.all():
        connection.force_debug_cursor = False


def test_the_hunt_can_find_something(written, ada, sessions):
    """The sentence is there for its writer, so the hunts below are not looking for nothing."""
    page = written.get(reverse("my_reflections")).content.decode()
    assert sessions[0].title in page
    reflection = Reflection.objects.get()
    assert CANARY in written.get(reverse("read_reflection", args=[reflection.pk])).content.decode()


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_no_table_of_either_database_has_it(written, alias):
    connection = connections[alias]
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, (bytes, memoryview)) else b""
                    assert CANARY not in str(value), table
                    assert BYTES not in raw, table


def test_no_log_at_any_level_has_it(written, caplog):
    records = caplog.get_records("setup")
    assert len([r for r in records if r.name == "django.db.backends"]) > 50  # SQL is really logged
    for record in records:
        assert CANARY not in record.getMessage() + str(record.__dict__)


def test_no_letter_has_it(written):
    assert len(mail.outbox) >= 2
    for letter in mail.outbox:
        assert CANARY not in letter.message().as_string()


def test_no_cache_has_it(written):
    for stored in getattr(cache, "_cache", {}).values():
        assert BYTES not in stored if isinstance(stored, bytes) else CANARY not in str(stored)


def test_no_document_has_it(written):
    from certificates.models import Certificate, FacilitatorSummary, Paper

    for model in (Certificate, FacilitatorSummary):
        assert CANARY not in str(list(model.objects.values()))
    assert Paper.objects.count() == 2
    from io import BytesIO

    from pypdf import PdfReader

    for paper in Paper.objects.all():
        text = "".join(
            page.extract_text() for page in PdfReader(BytesIO(bytes(paper.content))).pages
        )
        assert CANARY not in text


def private_addresses(reflection, aside, session):
    """Every address of the reflections package, filled with ada's own ids."""
    ids = {"key": session.key, "pk": reflection.pk}
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        given = {n: aside.pk if pattern.name == "choose_version" else ids[n] for n in names}
        yield pattern.name, reverse(pattern.name, kwargs=given)


@pytest.mark.parametrize("who", ["nobody", "bea", "cyn", "flo", "root"])
def test_nobody_else_gets_a_word_at_any_address(who, written, request, sessions):
    reflection = Reflection.objects.get()
    aside = reflection.set_aside.get()
    before = (bytes(reflection.sealed), reflection.set_aside.count())
    client = Client() if who == "nobody" else signed_in(request.getfixturevalue(who))
    client.raise_request_exception = False
    for name, address in private_addresses(reflection, aside, sessions[0]):
        for method in ("get", "head", "post", "put", "patch", "delete"):
            response = getattr(client, method)(address)
            assert CANARY not in response.content.decode(), (name, method)
            if str(reflection.pk) in address or str(aside.pk) in address:
                expected = {302} if who == "nobody" or method != "post" else {404}
                if name in {"read_reflection", "my_spiral_at"} and who != "nobody":
                    expected = {404}
                assert response.status_code in expected, (name, method, response.status_code)
            assert response.status_code != 500, (name, method)
    reflection.refresh_from_db()
    assert (bytes(reflection.sealed), reflection.set_aside.count()) == before


def test_the_superusers_workspace_has_no_word_of_it(written, root):
    client = signed_in(root)
    for address in (
        "/cms/",
        "/cms/reports/site-history/",
        "/cms/users/",
        "/cms/groups/",
        f"/cms/pages/search/?q={CANARY.split()[1]}",
        "/cms/snippets/",
    ):
        response = client.get(address)
        assert response.status_code == 200, address
        assert CANARY not in response.content.decode()


def test_an_error_in_any_step_reports_no_word(ada, sessions, monkeypatch, caplog):
    """Faults inside the view, the parser, the flow, the sealing and the database layer."""
    from reflections import answering, save_view

    def explode(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    places = [
        (answering, "_free_text"),
        (save_view, "_reply"),
        (saving, "_merged"),
        (writing, "seal"),
        (Reflection, "save"),
    ]
    for place, name in places:
        with monkeypatch.context() as patch:
            patch.setattr(place, name, explode)
            if name == "_free_text":
                patch.setitem(answering.READERS, "free_text", explode)
            ticket = ticket_for(ada, sessions[0])
            prompt = text_prompt(sessions[0])
            request = RequestFactory().post(
                "/", {"ticket": ticket.signed(), prompt.key: CANARY, "version": "0"}
            )
            request.user = ada
            with pytest.raises(RuntimeError):
                save_view.save(request)
            try:
                save_view.save(request)
            except RuntimeError:
                reporter = ExceptionReporter(request, *sys.exc_info())
                report = reporter.get_traceback_html() + reporter.get_traceback_text()
        assert "a fault of ours" in report
        assert CANARY not in report, name
    assert CANARY not in caplog.text


def test_private_pages_are_never_stored(written, sessions):
    for address in (
        reverse("my_reflections"),
        reverse("reflect", args=[sessions[0].key]),
        reverse("my_programme"),
    ):
        assert "no-store" in written.get(address).headers["Cache-Control"]


def test_health_pages_and_errors_say_nothing(written):
    for address in ("/livez", "/readyz", "/nothing-here/", "/sitemap.xml"):
        assert CANARY not in written.get(address).content.decode()
