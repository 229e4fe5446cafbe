"""Trying an escrow copy of the key file: does it open what people wrote? Counts only."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from reflections import sealing
from reflections.keys.models import WritingKey
from reflections.keys.rewrapping import in_use
from reflections.keys.wrapping import FileWrapper
from reflections.models import Reflection
from reflections.sealing import WritingUnreadable


@dataclass(frozen=True)
class Drilled:
    """What a drill saw, in numbers."""

    keys: int = 0
    keys_closed: int = 0
    texts: int = 0
    texts_closed: int = 0
    missing: tuple[int, ...] = ()  # file keys in use that the copy does not have

    @property
    def is_sound(self) -> bool:
        return not (self.keys_closed or self.texts_closed or self.missing)


def drill(copy: Path, *, sample: int) -> Drilled:
    """Take some keys of each file key, and one text of each of their owners.

    A text is authenticated whole and let go at once: nothing of it is kept, shown or returned.
    Raises KeyFileProblem.
    """
    keks, counted = FileWrapper(copy), Counter[str]()
    counts = in_use()
    for number in counts:
        some = WritingKey.objects.live().filter(kek_id=number).order_by("?")[:sample]
        for key in some:
            counted.update(_try(key, keks))
    missing = tuple(number for number in counts if not keks.can_open(number))
    return Drilled(**counted, missing=missing)


def _try(key: WritingKey, keks: FileWrapper) -> list[str]:
    locked = bytes(key.wrapped)
    try:
        dek = keks.unwrap(locked, kek_id=key.kek_id, owner=key.owner_id, dek_id=key.pk)
    except WritingUnreadable:
        return ["keys", "keys_closed"]
    for row in Reflection.objects.filter(owner_id=key.owner_id).order_by("?").iterator():
        if sealing.key_of(row.sealed) == key.pk:
            sound = sealing.is_sound(row.sealed, dek=dek, dek_id=key.pk, place=row.place)
            return ["keys", "texts"] + ([] if sound else ["texts_closed"])
    return ["keys"]
