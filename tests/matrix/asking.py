"""How the matrix asks: as each role, by each method, with nothing kept of what was done."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import signed_in
from tests.matrix.table import ANY, HIDDEN, OPEN, ROWS, SHUT, SIGN_IN, Row
from tests.matrix.wagtails import FILLS, GROUPS, MEANS

TOKEN = "0123456789abcdefghijklmnopqrstuv"  # the asker's own, in the cookie and in the header
WRITES = re.compile(r"\s*(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.I)
# Tables that an asker's own visit may touch: it says nothing about anyone else.
OWN_TRACES = {"django_session", "audit_entry", "usersessions_usersession"}


@contextmanager
def nothing_kept() -> Iterator[list[str]]:
    """Roll back whatever is done in here; yields the tables that were written to."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        found = WRITES.match(sql)
        if found and found[2] not in OWN_TRACES and context["cursor"].rowcount:
            written.append(found[2])
        return result

    with ExitStack() as stack:
        for connection in connections.all():
            block = transaction.atomic(using=connection.alias)
            block._from_testcase = True  # flows that must not be nested may still run
            stack.enter_context(block)
            stack.enter_context(connection.execute_wrapper(watch))
        yield written
        for connection in connections.all():
            transaction.set_rollback(True, using=connection.alias)


def asker(user: Any) -> Client:
    options = {"enforce_csrf_checks": True, "raise_request_exception": False}
    client = signed_in(user, **options) if user else Client(**options)
    client.cookies["csrftoken"] = TOKEN
    return client


NOT_SO = {403, 405, 429}  # also refusals: a token that is missing, not that method, not so often
METHODS = ("head", "post", "put", "patch", "delete", "format", "override")


def ask(client: Client, method: str, address: str) -> HttpResponse:
    kept = {name: cookie.value for name, cookie in client.cookies.items()}
    try:
        return _ask(client, method, address)
    finally:  # whatever signed out, or another session: as before
        client.cookies = SimpleCookie(kept)


def _ask(client: Client, method: str, address: str) -> HttpResponse:
    headers = {"X-CSRFToken": TOKEN}
    if method == "format":
        return client.get(f"{address}?format=json", headers={"Accept": "application/json"})
    if method == "override":
        headers["X-HTTP-Method-Override"] = "DELETE"
        return client.post(address, {"_method": "DELETE"}, headers=headers)
    return getattr(client, method)(address, headers=headers)


def whole(answer: HttpResponse) -> str:
    """All that was sent, with its files closed again (an answer to HEAD leaves them open)."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return content.decode(errors="replace")


def kind_of(answer: HttpResponse) -> str:
    """Which of the table's answers this is."""
    where = answer.headers.get("Location", "")
    if answer.status_code >= 500:
        return f"broken: {answer.status_code}"
    if answer.status_code == 404:
        return HIDDEN
    if answer.status_code == 403 or where == "/cms/":
        return SHUT
    return SIGN_IN if where.startswith(("/accounts/login/", "/cms/login/")) else OPEN


def fits(expected: str, answer: HttpResponse, method: str, row: Row) -> bool:
    """A method that nobody may use is as good a refusal as any other."""
    kind = kind_of(answer)
    if row.by == "post" and method not in {"post", "override"} and answer.status_code == 302:
        return True  # what is only pressed leads elsewhere when it is opened
    if kind.startswith("broken"):
        return False
    if expected == ANY:
        return True
    if expected == SHUT:
        return kind != OPEN or answer.status_code == 405
    if expected == OPEN:
        return kind == OPEN
    return kind == expected or answer.status_code in ({405} if method == "get" else NOT_SO)


# --- From an address to its row ------------------------------------------------------------------

Patterns = list[URLPattern | URLResolver]


def routes() -> Iterator[tuple[str, Patterns]]:
    """Every address of the project: its name, or the route of one that has none."""
    yield from _below(get_resolver().url_patterns, [], ())


def _below(patterns: Patterns, above: Patterns, spaces: tuple) -> Iterator[tuple[str, Patterns]]:
    for one in patterns:
        here = [*above, one]
        if isinstance(one, URLResolver):
            yield from _below(one.url_patterns, here, (*spaces, one.namespace or ""))
        else:
            name = ":".join([*filter(None, spaces), one.name or ""]).rstrip(":")
            yield (one.name and name) or "".join(str(p.pattern) for p in here), here


def longest(beginnings: Iterable[str], name: str) -> str | None:
    return max((b for b in beginnings if name.startswith(b)), key=len, default=None)


def row_of(name: str) -> Row | None:
    """Its own row; for Wagtail's, that of the longest beginning."""
    group = longest(GROUPS, name)
    return ROWS.get(name) or (GROUPS[group] if group else None)


def address_of(name: str, patterns: Patterns, things: dict[str, Any]) -> str:
    row = row_of(name)
    about = [things.get(one, one) for one in row.about]
    if about and str(about[0]).startswith("/"):
        return about[0]
    if name in ROWS:
        return reverse(name, args=about)
    if name.endswith("revisions_compare"):
        return reverse(name, args=[things["the page"], "earliest", "latest"])
    means = MEANS.get(longest(MEANS, name) or "", {})
    words = [w for p in patterns for w in getattr(p.pattern, "converters", {})]
    wanted = {w: means.get(w) or FILLS[w] for w in words}
    return reverse(name, kwargs={w: things.get(v, v) for w, v in wanted.items()})
