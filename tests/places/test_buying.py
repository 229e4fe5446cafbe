"""From a wish to places that may be used: room, places and money stay exact."""

import pytest

from course.cohorts import capacity, joining
from course.cohorts.models import Cohort, Enrolment
from course.places import buying, pricing
from course.places.models import Discount, Order, Place
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(max, organisation, paid_cohort):
    return buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=6, bursaries=1, now=NOON
    )


def keep(order: Order) -> bool:
    return buying.keep_places(order, status=OrderStatus.INVOICED, channel=Order.TRANSFER, now=NOON)


def room(cohort: Cohort) -> tuple[int, int, int]:
    cohort.refresh_from_db()
    return cohort.held, cohort.sold, cohort.bursaries


def states(order: Order) -> list[str]:
    return list(order.places.order_by("seq").values_list("state", flat=True))


def test_a_draft_keeps_nothing_and_its_price_is_fixed(order, paid_cohort):
    assert room(paid_cohort) == (0, 0, 0)
    Cohort.objects.filter(pk=paid_cohort.pk).update(team_price_minor=1)
    order.refresh_from_db()
    assert (order.unit_minor, order.total_minor, order.currency) == (9_500, 66_500, "GBP")


def test_keeping_twice_is_keeping_once(order, paid_cohort):
    assert [keep(order), keep(order)] == [True, False]
    assert room(paid_cohort) == (7, 0, 0)
    assert states(order) == [PlaceState.RESERVED] * 6


def test_fulfilling_twice_is_fulfilling_once(order, paid_cohort):
    keep(order)
    assert [buying.fulfil(order, now=NOON), buying.fulfil(order, now=NOON)] == [True, False]
    assert room(paid_cohort) == (1, 6, 1)
    assert states(order) == [PlaceState.AVAILABLE] * 6


def test_an_ended_order_gives_everything_back(order, paid_cohort):
    keep(order)
    for _twice in range(2):
        buying.let_places_go(order, now=NOON)
    assert room(paid_cohort) == (0, 0, 0)
    assert states(order) == [PlaceState.RELEASED] * 6
    assert buying.keep_places_again(order, now=NOON)
    assert not buying.keep_places_again(order, now=NOON)
    buying.fulfil(order, now=NOON)
    assert room(paid_cohort) == (1, 6, 1)


def test_a_full_cohort_takes_no_order(order, paid_cohort):
    capacity.take(paid_cohort.pk, 14)
    with pytest.raises(capacity.Full):
        keep(order)
    order.refresh_from_db()
    assert order.status == OrderStatus.DRAFT
    assert not Place.objects.exists()


def test_withdrawing_spares_whoever_started(order, paid_cohort, cyn):
    keep(order)
    buying.fulfil(order, now=NOON)
    last = order.places.get(seq=6)
    assert buying.take(last, user=cyn, now=NOON)
    Place.objects.filter(pk=last.pk).update(state=PlaceState.STARTED)
    assert buying.withdraw_places(order, number=2, now=NOON) == 2
    revoked = order.places.filter(state=PlaceState.REVOKED)
    assert sorted(revoked.values_list("seq", flat=True)) == [4, 5]
    assert room(paid_cohort) == (1, 4, 1)
    assert Enrolment.objects.current().filter(user=cyn).exists()


def test_someone_who_buys_for_themselves_has_their_place_at_once(cyn, paid_cohort):
    order = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    keep(order)
    buying.fulfil(order, now=NOON)
    place = order.places.get()
    assert (place.state, place.holder, place.enrolment.user) == (PlaceState.ACCEPTED, cyn, cyn)


def test_nobody_takes_two_places_in_one_cohort(order, cyn):
    keep(order)
    buying.fulfil(order, now=NOON)
    first, second = order.places.all()[:2]
    buying.take(first, user=cyn, now=NOON)
    with pytest.raises(joining.AlreadyIn):
        buying.take(second, user=cyn, now=NOON)


def test_a_code_is_used_as_often_as_it_may_be(max, organisation, paid_cohort):
    Discount.objects.create(code="SPRING", kind=Discount.PERCENT, value=15, limit=1)
    facts = {"cohort": paid_cohort, "organisation": organisation, "quantity": 3, "now": NOON}
    one = buying.start_order(max, code=" spring ", **facts)
    other = buying.start_order(max, code="SPRING", **facts)
    assert (one.discount_minor, one.total_minor) == (4_275, 24_225)
    keep(one)
    with pytest.raises(pricing.CodeNotValid):
        keep(other)
    assert room(paid_cohort) == (3, 0, 0)
    buying.let_places_go(one, now=NOON)
    assert keep(other)
