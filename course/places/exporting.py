"""Orders as a table for a spreadsheet, in which no cell can become a formula (R72), three
times a day at most for one person (R73)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from course.audit.models import Entry
from course.people.models import User
from course.places.amounts import DIGITS
from course.places.models import Order
from course.tables import line, safe

A_DAY = 3
DAY = timedelta(days=1)
EXPORTED = "orders.exported"  # in the audit, which is where they are counted


def wait(user: User, *, now: datetime) -> timedelta:
    """How long until this person may have another table; nothing when they may now."""
    lately = Entry.objects.filter(action=EXPORTED, actor=str(user.pk), at__gt=now - DAY)
    moments = list(lately.order_by("-at").values_list("at", flat=True)[:A_DAY])
    return moments[-1] + DAY - now if len(moments) == A_DAY else timedelta(0)


def number(minor: int, currency: str) -> str:
    """1234550 as 12345.50: for a spreadsheet to count with."""
    digits = DIGITS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**digits)
    return ("-" if minor < 0 else "") + str(whole) + (f".{rest:0{digits}d}" if digits else "")


def orders_as_csv(orders: Iterable[Order]) -> Iterator[str]:
    """One line at a time, the headings first."""
    yield line([str(heading) for heading in _headings()])
    for order in orders:
        yield line(_row(order))


def _headings() -> list[str]:
    return [
        _("Order"),
        _("Started"),
        _("Status"),
        _("Paid by"),
        _("Billed to"),
        _("Billing e-mail"),
        _("PO number"),
        _("Papers"),
        _("Group"),
        _("Places"),
        _("Bursary places"),
        _("Total"),
        _("Tax in it"),
        _("Received"),
        _("Currency"),
        _("Due"),
    ]


def _row(order: Order) -> list[str]:
    received = sum(e.amount_minor for e in order.ledger.all() if e.currency == order.currency)
    words = [
        str(order.pk),
        f"{order.created_at:%Y-%m-%d}",
        order.get_status_display(),
        order.get_channel_display(),
        order.billing.get("name", ""),
        order.billing.get("email", ""),
        order.po_number,
        " ".join(sorted(paper.number for paper in order.documents.all())),
        order.cohort.title,
        str(order.quantity),
        str(order.bursaries),
    ]
    sums = [order.total_minor, order.tax_minor, received]
    money = [number(minor, order.currency) for minor in sums]
    due = order.due_on.isoformat() if order.due_on else ""
    return [*map(safe, words), *money, safe(order.currency), due]
