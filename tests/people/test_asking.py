"""Days, hours, sums and addresses as people write them (ER5)."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from course.asking import ClockField, DayField, read_clock, read_day
from course.places import addresses, amounts

DAYS = """4 March 2027|4/3/2027|04/03/27|2027-03-04|4 Mar 27|04.03.2027| 4  march 2027 |4th March 2027
4 - 3 - 2027|4-Mar-2027|Thursday 4 March 2027|Thu, 4 Mar 2027|4 of March, 2027|2027/3/4|4 3 2027"""
HOURS = """14:30|2:30pm|2.30 pm|14h30|14.30|2:30 PM|2.30p.m.| 14 : 30 """


@pytest.mark.parametrize("typed", DAYS.replace("\n", "|").split("|"))
def test_a_day_as_people_write_it(typed):
    assert read_day(typed) == date(2027, 3, 4)


@pytest.mark.parametrize("typed", HOURS.split("|"))
def test_an_hour_as_people_write_it(typed):
    assert read_clock(typed) == time(14, 30)


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("2pm", 14), ("2 am", 2), ("14", 14), ("14h", 14), ("noon", 12), ("12am", 0), ("02:00", 2)],
)
def test_whole_hours(typed, hour):
    assert read_clock(typed) == time(hour)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("4 March", "add the year"),
        ("3/25/2027", "day, month, year"),
        ("31 February 2027", "no such day"),
        ("Friday 4 March 2027", "4 March 2027 is a Thursday"),
        ("next week", "such as 4 March 2027"),
        ("4 Mrz 2027", "do not know the month"),
    ],
)
def test_what_could_be_another_day_is_asked_about(typed, asked):
    with pytest.raises(ValidationError) as error:
        read_day(typed)
    assert asked in error.value.messages[0]


@pytest.mark.parametrize("typed", ["2", "2:30", "12", "14pm", "25:00", "9:75", "soon"])
def test_what_could_be_another_hour_is_asked_about(typed):
    with pytest.raises(ValidationError):
        read_clock(typed)


def test_boxes_show_what_they_hold_and_may_be_empty():
    assert DayField(required=False).clean(" ") is None
    assert DayField().prepare_value(date(2027, 3, 4)) == "4 March 2027"
    assert ClockField().prepare_value(time(9, 5)) == "09:05"
    assert read_clock("09:05") == time(9, 5)


@pytest.mark.parametrize(
    "typed", ["£1,200", "1200.00", "£ 1200", "1 200", "GBP 1,200.00", "1200 gbp", "£1,200.0"]
)
def test_a_sum_as_people_write_it(typed):
    assert amounts.read(typed, "GBP") == 120_000


@pytest.mark.parametrize("typed", ["12,50", "1.200", "1,2,3", "95 EUR", "ninety"])
def test_a_sum_that_could_be_another_one_is_asked_about(typed):
    with pytest.raises(ValueError):  # noqa: PT011 -- it has no words of its own
        amounts.read(typed, "GBP")


def test_a_list_from_a_mail_program():
    pasted = (
        'Ada <ada@example.org>; bea@example.org, "Byron, Cyn" <cyn@example.org>\n'
        "Moss, Dan <dan@example.org>\n"
        "  EVE@Example.org  \n"
        "mailto:fay@example.org\n"
        "'Gil' <gil@example.org>,\n"
        "hal@example.org ida@example.org\n"
        "Jo Moss jo@example.org.\n"
        "ada@example.org\n"
    )
    found = [addresses.tidy(one) for one in addresses.read_addresses(pasted)]
    names = ["ada", "bea", "cyn", "dan", "eve", "fay", "gil", "hal", "ida", "jo", "ada"]
    assert found == [f"{name}@example.org" for name in names]
