"""Stripe's own list beside our books: each kind of difference is found, and nothing else."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from course.places import comparing, refunding
from course.places.models import Difference, LedgerEntry, Order, Payment, Refund
from course.places.reconciling import reconcile
from tests.cast import NOON, settle_everything, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOON + 2 * HOUR
K = Difference


@pytest.fixture
def order(stripe, paid_by_card, root) -> Order:
    """Paid by card at noon, with one place refunded: all of it in the books."""
    refunding.ask_refund(paid_by_card, places=1, by=root, now=NOON)
    settle_everything()
    return reconcile(paid_by_card, now=NOON)


def found() -> list[tuple[str, int, int]]:
    rows = comparing.differences(LATER)
    return [(row.kind, row.at_stripe_minor, row.in_books_minor) for row in rows]


def test_books_that_agree_have_no_differences(order):
    assert found() == []


def nobody_knows_it(stripe, order) -> None:
    stripe.objects.charge_by_hand(4_200)


def it_never_reached_the_ledger(stripe, order) -> None:
    LedgerEntry.objects.filter(kind="paid").delete()


def its_payment_is_lost(stripe, order) -> None:
    """What was paid still names its order."""
    Payment.objects.update(intent_id="pi_other", object_id="cs_other")
    LedgerEntry.objects.filter(kind="paid").delete()


def another_sum(stripe, order) -> None:
    LedgerEntry.objects.filter(kind="paid").update(amount_minor=1)


def another_currency(stripe, order) -> None:
    LedgerEntry.objects.filter(kind="paid").update(currency="EUR")


def a_refund_by_hand(stripe, order) -> None:
    stripe.objects.refund(order.payments.get().intent_id, 700)


def another_refund(stripe, order) -> None:
    LedgerEntry.objects.filter(kind="refunded").update(amount_minor=-1)


def a_payment_that_is_not_there(stripe, order) -> None:
    intent = stripe.objects.find(order.payments.get().intent_id, "payment_intent")
    intent["status"] = "canceled"
    stripe.objects.find(intent["latest_charge"], "charge")["status"] = "failed"


def a_payment_of_another_account(stripe, order) -> None:
    intent = stripe.objects.all.pop(order.payments.get().intent_id)
    del stripe.objects.all[intent["latest_charge"]]


def a_refund_that_is_not_there(stripe, order) -> None:
    stripe.objects.of_kind("refund")[0]["status"] = "failed"


SEEDS = {
    nobody_knows_it: [(K.UNKNOWN, 4_200, 0)],
    it_never_reached_the_ledger: [(K.UNWRITTEN, 66_500, 0)],
    its_payment_is_lost: [(K.UNWRITTEN, 66_500, 0)],
    another_sum: [(K.AMOUNT, 66_500, 1)],
    another_currency: [(K.AMOUNT, 66_500, 66_500)],
    a_refund_by_hand: [(K.UNWRITTEN, -700, 0)],
    another_refund: [(K.AMOUNT, -9_500, -1)],
    a_payment_that_is_not_there: [(K.NOT_THERE, 0, 66_500)],
    a_payment_of_another_account: [(K.NOT_THERE, 0, 66_500)],
    a_refund_that_is_not_there: [(K.NOT_THERE, 0, -9_500)],
}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.__name__)
def test_each_kind_of_difference(seed, stripe, order):
    seed(stripe, order)
    assert found() == SEEDS[seed]


def test_what_came_this_minute_may_still_be_on_its_way(stripe, order):
    stripe.objects.charge_by_hand(4_200)
    assert list(comparing.differences(NOON + HOUR / 2)) == []


def test_what_is_older_than_the_list_is_looked_at_by_itself(stripe, order):
    for one in stripe.objects.of_kind("charge") + stripe.objects.of_kind("refund"):
        one["created"] -= 40 * 86_400
    assert found() == []


def test_test_money_is_not_compared_with_real_money(stripe, order):
    stripe.objects.charge_by_hand(4_200)["livemode"] = True
    assert found() == []


def test_a_list_goes_on_over_its_pages(stripe, order):
    for _n in range(230):
        stripe.objects.charge_by_hand(4_200)
    assert len(found()) == 230
    assert len(stripe.asked("charges", "GET")) == 3


def test_refunds_by_bank_are_none_of_stripes(stripe, order, root):
    Refund.objects.update(by_bank=True, provider_ref="BACS 1")
    stripe.objects.all = {k: v for k, v in stripe.objects.all.items() if v["object"] != "refund"}
    assert found() == []


def test_the_night_keeps_them_and_lets_them_go(stripe, order, fay):
    charge = stripe.objects.charge_by_hand(4_200)
    assert comparing.compare_with_stripe(LATER) == 1
    assert comparing.compare_with_stripe(LATER + HOUR) == 1
    assert Difference.objects.get().since == LATER
    client = signed_in(fay)
    assert (
        "Stripe and our books differ: there is 1 finding."
        in client.get(reverse("staff_orders")).content.decode()
    )
    page = client.get(reverse("staff_differences")).content.decode()
    assert charge["id"] in page
    assert "£42.00" in page
    stripe.fault("charges", "500")
    assert comparing.compare_with_stripe(LATER) == 0
    assert Difference.objects.count() == 1  # no answer is no news
    del stripe.objects.all[charge["id"]]
    assert comparing.compare_with_stripe(LATER) == 0
    assert not Difference.objects.exists()
    assert "say the same" in client.get(reverse("staff_differences")).content.decode()


def test_the_list_is_for_finance_alone(flo, fay, settings):
    address = reverse("staff_differences")
    assert signed_in(flo).get(address).status_code == 404
    assert "Nothing has been compared yet" in signed_in(fay).get(address).content.decode()
    assert comparing.compare_with_stripe(LATER) == 0  # without a key there is nobody to ask


def test_the_list_asks_the_same_however_many_there_are(fay, team_order, django_assert_num_queries):
    client, address = signed_in(fay), reverse("staff_differences")
    for number in (1, 3):
        Difference.objects.all().delete()
        Difference.objects.bulk_create(
            Difference(object_id=f"ch_{n}", kind=K.UNWRITTEN, order=team_order, since=NOON)
            for n in range(number)
        )
        client.get(address)
        with django_assert_num_queries(13):
            client.get(address)


def test_the_command_compares_when_asked(stripe, order, capsys, monkeypatch, settings):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    call_command("check_books", "--stripe")
    charge = stripe.objects.charge_by_hand(4_200)
    call_command("check_books")
    with pytest.raises(CommandError, match="1 things"):
        call_command("check_books", "--stripe")
    said = f"I7: {charge['id']} is at Stripe, and no order knows it: 42.00 there, 0.00 here, GBP"
    assert said in capsys.readouterr().out
    assert not Difference.objects.exists()  # it changes nothing
    stripe.fault("charges", "500")
    with pytest.raises(CommandError, match="could not be asked"):
        call_command("check_books", "--stripe")
    settings.SELLING = settings.SELLING | {"stripe_key": ""}
    with pytest.raises(CommandError, match="no Stripe key"):
        call_command("check_books", "--stripe")
