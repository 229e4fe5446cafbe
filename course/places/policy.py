"""The booking policy for people who bought for themselves, as it is published.

Steps say how much of the price comes back, by days before the group starts. Within some
days of buying, all of it does. A place that was started is not refunded by the policy:
then a person decides.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from course.people.models import User
from course.places import refunding
from course.places.models import Order, Place, Refund
from course.places.moving import locked
from course.places.states import UNSTARTED


@dataclass(frozen=True)
class Step:
    """From so many days before the start, so many per cent."""

    days: int
    percent: int


def steps() -> list[Step]:
    """The earliest step first."""
    found = [Step(days, percent) for days, percent in settings.SELLING["refund_steps"]]
    return sorted(found, key=lambda step: -step.days)


def refundable(order: Order, on: date) -> int:
    """What the policy gives back for a place bought for oneself. Zero is an answer too."""
    if order.organisation_id or not _unstarted(order):
        return 0
    paid = refunding.left(order) - refunding.asked_for(order)
    return max(paid, 0) * share(order, on) // 100


def share(order: Order, on: date) -> int:
    """Per cent of the price."""
    if (on - order.created_at.date()).days <= settings.SELLING["refund_days_after_buying"]:
        return 100
    starts_on = order.cohort.starts_on
    if starts_on is None:
        return 0
    left = (starts_on - on).days
    return next((step.percent for step in steps() if left >= step.days), 0)


def _unstarted(order: Order) -> Place | None:
    """Their own, or nobody's yet: not one that somebody else took."""
    own = Q(holder=None) | Q(holder=order.buyer_id)
    return order.places.filter(own, state__in=UNSTARTED).first()


@transaction.atomic
def give_back(order: Order, *, by: User, now: datetime) -> Refund:
    """Give one's own place back for what the policy says. Raises refunding.NothingToRefund."""
    order = locked(order.pk)
    amount = refundable(order, now.date())
    if by.pk != order.buyer_id or not amount:
        raise refunding.NothingToRefund
    return refunding.ask_refund(order, places=1, amount=amount, by=by, now=now)
