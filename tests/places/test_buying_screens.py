"""Buying as people do it: odd input, pressed twice, changed minds; for a team and for oneself."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from course.cohorts import capacity
from course.cohorts.models import Cohort, Enrolment
from course.places import buying, card, gateway
from course.places.models import Discount, Order, Place
from tests.cast import NOON, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def buy(organisation) -> str:
    return reverse("buy_for_team", args=[organisation.pk])


def asked(group, **facts) -> dict:
    return {
        "cohort": group.pk,
        "quantity": "3",
        "key": "3f1c9a52-8f0e-4b57-9a0d-55d6f3a3f6a1",
    } | facts


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("0", "The smallest number here is 1."),
        ("-1", "The smallest number here is 1."),
        ("10,000", "in figures"),
        ("10000", "We take up to 500 at once."),
        ("ten", "in figures"),
        ("3.5", "in figures"),
        ("", "in figures"),
        ("٣" * 400, "We take up to 500 at once."),
        ("21", "There is not room for so many in this group."),
    ],
)
def test_odd_numbers_get_kind_answers_and_stay_in_their_box(max, buy, paid_cohort, quantity, words):
    answer = signed_in(max).post(buy, asked(paid_cohort, quantity=quantity, po_number="NM-77"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Nothing is ordered, and what you typed is still here." in page
    assert "NM-77" in page
    assert f'value="{quantity}"' in page or not quantity
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"po_number": "x" * 141}, "longer than 140"),
        ({"po_number": "NM-1\nTotal: 0"}, "one line"),
        ({"po_number": "=HYPERLINK(1)"}, "start the number with a letter"),
        ({"code": "NOPE"}, "We do not know this code"),
        ({"code": "x" * 41}, "room for 40"),
        ({"bursaries": "-1"}, "The smallest number here is 0."),
        ({"bursaries": "20"}, "not room for so many"),
        ({"cohort": "nothing"}, "choice"),
        ({"cohort": ""}, "Choose a group."),
    ],
)
def test_other_odd_input(max, buy, paid_cohort, facts, words):
    answer = signed_in(max).post(buy, asked(paid_cohort, **facts))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Order.objects.exists()


def test_a_double_click_makes_one_order_and_a_changed_mind_another(max, buy, paid_cohort):
    client = signed_in(max)
    for _twice in range(2):
        onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    assert Order.objects.count() == 1
    client.post(buy, asked(paid_cohort, quantity="4"))
    assert sorted(Order.objects.values_list("quantity", flat=True)) == [3, 4]
    for _twice in range(2):
        client.post(onward, {"road": "transfer"})
    assert Place.objects.count() == 3
    paid_cohort.refresh_from_db()
    assert (paid_cohort.held, paid_cohort.sold) == (0, 3)


def test_another_persons_key_is_not_their_order(max, buy, paid_cohort, organisation):
    signed_in(max).post(buy, asked(paid_cohort))
    other = person("oto")
    from course.places.models import Manager
    from tests.cast import with_second_factor

    with_second_factor(other)
    Manager.objects.create(organisation=organisation, user=other, since=NOON)
    signed_in(other).post(buy, asked(paid_cohort))
    assert Order.objects.count() == 2


def test_the_price_stays_between_looking_and_ordering(max, buy, paid_cohort, settings):
    settings.SELLING = settings.SELLING | {"tax_rate": 2000}
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    Cohort.objects.filter(pk=paid_cohort.pk).update(team_price_minor=99_999)
    page = client.get(onward).content.decode()
    for words in ["£285.00", "VAT 20%", "£57.00", "£342.00", "Together, with VAT"]:
        assert words in page
    client.post(onward, {"road": "transfer"})
    assert "£342.00, to pay by" in client.get(onward).content.decode()


def test_an_order_left_for_days_asks_to_begin_again(max, buy, paid_cohort):
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    Order.objects.update(created_at=timezone.now() - timedelta(days=3))
    page = client.get(onward).content.decode()
    assert "the price may have changed" in page
    assert 'name="road"' not in page
    client.post(onward, {"road": "transfer"})
    assert not Place.objects.exists()


def test_when_the_room_has_gone_meanwhile_nothing_is_ordered(max, buy, paid_cohort):
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    capacity.take(paid_cohort.pk, 18)
    page = client.post(onward, {"road": "transfer"}, follow=True).content.decode()
    assert "There is no longer room for so many in this group. Nothing was ordered." in page
    assert not re.search(
        r"only|left|hurry|last chance|soon", page.split("<main")[1].split("shared")[0], re.I
    )
    assert not Place.objects.exists()


def test_a_quote_first_and_then_the_order_at_its_price(max, buy, paid_cohort):
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    client.post(onward, {"road": "quote"})
    page = client.get(onward).content.decode()
    assert "You have a quote" in page
    assert "The quote is good until" in page
    assert "QUO-" in page
    client.post(onward, {"road": "transfer"})
    assert Order.objects.get().status == "invoiced"


def test_a_code_for_everything_leaves_nothing_to_pay(max, buy, paid_cohort):
    Discount.objects.create(code="ALL", kind=Discount.FREE, limit=1)
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort, code="all")).headers["Location"]
    page = client.get(onward).content.decode()
    assert "There is nothing to pay." in page
    assert "−£285.00" in page
    client.post(onward, {"road": "free"})
    assert Place.objects.filter(state="available").count() == 3
    other = client.post(buy, asked(paid_cohort, code="ALL", key=""))
    assert "We do not know this code" in other.content.decode()


def test_a_forged_road_leads_nowhere(max, buy, paid_cohort):
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    for road in ["free", "card", "nonsense", ""]:
        page = client.post(onward, {"road": road}, follow=True).content.decode()
        assert "cannot go that way now" in page
    assert Order.objects.get().status == "draft"
    client.post(onward, {"action": "cancel"})
    assert Order.objects.get().status == "cancelled"


def test_changing_an_order_brings_back_what_was_chosen(max, buy, paid_cohort):
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort, po_number="NM-77")).headers["Location"]
    change = re.search(rf'href="({buy}\?from=[^"]+)"', client.get(onward).content.decode())[1]
    page = client.get(change).content.decode()
    assert 'value="NM-77"' in page
    assert 'value="3"' in page
    assert re.search(rf'value="{paid_cohort.pk}"[^>]*checked', page)


# --- By card, where it is offered ------------------------------------------------------------


@pytest.fixture
def by_card(monkeypatch):
    monkeypatch.setattr(gateway, "is_configured", lambda: True)


def test_the_card_road_leads_to_the_payment_page(max, buy, paid_cohort, by_card, monkeypatch):
    from course.places import roads

    page = "https://checkout.stripe.com/c/pay/1"
    monkeypatch.setitem(roads._ROADS, "card", lambda order, now: page)
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    answer = client.get(onward)
    assert "Pay by card" in answer.content.decode()
    assert (
        "form-action 'self' https://checkout.stripe.com"
        in answer.headers["Content-Security-Policy"]
    )
    assert client.post(onward, {"road": "card"}).headers["Location"] == page


@pytest.mark.parametrize("error", [gateway.Unreachable, gateway.Refused])
def test_when_the_provider_does_not_answer_nothing_is_taken(
    max, buy, paid_cohort, by_card, monkeypatch, error
):
    def broken(*args, **kwargs):
        raise error

    monkeypatch.setattr(gateway, "open_session", broken)
    client = signed_in(max)
    onward = client.post(buy, asked(paid_cohort)).headers["Location"]
    page = client.post(onward, {"road": "card"}, follow=True).content.decode()
    assert "Nothing was taken. You can try again." in page
    assert "Go on to the payment page" in page


# --- For oneself --------------------------------------------------------------------------------


def test_the_full_price_stands_beside_the_group(client, cyn, paid_cohort):
    for visitor in (client, signed_in(cyn)):
        assert "£120.00 a place. No VAT is added." in visitor.get("/groups/").content.decode()
    assert (
        reverse("buy_for_self", args=[paid_cohort.pk])
        in signed_in(cyn).get("/groups/").content.decode()
    )


def test_someone_buys_a_place_by_transfer_and_sees_the_order(cyn, paid_cohort, ada):
    client = signed_in(cyn)
    address = reverse("buy_for_self", args=[paid_cohort.pk])
    key = re.search(r'name="key" value="([^"]+)"', client.get(address).content.decode())[1]
    for _twice in range(2):
        onward = client.post(address, {"key": key}).headers["Location"]
    order = Order.objects.get()
    assert onward == reverse("my_order", args=[order.pk])
    client.post(onward, {"road": "transfer"})
    page = client.get(onward).content.decode()
    assert "£120.00, to pay by" in page
    assert "The places open once it is paid." in page
    assert not Enrolment.objects.filter(user=cyn).exists()
    buying.fulfil(order, now=timezone.now())
    assert Enrolment.objects.filter(user=cyn).exists()
    assert "Spring group" in client.get(reverse("my_orders")).content.decode()
    assert client.get(address).headers["Location"] == "/my/"
    assert signed_in(ada).get(onward).status_code == 404
    assert signed_in(ada).get(reverse("order", args=[order.pk])).status_code == 404


@pytest.mark.parametrize(
    "change", [{"joining": "request"}, {"price_minor": 0}, {"closed_at": NOON}]
)
def test_what_is_not_for_sale_has_no_page(cyn, paid_cohort, change):
    Cohort.objects.filter(pk=paid_cohort.pk).update(**change)
    assert signed_in(cyn).get(reverse("buy_for_self", args=[paid_cohort.pk])).status_code == 404


def test_a_bursary_place_is_a_tick_and_nothing_tells_it_apart(cyn, paid_cohort):
    capacity.offer_bursaries(paid_cohort.pk, 1)
    client, address = signed_in(cyn), reverse("take_bursary", args=[paid_cohort.pk])
    assert client.get(address).status_code == 302
    assert "Tick the box" in client.post(address, {}, follow=True).content.decode()
    assert not Enrolment.objects.exists()
    page = client.post(address, {"bursary": "on"}, follow=True).content.decode()
    assert "You have a place. Everything is open to you, in any order." in page
    assert "bursary" not in page.lower()
    assert not Order.objects.exists()
    assert not Place.objects.exists()
    # With none left the box is not offered, and a press that comes late is answered kindly.
    dee = signed_in(person("dee"))
    assert (
        "bursary"
        not in dee.get(reverse("buy_for_self", args=[paid_cohort.pk])).content.decode().lower()
    )
    late = dee.post(address, {"bursary": "on"}, follow=True).content.decode()
    assert "No bursary place is free in this group just now." in late


def test_card_is_the_first_road_for_oneself_where_it_is_offered(cyn, paid_cohort, by_card):
    client = signed_in(cyn)
    onward = client.post(reverse("buy_for_self", args=[paid_cohort.pk]), {}).headers["Location"]
    page = client.get(onward).content.decode()
    assert page.index("Pay by card") < page.index("Order with an invoice")
    assert "Ask for a quote" not in page
    assert card.NotPayable  # the road itself is tested with its own fake


def test_a_place_bought_for_oneself_goes_back_by_the_policy(cyn, paid_cohort):
    order = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=timezone.now())
    from course.places import transfer

    transfer.choose_transfer(order, timezone.now())
    address = reverse("my_order", args=[order.pk])
    facts = {
        "by": person("staff"),
        "reference": "BANK 1",
        "amount": 12_000,
        "on": timezone.now().date(),
    }
    transfer.mark_paid(order, now=timezone.now(), **facts)
    client = signed_in(cyn)
    assert "£120.00 goes back to you" in client.get(address).content.decode()
    page = client.post(reverse("give_back", args=[order.pk]), {"action": "refund"}, follow=True)
    assert "Your place is given back" in page.content.decode()
    assert not Enrolment.objects.current().filter(user=cyn).exists()
    page = client.post(reverse("give_back", args=[order.pk]), {"action": "refund"}, follow=True)
    assert "That cannot be done just now" in page.content.decode()
