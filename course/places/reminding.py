"""What the clock does about invoices by transfer whose day has passed: a kind note or three."""

from datetime import datetime, timedelta

from django.db import transaction

from course.outbox.owing import owe
from course.places import letters
from course.places.models import Document, Order
from course.places.moving import move
from course.places.states import OrderStatus

AFTER = [timedelta(days=days) for days in (1, 14, 28)]  # then a person looks


def remind_of_invoices(now: datetime) -> int:
    """Returns how many invoices became overdue. Each reminder is written once."""
    ours = Order.objects.filter(channel=Order.TRANSFER)
    past = ours.filter(status=OrderStatus.INVOICED, due_on__lt=now.date())
    turned = sum(_turn(order, now=now) for order in past)
    late = ours.filter(status=OrderStatus.OVERDUE)
    open_papers = Document.objects.filter(kind=Document.INVOICE, order__in=late, cancelled_by=None)
    for paper in open_papers.select_related("order"):
        late_by = now.date() - paper.order.due_on
        times = sum(late_by >= after for after in AFTER)
        if times:
            facts = {"document": str(paper.pk), "time": times}
            owe(letters.remind_of_invoice, key=f"paper:{paper.pk}:reminder:{times}", **facts)
    return turned


@transaction.atomic
def _turn(order: Order, *, now: datetime) -> bool:
    return move(order, OrderStatus.OVERDUE, now=now)
