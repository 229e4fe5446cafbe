"""The suite runs on SQLite by default, and on whatever DATABASE_URL and KEYS_DATABASE_URL name."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.databases import (
    SCRATCH,
    copy_pages,
    make_everything_beside,
    on_postgres,
    shape_of_the_schema,
)

pytest_plugins = ["tests.cast"]


def pytest_configure(config: pytest.Config) -> None:
    """Give each shape of the schema a test database of its own, so that reuse is safe."""
    from django.conf import settings

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # sites are stopped then as well
    shape = shape_of_the_schema()
    for alias, database in settings.DATABASES.items():
        if not on_postgres():
            folder = SCRATCH / shape
            folder.mkdir(parents=True, exist_ok=True)
            name = str(folder / f"{alias}.sqlite3")
        else:
            name = f"test_resourced_{shape}_{alias}"
        database.setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Each process starts with a copy of databases that hold the starter programme."""
    from django.conf import settings
    from django.db import connections

    from reflections.keys.filing import make_key_file

    with contextlib.suppress(FileExistsError):
        make_key_file(Path(settings.WRITING_KEY_FILE))
    copy_pages({alias: connections[alias].settings_dict["TEST"]["NAME"] for alias in connections})


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The copies are complete: Django's own way would look through every table once more."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.settings_dict["NAME"] = connection.settings_dict["TEST"]["NAME"]
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def _clean_cache():
    from django.core.cache import cache

    cache.clear()


# --- Who runs what, and when ----------------------------------------------------------------------

# First what needs no database, while the databases are made; then the files that take longest,
# so that both processes end together.
FIRST = ("certificates/test_paper", "architecture/")
LONG = ("places/test_inviting", "places/test_books", "browser/", "faults/", "programme/")


def turn_of(nodeid: str) -> int:
    words = [*FIRST, *LONG]
    return next((n for n, word in enumerate(words) if word in nodeid), len(words))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order of `turn_of`; and both databases for all."""
    items.sort(key=lambda item: turn_of(item.nodeid))
    for item in items:
        for mark in item.iter_markers("django_db"):
            if "databases" not in mark.kwargs:
                mark.kwargs["databases"] = ["default", "keys"]


class OneSiteForAllBrowsers(LoadFileScheduling):
    """A file goes to one process; the browser's files all to the same, with one site and Chromium."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/browser" if nodeid.startswith("tests/browser/") else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSiteForAllBrowsers:
    return OneSiteForAllBrowsers(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several processes will share the databases, make them while those collect tests."""
    several = getattr(session.config.option, "numprocesses", None)
    if several and not session.config.option.collectonly:
        session.config.making = make_everything_beside()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    node.config.died = bool(error) or getattr(node.config, "died", False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    making = getattr(session.config, "making", None)
    if making:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(making.pid, signal.SIGTERM)
        making.wait()
    if getattr(session.config, "died", False):
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR  # not every test was run
