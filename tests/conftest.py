"""The suite runs on SQLite by default, and on whatever DATABASE_URL and KEYS_DATABASE_URL name."""

import contextlib
from pathlib import Path

import pytest

from tests.databases import copy_pages, on_postgres, shape_of_the_schema
from tests.settings import SCRATCH

pytest_plugins = ["tests.cast"]


def pytest_configure(config: pytest.Config) -> None:
    """Give each shape of the schema a test database of its own, so that reuse is safe."""
    from django.conf import settings

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

    from reflections.keys.wrapping import make_key_file

    with contextlib.suppress(FileExistsError):
        make_key_file(Path(settings.WRITING_KEY_FILE))
    copy_pages({alias: connections[alias].settings_dict["TEST"]["NAME"] for alias in connections})


@pytest.fixture(scope="session")
def django_db_use_migrations():
    """The copies were migrated when they were made; looking again would take five seconds each."""
    return False


@pytest.fixture(autouse=True)
def _clean_cache():
    from django.core.cache import cache

    cache.clear()


SLOW = ("browser", "faults", "test_at_once", "test_books", "test_paper")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that both processes end together; and both databases for all."""
    items.sort(key=lambda item: not any(word in item.nodeid for word in SLOW))
    for item in items:
        for mark in item.iter_markers("django_db"):
            if "databases" not in mark.kwargs:
                mark.kwargs["databases"] = ["default", "keys"]
