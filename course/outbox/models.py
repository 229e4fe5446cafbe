import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

LONG = timedelta(minutes=15)  # without a first try, so long is too long (R79)
TROUBLE = 3  # tries that ended badly, over about half an hour


class EffectQuerySet(models.QuerySet["Effect"]):
    def due(self, now: datetime) -> Self:
        """Owed, not waiting for a retry, and not in anyone's hands."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.filter(free, state=Effect.OWED, not_before__lte=now)

    def waiting_for_someone(self, now: datetime) -> Self:
        """Given up, or owed for so long that a person may want to look."""
        long_owed = Q(attempts=0, not_before__lt=now - LONG) | Q(attempts__gte=TROUBLE)
        return self.filter(Q(state=Effect.DEAD) | Q(long_owed, state=Effect.OWED))

    def lease(self, pk: uuid.UUID, *, now: datetime, seconds: int) -> bool:
        """Take one effect, for so long. Only one caller gets it: the update decides."""
        taken = self.due(now).filter(pk=pk)
        return bool(
            taken.update(leased_until=now + timedelta(seconds=seconds), attempts=F("attempts") + 1)
        )


class Effect(models.Model):
    """Something owed to the outside world: a letter, a document, a refund.

    The row is written in the same transaction as the fact that causes it. The queue
    is only a trigger; this row is the truth.
    """

    OWED, DONE, DEAD = "owed", "done", "dead"
    STATES = [(OWED, "owed"), (DONE, "done"), (DEAD, "dead")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dedupe_key = models.CharField(max_length=200, unique=True)
    task = models.CharField(max_length=120)  # dotted path of the function that does it
    facts = models.JSONField(default=dict)  # ids only (R11); emptied when done
    state = models.CharField(max_length=4, choices=STATES, default=OWED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=80, blank=True)  # an exception's class, no text
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "not_before"], name="effects_still_owed")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | Q(~Q(state="done"), done_at__isnull=True),
                name="done_effects_say_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dedupe_key} ({self.state})"
