"""Saying yes to writing, and taking it back (R13)."""

from datetime import datetime

from course.people import consenting
from course.people.models import Consent, User
from reflections.keys import keeping


def agree(owner: User, *, now: datetime) -> None:
    """Record the yes. The key is made first and committed alone, so that no writing can
    exist without its key. Raises WritingUnreadable when no key can be made now.
    """
    keeping.make_key(owner.pk, now=now)
    consenting.give(owner, about=Consent.WRITING, version=consenting.WRITING_VERSION, now=now)


def withdraw(owner: User, *, now: datetime) -> bool:
    """Take the yes back. Writing closes now, and is removed after seven days.

    Agreeing again before then opens it as it was.
    """
    return consenting.withdraw(owner, about=Consent.WRITING, now=now)


def has_agreed(owner: User) -> bool:
    return consenting.has_given(owner, about=Consent.WRITING)
