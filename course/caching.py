"""Redis as the shared cache, which a site can do without for a while."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PAUSE = 5  # seconds in which Redis is not asked again


class ForgivingRedis(RedisCache):
    """While Redis is away, each process keeps a cache of its own.

    Pages go on, and limits still hold in each process. What was in Redis counts as forgotten.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._meanwhile = LocMemCache("while-redis-is-away", {"OPTIONS": {"MAX_ENTRIES": 5000}})

    _away_until = 0.0  # of the class: Django makes a cache for each thread

    def is_reached(self) -> bool:
        """Whether Redis itself answers now, and keeps what it is given."""
        try:
            super().set("reached", 1, timeout=60)
            return super().get("reached") == 1
        except RedisError:
            return False

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= ForgivingRedis._away_until:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except RedisError as error:
                ForgivingRedis._away_until = time.monotonic() + PAUSE
                log.error("Redis is away (%s). Each process is on its own.", type(error).__name__)
        return getattr(self._meanwhile, name)(*args, **kwargs)


def _forgiving(name: str) -> Callable[..., Any]:
    def asked(self: ForgivingRedis, *args: Any, **kwargs: Any) -> Any:
        return self._ask(name, *args, **kwargs)

    return asked


for _name in (
    *("add", "get", "set", "touch", "delete", "get_many", "has_key"),
    *("incr", "set_many", "delete_many", "clear"),
):
    setattr(ForgivingRedis, _name, _forgiving(_name))
