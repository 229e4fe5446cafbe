"""One life with private writing in it, and the heaps of things that it leaves behind.

Ada signs in, writes by autosave and by button, in two windows, comes back, completes, downloads,
and leaves. Each heap below is one exit: what lies there, and a word that shows it is not empty.
"""

import base64
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from modelsearch.index import insert_or_update_object

from course import logs
from course.cohorts.models import Enrolment
from sessions import attending
from tests.cast import CANARY, NOON, PASSWORD, settle_everything, signed_in
from tests.reflections.test_saving import text_prompt, ticket_for

Hay = Iterator[tuple[str, bytes | str]]  # where it lies, and what lies there
NAMED = "the heron.txt"  # stands for a file's name; the words are put before it


@dataclass
class Life:
    people: dict[str, Any]
    sessions: list
    client: Client
    answers: list = field(default_factory=list)  # to everything that was sent with words
    log: io.StringIO = field(default_factory=io.StringIO)
    mails: list = field(default_factory=list)


def post_words(client: Client, ticket: Any, words: str, **more: Any) -> Any:
    prompt = next(p for p in ticket.asked if p.kind == "free_text")
    data = {"ticket": ticket.signed(), "version": "0", "step": "1", prompt.key: words} | more
    return client.post(reverse("save_reflection"), data, headers=more.pop("headers", None))


def everything_logged(out: io.StringIO, *, sql: bool = True) -> Callable[[], None]:
    """Let all loggers write all they have, in both of our formats. Returns the way back."""
    handlers = [_handler(form, out) for form in (logs.Plain(), logs.JsonLines())]
    known = [logging.getLogger(name) for name in sorted(logging.root.manager.loggerDict)]
    before = {one: (one.level, one.propagate) for one in [logging.root, *known]}
    _set(dict.fromkeys(before, (logging.DEBUG, True)), sql=sql)
    if not sql:
        logging.getLogger("django.template").setLevel(logging.INFO)
    for handler in handlers:
        logging.root.addHandler(handler)

    def back() -> None:
        for handler in handlers:
            logging.root.removeHandler(handler)
        _set(before, sql=False)

    return back


def _set(loggers: dict[logging.Logger, tuple[int, bool]], *, sql: bool) -> None:
    for one, (level, propagate) in loggers.items():
        one.setLevel(level)
        one.propagate = propagate
    for connection in connections.all():
        connection.force_debug_cursor = sql


def _handler(form: logging.Formatter, out: io.StringIO) -> logging.Handler:
    handler = logging.StreamHandler(out)
    handler.setFormatter(form)
    handler.addFilter(logs.Masked())
    return handler


def live(people: dict[str, Any], sessions: list) -> Life:
    ada = people["ada"]
    life = Life(people, sessions, Client())
    client, said = life.client, life.answers
    back = everything_logged(life.log)
    try:
        client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
        ticket = ticket_for(ada, sessions[0])
        said.append(post_words(client, ticket, CANARY, headers={"Accept": "application/json"}))
        said.append(post_words(client, ticket, CANARY, version="1", step="2", action="done"))
        second = ticket_for(ada, sessions[0])
        said.append(post_words(client, second, CANARY + " again"))  # kept aside
        said.append(post_words(Client(), ticket_for(ada, sessions[1]), CANARY))  # signed out
        said.append(post_words(signed_in(people["bea"]), ticket_for(ada, sessions[2]), CANARY))
        # Where words could stand by mistake: a query, a file's name, a header, a cookie.
        here = reverse("reflect", args=[sessions[0].key])
        said.append(
            client.get(here, {"q": CANARY}, headers={"Referer": f"http://testserver/{CANARY}"})
        )
        file = SimpleUploadedFile(f"{CANARY} {NAMED}", CANARY.encode())
        said.append(client.post(reverse("save_reflection"), {"file": file, "q": CANARY}))
        for name in ("my_reflections", "my_spiral", "my_programme", "download_reflections"):
            client.get(reverse(name))
        enrolment = Enrolment.objects.get(user=ada)
        for session in sessions:
            attending.work_through(enrolment, session=session, now=NOON)
        settle_everything()
    finally:
        back()
    life.mails = list(mail.outbox)
    return life


# --- The heaps ------------------------------------------------------------------------------------


def tables(alias: str, *, only: str = "") -> Hay:
    connection = connections[alias]
    for table in connection.introspection.table_names():
        if only and only not in table:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    packed = isinstance(value, bytes | memoryview)
                    yield table, bytes(value) if packed else str(value)


def every_table(life: Life) -> Hay:
    yield from tables("default")


def keys_tables(life: Life) -> Hay:
    yield from tables("keys")


def tasks_and_outbox(life: Life) -> Hay:
    yield from tables("default", only="outbox_effect")
    yield from tables("default", only="django_tasks")


def wagtails_memory(life: Life) -> Hay:
    """Revisions, log of pages and models, references, and what people may have searched for."""
    for only in ("wagtailcore_revision", "logentry", "wagtailcore_referenceindex", "query"):
        yield from tables("default", only=only)


def search_index(life: Life) -> Hay:
    insert_or_update_object(life.sessions[0])
    yield from tables("default", only="search_indexentry")


def audit_lines(life: Life) -> Hay:
    yield from tables("default", only="audit_entry")


def web_sessions(life: Life) -> Hay:
    """Unpacked: what is stored is signed and coded."""
    for session in Session.objects.all():
        yield "web session", json.dumps(session.get_decoded())


def log(life: Life) -> Hay:
    yield "log", life.log.getvalue()


def sql_log(life: Life) -> Hay:
    yield from ((n, line) for n, line in _lines(life) if "django.db.backends" in line)


def access_log(life: Life) -> Hay:
    yield from ((n, line) for n, line in _lines(life) if "course.access" in line)


def _lines(life: Life) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(life.log.getvalue().splitlines()):
        yield f"line {number}", line


def letters(life: Life) -> Hay:
    for letter in life.mails:
        yield letter.subject, letter.message().as_bytes()
        for part in letter.message().walk():
            yield letter.subject, part.get_payload(decode=True) or b""


def kept_in_cache(life: Life) -> Hay:
    for key, stored in getattr(cache, "_cache", {}).items():
        yield key, key
        yield key, stored if isinstance(stored, bytes) else str(stored)


def papers(life: Life) -> Hay:
    """What they say, what they say about themselves, and every stream in them unpacked."""
    import pikepdf
    from pypdf import PdfReader

    from certificates.models import Paper

    for paper in Paper.objects.all():
        content = bytes(paper.content)
        reader = PdfReader(io.BytesIO(content))
        yield "paper", content
        yield "paper", "".join(page.extract_text() for page in reader.pages)
        yield "about the paper", str(reader.metadata)
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for part in pdf.objects:
                if isinstance(part, pikepdf.Stream):
                    yield "stream", part.read_bytes()


def calendars(life: Life) -> Hay:
    from course.cohorts.models import Cohort

    cohort = Cohort.objects.get(enrolments__user=life.people["ada"])
    yield "calendar", life.client.get(reverse("cohort_calendar", args=[cohort.pk])).content


def addresses(life: Life) -> Hay:
    """Where people were sent, and what a browser may tell others of where it was."""
    for answer in life.answers:
        yield "Location", str(answer.headers.get("Location", ""))
        yield "headers", str(answer.headers)
        yield "cookies", str(answer.cookies)
        assert answer.headers["Referrer-Policy"] == "same-origin"


def answers_of_the_autosave(life: Life) -> Hay:
    yield "JSON", life.answers[0].content


def words_after_signing_out(life: Life) -> Hay:
    """Whoever posts late, or for somebody else, is shown nothing of what they sent."""
    for answer in life.answers[3:5]:
        yield "late", answer.content


def managers_screens(life: Life) -> Hay:
    from course.places.models import Organisation

    client = signed_in(life.people["max"])
    yield "teams", client.get(reverse("teams")).content
    organisation = Organisation.objects.get()
    yield "organisation", client.get(reverse("organisation", args=[organisation.pk])).content


def facilitators_tables(life: Life) -> Hay:
    from course.cohorts.models import Cohort

    client = signed_in(life.people["flo"])
    cohort = Cohort.objects.get(enrolments__user=life.people["ada"])
    for name in ("facilitator_group", "group_people", "group_sent", "group_export"):
        answer = client.get(reverse(name, args=[cohort.pk]))
        yield name, answer.getvalue()


def superusers_screens(life: Life) -> Hay:
    client, word = signed_in(life.people["root"]), CANARY.split()[1]
    for address in ("", "reports/site-history/", "reports/aging-pages/", "users/", "groups/",
                    f"pages/search/?q={word}", f"users/?q={word}", "snippets/", "effects/"):  # fmt: skip
        answer = client.get(f"/cms/{address}")
        assert answer.status_code == 200, address
        yield address, answer.content


def public_lists(life: Life) -> Hay:
    for address in ("/sitemap.xml", "/robots.txt", "/nothing-here/"):
        yield address, Client().get(address).content


def health_and_metrics(life: Life) -> Hay:
    for address in ("/livez", "/readyz", "/metrics"):
        yield address, Client().get(address).content


def uploads(life: Life) -> Hay:
    folder = Path(settings.MEDIA_ROOT)
    yield "media", str(folder)
    for path in folder.rglob("*"):
        yield str(path), str(path)
        if path.is_file():
            yield str(path), path.read_bytes()


def dump(life: Life) -> Hay:
    """As a tool writes the whole database down: text of all rows, and Django's own."""
    from django.core.management import call_command

    for alias in connections:
        out = io.StringIO()
        call_command("dumpdata", database=alias, stdout=out, verbosity=0)
        yield alias, out.getvalue()
        for part in json.loads(out.getvalue()):
            for value in part["fields"].values():
                if part["model"].startswith("reflections") and isinstance(value, str):
                    yield part["model"], _unpacked(value)


def _unpacked(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except ValueError:
        return value.encode()


__all__ = ["Life", "live", "post_words", "text_prompt"]
