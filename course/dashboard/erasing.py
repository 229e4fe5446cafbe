"""Erasing everything about one person: the key first, then the rows, and a stone that remains.

Each step commits by itself and may be repeated. What a killed process left half done is in
`people.Erasure`, and the clock finishes it. Pages, groups, books and the audit stay.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

import certificates.about_me
import course.cohorts.about_me
import course.people.about_me
import course.places.about_me
import course.programme.about_me
import reflections.about_me
import sessions.about_me
from course.people.models import Erasure, User
from course.places.models import Organisation
from reflections.holding import hold

log = logging.getLogger(__name__)

IN_HAND = timedelta(minutes=2)  # for so long, whoever pressed the button is at it


class LeftAlone(Exception):
    """Places of these organisations would have nobody to look after them. Nothing was changed."""

    def __init__(self, organisations: list[Organisation]) -> None:
        super().__init__()
        self.organisations = organisations


def erase(
    user: User, *, now: datetime, keep_certificates: bool = False, quietly: bool = False
) -> bool:
    """Erase this person, for good. Returns whether all of it is done: if not, the clock goes on.

    `keep_certificates` leaves what they say checkable by whoever has the code (R58); `quietly`
    is without a goodbye. Raises LeftAlone.
    """
    if alone := course.places.about_me.left_alone_by(user):
        raise LeftAlone(alone)
    wish = course.people.about_me.note_wish(
        user, now=now, keep_certificates=keep_certificates, quietly=quietly
    )
    return _tried(wish, now=now)


def _tried(wish: Erasure, *, now: datetime) -> bool:
    try:
        go_on(wish, now=now)
    except Exception as error:  # what was begun is noted, and goes on by the clock
        log.error("An erasure ended in %s", type(error).__name__)
        return False
    return True


def go_on(wish: Erasure, *, now: datetime) -> None:
    """Do all the steps, or those that are left: one that was done finds nothing to do."""
    owner_id, keeps = wish.user_id, wish.keeps_certificates
    reflections.about_me.destroy_key(owner_id, now=now, keeps_certificates=keeps)
    for step in STEPS:
        with transaction.atomic():
            hold(owner_id)  # as a save does first, so that neither waits for the other's rows
            step(wish, now)


def _writing(wish: Erasure, now: datetime) -> None:
    reflections.about_me.erase(wish.user, now=now)


def _places(wish: Erasure, now: datetime) -> None:
    course.places.about_me.erase(wish.user, now=now)


def _sessions(wish: Erasure, now: datetime) -> None:
    sessions.about_me.erase(wish.user)


def _documents(wish: Erasure, now: datetime) -> None:
    certificates.about_me.erase(wish.user, keep_certificates=wish.keeps_certificates, now=now)


def _groups(wish: Erasure, now: datetime) -> None:
    course.cohorts.about_me.erase(wish.user, now=now)


def _pages(wish: Erasure, now: datetime) -> None:
    course.programme.about_me.erase(wish.user)


def _account(wish: Erasure, now: datetime) -> None:
    course.people.about_me.erase(wish)


# From the top down. Summaries are found by the enrolments, and so go before them.
STEPS: list[Callable[[Erasure, datetime], None]] = [
    _writing,
    _places,
    _sessions,
    _documents,
    _groups,
    _pages,
    _account,
]


def finish_begun(now: datetime) -> int:
    """The clock: go on with what was left half done. Returns how many are done now."""
    left = Erasure.objects.filter(asked_at__lte=now - IN_HAND).select_related("user")
    return sum(_tried(wish, now=now) for wish in left)


def erase_again(owner_id: UUID, *, now: datetime) -> bool:
    """After a restore: whoever was erased since that copy was made is erased from it too.

    Returns whether there was still someone. What they chose about their certificates stands on
    the stone; where it says nothing, none is kept, since privacy comes before keeping.
    """
    reflections.about_me.destroy_key(owner_id, now=now)
    keeps = reflections.about_me.kept_certificates(owner_id)
    user = User.objects.filter(pk=owner_id).first()
    if user is None:
        return False
    wish = course.people.about_me.note_wish(user, now=now, keep_certificates=keeps, quietly=True)
    go_on(wish, now=now)
    return True
