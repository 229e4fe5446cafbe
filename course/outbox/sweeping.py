from datetime import datetime

from django.db import transaction

from course.outbox.models import Effect
from course.outbox.tasks import settle_effect


def sweep(now: datetime, *, at_most: int = 200) -> int:
    """Hand out again what is owed and in nobody's hands. Returns how many."""
    ids = list(
        Effect.objects.due(now).order_by("not_before").values_list("pk", flat=True)[:at_most]
    )
    for pk in ids:
        with transaction.atomic():
            settle_effect.enqueue(str(pk))
    return len(ids)
