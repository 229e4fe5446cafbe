from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from course.outbox.models import Effect
from reflections.keys.wrapping import KeyFileProblem, wrapper

OLDEST_EFFECT = timedelta(minutes=15)


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. It looks at nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Ready to serve: databases reached and migrated, keys load, effects flow.

    An outsider learns only ready or not; the reason goes to the log of the balancer's
    owner through the status code alone.
    """
    ready = _databases_ready() and _keys_load() and _effects_flow()
    return HttpResponse(
        "ready" if ready else "not ready", status=200 if ready else 503, content_type="text/plain"
    )


def _databases_ready() -> bool:
    try:
        for alias in settings.DATABASES:
            executor = MigrationExecutor(connections[alias])
            app = "writing_keys" if alias == "keys" else None
            if executor.migration_plan(executor.loader.graph.leaf_nodes(app)):
                return False
    except DatabaseError:
        return False
    return True


def _keys_load() -> bool:
    try:
        wrapper()
    except KeyFileProblem:
        return False
    return True


def _effects_flow() -> bool:
    late = timezone.now() - OLDEST_EFFECT
    return not Effect.objects.filter(state=Effect.OWED, attempts=0, not_before__lt=late).exists()
