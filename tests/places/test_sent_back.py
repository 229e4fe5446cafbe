"""A refund that its bank sends back: staff see it, and the money takes another road (R42)."""

import pytest
from django.core import mail
from django.urls import reverse

from course.audit.models import Entry
from course.places import books, refunding
from course.places.models import Document, LedgerEntry, Order, Refund
from course.places.reconciling import reconcile
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON, person, settle_everything, signed_in
from tests.places.test_staff import at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(paid_by_card) -> Order:
    return paid_by_card


@pytest.fixture(autouse=True)
def _the_books_add_up(db):
    yield
    assert list(books.breaches()) == []


def came_back(stripe, order: Order, root, *, places: int) -> Refund:
    """So many places were refunded to a card, whose bank sent the money back days later."""
    whole = order.total_minor if places == order.quantity else None  # with its bursary place
    refund = refunding.ask_refund(order, places=places, amount=whole, by=root, now=NOON)
    if refund.state == Refund.ASKED:
        refunding.agree(refund, by=person("second"), now=NOON)
    settle_everything()
    reconcile(order, now=NOON)
    stripe.objects.refund_fails(stripe.objects.of_kind("refund")[0]["id"])
    reconcile(order, now=NOON)
    refund.refresh_from_db()
    order.refresh_from_db()
    assert refund.state == Refund.FAILED
    settle_everything()
    mail.outbox.clear()
    return refund


def act(refund: Refund, action: str) -> str:
    return reverse("staff_act_on_refund", args=[refund.pk, action])


def sums(order: Order) -> list[tuple[str, int]]:
    return list(order.ledger.order_by("at", "pk").values_list("kind", "amount_minor"))


def test_by_bank_it_is_recorded_and_told_and_the_books_are_clean(stripe, paid, root, fay):
    refund = came_back(stripe, paid, root, places=1)
    client = at_the_desk(fay)
    listed = client.get(reverse("staff_orders")).content.decode()
    assert "A refund of £95.00 did not arrive: it needs another way." in listed
    page = client.get(reverse("staff_order", args=[paid.pk])).content.decode()
    assert "Pay it back by bank" in page
    assert "the money is with us" in page
    client.post(act(refund, "by-bank"))
    again = Refund.objects.get(instead_of=refund)
    assert (again.state, again.by_bank, again.asked_by) == (Refund.AGREED, True, fay)
    assert "is to be sent from your bank" in client.get(reverse("staff_orders")).content.decode()
    settle_everything()
    assert len(stripe.objects.of_kind("refund")) == 1  # Stripe is not asked a second time
    client.post(act(again, "sent"), {"reference": "BACS 4711"})
    again.refresh_from_db()
    assert (again.state, again.provider_ref) == (Refund.DONE, "BACS 4711")
    assert reconcile(paid, now=NOON).status == OrderStatus.PARTLY_REFUNDED
    assert refunding.left(paid) == 66_500 - 9_500
    kinds = sorted(kind for kind, _amount in sums(paid))
    assert kinds == ["came_back", "paid", "refunded", "refunded"]
    assert Document.objects.filter(kind=Document.CREDIT_NOTE).count() == 1
    assert paid.places.filter(state=PlaceState.REVOKED).count() == 1
    actions = set(Entry.objects.filter(actor=str(fay.pk)).values_list("action", flat=True))
    assert {"refund.asked", "refund.sent"} <= actions
    settle_everything()
    (letter,) = mail.outbox
    assert "to the bank account you gave us" in letter.body
    page = client.get(reverse("staff_order", args=[paid.pk])).content.decode()
    assert "Another refund stands in its place." in page
    assert "Sent by bank: BACS 4711" in page
    assert "did not arrive" not in client.get(reverse("staff_orders")).content.decode()


def test_all_of_an_order_by_bank(stripe, paid, root):
    """The order waits with its refund due, and says so in kind words, until it has gone."""
    refund = came_back(stripe, paid, root, places=6)
    assert paid.status == OrderStatus.REFUND_DUE
    again = refunding.send_again(refund, by_bank=True, by=root, now=NOON)
    assert refunding.agree(again, by=person("third"), now=NOON)
    assert reconcile(paid, now=NOON).status == OrderStatus.REFUND_DUE
    again.refresh_from_db()
    assert refunding.mark_sent(again, by=root, reference="x", now=NOON)
    for _twice in range(2):
        assert reconcile(paid, now=NOON).status == OrderStatus.REFUNDED
    assert refunding.left(paid) == 0


def test_stripe_is_asked_again_with_another_key(stripe, paid, root):
    refund = came_back(stripe, paid, root, places=1)
    again = refunding.send_again(refund, by_bank=False, by=root, now=NOON)
    settle_everything()
    settle_everything()
    newest, before = stripe.objects.of_kind("refund")
    assert newest["metadata"]["refund"] == str(again.pk) != before["metadata"]["refund"]
    assert reconcile(paid, now=NOON).status == OrderStatus.PARTLY_REFUNDED
    again.refresh_from_db()
    assert again.state == Refund.DONE
    assert paid.ledger.filter(kind=LedgerEntry.REFUNDED).count() == 2
    assert refunding.left(paid) == 66_500 - 9_500


def test_it_can_come_back_twice(stripe, paid, root):
    refund = came_back(stripe, paid, root, places=1)
    again = refunding.send_again(refund, by_bank=False, by=root, now=NOON)
    settle_everything()
    reconcile(paid, now=NOON)
    stripe.objects.refund_fails(stripe.objects.of_kind("refund")[0]["id"])
    reconcile(paid, now=NOON)
    again.refresh_from_db()
    assert not refunding.did_not_arrive(refund)
    assert refunding.did_not_arrive(again)
    third = refunding.send_again(again, by_bank=True, by=root, now=NOON)
    assert third.first == refund
    refunding.mark_sent(third, by=root, reference="x", now=NOON)
    assert refunding.left(paid) == 66_500 - 9_500


def test_a_large_one_needs_a_second_person_again(stripe, paid, root, fay, settings):
    refund = came_back(stripe, paid, root, places=2)
    settings.SELLING = settings.SELLING | {"second_person_above": 9_500}
    at_the_desk(fay).post(act(refund, "by-bank"))
    again = Refund.objects.get(instead_of=refund)
    assert again.state == Refund.ASKED
    with pytest.raises(refunding.SecondPersonNeeded):
        refunding.agree(again, by=fay, now=NOON)
    assert refunding.refuse(again, by=root, now=NOON)
    assert refunding.did_not_arrive(refund)  # what was refused leaves the question open
    last = refunding.send_again(refund, by_bank=True, by=fay, now=NOON)
    assert refunding.agree(last, by=root, now=NOON)
    refunding.mark_sent(last, by=fay, reference="x", now=NOON)


def test_it_is_made_good_once(stripe, paid, root, fay):
    refund = came_back(stripe, paid, root, places=1)
    refunding.send_again(refund, by_bank=True, by=root, now=NOON)
    with pytest.raises(refunding.NothingToRefund):
        refunding.send_again(refund, by_bank=False, by=root, now=NOON)
    answer = at_the_desk(fay).post(act(refund, "by-bank"), follow=True)
    assert "Somebody was here before you" in answer.content.decode()
    assert Refund.objects.count() == 2


def test_what_stripe_refuses_at_once_can_go_by_bank(stripe, paid, root):
    """The ledger learns that it is with us still, though nobody has looked at Stripe yet."""
    intent = stripe.objects.find(paid.payments.get().intent_id, "payment_intent")
    refund = refunding.ask_refund(paid, places=1, by=root, now=NOON)
    intent["status"] = "canceled"  # so that Stripe says no
    settle_everything()
    refund.refresh_from_db()
    assert refund.state == Refund.FAILED
    intent["status"] = "succeeded"
    again = refunding.send_again(refund, by_bank=True, by=root, now=NOON)
    refunding.mark_sent(again, by=root, reference="x", now=NOON)
    assert refunding.left(paid) == 66_500 - 9_500


def test_a_second_payment_that_comes_back_leaves_the_order_whole(stripe, paid, root):
    """Paid twice: the second payment goes back without a credit note, and so does it again."""
    amount = 66_500
    extra = paid.payments.create(
        provider="stripe",
        kind="session",
        idempotency_key="second",
        object_id="cs_second",
        intent_id="pi_second",
        status="paid",
        amount_minor=amount,
        currency="GBP",
        created_at=NOON,
    )
    facts = {"order": paid, "currency": "GBP", "at": NOON}
    LedgerEntry.objects.create(kind="paid", amount_minor=amount, provider_ref="cs_second", **facts)
    facts = {"payment": extra, "amount_minor": amount, "asked_at": NOON}
    refund = paid.refunds.create(state=Refund.FAILED, **facts)
    again = refunding.send_again(refund, by_bank=True, by=root, now=NOON)
    refunding.agree(again, by=person("second"), now=NOON)
    again.refresh_from_db()
    refunding.mark_sent(again, by=root, reference="x", now=NOON)
    paid.refresh_from_db()
    assert paid.status == OrderStatus.PAID
    assert refunding.left(paid) == amount
    assert not Document.objects.filter(kind=Document.CREDIT_NOTE).exists()


def test_an_invoice_paid_elsewhere_is_refunded_by_bank(stripe, paid, root):
    paid.payments.update(intent_id="")
    refund = refunding.ask_refund(paid, places=1, by=root, now=NOON)
    settle_everything()
    refund.refresh_from_db()
    assert (refund.state, refund.by_bank) == (Refund.AGREED, True)
    assert refunding.mark_sent(refund, by=root, reference="x", now=NOON)


def test_the_buyer_reads_that_the_money_is_safe(stripe, paid, root, max):
    came_back(stripe, paid, root, places=6)
    words = signed_in(max).get(reverse("team_order", args=[paid.pk])).content.decode()
    assert "Your bank could not take it. The money is safe with us" in words
