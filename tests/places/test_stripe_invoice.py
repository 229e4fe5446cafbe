"""Invoices by Stripe: made once, final once, replaced by another and never changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from course.audit.models import Entry
from course.cohorts import capacity
from course.cohorts.models import Cohort
from course.places import approving, books, buying, gateway, jobs, roads, stripe_invoice
from course.places.models import Discount, Order, Payment
from course.places.reconciling import reconcile
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_add_up(db):
    """After each of these, whatever came."""
    yield
    assert list(books.breaches()) == []


STEPS = ["customers", "invoices", "invoiceitems"]


@pytest.fixture
def order(team_order):
    Order.objects.filter(pk=team_order.pk).update(po_number="PO-4711")
    team_order.refresh_from_db()
    return team_order


@pytest.fixture
def issued(stripe, order):
    stripe_invoice.issue(order, now=NOON)
    return Order.objects.get(pk=order.pk)


def invoice_of(stripe, order: Order) -> dict:
    payment = order.payments.order_by("created_at", "idempotency_key").last()
    return stripe.objects.find(payment.object_id, "invoice")


def states(order: Order) -> set[str]:
    return set(order.places.values_list("state", flat=True))


def room(cohort: Cohort) -> tuple[int, int, int]:
    cohort.refresh_from_db()
    return cohort.held, cohort.sold, cohort.bursaries


def test_an_invoice_with_its_po_number_goes_out(stripe, issued, paid_cohort):
    invoice = invoice_of(stripe, issued)
    assert (invoice["status"], invoice["total"], invoice["times_sent"]) == ("open", 66_500, 1)
    assert invoice["custom_fields"] == [{"name": "PO number", "value": "PO-4711"}]
    assert invoice["auto_advance"] is False
    (made,) = stripe.asked("invoices")
    assert made.params["pending_invoice_items_behavior"] == "exclude"
    assert (made.params["collection_method"], made.params["days_until_due"]) == (
        "send_invoice",
        "30",
    )
    base = f"order:{issued.pk}:invoice:1"
    keys = [r.key.removeprefix(base) for r in stripe.requests if r.method == "POST"]
    assert keys == [":customer", "", ":line:1", ":finalise", ":send"]
    assert issued.status == OrderStatus.INVOICED
    assert issued.due_on == (NOON + timedelta(days=30)).date()
    assert states(issued) == {PlaceState.AVAILABLE}
    assert room(paid_cohort) == (1, 6, 1)


def test_places_wait_for_the_money_where_that_is_the_setting(stripe, order, settings):
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    stripe_invoice.issue(order, now=NOON)
    assert states(order) == {PlaceState.RESERVED}
    stripe.objects.pay_invoice(invoice_of(stripe, order)["id"])
    assert reconcile(order, now=NOON).status == OrderStatus.PAID
    assert states(order) == {PlaceState.AVAILABLE}


def test_someone_who_buys_for_themselves_gets_no_credit(stripe, cyn, paid_cohort):
    order = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    stripe_invoice.issue(order, now=NOON)
    assert states(order) == {PlaceState.RESERVED}


def test_a_double_click_is_one_invoice(stripe, order):
    for _click in range(3):
        stripe_invoice.issue(Order.objects.get(pk=order.pk), now=NOON)
    assert len(stripe.objects.of_kind("invoice")) == 1
    assert invoice_of(stripe, order)["times_sent"] == 1


@pytest.mark.parametrize("path", [*STEPS, "finalize", "send"])
@pytest.mark.parametrize("kind", ["accept, then silence", "500", "429"])
def test_broken_off_anywhere_the_clock_goes_on(stripe, order, path, kind):
    stripe.fault(path, kind, method="POST")
    with pytest.raises(gateway.Unreachable):
        stripe_invoice.issue(order, now=NOON)
    assert Order.objects.get(pk=order.pk).status == OrderStatus.INVOICED
    assert states(order) == {PlaceState.RESERVED}
    assert jobs.finish_invoices(NOON) == 0  # not while somebody is still at it
    assert jobs.finish_invoices(NOON + timedelta(minutes=2)) == 1
    assert jobs.finish_invoices(NOON + timedelta(minutes=4)) == 0
    (invoice,) = stripe.objects.of_kind("invoice")
    assert (invoice["status"], invoice["total"], invoice["times_sent"]) == ("open", 66_500, 1)
    assert states(order) == {PlaceState.AVAILABLE}


def test_messages_on_the_way_do_not_end_it_too_early(stripe, order):
    """“Finalised” arrives while we stopped before sending: it is still to be sent."""
    stripe.fault("send", "500")
    with pytest.raises(gateway.Unreachable):
        stripe_invoice.issue(order, now=NOON)
    reconcile(order, now=NOON)
    jobs.finish_invoices(NOON + timedelta(minutes=2))
    assert invoice_of(stripe, order)["times_sent"] == 1


def test_above_the_limit_somebody_looks_first(stripe, order, settings):
    settings.SELLING = settings.SELLING | {"approve_above": 66_499}
    with pytest.raises(stripe_invoice.NeedsApproval):
        stripe_invoice.issue(order, now=NOON)
    assert not stripe.requests
    waiting = {"status": OrderStatus.AWAITING_APPROVAL, "channel": Order.INVOICE}
    buying.keep_places(order, now=NOON, **waiting)
    stripe_invoice.issue(order, now=NOON)  # what staff's approval calls
    assert Order.objects.get(pk=order.pk).status == OrderStatus.INVOICED


def test_a_full_group_is_said_before_stripe_is_asked(stripe, order, paid_cohort):
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=6)
    with pytest.raises(capacity.Full):
        stripe_invoice.issue(order, now=NOON)
    assert not stripe.requests


@pytest.mark.parametrize(
    "number", ["x" * 141, "one\ntwo", "a\u2028b", "a\u202eb", "=1+1", "+44", "-1", "@SUM(A1)", "|x"]
)
def test_po_numbers_that_cannot_be_printed(stripe, order, number):
    Order.objects.filter(pk=order.pk).update(po_number=number[:140])
    with pytest.raises(ValidationError):
        stripe_invoice.check_po_number(number)
    if len(number) <= 140:
        with pytest.raises(ValidationError):
            stripe_invoice.issue(Order.objects.get(pk=order.pk), now=NOON)
        assert not stripe.requests


@pytest.mark.parametrize("number", ["x" * 140, " PO 7 ", "Größe–№ 12/β", "4500012345", ""])
def test_po_numbers_that_can(number):
    assert stripe_invoice.check_po_number(number) == number.strip()


def test_a_discount_and_tax_add_up(stripe, max, organisation, paid_cohort, settings):
    settings.SELLING = settings.SELLING | {"tax_rate": 2000}
    Discount.objects.create(code="X", kind=Discount.PERCENT, value=7)
    facts = {"cohort": paid_cohort, "organisation": organisation, "now": NOON}
    order = buying.start_order(max, quantity=7, code="x", **facts)
    stripe_invoice.issue(order, now=NOON)
    assert invoice_of(stripe, order)["total"] == order.total_minor


def test_a_draft_that_differs_is_never_sent(stripe, order):
    stripe.fault("finalize", "500")
    with pytest.raises(gateway.Unreachable):
        stripe_invoice.issue(order, now=NOON)
    invoice_of(stripe, order)["total"] = 66_501  # somebody edits it by hand
    assert jobs.finish_invoices(NOON + timedelta(minutes=2)) == 0
    assert invoice_of(stripe, order)["status"] == "draft"
    assert Entry.objects.filter(action="invoice.differs", result="look").exists()


# --- Its life ------------------------------------------------------------------------------------------


def test_paid(stripe, issued):
    stripe.objects.pay_invoice(invoice_of(stripe, issued)["id"])
    for _twice in range(2):
        assert reconcile(issued, now=NOON).status == OrderStatus.PAID
    assert issued.ledger.get().amount_minor == 66_500
    assert issued.documents.filter(kind="receipt").count() == 1
    stripe.objects.refund(issued.payments.get().intent_id, 9_500)
    assert reconcile(issued, now=NOON).status == OrderStatus.PARTLY_REFUNDED


def test_overdue_and_then_paid(stripe, issued):
    due = NOON + timedelta(days=30)
    assert jobs.note_overdue(due) == 0
    assert jobs.note_overdue(due + timedelta(days=1)) == 1
    assert Order.objects.get(pk=issued.pk).status == OrderStatus.OVERDUE
    assert states(issued) == {PlaceState.AVAILABLE}
    stripe.objects.pay_invoice(invoice_of(stripe, issued)["id"])
    assert reconcile(issued, now=due).status == OrderStatus.PAID


def test_paid_just_before_it_would_be_overdue(stripe, issued):
    stripe.objects.pay_invoice(invoice_of(stripe, issued)["id"])
    jobs.note_overdue(NOON + timedelta(days=31))
    assert Order.objects.get(pk=issued.pk).status == OrderStatus.PAID


@pytest.mark.parametrize("how", ["void", "mark_uncollectible"])
def test_an_invoice_that_ends_unpaid_takes_what_nobody_started(
    stripe, issued, cyn, paid_cohort, how
):
    started = issued.places.first()
    buying.take(started, user=cyn, now=NOON)
    issued.places.filter(pk=started.pk).update(state=PlaceState.STARTED)
    if how == "void":
        order = stripe_invoice.void(issued, now=NOON)
        assert order.status == OrderStatus.VOID
    else:
        invoice = invoice_of(stripe, issued)["id"]
        gateway.client().v1.invoices.mark_uncollectible(invoice)
        order = reconcile(issued, now=NOON)
        assert order.status == OrderStatus.WRITTEN_OFF
    assert states(order) == {PlaceState.STARTED, PlaceState.REVOKED}
    assert room(paid_cohort) == (0, 1, 0)


def test_the_old_page_of_a_void_invoice_takes_no_money(stripe, issued):
    stripe_invoice.void(issued, now=NOON)
    with pytest.raises(Exception, match="void"):
        stripe.objects.pay_invoice(invoice_of(stripe, issued)["id"])


def test_written_off_and_paid_after_all(stripe, issued, cyn, paid_cohort):
    """Nothing was used: it is paid back. Something was used: it was owed, and a person looks."""
    invoice = invoice_of(stripe, issued)["id"]
    buying.take(issued.places.first(), user=cyn, now=NOON)
    issued.places.filter(holder=cyn).update(state=PlaceState.STARTED)
    gateway.client().v1.invoices.mark_uncollectible(invoice)
    reconcile(issued, now=NOON)
    stripe.objects.pay_invoice(invoice)
    assert reconcile(issued, now=NOON).status == OrderStatus.PAID
    assert Entry.objects.filter(action="order.paid_late", result="look").count() == 1


def test_another_number_is_another_invoice_and_the_order_stays(stripe, issued, paid_cohort):
    first = invoice_of(stripe, issued)
    stripe_invoice.reissue(issued, po_number="PO-4712", now=NOON + timedelta(days=1))
    second = invoice_of(stripe, issued)
    assert (first["status"], second["status"]) == ("void", "open")
    assert second["metadata"]["replaces"] == first["id"]
    assert second["custom_fields"][0]["value"] == "PO-4712"
    for _event in range(2):
        order = reconcile(issued, now=NOON)
    assert (order.status, order.po_number) == (OrderStatus.INVOICED, "PO-4712")
    assert states(order) == {PlaceState.AVAILABLE}
    stripe.objects.pay_invoice(second["id"])
    assert reconcile(order, now=NOON).status == OrderStatus.PAID
    assert room(paid_cohort) == (1, 6, 1)


def test_replacing_broken_off_in_the_middle_goes_on(stripe, issued):
    stripe.fault("void", "accept, then silence")
    with pytest.raises(gateway.Unreachable):
        stripe_invoice.reissue(issued, po_number="PO-4712", now=NOON)
    assert reconcile(issued, now=NOON).status == OrderStatus.INVOICED  # the void ends nothing
    jobs.finish_invoices(NOON + timedelta(minutes=2))
    assert [i["status"] for i in stripe.objects.of_kind("invoice")] == ["open", "void"]


def test_paid_while_it_was_being_replaced(stripe, issued):
    stripe.objects.pay_invoice(invoice_of(stripe, issued)["id"])
    stripe_invoice.reissue(issued, po_number="PO-4712", now=NOON)
    assert len(stripe.objects.of_kind("invoice")) == 1
    assert Order.objects.get(pk=issued.pk).status == OrderStatus.PAID
    assert set(issued.payments.values_list("status", flat=True)) == {"paid", "withdrawn"}
    assert jobs.finish_invoices(NOON + timedelta(days=1)) == 0


def test_a_card_order_or_one_that_ended_has_no_invoice(stripe, session_of, order):
    session_of(order)
    with pytest.raises(stripe_invoice.NotInvoiceable):
        stripe_invoice.issue(order, now=NOON)
    assert not Payment.objects.filter(kind=Payment.INVOICE).exists()


def test_a_large_order_is_looked_at_first_and_then_invoiced_by_stripe(
    stripe, order, root, settings
):
    settings.SELLING = settings.SELLING | {"approve_above": 10_000}
    roads.take(order, roads.INVOICE, now=NOON)
    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING_APPROVAL
    assert states(order) == {PlaceState.RESERVED}
    assert stripe.asked("invoices") == []
    assert approving.approve(order, by=root, now=NOON)
    assert not approving.approve(order, by=root, now=NOON)
    for minutes in (2, 4):
        jobs.finish_invoices(NOON + timedelta(minutes=minutes))
    order.refresh_from_db()
    invoice = invoice_of(stripe, order)
    assert (order.status, order.channel) == (OrderStatus.INVOICED, Order.INVOICE)
    assert (invoice["status"], invoice["total"], invoice["times_sent"]) == ("open", 66_500, 1)
    assert states(order) == {PlaceState.AVAILABLE}
    assert not order.documents.exists()  # Stripe's invoice is the one there is
