"""When an invoice stays open for long, new invitations rest until it is paid (4.2).

Whoever has a place keeps it, and an invitation that was sent still works.
"""

from datetime import datetime, timedelta

from django.conf import settings

from course.places.models import Order
from course.places.states import OPEN_INVOICE


class InvitingRests(Exception):
    """The invoice has been open for too long. Nothing was sent and nothing was changed."""


def rests(order: Order, *, now: datetime) -> bool:
    if order.status not in OPEN_INVOICE or not order.due_on:
        return False
    return now.date() > order.due_on + timedelta(days=settings.SELLING["inviting_rests_after"])


def refuse_if_resting(order: Order, *, now: datetime) -> None:
    """Raises InvitingRests."""
    if rests(order, now=now):
        raise InvitingRests
