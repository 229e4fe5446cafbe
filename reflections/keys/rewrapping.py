"""Turning to a new file key: everyone's key wrapped anew, in batches, while people write."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from reflections.keys import keeping
from reflections.keys.models import WritingKey
from reflections.keys.wrapping import wrapper

BATCH = 200  # a short transaction: nobody who agrees to writing waits for long


@dataclass(frozen=True)
class Batch:
    """What one batch did, in numbers."""

    done: int
    closed: int  # their file key is not here


def rewrap_all(batch: int = BATCH) -> Iterator[Batch]:
    """Wrap every person's key under the active file key. Stopped anywhere, it can be run again.

    Keys that change meanwhile are left alone and met by the next round.
    """
    last = None
    while True:
        waiting = WritingKey.objects.live().exclude(kek_id=wrapper().active).order_by("pk")
        rows = list((waiting.filter(pk__gt=last) if last else waiting)[:batch])
        if not rows:
            return
        last = rows[-1].pk
        yield Batch(*keeping.rewrap(rows))


def in_use() -> dict[int, int]:
    """How many people's keys each file key wraps."""
    counted = WritingKey.objects.live().values_list("kek_id").annotate(count=Count("pk"))
    return dict(counted.order_by("kek_id"))
