"""Giving places to people: invitations to one address each, and what can become of them.

Every flow locks the order first, then changes places one conditional update at a time, so
that two managers, a claim and the clock may all come at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from course.audit.recording import record
from course.cohorts import joining
from course.outbox.owing import owe
from course.people.models import User
from course.places import tasks, tokens
from course.places.addresses import tidy
from course.places.models import Invitation, Order, Place
from course.places.moving import locked, move_place
from course.places.resting import refuse_if_resting
from course.places.states import PlaceState

LASTS = timedelta(days=14)
DAY = timedelta(days=1)
A_DAY_FOR_ALL, A_DAY_FOR_ONE = 100, 5  # letters: by one organisation, and to one address (R49)


class Outcome(StrEnum):
    """What became of one line of a list. It never depends on who has an account."""

    INVITED = "invited"
    ALREADY = "already"
    TWICE = "twice"
    BAD = "bad"
    NO_PLACE = "no_place"
    TOMORROW = "tomorrow"  # the organisation's letters of today are used up
    WAIT = "wait"  # this address had several letters today


@dataclass(frozen=True)
class Answer:
    line: str
    outcome: Outcome


class CannotNow(Exception):
    """The place is not in a state where this can be done. Nothing was changed."""


class TooManyLetters(Exception):
    """There were enough letters to this address for a day. Nothing was changed."""


@transaction.atomic
def invite(order: Order, lines: Iterable[str], *, by: User, now: datetime) -> list[Answer]:
    """Invite these people, each into a free place. Every line is answered for, in order.

    Raises resting.InvitingRests; then nobody was invited.
    """
    order = locked(order.pk)
    refuse_if_resting(order, now=now)
    left = A_DAY_FOR_ALL - _invited_today(order, now)
    known = _known(order)
    free = list(free_places(order)[: max(left, 0)])
    more = free_places(order).count() > len(free)
    answers, seen = [], set[str]()
    for line in lines:
        email = tidy(line)
        outcome = _hindrance(email, known=known, seen=seen)
        if outcome is None and not free:
            outcome = Outcome.TOMORROW if more else Outcome.NO_PLACE
        if outcome is None and _letters_today(email, now) >= A_DAY_FOR_ONE:
            outcome = Outcome.WAIT
        if outcome is None and email:
            _offer(free.pop(0), email, by=by, now=now)
            outcome = Outcome.INVITED
        if email:
            seen.add(email)
        answers.append(Answer(line, outcome or Outcome.BAD))
    return answers


def free_places(order: Order) -> QuerySet[Place]:
    """Those that nobody has and nobody was asked into. A place off hold keeps its invitation."""
    asked = Invitation.objects.filter(state=Invitation.PENDING).values("place")
    return order.places.filter(state=PlaceState.AVAILABLE).exclude(pk__in=asked).order_by("seq")


def _known(order: Order) -> set[str]:
    live = order.places.live().filter(invitations__state__in=[Invitation.PENDING, "accepted"])
    return set(live.values_list("invitations__email", flat=True))


def _hindrance(email: str | None, *, known: set[str], seen: set[str]) -> Outcome | None:
    if email is None:
        return Outcome.BAD
    if email in seen:
        return Outcome.TWICE
    return Outcome.ALREADY if email in known else None


def _invited_today(order: Order, now: datetime) -> int:
    """Invitations that this organisation, or this buyer, sent within a day."""
    theirs = Q(place__order__organisation=order.organisation_id)
    if not order.organisation_id:
        theirs = Q(place__order__organisation=None, place__order__buyer=order.buyer_id)
    return Invitation.objects.filter(theirs, invited_at__gt=now - DAY).count()


def _letters_today(email: str, now: datetime) -> int:
    mine = Invitation.objects.filter(email=email)
    written = mine.filter(invited_at__gt=now - DAY).count()
    return written + mine.filter(reminded_at__gt=now - DAY).count()


def _offer(place: Place, email: str, *, by: User, now: datetime) -> Invitation:
    """Write the invitation and owe its letter. The place is free, and its order locked."""
    pk = uuid4()
    move_place(place.pk, PlaceState.INVITED, only_from=[PlaceState.AVAILABLE])
    invitation = Invitation.objects.create(
        id=pk,
        place=place,
        email=email,
        token_hash=tokens.hash_for(tokens.INVITATION, pk),
        invited_by=by,
        invited_at=now,
        expires_at=now + LASTS,
    )
    record("place.invited", actor=by.pk, subject=f"place:{place.pk}", at=now)
    owe(tasks.send_invitation, key=f"invitation:{pk}:letter", now=now, invitation=str(pk))
    return invitation


def pending_for(place: Place) -> Invitation:
    """The invitation that is open for this place. Raises CannotNow."""
    found = Invitation.objects.filter(place=place, state=Invitation.PENDING).first()
    if not found:
        raise CannotNow
    return found


@transaction.atomic
def remind(place: Place, *, by: User, now: datetime) -> None:
    """Send the same link once more, once a day at most. Raises CannotNow, TooManyLetters."""
    locked(place.order_id)
    invitation = pending_for(place)
    if invitation.expires_at <= now:
        raise CannotNow
    reminded = invitation.reminded_at and invitation.reminded_at > now - DAY
    if reminded or _letters_today(invitation.email, now) >= A_DAY_FOR_ONE:
        raise TooManyLetters
    Invitation.objects.filter(pk=invitation.pk).update(reminded_at=now)
    record("place.reminded", actor=by.pk, subject=f"place:{place.pk}", at=now)
    key = f"invitation:{invitation.pk}:reminder:{now:%Y-%m-%dT%H}"
    owe(tasks.send_reminder, key=key, now=now, invitation=str(invitation.pk))


@transaction.atomic
def resend(place: Place, *, by: User, now: datetime) -> Invitation:
    """A new link for the same address; the old one stops working. Raises as `remind` does."""
    order = locked(place.order_id)
    email = pending_for(place).email
    _refuse_too_many(order, email, now)
    _close(place, Invitation.REPLACED)
    return _offer(_freed(place), email, by=by, now=now)


def _refuse_too_many(order: Order, email: str, now: datetime) -> None:
    too_many = _letters_today(email, now) >= A_DAY_FOR_ONE
    if too_many or _invited_today(order, now) >= A_DAY_FOR_ALL:
        raise TooManyLetters


@transaction.atomic
def withdraw(place: Place, *, by: User, now: datetime) -> None:
    """Take an invitation back; the place is free again. Raises CannotNow."""
    locked(place.order_id)
    pending_for(place)
    _close(place, Invitation.WITHDRAWN)
    _freed(place)
    record("place.invitation_withdrawn", actor=by.pk, subject=f"place:{place.pk}", at=now)


@transaction.atomic
def transfer(place: Place, email: str, *, by: User, now: datetime) -> Invitation:
    """Offer this place to someone else, before its holder started (R50).

    The old link dies, and whoever had the place is told. `email` is tidy already.
    Raises CannotNow, TooManyLetters or resting.InvitingRests.
    """
    order = locked(place.order_id)
    refuse_if_resting(order, now=now)
    if email in _known(order):
        raise CannotNow
    _refuse_too_many(order, email, now)
    _take_from_whoever_has_it(place, by=by, now=now)
    return _offer(place, email, by=by, now=now)


@transaction.atomic
def take_back(place: Place, *, by: User, now: datetime) -> None:
    """Free a taken place before its holder started, and tell them. Raises CannotNow (R51)."""
    locked(place.order_id)
    _take_from_whoever_has_it(place, by=by, now=now)


def _take_from_whoever_has_it(place: Place, *, by: User, now: datetime) -> None:
    place.refresh_from_db()
    before, enrolment = place.holder_id, place.enrolment_id
    if before:
        nothing = {"holder": None, "enrolment": None, "taken_at": None, "completion_shown_at": None}
        taken = [PlaceState.ACCEPTED]
        if not move_place(place.pk, PlaceState.AVAILABLE, only_from=taken, **nothing):
            raise CannotNow
        if enrolment:
            joining.end_enrolments([enrolment], now=now)
            key = f"enrolment:{enrolment}:moved"
            owe(tasks.tell_place_moved, key=key, now=now, enrolment=str(enrolment))
    else:
        pending_for(place)
        _freed(place)
    _close(place, Invitation.WITHDRAWN)
    record("place.taken_back", actor=by.pk, subject=f"place:{place.pk}", at=now)


def _close(place: Place, state: str) -> None:
    """No link to this place works any more, and no old address stands beside a new person."""
    living = [Invitation.PENDING, Invitation.ACCEPTED]
    Invitation.objects.filter(place=place, state__in=living).update(state=state)


def _freed(place: Place) -> Place:
    """Out of “invited”. One on hold, or off hold again, is not touched."""
    free = move_place(place.pk, PlaceState.AVAILABLE, only_from=[PlaceState.INVITED])
    place.refresh_from_db()
    if not free and place.state != PlaceState.AVAILABLE:
        raise CannotNow
    return place


def expire_invitations(now: datetime) -> int:
    """The clock: what nobody answered within its days becomes a free place. Returns how many."""
    late = Invitation.objects.filter(state=Invitation.PENDING, expires_at__lte=now)
    orders = set(late.values_list("place__order", flat=True))
    return sum(_expire_in(order, now) for order in orders)


@transaction.atomic
def _expire_in(order_id: UUID, now: datetime) -> int:
    order = locked(order_id)
    late = Invitation.objects.filter(
        place__order=order, state=Invitation.PENDING, expires_at__lte=now
    )
    places = list(late.values_list("place", flat=True))
    late.update(state=Invitation.EXPIRED)
    for pk in places:
        move_place(pk, PlaceState.AVAILABLE, only_from=[PlaceState.INVITED])
    return len(places)
