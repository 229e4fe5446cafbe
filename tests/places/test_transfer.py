"""Bank transfer without any payment provider: credit, invoice, payment, reminder, cancelling."""

from datetime import date, timedelta

import pytest
from django.core import mail

from course.cohorts import capacity
from course.cohorts.models import Cohort
from course.outbox.models import Effect
from course.places import approving, books, buying, pricing, quoting, reminding, transfer
from course.places.models import Discount, Document, LedgerEntry, Manager, Order, Payment, Refund
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON, person, settle_everything

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
def order(max, organisation, paid_cohort):
    return buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=6, bursaries=1, now=NOON
    )


def room(cohort: Cohort) -> tuple[int, int, int]:
    cohort.refresh_from_db()
    return cohort.held, cohort.sold, cohort.bursaries


def states(order: Order) -> set[str]:
    return set(order.places.values_list("state", flat=True))


def pay(order: Order, root, *, amount: int | None = None, reference: str = "INV", **facts) -> bool:
    amount = order.total_minor if amount is None else amount
    facts = {"on": TODAY, "now": NOON} | facts
    return transfer.mark_paid(order, by=root, reference=reference, amount=amount, **facts)


def status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_an_invoice_releases_its_places_at_once(order, paid_cohort):
    for _twice in range(2):
        chosen = transfer.choose_transfer(order, NOON)
    assert (chosen.status, chosen.due_on) == (OrderStatus.INVOICED, date(2026, 12, 3))
    assert room(paid_cohort) == (1, 6, 1)
    assert states(order) == {PlaceState.AVAILABLE}
    assert Document.objects.get().number == "INV-2026-0001"


def test_places_wait_for_the_money_where_a_site_says_so(order, paid_cohort, root, settings):
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    transfer.choose_transfer(order, NOON)
    assert states(order) == {PlaceState.RESERVED}
    pay(order, root)
    assert states(order) == {PlaceState.AVAILABLE}
    assert room(paid_cohort) == (1, 6, 1)


def test_someone_who_buys_for_themselves_pays_first(cyn, paid_cohort, root):
    own = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    transfer.choose_transfer(own, NOON)
    assert states(own) == {PlaceState.RESERVED}
    pay(own, root)
    assert own.places.get().holder == cyn


def test_a_paid_order_has_one_payment_one_line_and_one_receipt(order, root):
    transfer.choose_transfer(order, NOON)
    assert [pay(order, root), pay(order, root)] == [True, False]
    assert status(order) == OrderStatus.PAID
    assert LedgerEntry.objects.get().amount_minor == order.total_minor
    payment = Payment.objects.get()
    assert (payment.provider, payment.kind, payment.status) == ("bank", "transfer", "paid")
    kinds = order.documents.values_list("kind", flat=True)
    assert sorted(kinds) == [Document.INVOICE, Document.RECEIPT]


@pytest.mark.parametrize(("amount", "difference"), [(66_499, -1), (66_501, 1), (0, -66_500)])
def test_another_amount_changes_nothing(order, root, amount, difference):
    transfer.choose_transfer(order, NOON)
    with pytest.raises(transfer.WrongAmount) as told:
        pay(order, root, amount=amount)
    assert told.value.difference == difference
    assert status(order) == OrderStatus.INVOICED
    assert not LedgerEntry.objects.exists()


def test_one_transfer_pays_one_order(order, max, organisation, paid_cohort, root):
    other = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=1, now=NOON
    )
    for one in (order, other):
        transfer.choose_transfer(one, NOON)
    pay(order, root, reference="same words")
    with pytest.raises(transfer.ReferenceUsed):
        pay(other, root, reference=" same  words ")


def test_nothing_is_paid_before_there_is_an_invoice(order, root):
    with pytest.raises(transfer.NotNow):
        pay(order, root)


def test_nothing_to_pay_is_settled_at_once(order, max, organisation, paid_cohort):
    Discount.objects.create(code="GIFT", kind=Discount.FREE)
    free = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=2, code="gift", now=NOON
    )
    settled = transfer.choose_transfer(free, NOON)
    assert (settled.status, settled.channel) == (OrderStatus.PAID, Order.FREE)
    assert states(free) == {PlaceState.AVAILABLE}
    with pytest.raises(transfer.NotNow):
        transfer.take_free(order, NOON)


def test_a_full_or_closed_group_leaves_a_draft(order, paid_cohort):
    capacity.take(paid_cohort.pk, 14)
    with pytest.raises(capacity.Full):
        transfer.choose_transfer(order, NOON)
    Cohort.objects.filter(pk=paid_cohort.pk).update(closed_at=NOON, sold=0)
    with pytest.raises(buying.NotForSale):
        transfer.choose_transfer(Order.objects.get(), NOON)
    assert status(order) == OrderStatus.DRAFT
    assert not Document.objects.exists()


# --- Credit ---------------------------------------------------------------------------------


@pytest.fixture
def large(order, settings):
    settings.SELLING = settings.SELLING | {"approve_above": 66_499}
    return transfer.choose_transfer(order, NOON)


def test_a_large_order_waits_with_its_places_kept(large, paid_cohort, root):
    assert large.status == OrderStatus.AWAITING_APPROVAL
    assert room(paid_cohort) == (7, 0, 0)
    assert not Document.objects.exists()
    assert [approving.approve(large, by=root, now=NOON) for _twice in range(2)] == [True, False]
    assert status(large) == OrderStatus.INVOICED
    assert large.due_on == date(2026, 12, 3)
    assert room(paid_cohort) == (1, 6, 1)


def test_credit_that_is_refused_gives_the_places_back(large, paid_cohort, root):
    assert [approving.refuse(large, by=root, now=NOON) for _twice in range(2)] == [True, False]
    assert status(large) == OrderStatus.CANCELLED
    assert room(paid_cohort) == (0, 0, 0)


def test_nobody_gives_credit_to_themselves(large, max, organisation):
    colleague = person("colleague")
    Manager.objects.create(organisation=organisation, user=colleague, since=NOON)
    for who in (max, colleague):
        with pytest.raises(approving.NotYou):
            approving.approve(large, by=who, now=NOON)
        with pytest.raises(approving.NotYou):
            approving.refuse(large, by=who, now=NOON)
    assert status(large) == OrderStatus.AWAITING_APPROVAL


def test_a_draft_is_not_approved(order, root):
    assert not approving.approve(order, by=root, now=NOON)
    assert not approving.refuse(order, by=root, now=NOON)
    assert status(order) == OrderStatus.DRAFT


# --- Ends ---------------------------------------------------------------------------------------


def test_a_cancelled_invoice_has_a_credit_note_and_no_places(order, paid_cohort, root, cyn):
    transfer.choose_transfer(order, NOON)
    used = order.places.get(seq=1)
    buying.take(used, user=cyn, now=NOON)
    order.places.filter(pk=used.pk).update(state=PlaceState.STARTED)
    assert [transfer.cancel_invoice(order, by=root, now=NOON) for _ in range(2)] == [True, False]
    assert status(order) == OrderStatus.VOID
    note = Document.objects.get(kind=Document.CREDIT_NOTE)
    assert (note.number, note.cancels.number) == ("CN-2026-0001", "INV-2026-0001")
    assert states(order) == {PlaceState.STARTED, PlaceState.REVOKED}
    assert room(paid_cohort) == (0, 1, 0)


def test_a_cancelled_invoice_that_had_released_nothing_gives_all_back(
    order, paid_cohort, root, settings
):
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    transfer.choose_transfer(order, NOON)
    transfer.cancel_invoice(order, by=root, now=NOON)
    assert room(paid_cohort) == (0, 0, 0)
    assert states(order) == {PlaceState.RELEASED}


def test_a_paid_invoice_is_not_cancelled(order, root):
    transfer.choose_transfer(order, NOON)
    pay(order, root)
    assert not transfer.cancel_invoice(order, by=root, now=NOON)
    assert not Document.objects.filter(kind=Document.CREDIT_NOTE).exists()


def test_writing_off_needs_someone_else_than_the_buyer(order, max, root):
    transfer.choose_transfer(order, NOON)
    with pytest.raises(transfer.NotNow):
        transfer.write_off(order, by=max, now=NOON)
    assert transfer.write_off(order, by=root, now=NOON)
    assert status(order) == OrderStatus.WRITTEN_OFF


def test_money_after_the_end_takes_places_if_there_are_some(order, paid_cohort, root, settings):
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    transfer.choose_transfer(order, NOON)
    transfer.cancel_invoice(order, by=root, now=NOON)
    assert pay(order, root)
    assert status(order) == OrderStatus.PAID
    assert room(paid_cohort) == (1, 6, 1)


def test_money_after_the_end_goes_back_when_there_are_none(order, paid_cohort, root, settings):
    settings.SELLING = settings.SELLING | {"releases_on": "paid"}
    transfer.choose_transfer(order, NOON)
    transfer.cancel_invoice(order, by=root, now=NOON)
    capacity.take(paid_cohort.pk, 14)
    assert pay(order, root)
    assert status(order) == OrderStatus.REFUND_DUE
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor) == (Refund.AGREED, order.total_minor)
    assert states(order) == {PlaceState.RELEASED}


def test_late_money_for_places_in_use_is_a_payment(order, paid_cohort, root, cyn):
    transfer.choose_transfer(order, NOON)
    buying.take(order.places.get(seq=1), user=cyn, now=NOON)
    order.places.filter(seq=1).update(state=PlaceState.STARTED)
    transfer.cancel_invoice(order, by=root, now=NOON)
    assert pay(order, root)
    assert status(order) == OrderStatus.PAID
    assert room(paid_cohort) == (0, 1, 0)
    assert list(books.breaches()) == []


def test_an_order_that_asks_for_nothing_yet_can_be_taken_back(large, max, paid_cohort):
    assert [transfer.cancel_order(large, by=max, now=NOON) for _ in range(2)] == [True, False]
    assert room(paid_cohort) == (0, 0, 0)


# --- The clock ------------------------------------------------------------------------------------


def test_three_kind_reminders_and_no_fourth(order):
    transfer.choose_transfer(order, NOON)
    assert reminding.remind_of_invoices(NOON + 30 * DAY) == 0
    for days in [*range(31, 40), 44, 45, 58, 59, 80, 120]:
        reminding.remind_of_invoices(NOON + days * DAY)
    assert status(order) == OrderStatus.OVERDUE
    keys = Effect.objects.filter(dedupe_key__contains=":reminder:")
    assert sorted(key[-1] for key in keys.values_list("dedupe_key", flat=True)) == ["1", "2", "3"]
    assert states(order) == {PlaceState.AVAILABLE}


def test_who_paid_this_morning_gets_no_reminder(order, root):
    transfer.choose_transfer(order, NOON)
    reminding.remind_of_invoices(NOON + 31 * DAY)
    pay(order, root)
    settle_everything()
    assert not [m for m in mail.outbox if "not seen" in m.body]


def test_a_quote_keeps_its_price_and_no_places(order, paid_cohort):
    made = quoting.give_quote(order, NOON)
    assert quoting.give_quote(order, NOON) == made
    assert room(paid_cohort) == (0, 0, 0)
    Cohort.objects.filter(pk=paid_cohort.pk).update(team_price_minor=20_000)
    chosen = transfer.choose_transfer(order, NOON + 29 * DAY)
    assert (chosen.status, chosen.total_minor) == (OrderStatus.INVOICED, 66_500)


def test_an_old_quote_is_over(order, paid_cohort):
    quoting.give_quote(order, NOON)
    with pytest.raises(quoting.QuoteOver):
        transfer.choose_transfer(order, NOON + 30 * DAY)
    assert quoting.end_old_quotes(NOON + 29 * DAY) == 0
    assert quoting.end_old_quotes(NOON + 30 * DAY) == 1
    assert status(order) == OrderStatus.EXPIRED
    assert room(paid_cohort) == (0, 0, 0)


def test_a_code_that_is_used_up_changes_nothing(order, max, organisation, paid_cohort):
    Discount.objects.create(code="ONCE", kind=Discount.PERCENT, value=10, limit=1)
    facts = {"cohort": paid_cohort, "organisation": organisation, "quantity": 1, "code": "once"}
    one, two = (buying.start_order(max, now=NOON, **facts) for _ in range(2))
    transfer.choose_transfer(one, NOON)
    with pytest.raises(pricing.CodeNotValid):
        transfer.choose_transfer(two, NOON)
    assert status(two) == OrderStatus.DRAFT
