"""At one's own pace: pause, a later group, a fresh round, leaving. Nothing attended is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from certificates.models import Certificate
from course.cohorts import capacity, letters_to_self, releasing, reminding
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.outbox.models import Effect
from course.places import accepting, books, buying, continuing, inviting, transfer
from course.places.changing import CannotMove
from course.places.models import Invitation, Place
from sessions import attending, returning, thoughts
from sessions.models import (
    Attendance,
    Completion,
    CpdNote,
    Measure,
    MeasureAnswer,
    Progress,
    Thought,
)
from tests.cast import NOON, enrolled, signed_in
from tests.sessions.live import after, later_group, with_meetings

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=14)


@pytest.fixture
def meetings(cohort):
    Cohort.objects.filter(pk=cohort.pk).update(ends_on="2027-01-05")
    cohort.refresh_from_db()
    return with_meetings(cohort)


@pytest.fixture
def place(ada):
    return Enrolment.objects.get(user=ada)


@pytest.fixture
def winter(cohort):
    return later_group(cohort)


def attend(place, meetings, flo, numbers):
    for number in numbers:
        meeting = meetings[number - 1]
        attending.mark(place, meeting=meeting, state="present", by=flo, now=after(meeting))


def mine(user):
    return Enrolment.objects.current().get(user=user)


# --- Pausing ----------------------------------------------------------------------------------


def test_pausing_and_coming_back_keep_everything(place, meetings, flo):
    attend(place, meetings, flo, [1])
    assert returning.pause(place, now=NOON)
    assert not returning.pause(place, now=LATER)
    place.refresh_from_db()
    assert (place.paused_at, place.ended_at) == (NOON, None)
    assert returning.come_back(place)
    assert not returning.come_back(place)
    assert place.attendances.count() == 1


# --- A later group ------------------------------------------------------------------------------


def test_what_was_attended_counts_on_in_the_later_group(
    place, ada, flo, meetings, winter, sessions
):
    attend(place, meetings, flo, [1, 2, 3])
    attending.open_session(place, session=sessions[4], now=NOON)
    CpdNote.objects.create(enrolment=place, number=2, practice="Handover")
    following = returning.defer(place, to=winter, now=after(meetings[2]))
    assert mine(ada) == following
    assert following.continues == place
    for rows in (Attendance, Progress, CpdNote):
        assert not rows.objects.exclude(enrolment=following).exists()
    attend(following, with_meetings(winter, winter.starts_on), flo, [3, 4, 5, 6])
    certificate = Certificate.objects.get()
    assert certificate.enrolment == following
    assert certificate.facts["live_minutes"] == 6 * 80  # session 3 twice, and counted once
    assert [s["number"] for s in certificate.facts["sessions"]] == [1, 2, 3, 4, 5, 6]
    assert Completion.objects.count() == 1


def test_deferring_twice_is_deferring_once(place, ada, winter):
    first = returning.defer(place, to=winter, now=LATER)
    assert returning.defer(place, to=winter, now=LATER) == first
    assert Enrolment.objects.filter(user=ada).count() == 2


def test_what_is_not_passed_on_yet_goes_along_and_comes_back(place, ada, winter, meetings):
    with_meetings(winter, winter.starts_on)
    letter = letters_to_self.ask(place, now=NOON)
    first_due = letter.due_on
    heard = thoughts.send(
        place, for_whom=Thought.TO_FACILITATORS, words="Heard", with_name=True, now=NOON
    )
    later = thoughts.send(
        place, for_whom=Thought.TO_NEXT_COHORT, words="Later", with_name=True, now=NOON
    )
    measure = Measure.objects.create(slug="starter", title="Starter")
    answer = MeasureAnswer.objects.create(
        enrolment=place, measure=measure, moment="before", answers={}, answered_at=NOON
    )
    following = returning.defer(place, to=winter, now=LATER)

    def where() -> list:
        for row in (letter, heard, later, answer):
            row.refresh_from_db()
        return [row.enrolment for row in (letter, heard, later, answer)]

    assert where() == [following, place, following, following]
    last = winter.live_sessions.order_by("day").last().day
    assert letter.due_on == last + timedelta(weeks=6)
    page = signed_in(ada).get(reverse("send_thought")).content.decode()
    assert "Heard" in page  # to read, and to take back
    returning.undo_deferring(following, now=LATER + timedelta(days=1))
    assert where() == [place] * 4
    assert letter.due_on == first_due


def test_what_was_open_stays_open_in_a_later_group_with_timed_modules(
    place, ada, winter, meetings, sessions
):
    Cohort.objects.filter(pk=winter.pk).update(opens_days_before=3)
    winter.refresh_from_db()
    with_meetings(winter, winter.starts_on)
    with time_machine.travel(LATER, tick=False):
        following = returning.defer(place, to=winter, now=LATER)
        following.cohort.refresh_from_db()
        assert releasing.locked_until(following, now=LATER) == {}
        assert "data-place" in signed_in(ada).get(sessions[6].url).content.decode()
    assert reminding.tell_of_open_modules(LATER) == 0


def test_an_access_adjustment_and_visits_go_along(place, winter, cohort, meetings):
    Enrolment.objects.filter(pk=place.pk).update(live_waived=True)
    place.refresh_from_db()
    third = with_meetings(later_group(cohort, title="Third group"))
    own = with_meetings(winter, winter.starts_on)
    for meeting in (third[1], own[1]):
        meeting.guests.create(enrolment=place, asked_at=NOON)
    following = returning.defer(place, to=winter, now=LATER)
    assert following.live_waived
    assert [visit.meeting for visit in following.visits.all()] == [third[1]]


def test_undoing_brings_back_the_earlier_group_with_everything(place, ada, flo, meetings, winter):
    attend(place, meetings, flo, [1])
    following = returning.defer(place, to=winter, now=LATER)
    assert returning.undo_deferring(following, now=LATER + timedelta(days=2)) == place
    assert mine(ada) == place
    assert place.attendances.count() == 1
    again = returning.defer(place, to=winter, now=LATER + timedelta(days=3))
    assert mine(ada) == again
    assert again.attendances.count() == 1


@pytest.mark.parametrize(
    "why", ["something was noted", "long ago", "the group is over", "completed"]
)
def test_some_moves_cannot_be_undone(place, ada, flo, meetings, winter, sessions, cohort, why):
    following, now = returning.defer(place, to=winter, now=LATER), LATER + timedelta(days=1)
    if why == "long ago":
        now = LATER + timedelta(days=31)
    elif why == "the group is over":
        Cohort.objects.filter(pk=cohort.pk).update(closed_at=LATER)
    else:
        for session in sessions[: 6 if why == "completed" else 1]:
            attending.work_through(following, session=session, now=now)
    following = Enrolment.objects.get(pk=following.pk)
    with pytest.raises(returning.CannotUndo):
        returning.undo_deferring(following, now=now)
    assert mine(ada) == following


@pytest.mark.parametrize(
    "why", ["earlier", "closed", "on request", "dearer", "other programme", "in it"]
)
def test_where_nobody_can_go_on(place, ada, cohort, winter, why):
    changes = {
        "earlier": {"starts_on": "2026-10-01"},
        "closed": {"closed_at": NOON},
        "on request": {"joining": Cohort.ON_REQUEST},
        "dearer": {"price_minor": 100},
        "other programme": {"programme_id": 99999},
        "in it": {},
    }
    Cohort.objects.filter(pk=winter.pk).update(**changes[why])
    winter.refresh_from_db()
    if why == "in it":
        enrolled(ada, winter)
    assert winter not in continuing.later_groups(place, now=NOON)
    with pytest.raises(CannotMove):
        returning.defer(place, to=winter, now=NOON)
    assert Enrolment.objects.current().filter(pk=place.pk).exists()


def test_room_moves_along_and_is_offered_to_whoever_waits(ada, cohort, winter, cyn):
    Cohort.objects.filter(pk=cohort.pk).update(
        capacity=1, sold=1, joining="open", ends_on="2027-01-05"
    )
    Cohort.objects.filter(pk=winter.pk).update(capacity=1)
    place = Enrolment.objects.get(user=ada)
    waits = Waiting.objects.create(cohort=cohort, user=cyn, since=NOON)
    following = returning.defer(place, to=winter, now=LATER)
    waits.refresh_from_db()
    assert waits.offered_at  # the chair is kept for cyn now
    for group, (held, sold) in {cohort: (1, 0), winter: (0, 1)}.items():
        group.refresh_from_db()
        assert (group.held, group.sold) == (held, sold)
    with pytest.raises(capacity.Full):
        returning.undo_deferring(following, now=LATER)
    assert mine(ada) == following
    assert list(books.breaches()) == []


def test_a_full_later_group_is_not_on_the_list(place, winter):
    Cohort.objects.filter(pk=winter.pk).update(capacity=1, sold=1)
    assert continuing.later_groups(place, now=NOON) == []


def test_whoever_completed_begins_again_and_does_not_defer(place, winter, sessions):
    for session in sessions[:6]:
        attending.work_through(place, session=session, now=NOON)
    with pytest.raises(CannotMove):
        returning.defer(place, to=winter, now=LATER)


# --- A place that was paid for -----------------------------------------------------------------


@pytest.fixture
def summer(paid_cohort):
    facts = {"price_minor": 12_000, "team_price_minor": 9_500, "capacity": 20, "title": "Summer"}
    return later_group(paid_cohort, starts_on="2027-06-01", ends_on="2027-07-27", **facts)


@pytest.fixture
def bought(root):
    """Places on an invoice; what someone bought for themselves is paid too."""

    def buy(buyer, cohort, *, organisation=None, quantity=1):
        order = buying.start_order(
            buyer, cohort=cohort, organisation=organisation, quantity=quantity, now=NOON
        )
        transfer.choose_transfer(order, NOON)
        if not organisation:
            order.refresh_from_db()
            facts = {"by": root, "reference": str(order.pk), "amount": order.total_minor}
            transfer.mark_paid(order, on=NOON.date(), now=NOON, **facts)
        order.refresh_from_db()
        return order

    return buy


def invited(order, user, by):
    inviting.invite(order, [user.email], by=by, now=NOON)
    token = Invitation.objects.get(email=user.email).token_hash
    return accepting.accept(token, user=user, now=NOON).enrolment


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("paid_by", ["cyn", "organisation"])
def test_a_paid_place_follows(
    cyn, max, organisation, paid_cohort, summer, sessions, paid_by, started, bought
):
    order = bought(cyn, paid_cohort) if paid_by == "cyn" else None
    if not order:
        order = bought(max, paid_cohort, organisation=organisation, quantity=3)
        invited(order, cyn, max)
    place = mine(cyn)
    if started:
        attending.open_session(place, session=sessions[0], now=NOON)
    before = Place.objects.get(enrolment=place).state
    following = returning.defer(place, to=summer, now=LATER)
    seat = Place.objects.get(enrolment=following)
    assert (seat.cohort, seat.state, seat.order, seat.holder) == (summer, before, order, cyn)
    assert books_of(paid_cohort, summer) == ([2, 1] if paid_by == "organisation" else [0, 1])
    order.refresh_from_db()
    assert order.cohort == (paid_cohort if paid_by == "organisation" else summer)
    assert list(books.breaches()) == []
    returning.undo_deferring(following, now=LATER)
    assert mine(cyn) == place
    assert books_of(paid_cohort, summer) == ([3, 0] if paid_by == "organisation" else [1, 0])
    assert list(books.breaches()) == []


def books_of(*groups):
    return [Cohort.objects.get(pk=group.pk).sold for group in groups]


def test_withdrawing_places_frees_room_where_they_are(
    cyn, max, organisation, paid_cohort, summer, bought
):
    order = bought(max, paid_cohort, organisation=organisation, quantity=3)
    returning.defer(invited(order, cyn, max), to=summer, now=LATER)
    buying.withdraw_places(order, now=LATER)
    assert books_of(paid_cohort, summer) == [0, 0]
    assert not Enrolment.objects.current().filter(user=cyn).exists()


@pytest.mark.parametrize(
    "change", [{"price_minor": 13_000}, {"currency": "EUR"}, {"price_minor": 0}]
)
def test_a_place_goes_where_it_is_worth_as_much(cyn, paid_cohort, summer, change, bought):
    bought(cyn, paid_cohort)
    Cohort.objects.filter(pk=summer.pk).update(**change)
    assert continuing.later_groups(mine(cyn), now=LATER) == []


def test_a_bursary_place_goes_on_to_a_bursary_place(cyn, paid_cohort, summer):
    capacity.offer_bursaries(paid_cohort.pk, 1)
    joining_ = continuing.joining.take_bursary(cyn, cohort=paid_cohort, now=NOON)
    assert continuing.later_groups(joining_, now=LATER) == []
    capacity.offer_bursaries(summer.pk, 1)
    returning.defer(joining_, to=summer, now=LATER)
    paid_cohort.refresh_from_db()
    summer.refresh_from_db()
    assert (paid_cohort.bursaries, paid_cohort.sold, summer.bursaries, summer.sold) == (1, 0, 0, 1)
    assert list(books.breaches()) == []


# --- Beginning again -----------------------------------------------------------------------------


def test_a_fresh_round_after_completing_leaves_all_that_was(place, ada, sessions):
    for session in sessions[:6]:
        attending.work_through(place, session=session, now=NOON)
    earlier = Certificate.objects.get()
    fresh = returning.begin_again(place, now=LATER)
    assert returning.begin_again(place, now=LATER) == fresh
    assert mine(ada) == fresh
    assert (fresh.attendances.count(), place.attendances.count()) == (0, 6)
    for session in sessions[:6]:
        attending.work_through(fresh, session=session, now=LATER)
    assert Certificate.objects.filter(holder=ada, state=Certificate.VALID).count() == 2
    earlier.refresh_from_db()
    assert earlier.state == Certificate.VALID


def test_a_round_can_be_undone_while_it_is_empty(place, ada, sessions):
    attending.work_through(place, session=sessions[0], now=NOON)
    fresh = returning.begin_again(place, now=LATER)
    assert returning.undo_beginning(fresh, now=LATER) == place
    assert mine(ada) == place
    other = returning.begin_again(place, now=LATER)
    attending.work_through(other, session=sessions[0], now=LATER)
    with pytest.raises(returning.CannotUndo):
        returning.undo_beginning(other, now=LATER)


def test_a_paid_place_carries_the_second_round(cyn, paid_cohort, sessions, bought):
    bought(cyn, paid_cohort)
    first = mine(cyn)
    fresh = returning.begin_again(first, now=LATER)
    assert Place.objects.get(enrolment=fresh).holder == cyn
    for session in sessions[:6]:
        attending.open_session(fresh, session=session, now=LATER)
        attending.work_through(fresh, session=session, now=LATER)
    assert Place.objects.get(enrolment=fresh).state == "completed"
    assert list(books.breaches()) == []


def test_no_round_begins_in_a_group_that_was_called_off_or_left(place, cohort):
    returning.leave(place, now=NOON)
    with pytest.raises(CannotMove):
        returning.begin_again(place, now=NOON)
    Enrolment.objects.filter(pk=place.pk).update(ended_at=None)
    Cohort.objects.filter(pk=cohort.pk).update(cancelled_at=NOON)
    with pytest.raises(CannotMove):
        returning.begin_again(place, now=NOON)


# --- Leaving ---------------------------------------------------------------------------------------


def test_leaving_keeps_what_was_attended_and_can_be_undone(place, ada, flo, meetings):
    attend(place, meetings, flo, [1])
    now = after(meetings[0])
    assert returning.leave(place, now=now)
    assert not returning.leave(place, now=now)
    assert not Enrolment.objects.current().filter(user=ada).exists()
    assert returning.left_lately(ada.pk, now=now) == [place]
    assert returning.undo_leaving(place, now=now) == mine(ada)
    assert mine(ada).attendances.count() == 1


def test_whoever_was_never_counted_takes_no_place_along(cyn, bea, cohort, flo, paid_cohort, bought):
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=None)
    bought(cyn, paid_cohort)
    Cohort.objects.filter(pk=paid_cohort.pk).update(price_minor=0)  # let in by staff, uncounted
    returning.leave(enrolled(bea, paid_cohort), now=LATER)
    assert books_of(paid_cohort) == [1]
    assert list(books.breaches()) == []


@pytest.mark.parametrize("why", ["long ago", "over", "in it again", "moved on instead"])
def test_when_leaving_cannot_be_undone(place, ada, cohort, winter, why):
    now = LATER
    if why == "moved on instead":
        returning.defer(place, to=winter, now=LATER)
    else:
        returning.leave(place, now=LATER)
    if why == "long ago":
        now = LATER + timedelta(days=40)
    elif why == "over":
        Cohort.objects.filter(pk=cohort.pk).update(closed_at=LATER)
    elif why == "in it again":
        enrolled(ada, cohort)
    with pytest.raises(returning.CannotUndo):
        returning.undo_leaving(place, now=now)


def test_a_place_that_was_not_started_goes_back_to_the_organisation(
    cyn, bea, max, organisation, paid_cohort, bought
):
    order = bought(max, paid_cohort, organisation=organisation, quantity=1)
    place = invited(order, cyn, max)
    returning.leave(place, now=LATER)
    seat = order.places.get()
    assert (seat.state, seat.holder) == ("available", None)
    assert list(books.breaches()) == []
    returning.undo_leaving(place, now=LATER)
    assert order.places.get().holder == cyn
    returning.leave(Enrolment.objects.get(pk=place.pk), now=LATER)
    invited(order, bea, max)
    with pytest.raises(capacity.Full):  # it is bea’s now
        returning.undo_leaving(Enrolment.objects.get(pk=place.pk), now=LATER)
    assert order.places.get().holder == bea
    assert list(books.breaches()) == []


def test_ones_own_place_can_be_given_back_for_money_after_leaving(cyn, paid_cohort, bought):
    order = bought(cyn, paid_cohort)
    returning.leave(mine(cyn), now=NOON)
    order.refresh_from_db()
    assert order.places.get().state == "available"
    assert list(books.breaches()) == []


def test_a_started_place_stays_used(cyn, max, organisation, paid_cohort, sessions, bought):
    order = bought(max, paid_cohort, organisation=organisation, quantity=1)
    place = invited(order, cyn, max)
    attending.open_session(place, session=sessions[0], now=NOON)
    returning.leave(place, now=LATER)
    assert (order.places.get().state, books_of(paid_cohort)) == ("started", [1])
    returning.undo_leaving(place, now=LATER)
    assert mine(cyn) == place
    assert list(books.breaches()) == []


def test_nobody_is_written_to_about_any_of_it(place, ada, winter):
    Effect.objects.all().delete()
    returning.pause(place, now=NOON)
    returning.come_back(place)
    fresh = returning.begin_again(place, now=NOON)
    returning.leave(fresh, now=NOON)
    assert not Effect.objects.exists()
