"""Figures for whoever runs the site, in Prometheus' text format. Counts only, nothing of people.

Several processes serve one site, so each keeps its counts in a small file of its own, and
whichever is asked adds them up.
"""

import json
import os
import threading
import time
from collections import Counter
from pathlib import Path
from secrets import compare_digest

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from course.outbox.models import Effect

WRITE_EVERY = 5  # seconds
KEEP = 7 * 24 * 60 * 60  # seconds that an ended process still counts
HEARTBEAT = "worker-heartbeat"
LOOPBACK = {"127.0.0.1", "::1"}

_counts: Counter[str] = Counter()
_lock = threading.Lock()
_written: dict[str, float] = {"at": 0.0}
_born = time.time_ns()


def _folder() -> Path:
    return Path(settings.LOCAL_DIR) / "metrics"


def count(*, view: str, status: int) -> None:
    with _lock:
        _counts[f"{view} {status}"] += 1
        if time.monotonic() - _written["at"] > WRITE_EVERY:
            _written["at"] = time.monotonic()
            _write()


def _write() -> None:
    """A disk that is full costs figures, and no request."""
    name = _folder() / f"{os.getpid()}-{_born}"
    try:
        name.parent.mkdir(parents=True, exist_ok=True)
        name.with_suffix(".new").write_text(json.dumps(_counts))
        name.with_suffix(".new").replace(name.with_suffix(".json"))
    except OSError:
        return


def _requests() -> Counter[str]:
    with _lock:
        _write()
    total: Counter[str] = Counter()
    for path in _folder().glob("*.json"):
        try:
            if time.time() - path.stat().st_mtime > KEEP:
                path.unlink()
            else:
                total.update(json.loads(path.read_text()))
        except (OSError, ValueError):  # another process is about to replace it
            continue
    return total


def beat() -> None:
    """The worker lives: told to machines that share a cache, and to this one by a file."""
    cache.set(HEARTBEAT, time.time(), timeout=None)
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / HEARTBEAT).touch()
    except OSError:
        return


def _heartbeat() -> float:
    try:
        here = (_folder() / HEARTBEAT).stat().st_mtime
    except OSError:
        here = 0.0
    return max(here, cache.get(HEARTBEAT) or 0.0)


def _may_ask(request: HttpRequest) -> bool:
    """With the token; or without one from this machine itself, with no proxy in between."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    passed_on = {"X-Forwarded-For", "Forwarded", "X-Real-IP"} & set(request.headers)
    behind = settings.ALLAUTH_TRUSTED_PROXY_COUNT or passed_on
    return not behind and request.META.get("REMOTE_ADDR") in LOOPBACK


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_ask(request):
        raise Http404
    return HttpResponse("\n".join(_lines()) + "\n", content_type="text/plain; version=0.0.4")


def _lines() -> list[str]:
    lines = ["# TYPE resourced_requests_total counter"]
    for name, number in sorted(_requests().items()):
        view, status = name.rsplit(" ", 1)
        lines.append(f'resourced_requests_total{{view="{view}",status="{status}"}} {number}')
    now, owing = timezone.now(), Effect.objects.exclude(state=Effect.DONE)
    states = dict(owing.values_list("state").annotate(Count("pk")))
    oldest = Effect.objects.due(now).aggregate(at=Min("not_before"))["at"]
    figures = {
        "effects_owed": states.get(Effect.OWED, 0),
        "effects_dead": states.get(Effect.DEAD, 0),
        "oldest_effect_seconds": round((now - oldest).total_seconds()) if oldest else 0,
        "worker_heartbeat_timestamp_seconds": round(_heartbeat()),
    }
    for name, value in figures.items():
        lines += [f"# TYPE resourced_{name} gauge", f"resourced_{name} {value}"]
    return lines
