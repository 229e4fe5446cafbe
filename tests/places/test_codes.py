"""A code for a limited number of orders: what was promised holds, and every use is counted."""

from datetime import timedelta

import pytest

from course.cohorts.models import Cohort
from course.places import books, buying, pricing, quoting, transfer
from course.places.models import Discount
from course.places.states import OrderStatus
from tests.cast import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _the_books_add_up(db):
    yield
    assert list(books.breaches()) == []


@pytest.fixture
def code(db) -> Discount:
    return Discount.objects.create(code="ONE", kind=Discount.PERCENT, value=10, limit=1)


@pytest.fixture
def start(max, organisation, paid_cohort, code):
    def start():
        return buying.start_order(
            max, cohort=paid_cohort, organisation=organisation, quantity=2, code="one", now=NOON
        )

    return start


def used(code: Discount) -> int:
    code.refresh_from_db()
    return code.used


def test_a_quote_keeps_its_code_and_becomes_an_order_at_its_price(start, code):
    quoted, other = start(), start()
    for _twice in range(2):
        quoting.give_quote(quoted, NOON)
    assert used(code) == 1
    with pytest.raises(pricing.CodeNotValid):
        transfer.choose_transfer(other, NOON)
    with pytest.raises(pricing.CodeNotValid):
        quoting.give_quote(other, NOON)
    other.refresh_from_db()
    assert other.status == OrderStatus.DRAFT
    ordered = transfer.choose_transfer(quoted, NOON + DAY)
    assert (ordered.status, ordered.total_minor, used(code)) == ("invoiced", 17_100, 1)


def test_a_quote_that_ends_or_is_taken_back_lets_its_code_go(start, code, max):
    first = start()
    quoting.give_quote(first, NOON)
    assert quoting.end_old_quotes(NOON + 31 * DAY) == 1
    assert used(code) == 0
    second = start()
    quoting.give_quote(second, NOON)
    assert transfer.cancel_order(second, by=max, now=NOON)
    assert used(code) == 0


@pytest.fixture
def ended(start, root, settings):
    """Its places and its code were for others again when its money came."""
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    order = transfer.choose_transfer(start(), NOON)
    transfer.cancel_invoice(order, by=root, now=NOON)
    order.refresh_from_db()
    return order


def pay(order, root) -> str:
    facts = {"by": root, "reference": "x", "on": NOON.date(), "now": NOON}
    transfer.mark_paid(order, amount=order.total_minor, **facts)
    order.refresh_from_db()
    return order.status


def test_late_money_counts_its_code_again(ended, code, root):
    assert used(code) == 0
    assert pay(ended, root) == OrderStatus.PAID
    assert used(code) == 1


def test_late_money_without_room_counts_no_code(ended, code, root, paid_cohort):
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=1)
    assert pay(ended, root) == OrderStatus.REFUND_DUE
    assert used(code) == 0


def test_late_money_is_right_though_others_have_used_the_code(ended, start, code, root):
    """Who paid what they were asked for gets the place; the limit is never passed."""
    transfer.choose_transfer(start(), NOON)
    assert pay(ended, root) == OrderStatus.PAID
    assert used(code) == 1


def test_a_wrong_count_is_found(start, code):
    transfer.choose_transfer(start(), NOON)
    Discount.objects.update(used=0)
    assert list(books.breaches()) == [f"discount {code.pk}: counted 0 times, and 1 orders use it"]
    Discount.objects.update(used=1)
