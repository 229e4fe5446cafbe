"""How often one person, or one address on the network, may ask for something (R73).

The count is in the cache, so several web processes count together only with REDIS_URL. It
never locks an account: whoever asks too often waits themselves, and nobody else does.
What must hold through a restart, as a table of exports, is counted in the audit log instead.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from math import ceil
from typing import Any
from uuid import uuid4

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

log = logging.getLogger(__name__)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Decorator = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]
SOON = 20  # seconds, in which a paper is drawn
FIVE_MINUTES = 300  # seconds, as the page of allauth's own limits says
READS = {"GET", "HEAD", "OPTIONS"}


def wait(what: str, who: str, *, at_most: int, within: timedelta) -> int:
    """Seconds until `who` may do this again; 0 when they may now, and then it counts.

    A cache that is away lets everyone in: it must not close the site.
    """
    span = int(within.total_seconds())
    now = time.time()
    name = f"limit:{what}:{sha256(who.encode()).hexdigest()[:24]}:{int(now // span)}"
    try:
        cache.add(name, 0, timeout=span)
        asked = cache.incr(name)
    except ValueError:  # forgotten in between
        return 0
    except Exception as error:
        log.error("Counting requests ended in %s", type(error).__name__)
        return 0
    if asked == at_most + 1:  # once for each time that someone has to wait
        log.warning("Asked too often: %s", what)
    return 0 if asked <= at_most else max(1, span - int(now % span))


def at_once(what: str, *, at_most: int, for_at_most: timedelta) -> Decorator:
    """Answer 429 while so many of one person's requests are being worked on.

    Each holds a slot of the cache, which goes by itself after `for_at_most`: a process that is
    killed takes none with it. A cache that is away lets everyone in.
    """
    seconds = int(for_at_most.total_seconds())

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            who = sha256(who_asks(request).encode()).hexdigest()[:24]
            mine = uuid4().hex
            slots = [f"busy:{what}:{who}:{n}" for n in range(at_most)]
            try:
                taken = next((s for s in slots if cache.add(s, mine, timeout=seconds)), None)
            except Exception as error:
                log.error("Taking turns ended in %s", type(error).__name__)
                return view(request, *args, **kwargs)
            if taken is None:
                return later(request, SOON)
            try:
                return view(request, *args, **kwargs)
            finally:
                _free(taken, mine)

        return wrapped

    return decorate


def _free(slot: str, mine: str) -> None:
    """Not one that ran out meanwhile and is someone else's by now."""
    try:
        if cache.get(slot) == mine:
            cache.delete(slot)
    except Exception as error:
        log.error("Giving a turn back ended in %s", type(error).__name__)


def who_asks(request: HttpRequest) -> str:
    """The person; for a stranger the address that our own proxies vouch for."""
    if request.user.is_authenticated:
        return f"person:{request.user.pk}"
    return f"address:{get_adapter().get_client_ip(request)}"


def limited(
    what: str,
    *,
    at_most: int,
    within: timedelta,
    reading: bool = False,
    strangers: int | None = None,
) -> Decorator:
    """Answer 429 beyond so many requests in so long. Opening a page counts only with `reading`.

    `strangers` is how many there may be from one address: an office may share one.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in READS and not reading:
                return view(request, *args, **kwargs)
            known = request.user.is_authenticated
            most = at_most if known or strangers is None else strangers
            seconds = wait(what, who_asks(request), at_most=most, within=within)
            return later(request, seconds) if seconds else view(request, *args, **kwargs)

        return wrapped

    return decorate


def too_many(request: HttpRequest) -> HttpResponse:
    """Where allauth counted: tries to sign in, letters asked for."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(FIVE_MINUTES)
    add_never_cache_headers(response)
    return response


def later(request: HttpRequest, seconds: int) -> HttpResponse:
    """The kind page, or its facts for a script; when to come back is in the header."""
    if request.headers.get("Accept") == "application/json":
        response: HttpResponse = JsonResponse({"wait": seconds}, status=429)
    else:
        facts = {"minutes": ceil(seconds / 60), "sent": request.method not in READS}
        response = render(request, "later.html", facts, status=429)
    response["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response
