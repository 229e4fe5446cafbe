from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from course.outbox.models import Effect
from course.outbox.tasks import settle_effect

SOON, SOMETIME = 50, -50  # priorities in the queue
HISTORY = timedelta(hours=1)


def owe(
    task: Callable[..., None],
    *,
    key: str,
    urgent: bool = False,
    after: timedelta = timedelta(0),
    now: datetime | None = None,
    **facts: Any,
) -> Effect:
    """Owe `task(**facts)` to the world, once for each `key`, whatever happens.

    Call it inside the transaction that makes the effect due. `facts` are ids and
    other plain JSON, never words that a person wrote. Owing twice is owing once.
    `urgent` is for letters that someone sits and waits for; history made long ago waits.
    """
    clock = timezone.now()
    now = now or clock
    effect, made = Effect.objects.get_or_create(
        dedupe_key=key,
        defaults={
            "task": f"{task.__module__}.{task.__qualname__}",
            "facts": facts,
            "not_before": max(now + after, clock),  # what is owed from the past is due now
            "created_at": now,
        },
    )
    if made and not after:
        priority = SOON if urgent else SOMETIME if clock - now > HISTORY else 0
        settle_effect.using(priority=priority).enqueue(str(effect.pk))
    return effect


def owed_among(keys: Iterable[str]) -> set[str]:
    """Which of these keys were owed before, done or not. For jobs that ask again each minute."""
    found = Effect.objects.filter(dedupe_key__in=list(keys))
    return set(found.values_list("dedupe_key", flat=True))


def waits_until_later(prefix: str, *, now: datetime) -> bool:
    """Whether something under keys that begin so is put off, and nobody has it in hand yet."""
    soon = now + timedelta(minutes=2)
    waiting = Effect.objects.filter(dedupe_key__startswith=prefix, state=Effect.OWED)
    return waiting.filter(attempts=0, not_before__gt=soon).exists()
