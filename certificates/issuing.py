"""Certificates: issued once, corrected by a new one, revoked, never changed."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from certificates import tasks
from certificates.facts import Taken
from certificates.models import Certificate
from course import names
from course.audit.recording import record
from course.cohorts.models import Enrolment
from course.outbox.owing import owe
from course.people.models import User

# Crockford's letters: no I, L, O or U, so that a code can be read out and typed.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """26 letters, 130 random bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(26))


def read_code(typed: str) -> str:
    """A code as someone may type it: any case, with spaces or hyphens, O for 0, I for 1."""
    tidy = typed.upper().replace("-", "").replace(" ", "")
    return tidy.translate(str.maketrans("OIL", "011"))


@transaction.atomic
def issue(enrolment: Enrolment, *, facts: Taken, now: datetime) -> Certificate:
    """Issue the certificate of one completion. A second call returns the first one."""
    certificate, made = Certificate.objects.get_or_create(
        completion_of=enrolment.pk,
        version=1,
        defaults={
            "code": new_code(),
            "holder_id": enrolment.user_id,
            "enrolment": enrolment,
            "issued_at": now,
            "facts": facts.frozen(),
        },
    )
    if made:
        _owe_paper(certificate, now=now)
        key = f"certificate:{certificate.pk}:letter"
        owe(tasks.announce_certificate, key=key, now=now, certificate=str(certificate.pk))
    return certificate


@transaction.atomic
def supersede(certificate: Certificate, *, facts: dict, now: datetime, actor: User) -> Certificate:
    """Issue a new version with other facts. The old code then says that it was replaced."""
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if old.state != Certificate.VALID:
        return _newest(old.completion_of)
    if old.facts == facts:
        return old
    # The old one steps back first: only one certificate of a completion is valid at a time.
    Certificate.objects.filter(pk=old.pk).update(state=Certificate.REPLACED, state_changed_at=now)
    new = Certificate.objects.create(
        code=new_code(),
        holder_id=old.holder_id,
        enrolment_id=old.enrolment_id,
        completion_of=old.completion_of,
        version=old.version + 1,
        issued_at=now,
        facts=facts,
        shows_name=old.shows_name,
    )
    Certificate.objects.filter(pk=old.pk).update(replaced_by=new)
    _owe_paper(new, now=now)
    record("certificate.replaced", actor=actor.pk, subject=f"certificate:{old.pk}", at=now)
    return new


def correct_name(certificate: Certificate, *, name: str, now: datetime, actor: User) -> Certificate:
    """Issue it anew with the right name. Raises ValidationError for an unprintable one."""
    facts = certificate.facts | {"name": names.check_name(name)}
    return supersede(certificate, facts=facts, now=now, actor=actor)


@transaction.atomic
def revoke(certificate: Certificate, *, now: datetime, actor: User) -> bool:
    """Take a certificate back. Its page then says so, with the day and without a reason."""
    changed = Certificate.objects.filter(pk=certificate.pk, state=Certificate.VALID).update(
        state=Certificate.REVOKED, state_changed_at=now
    )
    record(
        "certificate.revoked",
        actor=actor.pk,
        subject=f"certificate:{certificate.pk}",
        result="done" if changed else "nothing to do",
        at=now,
    )
    return bool(changed)


def _newest(completion_of: UUID) -> Certificate:
    return Certificate.objects.filter(completion_of=completion_of).latest("version")


def _owe_paper(certificate: Certificate, *, now: datetime) -> None:
    if certificate.facts["name"]:
        key = f"certificate:{certificate.pk}:paper"
        owe(tasks.draw_certificate, key=key, now=now, certificate=str(certificate.pk))
