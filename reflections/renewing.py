"""A new key for one person: made, everything they wrote sealed anew, the old one destroyed.

Each step is committed before the next begins, so a killed renewal has lost nothing:
whoever runs it again goes on where it stopped. Between the first step and the last,
the old key opens what it sealed, and the new one seals whatever is saved.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reflections import sealing, writing
from reflections.holding import hold
from reflections.keys import keeping
from reflections.models import Reflection, SetAside
from reflections.sealing import WritingUnreadable


@dataclass(frozen=True)
class Renewed:
    """What a renewal did, in numbers."""

    sealed_anew: int
    destroyed: int


def renew_key(owner_id: UUID, *, now: datetime) -> Renewed:
    """Raises KeyGone without a key, and WritingUnreadable when something does not open: then
    the old key is kept, and nothing is lost.
    """
    retired = keeping.replace_key(owner_id, now=now)
    count = seal_anew(owner_id)
    return Renewed(count, destroy_old(owner_id, retired, now=now))


@transaction.atomic
def seal_anew(owner_id: UUID) -> int:
    """Every text of this person under the active key. Only the sealed bytes change, so that an
    open page goes on as if nothing had been. Returns how many texts changed.
    """
    hold(owner_id)
    new_id, new = keeping.active_key(owner_id)
    rows = [(row, place) for row, place in _rows(owner_id) if sealing.key_of(row.sealed) != new_id]
    ids = {sealing.key_of(row.sealed) for row, _place in rows}
    deks = keeping.opening_keys(owner_id, ids) | {new_id: new}
    for row, place in rows:
        again = writing.sealed_anew(row.sealed, place=place, deks=deks, by=new_id)
        type(row).objects.filter(pk=row.pk).update(sealed=again)
    return len(rows)


@transaction.atomic
def destroy_old(owner_id: UUID, retired: list[UUID], *, now: datetime) -> int:
    """Destroy the retired keys, once nothing is sealed with them. While this holds the owner's
    words, a save is either finished and looked at here, or has yet to fetch its key.
    """
    hold(owner_id)
    if any(sealing.key_of(row.sealed) in retired for row, _place in _rows(owner_id)):
        raise WritingUnreadable
    return keeping.destroy_retired(owner_id, retired, now=now)


def _rows(owner_id: UUID) -> list[tuple[Reflection | SetAside, sealing.Place]]:
    """All that this person wrote, what is deleted from view too, each with its place."""
    mine = list(Reflection.objects.filter(owner_id=owner_id).order_by("pk").select_for_update())
    aside = SetAside.objects.filter(reflection__owner_id=owner_id).select_related("reflection")
    found: list[tuple[Reflection | SetAside, sealing.Place]] = [(r, r.place) for r in mine]
    return found + [(a, a.place_in(a.reflection)) for a in aside.order_by("pk")]
