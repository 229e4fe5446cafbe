import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's, when lock_timeout has passed
TRIES = 10
ONE_AT_A_TIME = 7_602_114  # any number of ours: an advisory lock against two of these at once


class Command(BaseCommand):
    help = (
        "Bring both databases to this release. On PostgreSQL it never makes readers wait for "
        "longer than MIGRATION_LOCK_SECONDS: it lets go and tries again."
    )
    requires_system_checks: list[str] = []  # a spoilt key file must not stop it

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        for alias, apps in (("default", []), ("keys", ["writing_keys"])):
            self._migrate(alias, apps, verbosity=verbosity)

    def _migrate(self, alias: str, apps: list[str], *, verbosity: int) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                with impatient(alias):
                    return call_command("migrate", *apps, database=alias, verbosity=verbosity)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                    raise
                # Each migration is whole or not at all, so what was let go is begun again.
                self.stdout.write(f"{alias}: somebody holds a lock. Try {attempt} of {TRIES}.")
                if attempt < TRIES:
                    time.sleep(min(attempt, 5))
        raise CommandError(
            f"The database {alias} was in use all the time. Nothing is half done: the site goes "
            "on as before. End the long transaction, or run this again at a quieter hour."
        )


@contextmanager
def impatient(alias: str) -> Iterator[None]:
    """On PostgreSQL: wait so long for a lock, and for another machine that migrates."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = %s", [settings.MIGRATION_LOCK_SECONDS * 1000])
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
    try:
        yield
    finally:
        connection.close()  # gives back the lock and the patience
