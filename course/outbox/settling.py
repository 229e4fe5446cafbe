import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.module_loading import import_string

from course.outbox.models import Effect

log = logging.getLogger(__name__)

LEASE = 120  # seconds; longer than the slowest effect, short enough to wait for
TRIES = 8
LONGEST_PAUSE = 6 * 60 * 60  # seconds


def settle(effect_id: str | UUID, *, now: datetime | None = None) -> bool:
    """Do one owed effect. Returns whether this call did it.

    A failure is kept as its exception's class name, since its text may carry
    someone's words, and is tried again later and later. After eight tries it waits,
    dead, for a person to look.
    """
    now = now or timezone.now()
    if not Effect.objects.lease(UUID(str(effect_id)), now=now, seconds=LEASE):
        return False
    effect = Effect.objects.get(pk=effect_id)
    try:
        import_string(effect.task)(**effect.facts)
    except Exception as error:  # anything may go wrong out there
        _put_off(effect, error=error, now=now)
        return False
    _mark_done(effect)
    return True


def _mark_done(effect: Effect) -> None:
    Effect.objects.filter(pk=effect.pk, state=Effect.OWED).update(
        state=Effect.DONE, done_at=timezone.now(), leased_until=None, facts={}
    )


def _put_off(effect: Effect, *, error: Exception, now: datetime) -> None:
    name = type(error).__name__
    dead = effect.attempts >= TRIES
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 -- it parts retries, it guards nothing
    pause = timedelta(seconds=min(15 * 4**effect.attempts, LONGEST_PAUSE) * jitter)
    Effect.objects.filter(pk=effect.pk, state=Effect.OWED).update(
        state=Effect.DEAD if dead else Effect.OWED,
        not_before=now + pause,
        leased_until=None,
        last_error=name[:80],
    )
    log.warning("Effect %s: try %s ended in %s", effect.pk, effect.attempts, name)
