"""Who looks after an organisation's places."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from course.audit.recording import record
from course.outbox.owing import owe
from course.people.models import User
from course.places import tasks, tokens
from course.places.models import Manager, ManagerInvitation, Organisation

LASTS = timedelta(days=14)


class LastManager(Exception):
    """Nobody would look after the places. Nothing was changed."""


class NotForYou(Exception):
    """The link was sent to another address. This role is not passed on."""


class LinkNotGood(Exception):
    """Unknown, used, withdrawn or too old."""


@transaction.atomic
def found_organisation(user: User, *, now: datetime, **facts: Any) -> Organisation:
    """Make an organisation; whoever makes it looks after it."""
    organisation = Organisation.objects.create(**facts)
    Manager.objects.create(organisation=organisation, user=user, since=now)
    _record("made", organisation, by=user, now=now)
    return organisation


@transaction.atomic
def ask_to_manage(
    organisation: Organisation, email: str, *, by: User, now: datetime
) -> ManagerInvitation | None:
    """Ask someone to look after the places too. They say yes themselves.

    `email` is tidy already. None: this address was asked, and the letter is on its way.
    """
    _lock(organisation)
    mine = organisation.manager_invitations.filter(email=email, state=ManagerInvitation.PENDING)
    if mine.filter(invited_at__gt=now - timedelta(hours=1)).exists():
        return None
    mine.update(state=ManagerInvitation.WITHDRAWN)
    asked = ManagerInvitation(
        organisation=organisation,
        email=email,
        invited_by=by,
        invited_at=now,
        expires_at=now + LASTS,
    )
    asked.token_hash = tokens.hash_for(tokens.MANAGER, asked.pk)
    asked.save(force_insert=True)
    _record("manager_asked", organisation, by=by, now=now)
    key = f"manager-invitation:{asked.pk}:letter"
    owe(tasks.send_manager_invitation, key=key, now=now, invitation=str(asked.pk))
    return asked


def find(token_hash: str, *, now: datetime) -> ManagerInvitation:
    """Raises LinkNotGood."""
    found = (
        ManagerInvitation.objects.filter(token_hash=token_hash, state=ManagerInvitation.PENDING)
        .filter(expires_at__gt=now)
        .select_related("organisation")
        .first()
    )
    if not found:
        raise LinkNotGood
    return found


@transaction.atomic
def become_manager(token_hash: str, *, user: User, now: datetime) -> Organisation:
    """Say yes. Raises LinkNotGood or NotForYou."""
    asked = find(token_hash, now=now)
    own = EmailAddress.objects.filter(user=user, verified=True, email__iexact=asked.email)
    if not own.exists():
        raise NotForYou
    pending = ManagerInvitation.objects.filter(pk=asked.pk, state=ManagerInvitation.PENDING)
    if not pending.update(state=ManagerInvitation.ACCEPTED):
        raise LinkNotGood
    facts = {"organisation": asked.organisation, "user": user}
    Manager.objects.get_or_create(**facts, defaults={"since": now})
    _record("manager_added", asked.organisation, by=user, now=now)
    return asked.organisation


@transaction.atomic
def remove_manager(manager: Manager, *, by: User, now: datetime) -> None:
    """Raises LastManager. Removing someone twice is removing them once."""
    organisation = _lock(manager.organisation)
    others = organisation.managers.exclude(pk=manager.pk)
    if not others.exists():
        raise LastManager
    organisation.managers.filter(pk=manager.pk).delete()
    _record("manager_removed", organisation, by=by, now=now)


def withdraw_asking(asked: ManagerInvitation, *, by: User, now: datetime) -> None:
    pending = ManagerInvitation.objects.filter(pk=asked.pk, state=ManagerInvitation.PENDING)
    if pending.update(state=ManagerInvitation.WITHDRAWN):
        _record("manager_asking_withdrawn", asked.organisation, by=by, now=now)


def _lock(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


def _record(what: str, organisation: Organisation, *, by: User, now: datetime) -> None:
    subject = f"organisation:{organisation.pk}"
    record(f"organisation.{what}", actor=by.pk, subject=subject, at=now)
