"""Explicit consent: asked alone, refusable, reversible, recorded with its version (R13)."""

from datetime import datetime

from django.db import transaction

from course.people.models import Consent, User

WRITING_VERSION = "2026-11"  # raise it when the question's wording changes


@transaction.atomic
def give(user: User, *, about: str, version: str, now: datetime) -> Consent:
    """Record a yes. Saying yes twice is one yes."""
    User.objects.select_for_update().get(pk=user.pk)
    consent, _made = Consent.objects.get_or_create(
        user=user, about=about, withdrawn_at=None, defaults={"version": version, "given_at": now}
    )
    return consent


def withdraw(user: User, *, about: str, now: datetime) -> bool:
    """Take a yes back. Returns whether there was one."""
    return bool(
        Consent.objects.filter(user=user, about=about, withdrawn_at=None).update(withdrawn_at=now)
    )


def has_given(user: User, *, about: str) -> bool:
    return Consent.objects.filter(user=user, about=about, withdrawn_at=None).exists()
