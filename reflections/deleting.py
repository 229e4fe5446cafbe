"""Deleting: gone from view at once, undone for seven days, then gone for good."""

from datetime import datetime, timedelta

from django.db import transaction

from course.people.models import Consent, User
from reflections.holding import hold
from reflections.keys import keeping
from reflections.models import Reflection

UNDO = timedelta(days=7)


def delete(reflection: Reflection, *, now: datetime) -> None:
    Reflection.objects.filter(pk=reflection.pk, deleted_at=None).update(deleted_at=now)


def undo_delete(reflection: Reflection) -> None:
    Reflection.objects.filter(pk=reflection.pk).update(deleted_at=None)


def purge_deleted(now: datetime) -> int:
    """Remove what was deleted more than seven days ago. Returns how many rows went."""
    rows, _by_model = Reflection.objects.to_purge(now - UNDO).delete()
    return rows


def delete_all(owner: User, *, now: datetime) -> int:
    """Everything this person wrote, at once and for good: the key first, then the rows."""
    keeping.destroy_key(owner.pk, now=now)
    with transaction.atomic():
        hold(owner.pk)  # a save that had fetched the key has ended before this goes on
        rows, _by_model = Reflection.objects.for_owner(owner).delete()
    return rows


def purge_withdrawn(now: datetime) -> int:
    """Remove the writing of people who withdrew consent more than seven days ago."""
    withdrawn = Consent.objects.filter(about=Consent.WRITING, withdrawn_at__lt=now - UNDO)
    again = Consent.objects.filter(about=Consent.WRITING, withdrawn_at=None).values("user_id")
    owners = User.objects.filter(
        consents__in=withdrawn, pk__in=Reflection.objects.values("owner_id")
    ).exclude(pk__in=again)
    return sum(delete_all(owner, now=now) for owner in owners.distinct())
