"""A database or a disk that is away for a while, for real, and what people meet meanwhile.

Run inside a site's environment: `told()` prints, for each outage, what was answered during it
and what stood afterwards. Each is met by a web process of its own.
"""

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests import forking


def told() -> None:
    from django.conf import settings

    settings.DEBUG = False  # the pages that people see, not those of the demo
    settings.ALLOWED_HOSTS = ["*"]
    outages = ON_POSTGRES if _vendor() == "postgresql" else ON_SQLITE
    every = enumerate((outages | ANYWHERE).items(), 2)
    seen = {name: _met(outage, turn) for turn, (name, outage) in every}
    print(json.dumps(seen))


def _vendor() -> str:
    from django.db import connection

    return connection.vendor


def _met(outage: Callable, turn: int) -> dict:
    """In one web process: a good save, the outage, the same presses again."""
    here, there = os.pipe()

    def person() -> None:
        visitor = Visitor(turn)
        seen = {"before": visitor.save("one")}
        with outage():
            seen |= {
                "page": visitor.look(),
                "during": visitor.save("two"),
                "alive": visitor.alive(),
            }
        seen |= {"after": visitor.save("two"), "words": visitor.words(), "aside": visitor.aside()}
        seen["owed"] = _outbox_whole()
        os.write(there, json.dumps(seen).encode())

    ended = forking.run(person)
    os.close(there)
    with os.fdopen(here) as told:
        return json.loads(told.read() or "{}") | {"ended": ended}


class Visitor:
    """Ada, signed in, with one page of writing open."""

    def __init__(self, turn: int) -> None:
        from django.test import Client

        from sessions.models import SessionPage
        from tests.reflections.key_lab import ada
        from tests.reflections.test_saving import text_prompt, ticket_for

        self.client = Client(raise_request_exception=False)
        self.client.force_login(ada())
        session = SessionPage.objects.get(number=8)
        self.ticket = ticket_for(ada(), session, turn=turn)
        self.prompt, self.version, self.step = text_prompt(session).key, 0, 0

    def save(self, words: str) -> int:
        """One autosave. After a refusal the next one says the same version again."""
        data = {"ticket": self.ticket.signed(), "version": self.version, "step": self.step + 1}
        answer = self.client.post(
            "/my/reflections/save/",
            data | {self.prompt: words},
            headers={"Accept": "application/json"},
        )
        if answer.status_code == 200:
            self.version, self.step = answer.json()["version"], self.step + 1
        return answer.status_code

    def look(self) -> list:
        """What a page says: its status, whether it is kind, and when to come again."""
        answer = self.client.get("/my/")
        kind = "Everything that was saved is safe" in answer.content.decode()
        return [answer.status_code, kind, answer.headers.get("Retry-After", "")]

    def alive(self) -> int:
        """What a probe hears, which has no cookie."""
        return type(self.client)().get("/livez").status_code

    def words(self) -> str:
        from reflections import writing
        from tests.reflections.key_lab import ada

        pages = writing.open_reflection(self._row(), actor=ada())
        return str(pages.responses[self.prompt].answer)

    def aside(self) -> int:
        return self._row().set_aside.count()

    def _row(self):
        from reflections.models import Reflection

        return Reflection.objects.get(owner_id=self.ticket.owner, window=self.ticket.window)


def _outbox_whole() -> bool:
    """What is owed can be read, and another effect can be owed and done."""
    from django.utils import timezone

    from course.outbox.owing import owe
    from course.outbox.settling import settle
    from course.programme.tasks import ask_to_check_signposts

    key = f"outage:{uuid4()}"
    effect = owe(ask_to_check_signposts, key=key, now=timezone.now(), signposts=[], letter=key)
    return settle(effect.pk, now=timezone.now())


# --- Outages of SQLite ------------------------------------------------------------------------


def _file() -> Path:
    from django.db import connection

    return Path(str(connection.settings_dict["NAME"]))


@contextmanager
def away() -> Iterator[None]:
    """Its disk is not there: the folder has another name for a while."""
    from django.db import connections

    connections.close_all()
    folder = _file().parent
    elsewhere = folder.with_name("elsewhere")
    folder.rename(elsewhere)
    try:
        yield
    finally:
        connections.close_all()
        elsewhere.rename(folder)


@contextmanager
def locked() -> Iterator[None]:
    """Another process writes all the while; we wait a tenth of a second instead of twenty."""
    from django.db import connection, connections

    connections.close_all()
    connection.settings_dict["OPTIONS"]["timeout"] = 0.1
    here, there = os.pipe()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN EXCLUSIVE")
            os.write(there, b"held")
            time.sleep(30)

    pid = forking.child(hold)
    assert os.read(here, 4) == b"held"
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        forking.ended(pid)


@contextmanager
def only_read() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 0")


@contextmanager
def full() -> Iterator[None]:
    """No file of this process may grow beyond 4 kB, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


# --- Outages of PostgreSQL --------------------------------------------------------------------


@contextmanager
def refused() -> Iterator[None]:
    """Nobody listens at its port."""
    from django.db import connection, connections

    connections.close_all()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "1"
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["PORT"] = port


@contextmanager
def taken_over() -> Iterator[None]:
    """Another server takes over, which only reads for now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")


@contextmanager
def ended_in_the_middle() -> Iterator[None]:
    """The server ends our connection after the first statement of each transaction."""
    import psycopg
    from django.db import connection, connections

    def cut(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        pid = connection.connection.info.backend_pid
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        return done

    try:
        with connection.execute_wrapper(cut):
            yield
    finally:
        connections.close_all()  # as a web process does after each request


# --- Anywhere ---------------------------------------------------------------------------------


@contextmanager
def log_full() -> Iterator[None]:
    """What is logged goes to a device that has no room at all."""
    import logging

    kept = os.dup(2)
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("course.outage").error("nobody will read this")
    try:
        yield
    finally:
        os.dup2(kept, 2)


ON_SQLITE = {"away": away, "locked": locked, "only read": only_read, "disk full": full}
ON_POSTGRES = {"refused": refused, "taken over": taken_over, "cut": ended_in_the_middle}
ANYWHERE = {"log full": log_full}
