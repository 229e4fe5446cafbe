import logging
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from course.outbox.models import Effect
from reflections.keys.wrapping import wrapper
from reflections.sealing import WritingUnreadable

OLDEST_EFFECT = timedelta(minutes=15)
FREE_AT_LEAST = 0.10  # of each disk that we write to
SKEW_AT_MOST = 60  # seconds between this machine's clock and the database's

log = logging.getLogger(__name__)
migrated: set[str] = set()  # databases that this process has seen migrated: they stay so


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready to serve. An outsider learns only yes or no; what is amiss is in the log."""
    amiss = next((name for name, holds in CONDITIONS if not holds()), None)
    if amiss:
        log.warning("Not ready: %s", amiss)
    words, status = ("not ready", 503) if amiss else ("ready", 200)
    return HttpResponse(words, status=status, content_type="text/plain")


def _written_to() -> bool:
    """Both databases take a write. It is undone at once."""
    try:
        for alias in settings.DATABASES:
            with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
                cursor.execute(
                    "UPDATE django_migrations SET name = name"
                    " WHERE id = (SELECT MIN(id) FROM django_migrations)"
                )
                transaction.set_rollback(True, using=alias)
    except DatabaseError:
        return False
    return True


def _migrated() -> bool:
    try:
        for alias in set(settings.DATABASES) - migrated:
            executor = MigrationExecutor(connections[alias])
            app = "writing_keys" if alias == "keys" else None
            if executor.migration_plan(executor.loader.graph.leaf_nodes(app)):
                return False
            migrated.add(alias)
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    """Redis itself, where there is one: the site goes on without it, but not for long."""
    asked: Callable[[], bool] | None = getattr(cache, "is_reached", None)
    return asked is None or asked()


def _disk_has_room() -> bool:
    folders = {Path(settings.LOCAL_DIR), Path(settings.MEDIA_ROOT)}
    for database in settings.DATABASES.values():
        if database["ENGINE"].endswith("sqlite3"):
            folders.add(Path(database["NAME"]).parent)
    usages = [shutil.disk_usage(folder) for folder in folders if folder.exists()]
    return all(usage.free >= FREE_AT_LEAST * usage.total for usage in usages)


def _clocks_agree() -> bool:
    for connection in connections.all():
        if connection.vendor != "postgresql":
            continue  # a file of this machine, with the same clock
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            if abs(time.time() - float(cursor.fetchone()[0])) > SKEW_AT_MOST:
                return False
    return True


def _effects_flow() -> bool:
    late = timezone.now() - OLDEST_EFFECT
    return not Effect.objects.due(timezone.now()).filter(not_before__lt=late).exists()


def _keys_load() -> bool:
    try:
        return wrapper().active > 0
    except WritingUnreadable:  # a key service may be away as well
        return False


CONDITIONS: list[tuple[str, Callable[[], bool]]] = [
    ("a database cannot be written to", lambda: _written_to()),
    ("migrations are missing", lambda: _migrated()),
    ("the cache cannot be reached", lambda: _cache_answers()),
    ("a disk is nearly full", lambda: _disk_has_room()),
    ("the clock differs from the database's", lambda: _clocks_agree()),
    ("effects are not done", lambda: _effects_flow()),
    ("the keys do not load", lambda: _keys_load()),
]
