"""Someone who bought a place for themselves: passing it on, taking it after all, moving."""

import pytest
from django.urls import reverse

from course.cohorts.models import Cohort, Enrolment
from course.places import accepting, books, buying, inviting, transfer, using
from course.places.models import Invitation, Order
from course.places.states import PlaceState
from tests.cast import NOON, signed_in
from tests.places.selling import hash_behind
from tests.places.test_refunding import paid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_add_up(db):
    yield
    assert list(books.breaches()) == []


@pytest.fixture
def own(cyn, root, paid_cohort) -> Order:
    return paid(cyn, root, cohort=paid_cohort, quantity=1)


def page_of(order: Order) -> str:
    return reverse("own_place", args=[order.pk])


def place(order: Order):
    return order.places.get()


def press(client, order: Order, action: str, **facts) -> str:
    answer = client.post(page_of(order), {"action": action, **facts}, follow=True)
    return answer.content.decode()


def test_passing_it_on(own, cyn, bea):
    client = signed_in(cyn)
    order_page = client.get(reverse("my_order", args=[own.pk])).content.decode()
    assert page_of(own) in order_page
    assert "An invitation is on its way." not in client.get(page_of(own)).content.decode()
    said = press(client, own, "move", email="Bea@example.org")
    assert "A new invitation is on its way." in said
    assert "Invitation sent to bea@example.org" in said
    assert place(own).state == PlaceState.INVITED
    assert not Enrolment.objects.current().filter(user=cyn).exists()
    asked = Invitation.objects.get(state=Invitation.PENDING)
    accepting.accept(hash_behind(asked), user=bea, now=NOON)
    words = client.get(page_of(own)).content.decode()
    assert "It is theirs now" in words
    assert "bea@" not in words  # who took it is nobody's matter but theirs
    press(client, own, "move", email="other@example.org")
    press(client, own, "take")
    assert place(own).holder == bea


def test_taking_it_back_and_taking_it_oneself(own, cyn):
    client = signed_in(cyn)
    press(client, own, "move", email="kit@example.org")
    assert "reminder is on its way" in press(client, own, "remind")
    assert "new link is on its way" in press(client, own, "resend")
    press(client, own, "take")
    assert place(own).state == PlaceState.INVITED  # not while somebody is asked
    said = press(client, own, "withdraw")
    assert "Take it myself" in said
    said = press(client, own, "take")
    assert "The place is yours." in said
    assert place(own).holder == cyn
    assert Enrolment.objects.current().get(user=cyn).cohort == own.cohort


def test_offering_a_free_one_and_an_address_that_is_none(own, cyn):
    client = signed_in(cyn)
    press(client, own, "move", email="kit@example.org")
    press(client, own, "withdraw")
    answer = client.post(page_of(own), {"action": "move", "email": "kit"})
    assert answer.status_code == 422
    assert 'value="kit"' in answer.content.decode()
    assert "An invitation is on its way." in press(client, own, "move", email="lou@example.org")
    assert place(own).state == PlaceState.INVITED


def test_a_place_in_use_stays(own, cyn):
    using.started(place(own).enrolment_id)
    client = signed_in(cyn)
    assert "It is in use" in client.get(page_of(own)).content.decode()
    press(client, own, "move", email="kit@example.org")
    assert place(own).state == PlaceState.STARTED


def test_it_is_nobody_elses(own, bea, root, max, organisation, paid_cohort, cyn):
    for other in (bea, root, max):
        assert signed_in(other).get(page_of(own)).status_code == 404
        assert signed_in(other).post(page_of(own), {"action": "take"}).status_code == 404
    draft = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    assert signed_in(cyn).get(page_of(draft)).status_code == 404


def test_whoever_has_a_place_already_takes_no_second(own, cyn, root, paid_cohort):
    second = paid(cyn, root, cohort=paid_cohort, quantity=1)
    assert place(second).state == PlaceState.AVAILABLE
    assert "You have a place in that group already" in press(signed_in(cyn), second, "take")
    with pytest.raises(inviting.CannotNow):
        accepting.take_own(own, user=root, now=NOON)


def test_an_ended_order_leads_to_a_fresh_start(cyn, paid_cohort):
    own = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    transfer.cancel_order(own, by=cyn, now=NOON)
    address = reverse("my_order", args=[own.pk])
    fresh = reverse("buy_for_self", args=[paid_cohort.pk])
    assert fresh in signed_in(cyn).get(address).content.decode()
    Cohort.objects.filter(pk=paid_cohort.pk).update(price_minor=0)
    words = signed_in(cyn).get(address).content.decode()
    assert fresh not in words
    assert f'class="button" href="{reverse("groups")}"' in words


def test_a_team_begins_again_with_what_it_had_chosen(max, organisation, paid_cohort):
    order = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=7, now=NOON
    )
    transfer.cancel_order(order, by=max, now=NOON)
    words = signed_in(max).get(reverse("team_order", args=[order.pk])).content.decode()
    again = reverse("buy_for_team", args=[organisation.pk]) + f"?from={order.pk}"
    assert again in words
    assert 'value="7"' in signed_in(max).get(again).content.decode()
