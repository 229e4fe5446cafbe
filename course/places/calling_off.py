"""A group that does not take place, and the orders behind it.

What nobody paid ends at once, or as soon as the payment provider answers. What was paid is
listed for staff until it is refunded or moved on. No order is lost, and no place that was
paid for changes by itself.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from course.cohorts import planning
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import refunding, transfer
from course.places.models import Order, Place
from course.places.states import OPEN_INVOICE, UNSTARTED, OrderStatus, PlaceState

S = OrderStatus
NOT_ASKED_TO_PAY = {S.DRAFT, S.QUOTED, S.AWAITING_APPROVAL}
LIVING = {S.AWAITING_PAYMENT, S.PROCESSING, S.QUARANTINE} | OPEN_INVOICE | refunding.PAID_FOR
USED = [PlaceState.STARTED, PlaceState.COMPLETED]


def call_off(cohort: Cohort, *, by: User, now: datetime) -> bool:
    """Call a group off, with all that was ordered in it. Returns whether this call did it.

    Everyone is told once: attendees, those who wait, and whoever ordered places. Each order
    ends in a transaction of its own; pressing again goes on where the first time broke off.
    """
    done = _call_off_and_tell(cohort, by=by, now=now)
    cohort.refresh_from_db()
    if not cohort.cancelled_at:
        return False
    orders = Order.objects.filter(cohort=cohort)
    for order in orders.filter(status__in=NOT_ASKED_TO_PAY):
        transfer.cancel_order(order, by=by, now=now)
    for order in without_use(orders.filter(status__in=OPEN_INVOICE, channel=Order.TRANSFER)):
        transfer.cancel_invoice(order, by=by, now=now)
    # The clock closes a page to pay on, and sees first whether it was used (jobs.end_holds).
    open_pages = orders.filter(status=S.AWAITING_PAYMENT, channel=Order.CARD)
    open_pages.update(valid_until=now)
    return done


@transaction.atomic
def _call_off_and_tell(cohort: Cohort, *, by: User, now: datetime) -> bool:
    orders = Order.objects.filter(cohort=cohort, status__in=LIVING, buyer__isnull=False)
    buyers = dict(orders.order_by("created_at").values_list("buyer", "pk"))
    done = planning.call_off(cohort, by=by, now=now)
    for buyer, order in buyers.items() if done else ():
        path = reverse("order", args=[order])
        planning.tell_called_off(cohort, user_id=buyer, path=path, now=now)
    return done


def without_use(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those in which nobody has begun. Where someone has, a person decides about the money."""
    used = Place.objects.filter(order=OuterRef("pk"), state__in=USED)
    return orders.filter(~Exists(used))


def to_settle() -> QuerySet[Order]:
    """For staff: orders of groups that were called off, about which money is still open."""
    unstarted = Place.objects.filter(order=OuterRef("pk"), state__in=UNSTARTED)
    orders = Order.objects.filter(cohort__cancelled_at__isnull=False, status__in=LIVING)
    decided = orders.filter(~Exists(unstarted), status=S.PARTLY_REFUNDED)
    return orders.exclude(pk__in=decided.values("pk")).select_related("cohort", "organisation")
