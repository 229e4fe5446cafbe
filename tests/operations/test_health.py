"""Whether this process should be sent people (R79), and the figures for whoever runs it."""

import shutil
import socket
from collections import namedtuple
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.utils import timezone

from course import metrics
from course.caching import ForgivingRedis
from course.dashboard import health
from course.outbox.models import Effect

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _looks_again(monkeypatch):
    monkeypatch.setattr(health, "migrated", set())


def not_ready(client, caplog) -> str:
    """The reason, which is in the log and nowhere in the answer."""
    caplog.clear()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready")
    assert client.get("/livez").status_code == 200
    return caplog.messages[0]


def owed(minutes: int, **facts) -> Effect:
    then = timezone.now() - timedelta(minutes=minutes)
    return Effect.objects.create(
        dedupe_key=f"old-{minutes}", task="x", not_before=then, created_at=then, **facts
    )


def test_it_is_ready_and_says_so_to_anyone(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_not_without_a_database_that_takes_writes(client, caplog, alias):
    with connections[alias].execute_wrapper(read_only):
        assert "cannot be written" in not_ready(client, caplog)


def read_only(execute, sql, params, many, context):
    if sql.startswith("UPDATE"):
        raise DatabaseError("attempt to write a readonly database")
    return execute(sql, params, many, context)


def test_not_before_it_is_migrated(client, caplog):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'certificates'")
    assert "migrations" in not_ready(client, caplog)


def test_not_with_a_full_disk(client, caplog, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1000, 901, 99))
    assert "disk" in not_ready(client, caplog)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1000, 899, 101))
    assert client.get("/readyz").status_code == 200


def test_not_with_another_clock_than_the_databases(client, caplog, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has this machine's own clock")
    now = health.time.time()
    monkeypatch.setattr(health.time, "time", lambda: now - 61)
    assert "clock" in not_ready(client, caplog)


def test_not_while_effects_pile_up(client, caplog):
    owed(14)
    owed(60, attempts=3, leased_until=timezone.now() + timedelta(minutes=1))  # in hand
    assert client.get("/readyz").status_code == 200
    owed(16)
    assert "effects" in not_ready(client, caplog)


def test_not_without_the_keys(client, caplog, monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "WRITING_KEY_FILE", str(tmp_path / "gone.key"))
    assert "keys" in not_ready(client, caplog)


def test_not_without_redis_where_there_is_meant_to_be_one(client, caplog, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = ForgivingRedis(f"redis://127.0.0.1:{nobody.getsockname()[1]}", {})
        monkeypatch.setattr(health, "cache", away)
        assert "cache" in not_ready(client, caplog)


# --- Figures ----------------------------------------------------------------------------------------


@pytest.fixture
def _own_figures(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "LOCAL_DIR", tmp_path)
    monkeypatch.setattr(metrics, "_counts", metrics.Counter())


@pytest.mark.usefixtures("_own_figures")
def test_figures_are_counts_and_nothing_of_people(client, ada):
    owed(3)
    owed(9)
    Effect.objects.filter(dedupe_key="old-9").update(state=Effect.DEAD)
    client.get("/livez")
    client.get("/calendar/0123456789abcdef0123.ics")
    (settings.LOCAL_DIR / "metrics").mkdir(exist_ok=True)
    (settings.LOCAL_DIR / "metrics" / "7-7.json").write_text('{"livez 200": 4}')  # another process
    metrics.beat()
    said = client.get("/metrics").content.decode()
    lines = dict(line.rsplit(" ", 1) for line in said.splitlines() if line[0] != "#")
    assert lines['resourced_requests_total{view="livez",status="200"}'] == "5"
    assert lines["resourced_effects_owed"] == "1"
    assert lines["resourced_effects_dead"] == "1"
    assert 170 < int(lines["resourced_oldest_effect_seconds"]) < 200
    assert int(lines["resourced_worker_heartbeat_timestamp_seconds"]) > 1_700_000_000
    assert "0123456789abcdef" not in said
    assert "ada" not in said.lower()


def test_figures_are_for_this_machine_or_for_a_token(client, monkeypatch):
    cache.clear()
    assert client.get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.7"}).status_code == 404
    monkeypatch.setattr(settings, "METRICS_TOKEN", "a-long-token")
    assert client.get("/metrics").status_code == 404
    for token, status in (("a-long-token", 200), ("another", 404)):
        given = {"authorization": f"Bearer {token}"}
        answer = Client(REMOTE_ADDR="192.0.2.7").get("/metrics", headers=given)
        assert answer.status_code == status


def test_figures_are_not_for_whoever_comes_through_a_proxy(client, monkeypatch):
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 1)
    assert client.get("/metrics").status_code == 404
