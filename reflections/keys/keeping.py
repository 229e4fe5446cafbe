"""A person's key: made, fetched, wrapped anew, replaced, destroyed."""

import os
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from reflections.keys.models import WritingKey
from reflections.keys.wrapping import wrapper
from reflections.sealing import WritingUnreadable


class KeyGone(WritingUnreadable):
    """This person has no such key, or not any more."""


def make_key(owner_id: UUID, *, now: datetime) -> UUID:
    """Make this person's key and commit it alone, before any writing can need it.

    Returns the active key's id, an existing one's too. Call it outside any
    transaction on the `keys` database: with its commit outermost, a killed process
    could leave writing behind without its key.
    """
    active = WritingKey.objects.active().filter(owner_id=owner_id).first()
    if active:
        return active.pk
    fresh = _fresh(owner_id, now=now)
    try:
        with transaction.atomic(using="keys"):
            fresh.save(force_insert=True)
    except IntegrityError:  # someone else made it in the same moment
        return WritingKey.objects.active().get(owner_id=owner_id).pk
    rewrap([fresh])  # the file key may have been replaced since it was read
    return fresh.pk


def _fresh(owner_id: UUID, *, now: datetime) -> WritingKey:
    dek_id = uuid4()
    kek_id, locked = wrapper().wrap(os.urandom(32), owner=owner_id, dek_id=dek_id)
    return WritingKey(id=dek_id, owner_id=owner_id, wrapped=locked, kek_id=kek_id, created_at=now)


def active_key(owner_id: UUID) -> tuple[UUID, bytes]:
    """The id and the bytes of the key that seals this person's words. Raises WritingUnreadable."""
    key = WritingKey.objects.active().filter(owner_id=owner_id).first()
    if key is None:
        raise KeyGone
    return key.pk, unwrapped(key)


def opening_keys(owner_id: UUID, ids: Collection[UUID]) -> dict[UUID, bytes]:
    """These keys of this person, by id, for opening. Raises KeyGone if one is not there."""
    found = WritingKey.objects.live().filter(owner_id=owner_id, pk__in=ids)
    opened = {key.pk: unwrapped(key) for key in found}
    if set(ids) - set(opened):
        raise KeyGone
    return opened


def unwrapped(key: WritingKey) -> bytes:
    locked = bytes(key.wrapped)
    return wrapper().unwrap(locked, kek_id=key.kek_id, owner=key.owner_id, dek_id=key.pk)


def rewrap(keys: list[WritingKey]) -> tuple[int, int]:
    """Wrap these under the active KEK. Only `wrapped` and `kek_id` change, and only where they
    are still as they were read. Returns how many were done, and how many did not open.
    """
    ready, closed = [], 0
    keks = wrapper()
    for key in keys:
        if key.kek_id == keks.active:
            continue
        try:
            dek = unwrapped(key)
        except WritingUnreadable:
            if keks.can_open(key.kek_id):
                raise
            closed += 1
            continue
        new = keks.wrap(dek, owner=key.owner_id, dek_id=key.pk)
        if keks.unwrap(new.locked, kek_id=new.kek_id, owner=key.owner_id, dek_id=key.pk) != dek:
            raise WritingUnreadable
        ready.append((key, new))
    with transaction.atomic(using="keys"):
        done = sum(
            WritingKey.objects.filter(pk=key.pk, kek_id=key.kek_id, wrapped=key.wrapped).update(
                kek_id=new.kek_id, wrapped=new.locked
            )
            for key, new in ready
        )
    return done, closed


def replace_key(owner_id: UUID, *, now: datetime) -> list[UUID]:
    """Retire this person's key for a new one, in one commit. Returns the ids of retired keys.

    Where a key is retired already, an earlier renewal was interrupted: it is gone on with.
    Raises KeyGone when there is no key to replace.
    """
    retired = WritingKey.objects.live().filter(owner_id=owner_id).exclude(retired_at=None)
    if not retired.exists():
        fresh = _fresh(owner_id, now=now)
        with transaction.atomic(using="keys"):
            if not WritingKey.objects.active().filter(owner_id=owner_id).update(retired_at=now):
                raise KeyGone
            fresh.save(force_insert=True)
        rewrap([fresh])
    return list(retired.values_list("pk", flat=True))


def destroy_retired(owner_id: UUID, ids: Collection[UUID], *, now: datetime) -> int:
    """Destroy keys that open nothing any more. Returns how many went."""
    retired = WritingKey.objects.live().filter(owner_id=owner_id, pk__in=ids)
    return retired.exclude(retired_at=None).update(wrapped=None, destroyed_at=now)


def destroy_key(owner_id: UUID, *, now: datetime) -> int:
    """Make everything this person wrote unreadable for good. Returns how many keys went."""
    live = WritingKey.objects.live().filter(owner_id=owner_id)
    return live.update(wrapped=None, destroyed_at=now)
