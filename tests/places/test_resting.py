"""An invoice that stays open: new invitations rest, and nobody who is in loses anything."""

from datetime import timedelta

import pytest
from django.urls import reverse

from course.places import accepting, inviting, resting
from course.places.models import Invitation, Order
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON, signed_in
from tests.places.selling import bought, hash_behind, invited

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = NOON.date() + 30 * DAY
WHILE, AFTER = NOON + 60 * DAY, NOON + 61 * DAY


@pytest.fixture
def order(max, organisation, paid_cohort) -> Order:
    order = bought(max, organisation, paid_cohort)
    Order.objects.update(status=OrderStatus.OVERDUE, due_on=DUE)
    order.refresh_from_db()
    return order


def test_it_rests_some_days_after_the_day_and_no_longer_once_it_is_paid(order, settings):
    assert not resting.rests(order, now=WHILE)
    assert resting.rests(order, now=AFTER)
    settings.SELLING = settings.SELLING | {"inviting_rests_after": 90}
    assert not resting.rests(order, now=AFTER)
    order.status = OrderStatus.PAID
    assert not resting.rests(order, now=AFTER + 365 * DAY)


def test_nobody_new_is_invited_by_any_road(order, max):
    place = invited(order, max).place
    with pytest.raises(resting.InvitingRests):
        inviting.invite(order, ["one@example.org"], by=max, now=AFTER)
    with pytest.raises(resting.InvitingRests):
        inviting.transfer(place, "two@example.org", by=max, now=AFTER)
    with pytest.raises(resting.InvitingRests):
        accepting.open_join_link(order, cap=2, by=max, now=AFTER)
    assert list(Invitation.objects.values_list("email", "state")) == [
        ("new@example.org", Invitation.PENDING)
    ]


def test_a_link_for_several_rests_and_works_again_after_the_payment(order, max, cyn):
    link = accepting.open_join_link(order, cap=2, by=max, now=WHILE)
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(link.token_hash, user=cyn, now=AFTER)
    Order.objects.update(status=OrderStatus.PAID)
    assert accepting.accept(link.token_hash, user=cyn, now=AFTER).holder == cyn


def test_whoever_was_invited_can_still_come_and_whoever_is_in_stays(order, max, cyn, bea):
    accepting.accept(hash_behind(invited(order, max, "cyn@example.org")), user=cyn, now=NOON)
    asked = invited(order, max, "bea@example.org", now=WHILE)
    inviting.remind(asked.place, by=max, now=AFTER)
    place = accepting.accept(hash_behind(asked), user=bea, now=AFTER)
    assert place.state == PlaceState.ACCEPTED
    assert order.places.filter(state=PlaceState.ACCEPTED).count() == 2


def test_the_manager_reads_what_happened_what_is_safe_and_what_to_do(order, max):
    Order.objects.update(due_on=NOON.date() - 31 * DAY)  # by today's clock it is over as well
    client, page = signed_in(max), reverse("team_order", args=[order.pk])
    words = client.get(page).content.decode()
    assert "New invitations rest just now" in words
    assert "Whoever has a place keeps it" in words
    assert "opens again as soon as the money is here" in words
    assert "Check and send" not in words
    assert "Make the link" not in words
    for forbidden in ("overdue", "late ", "missed"):
        assert forbidden not in words.lower()
    invite = {"people": "one@example.org"}
    answer = client.post(reverse("invite", args=[order.pk]), invite, follow=True)
    assert "Nothing was sent" in answer.content.decode()
    answer = client.post(
        reverse("join_link", args=[order.pk]), {"action": "open", "cap": 2}, follow=True
    )
    assert "Nothing was sent" in answer.content.decode()
    assert not Invitation.objects.exists()
    Order.objects.update(status=OrderStatus.PAID)
    assert "Check and send" in client.get(page).content.decode()
