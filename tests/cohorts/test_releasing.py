"""Modules that open some days before their meetings, and never lock again."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from course.cohorts import releasing
from course.cohorts.models import Cohort, Enrolment, Facilitation, LiveSession, Opening
from reflections.models import Reflection
from tests.cast import NOON, signed_in

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
MEETS = date(2027, 3, 30)  # two days after the clocks go forward
OPENS = datetime(2027, 3, 25, tzinfo=LONDON)
BEFORE = OPENS - timedelta(seconds=1)


@pytest.fixture
def timed(cohort):
    Cohort.objects.filter(pk=cohort.pk).update(opens_days_before=5, ends_on=date(2027, 6, 1))
    for number in range(1, 9):
        day = MEETS + timedelta(weeks=number - 3)
        LiveSession.objects.create(cohort=cohort, number=number, day=day, starts="10:00")
    cohort.refresh_from_db()
    return cohort


def page(user, session, moment) -> str:
    with time_machine.travel(moment, tick=False):
        response = signed_in(user).get(session.url)
    assert response.status_code == 200
    return response.content.decode()


LOCKED = "This session opens on Thursday 25 March 2027."


def is_whole(html) -> bool:
    return "data-place" in html


def test_it_opens_at_the_first_minute_of_its_day(ada, timed, sessions):
    before, after = page(ada, sessions[2], BEFORE), page(ada, sessions[2], OPENS)
    assert LOCKED in before
    assert not is_whole(before)
    assert is_whole(after)
    assert LOCKED not in after


def test_without_timed_release_everything_is_open(ada, timed, sessions):
    Cohort.objects.update(opens_days_before=None)
    assert is_whole(page(ada, sessions[7], BEFORE))


def test_the_clock_writes_it_down_once_and_moving_locks_nothing(ada, timed, sessions):
    assert releasing.open_due(BEFORE) == 2
    assert releasing.open_due(OPENS) == 1
    assert releasing.open_due(OPENS) == 0
    LiveSession.objects.filter(number=3).update(day=date(2027, 5, 1))
    assert is_whole(page(ada, sessions[2], OPENS))


def test_what_someone_read_stays_open_even_if_the_clock_stood_still(ada, timed, sessions):
    assert is_whole(page(ada, sessions[2], OPENS))
    LiveSession.objects.filter(number=3).update(day=date(2027, 5, 1))
    assert not Opening.objects.exists()
    assert is_whole(page(ada, sessions[2], OPENS))


def test_a_facilitator_opens_one_for_a_person_or_for_all(ada, bea, flo, timed, sessions):
    one = ada.enrolments.get()
    for _press in range(2):
        releasing.open_modules(timed, [3], for_one=one, by=flo, now=NOON)
    assert is_whole(page(ada, sessions[2], BEFORE))
    assert LOCKED in page(bea, sessions[2], BEFORE)
    assert releasing.open_modules(timed, range(1, 9), by=flo, now=NOON) == list(range(1, 9))
    assert releasing.open_modules(timed, range(1, 9), by=flo, now=NOON) == []
    assert is_whole(page(bea, sessions[7], BEFORE))
    assert Opening.objects.count() == 9


def test_facilitators_read_ahead(flo, timed, sessions):
    assert "You see this session as an attendee sees it." in page(flo, sessions[2], BEFORE)


def test_what_is_open_to_everyone_is_open_to_attendees(ada, timed, sessions):
    type(sessions[2]).objects.filter(pk=sessions[2].pk).update(open_to_all=True)
    assert is_whole(page(ada, sessions[2], BEFORE))


@pytest.mark.parametrize("end", ["cancelled_at", "closed_at"])
def test_when_a_group_has_ended_everything_is_open(ada, timed, sessions, end):
    Cohort.objects.update(**{end: NOON})
    assert is_whole(page(ada, sessions[7], BEFORE))
    assert releasing.locked_until(ada.enrolments.get(), now=BEFORE) == {}


def test_which_are_locked_and_until_when(ada, timed, django_assert_num_queries):
    mine = ada.enrolments.select_related("cohort").get()
    with django_assert_num_queries(1):
        locked = releasing.locked_until(mine, now=BEFORE)
    assert min(locked) == 3
    assert locked[3] == date(2027, 3, 25)
    Opening.objects.create(cohort=timed, number=3, opened_at=NOON)
    assert min(releasing.locked_until(mine, now=BEFORE)) == 4


@pytest.mark.parametrize("people", [1, 3])
def test_a_timed_session_page_costs_three_queries(
    ada, bea, timed, sessions, people, django_assert_num_queries
):
    for number in range(people):
        Opening.objects.create(cohort=timed, number=number + 4, opened_at=NOON)
    with time_machine.travel(OPENS, tick=False):
        client = signed_in(ada)
        client.get(sessions[2].url)
        with django_assert_num_queries(3):  # web session, person, place with its release
            client.get(sessions[2].url)


def test_writing_begins_when_the_session_opens_and_never_locks_again(ada, bea, timed, sessions):
    third = sessions[2]
    form, afresh = (reverse(name, args=[third.key]) for name in ("reflect", "write_afresh"))
    with time_machine.travel(BEFORE, tick=False):
        for ask in (signed_in(ada).get, signed_in(ada).post):
            for address in (form, afresh):
                answer = ask(address, follow=True)
                assert answer.redirect_chain
                html = answer.content.decode()
                if answer.redirect_chain[0][0] == third.url:
                    assert LOCKED in html
                    assert "You can write about it from Thursday 25 March 2027 on" in html
                assert 'name="ticket"' not in html
        assert "It opens on Thursday 25 March." in signed_in(ada).get("/my/").content.decode()
        # What someone wrote there stays within reach, and so do the sheets.
        facts = {"turn": 1, "updated_at": NOON, "deleted_at": NOON}
        Reflection.objects.create(owner=bea, session_key=third.key, **facts)
        assert 'name="ticket"' in signed_in(bea).get(form).content.decode()
    with time_machine.travel(OPENS, tick=False):
        assert 'name="ticket"' in signed_in(ada).get(form).content.decode()


def test_a_facilitator_who_takes_part_and_whoever_left(ada, cyn, timed, sessions):
    form = reverse("reflect", args=[sessions[2].key])
    with time_machine.travel(BEFORE, tick=False):
        assert signed_in(cyn).get(form).status_code == 404
        Enrolment.objects.filter(user=ada).update(ended_at=NOON)
        assert signed_in(ada).get(form).headers["Location"] == sessions[2].url
        Facilitation.objects.create(cohort=timed, user=ada)
        assert 'name="ticket"' in signed_in(ada).get(form).content.decode()
