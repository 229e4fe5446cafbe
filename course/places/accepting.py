"""Taking a place with a link: an invitation, which is for one, or a join link, for several.

The link is the right to the place: any signed-in person with an address of their own may
use it, whichever address it was sent to. Flows are handed the token's hash.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from course.audit.recording import record
from course.people.models import User
from course.places import buying, tokens
from course.places.inviting import CannotNow, free_places
from course.places.models import Invitation, JoinLink, Order, Place
from course.places.moving import locked
from course.places.resting import refuse_if_resting, rests
from course.places.states import PlaceState

LINK_LASTS = timedelta(days=60)


class LinkNotGood(Exception):
    """Unknown, used, withdrawn, replaced, too old, or nothing is left. They all look alike."""


class NotVerified(Exception):
    """This person has not shown yet that an address is theirs."""


def find(token_hash: str, *, now: datetime) -> Invitation | JoinLink:
    """What this link opens, if it still opens anything. Changes nothing. Raises LinkNotGood."""
    facts = "order__organisation", "order__cohort"
    invitation = (
        Invitation.objects.filter(token_hash=token_hash, state=Invitation.PENDING)
        .filter(expires_at__gt=now, place__state__in=[PlaceState.INVITED, PlaceState.AVAILABLE])
        .select_related(*(f"place__{fact}" for fact in facts))
        .first()
    )
    link = invitation or (
        JoinLink.objects.filter(token_hash=token_hash, closed_at=None, expires_at__gt=now)
        .filter(used__lt=F("cap"))
        .select_related(*facts)
        .first()
    )
    if not link or _is_over(order_behind(link), now):
        raise LinkNotGood
    if isinstance(link, JoinLink) and rests(link.order, now=now):  # it would invite new people
        raise LinkNotGood
    return link


def order_behind(link: Invitation | JoinLink) -> Order:
    return link.place.order if isinstance(link, Invitation) else link.order


def _is_over(order: Order, now: datetime) -> bool:
    return not order.cohort.takes_people(now.date())


def accept(token_hash: str, *, user: User, now: datetime) -> Place:
    """Take the place that a link offers. Pressing twice is pressing once.

    Raises LinkNotGood, NotVerified or joining.AlreadyIn; then nothing was changed.
    """
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise NotVerified
    mine = Q(invitations__token_hash=token_hash, invitations__state=Invitation.ACCEPTED)
    mine |= Q(order__join_links__token_hash=token_hash)
    if place := Place.objects.live().filter(mine, holder=user).first():
        return place
    link = find(token_hash, now=now)
    try:
        with transaction.atomic():
            if isinstance(link, Invitation):
                return _accept_invitation(link, user=user, now=now)
            return _join_by_link(link, user=user, now=now)
    except IntegrityError:  # two tabs of one person at once: the other one has it
        raise LinkNotGood from None


def _accept_invitation(invitation: Invitation, *, user: User, now: datetime) -> Place:
    locked(invitation.place.order_id)
    pending = Invitation.objects.filter(pk=invitation.pk, state=Invitation.PENDING)
    if not pending.update(state=Invitation.ACCEPTED):
        raise LinkNotGood
    return _take(invitation.place, user=user, now=now)


def _join_by_link(link: JoinLink, *, user: User, now: datetime) -> Place:
    order = locked(link.order_id)
    mine = order.places.live().filter(holder=user).first()
    if mine:
        return mine
    open_links = JoinLink.objects.filter(pk=link.pk, closed_at=None, used__lt=F("cap"))
    place = free_places(order).first()
    if not place or not open_links.update(used=F("used") + 1):
        raise LinkNotGood
    return _take(place, user=user, now=now)


def _take(place: Place, *, user: User, now: datetime) -> Place:
    if not buying.take(place, user=user, now=now):
        raise LinkNotGood
    record("place.accepted", actor=user.pk, subject=f"place:{place.pk}", at=now)
    place.refresh_from_db()
    return place


@transaction.atomic
def take_own(order: Order, *, user: User, now: datetime) -> Place:
    """Whoever bought a place for themselves takes it, while nobody has it or was asked into it.

    Raises CannotNow or joining.AlreadyIn.
    """
    order = locked(order.pk)
    place = free_places(order).first()
    own = order.buyer_id == user.pk and not order.organisation_id
    if not own or not place or not buying.take(place, user=user, now=now):
        raise CannotNow
    record("place.accepted", actor=user.pk, subject=f"place:{place.pk}", at=now)
    return place


@transaction.atomic
def open_join_link(order: Order, *, cap: int, by: User, now: datetime) -> JoinLink:
    """One link for up to `cap` people. A link that was open before stops working.

    Raises CannotNow when the order has no places that may be used, or not that many; and
    resting.InvitingRests.
    """
    order = locked(order.pk)
    refuse_if_resting(order, now=now)
    if not order.fulfilled_at or not 1 <= cap <= order.quantity:
        raise CannotNow
    order.join_links.filter(closed_at=None).update(closed_at=now)
    link = JoinLink(order=order, cap=cap, expires_at=now + LINK_LASTS, made_by=by, made_at=now)
    link.token_hash = tokens.hash_for(tokens.JOIN_LINK, link.pk)
    link.save(force_insert=True)
    record("order.join_link_opened", actor=by.pk, subject=f"order:{order.pk}", at=now)
    return link


@transaction.atomic
def close_join_link(order: Order, *, by: User, now: datetime) -> bool:
    order = locked(order.pk)
    if not order.join_links.filter(closed_at=None).update(closed_at=now):
        return False
    record("order.join_link_closed", actor=by.pk, subject=f"order:{order.pk}", at=now)
    return True
