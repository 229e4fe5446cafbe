"""What the outbox could not do: trying again at a person's press, and telling that it waits."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from course.audit.recording import record
from course.dashboard import effect_tasks
from course.outbox.models import Effect
from course.outbox.owing import owe
from course.outbox.replaying import replay, replay_kind
from course.people.models import User


@transaction.atomic
def try_again(effect_id: UUID, *, by: User, now: datetime) -> bool:
    """Eight more tries for one effect. Returns whether it was still waiting."""
    found = replay(effect_id, now=now)
    if found:
        record("effect.again", actor=by.pk, subject=f"effect:{effect_id}", at=now)
    return found


@transaction.atomic
def try_kind_again(task: str, *, by: User, now: datetime) -> int:
    """Eight more tries for all of one kind. Returns for how many."""
    number = replay_kind(task, now=now)
    if number:
        kind = ".".join(task.split(".")[-2:])
        record("effects.again", actor=by.pk, subject=f"effects:{kind}"[:80], at=now)
    return number


def tell_of_dead(now: datetime) -> bool:
    """The clock: one letter a day for as long as something was given up. Returns whether one is
    owed now. Letters of this kind that did not arrive themselves are no reason for more."""
    own = f"{effect_tasks.__name__}.{effect_tasks.say_effects_wait.__name__}"
    dead = Effect.objects.filter(state=Effect.DEAD).exclude(task=own)
    if not effect_tasks.operator_address() or not dead.exists():
        return False
    day = f"{now:%Y-%m-%d}"
    owe(effect_tasks.say_effects_wait, key=f"effects-wait:{day}", now=now, day=day)
    return True
