"""Another eight tries, at a person's press: for what was given up, and for what waits long."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from course.outbox.models import Effect, EffectQuerySet
from course.outbox.owing import SOON
from course.outbox.tasks import settle_effect

AT_ONCE = 200  # handed out by the press itself; the sweep hands out the rest


def replay(effect_id: UUID, *, now: datetime) -> bool:
    """Give one effect eight more tries, the first of them now. Returns whether it waited."""
    return bool(_again(Effect.objects.filter(pk=effect_id), now=now))


def replay_kind(task: str, *, now: datetime) -> int:
    """The same for all of one kind. Returns how many."""
    return _again(Effect.objects.filter(task=task), now=now)


@transaction.atomic
def _again(effects: EffectQuerySet, *, now: datetime) -> int:
    """What somebody has in hand just now is left to them."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    waiting = effects.waiting_for_someone(now).filter(free)
    ids = list(waiting.select_for_update().order_by("created_at").values_list("pk", flat=True))
    Effect.objects.filter(pk__in=ids).update(
        state=Effect.OWED, attempts=0, not_before=now, leased_until=None
    )
    for pk in ids[:AT_ONCE]:
        settle_effect.using(priority=SOON).enqueue(str(pk))
    return len(ids)
