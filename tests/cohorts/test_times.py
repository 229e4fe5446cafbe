"""The right hour for everyone, on both sides of every clock change."""

from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse

from course.cohorts import times
from course.cohorts.models import Cohort, LiveSession
from course.people import zones
from course.people.models import User
from tests.cast import signed_in

KOLKATA, NEW_YORK, LONDON = "Asia/Kolkata", "America/New_York", "Europe/London"


def meeting(day: date, starts: time = time(14), *, zone: str = LONDON, minutes: int = 90):
    cohort = Cohort(zone=zone, programme_id=1, title="Tuesday group")
    return LiveSession(cohort=cohort, number=3, day=day, starts=starts, minutes=minutes)


# 2pm in London. London changes on 28 March and 31 October 2027, New York on 14 March and
# 7 November, Kolkata never: so the hours apart change four times in the year.
AROUND_THE_CHANGES = [
    (date(2027, 3, 9), "7:30pm to 9pm (Kolkata time)", "9am to 10:30am (New York time)"),
    (date(2027, 3, 16), "7:30pm to 9pm (Kolkata time)", "10am to 11:30am (New York time)"),
    (date(2027, 3, 23), "7:30pm to 9pm (Kolkata time)", "10am to 11:30am (New York time)"),
    (date(2027, 3, 30), "6:30pm to 8pm (Kolkata time)", "9am to 10:30am (New York time)"),
    (date(2027, 10, 26), "6:30pm to 8pm (Kolkata time)", "9am to 10:30am (New York time)"),
    (date(2027, 11, 2), "7:30pm to 9pm (Kolkata time)", "10am to 11:30am (New York time)"),
    (date(2027, 11, 9), "7:30pm to 9pm (Kolkata time)", "9am to 10:30am (New York time)"),
]


@pytest.mark.parametrize(("day", "kolkata", "new_york"), AROUND_THE_CHANGES)
def test_each_reader_has_their_own_clock_and_the_groups_beside_it(day, kolkata, new_york):
    one = meeting(day)
    said = f"{day:%A} {day.day} {day:%B %Y}, "
    assert times.when(one, KOLKATA) == f"{said}{kolkata}, which is 2pm to 3:30pm (UK time)"
    assert times.when(one, NEW_YORK) == f"{said}{new_york}, which is 2pm to 3:30pm (UK time)"
    assert times.when(one, LONDON) == times.when(one) == f"{said}2pm to 3:30pm (UK time)"


def test_another_day_is_named_on_both_sides():
    late = meeting(date(2027, 3, 2), time(19, 30))
    assert times.when(late, KOLKATA) == (
        "Wednesday 3 March 2027, 1am to 2:30am (Kolkata time), "
        "which is Tuesday 2 March 2027, 7:30pm to 9pm (UK time)"
    )


def test_the_same_hours_are_not_said_twice():
    assert times.when(meeting(date(2027, 3, 2)), "Europe/Lisbon") == (
        "Tuesday 2 March 2027, 2pm to 3:30pm (Lisbon time)"
    )


def test_midday_and_midnight_are_words():
    assert "10:30am to midday (UK time)" in times.when(meeting(date(2027, 3, 2), time(10, 30)))
    assert "10:30pm to midnight (UK time)" in times.when(meeting(date(2027, 3, 2), time(22, 30)))
    over = times.when(meeting(date(2027, 3, 2), time(23, 30)))
    assert over == "Tuesday 2 March 2027, 11:30pm to 1am on Wednesday 3 March 2027 (UK time)"


def test_a_time_that_the_clocks_skip_is_what_they_show_instead():
    skipped = meeting(date(2027, 3, 28), time(1, 30))
    assert times.when(skipped) == "Sunday 28 March 2027, 2:30am to 4am (UK time)"
    assert skipped.starts_at.astimezone(UTC) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_and_lasts_as_long_as_it_says():
    twice = meeting(date(2027, 10, 31), time(1, 30))
    assert twice.starts_at.astimezone(UTC) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert twice.ends_at.astimezone(UTC) == datetime(2027, 10, 31, 2, 0, tzinfo=UTC)
    assert times.when(twice) == "Sunday 31 October 2027, 1:30am to 2am (UK time)"
    assert times.when(twice, KOLKATA).startswith("Sunday 31 October 2027, 6am to 7:30am (Kolkata")


def test_the_zone_has_a_name_that_people_use():
    said = {zone: zones.in_words(zone) for zone in (LONDON, KOLKATA, NEW_YORK, "Asia/Calcutta")}
    assert list(said.values()) == ["UK time", "Kolkata time", "New York time", "Kolkata time"]


def test_a_zone_we_do_not_know_is_the_groups():
    cohort = Cohort(zone=LONDON)
    assert times.zone_for(User(zone=KOLKATA), cohort) == KOLKATA
    assert times.zone_for(User(zone="Asia/Calcutta"), cohort) == KOLKATA
    for zone in ("", "Mars/Olympus", "../etc/passwd"):
        assert times.zone_for(User(zone=zone), cohort) == LONDON
    assert times.zone_for(None, cohort) == LONDON


def test_the_rest_week_is_as_planned_or_as_the_dates_say():
    three = [meeting(date(2027, 1, 5)), meeting(date(2027, 1, 12)), meeting(date(2027, 1, 26))]
    for number, one in enumerate(three, start=1):
        one.number = number
    dated = Cohort(starts_on=date(2027, 1, 5))
    assert times.rest_after(dated, three) == 2
    assert times.rest_after(dated, three[:2]) is None
    assert times.rest_after(Cohort(starts_on=date(2027, 1, 5), rest_after=5), three) == 5
    assert times.rest_after(Cohort(), []) == 3


# --- Choosing it ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_choosing_a_zone(cyn):
    client = signed_in(cyn)
    url = reverse("time_zone")
    html = client.get(url).content.decode()
    assert "India: Kolkata" in html
    assert "United States: New York" in html
    assert client.post(url, {"zone": "Asia/Calcutta"}, follow=True).status_code == 200
    cyn.refresh_from_db()
    assert cyn.zone == KOLKATA
    assert "Times are now shown" in client.post(url, {"zone": ""}, follow=True).content.decode()
    cyn.refresh_from_db()
    assert cyn.zone == ""


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "x" * 5000, "Asia/Kol\nkata"])
def test_a_zone_that_is_none_is_refused_kindly(zone, cyn):
    answer = signed_in(cyn).post(reverse("time_zone"), {"zone": zone})
    assert "We do not know that time zone" in answer.content.decode()
    cyn.refresh_from_db()
    assert cyn.zone == ""


@pytest.mark.django_db
def test_nothing_is_set_by_looking(cyn):
    signed_in(cyn).get(reverse("time_zone"))
    cyn.refresh_from_db()
    assert cyn.zone == ""
    assert reverse("time_zone") in signed_in(cyn).get(reverse("account_email")).content.decode()
