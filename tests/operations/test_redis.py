"""With Redis the processes of a site share one cache; without it for a while, the site goes on."""

import socket
import subprocess
import sys
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from course import caching
from course.environment import cache as cache_settings
from course.people.limiting import wait
from tests.cast import signed_in

REDIS = "redis://127.0.0.1:6379/9"
ASK = """
import sys
from django.conf import settings
from course.environment import cache as cache_settings
settings.configure(CACHES={"default": cache_settings(sys.argv[1])})
from django.core.cache import cache
cache.add(sys.argv[2], 0, timeout=60)
print(*(cache.incr(sys.argv[2]) for _ in range(5)))
"""


def redis_is_there() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 6379), 0.5).close()
    except OSError:
        return False
    return True


needs_redis = pytest.mark.skipif(not redis_is_there(), reason="no Redis at 127.0.0.1:6379")


@pytest.fixture(autouse=True)
def _asks_again(monkeypatch):
    monkeypatch.setattr(caching.ForgivingRedis, "_away_until", 0.0)


@pytest.fixture
def port():
    """Where something may listen, and nothing answers yet."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield nobody


@needs_redis
def test_two_processes_count_together():
    key = f"test-{uuid4()}"
    command = [sys.executable, "-c", ASK, REDIS, key]
    pipes = {"stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    counted = " ".join(one.communicate(timeout=60)[0] for one in both)
    assert sorted(map(int, counted.split())) == list(range(1, 11))


@needs_redis
def test_the_cache_of_redis_keeps_what_it_is_given(settings):
    settings.CACHES = {"default": cache_settings(REDIS)}
    key = f"test-{uuid4()}"
    assert cache.is_reached()
    assert cache.get_or_set(key, lambda: {"plain": ["facts"]}, 60) == {"plain": ["facts"]}
    assert not cache.add(key, 1, timeout=60)
    assert cache.get_many([key, "no"]) == {key: {"plain": ["facts"]}}
    cache.delete(key)
    assert cache.get(key) is None
    cache.set(key, 1, timeout=0.5)
    with pytest.raises(ValueError):  # noqa: PT011 -- as every cache of Django's
        cache.incr(f"test-{uuid4()}")


@pytest.mark.django_db
def test_without_redis_pages_open_sessions_hold_and_limits_count(settings, ada, port, caplog):
    settings.CACHES = {"default": cache_settings(f"redis://127.0.0.1:{port.getsockname()[1]}")}
    client = signed_in(ada)
    for address in ("/", "/resourced/", "/resourced/starting-with-you/", "/accounts/login/"):
        assert client.get(address, follow=True).status_code == 200, address
    assert client.get("/verify/ABCD-EFGH/").status_code in {200, 404}
    assert ada.display_name in client.get("/my/").content.decode()
    who = str(uuid4())
    asked = [wait("x", who, at_most=3, within=timedelta(hours=1)) for _ in range(5)]
    assert [bool(seconds) for seconds in asked] == [False, False, False, True, True]
    assert [m for m in caplog.messages if "Redis is away (ConnectionError)" in m]
    assert not cache.is_reached()


def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(settings, port):
    port.listen()
    settings.CACHES = {"default": cache_settings(f"redis://127.0.0.1:{port.getsockname()[1]}")}
    began = time.monotonic()
    for number in range(50):
        cache.set(f"n{number}", number)
    assert cache.get("n49") == 49
    assert time.monotonic() - began < 3


@needs_redis
def test_it_is_asked_again_after_a_pause(settings, monkeypatch, port):
    settings.CACHES = {"default": cache_settings(f"redis://127.0.0.1:{port.getsockname()[1]}")}
    key = f"test-{uuid4()}"
    cache.set(key, "in this process")
    settings.CACHES = {"default": cache_settings(REDIS)}
    assert cache.get(key) == "in this process"  # it is still left alone
    monkeypatch.setattr(caching.ForgivingRedis, "_away_until", 0.0)
    assert cache.get(key) is None
    cache.set(key, "in Redis", timeout=5)
    assert cache.get(key) == "in Redis"
