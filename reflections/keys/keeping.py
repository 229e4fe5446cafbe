"""A person's key: made, fetched, destroyed."""

import os
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from reflections.keys.models import WritingKey
from reflections.keys.wrapping import wrapper
from reflections.sealing import WritingUnreadable


def make_key(owner_id: UUID, *, now: datetime) -> UUID:
    """Make this person's key and commit it alone, before any writing can need it.

    Returns the active key's id, an existing one's too. Call it outside any
    transaction on the `keys` database: with its commit outermost, a killed process
    could leave writing behind without its key.
    """
    active = WritingKey.objects.filter(owner_id=owner_id, destroyed_at=None).first()
    if active:
        return active.pk
    dek_id, keks = uuid4(), wrapper()
    wrapped = keks.wrap(os.urandom(32), owner=owner_id, dek_id=dek_id)
    try:
        with transaction.atomic(using="keys"):
            WritingKey.objects.create(
                id=dek_id, owner_id=owner_id, wrapped=wrapped, kek_id=keks.active, created_at=now
            )
    except IntegrityError:  # someone else made it in the same moment
        return WritingKey.objects.get(owner_id=owner_id, destroyed_at=None).pk
    return dek_id


def active_key(owner_id: UUID) -> tuple[UUID, bytes]:
    """The id and the bytes of this person's key. Raises WritingUnreadable."""
    key = WritingKey.objects.filter(owner_id=owner_id, destroyed_at=None).first()
    if key is None:
        raise WritingUnreadable
    opened = wrapper().unwrap(bytes(key.wrapped), kek_id=key.kek_id, owner=owner_id, dek_id=key.pk)
    return key.pk, opened


def destroy_key(owner_id: UUID, *, now: datetime) -> int:
    """Make everything this person wrote unreadable for good. Returns how many keys went."""
    return WritingKey.objects.filter(owner_id=owner_id, destroyed_at=None).update(
        wrapped=None, destroyed_at=now
    )
