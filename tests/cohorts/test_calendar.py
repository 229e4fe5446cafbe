"""Calendar files, each read back by two parsers that know nothing of each other."""

import io
import re
import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil.tz import tzical
from django.conf import settings
from django.test import Client
from django.urls import reverse

from course.cohorts import calendar, subscribing
from course.cohorts.calendar_zone import zone_component
from course.cohorts.models import CalendarFeed, Cohort, Enrolment, Guest, LiveSession, Reminders
from course.programme.models import ProgrammePage
from tests.cast import NOON, enrolled, signed_in

pytestmark = pytest.mark.django_db

# Eight weeks over each change: London on 28 March and 31 October 2027, New York on 14 March
# and 7 November, Kolkata never.
SPRING = [date(2027, 3, 2) + timedelta(weeks=n) for n in range(8)]
AUTUMN = [date(2027, 10, 5) + timedelta(weeks=n) for n in range(8)]
ZONES = ["Europe/London", "Asia/Kolkata", "America/New_York"]


def meetings_on(cohort, days, *, starts=time(14)) -> list[LiveSession]:
    return [
        LiveSession.objects.create(cohort=cohort, number=n, day=day, starts=starts)
        for n, day in enumerate(days, start=1)
    ]


def by_icalendar(content: bytes) -> list[dict]:
    calendar = icalendar.Calendar.from_ical(content)
    events = []
    for event in calendar.walk("VEVENT"):
        start = event.decoded("dtstart")
        events.append(
            {
                "uid": str(event["UID"]),
                "sequence": int(event["SEQUENCE"]),
                "status": str(event["STATUS"]),
                "summary": str(event["SUMMARY"]),
                "start": start.astimezone(UTC),
                "end": start.astimezone(UTC) + event.decoded("duration"),
                "wall": start.replace(tzinfo=None),
                "alarms": len(event.walk("VALARM")),
            }
        )
    return events


def by_vobject(content: bytes) -> list[dict]:
    """Takes the hours from the file's own VTIMEZONE: no table has a zone of this name."""
    text = content.decode().replace("\r\n ", "")
    found = vobject.readOne(re.sub(r"TZID([:=])", rf"TZID\1Our-{uuid.uuid4().hex}-", text))
    events = []
    for event in found.vevent_list:
        start = event.dtstart.value
        assert type(start.tzinfo).__name__ == "_tzicalvtz"  # dateutil's, read from the file
        events.append(
            {
                "uid": event.uid.value,
                "sequence": int(event.sequence.value),
                "status": event.status.value,
                "summary": event.summary.value,
                "start": start.astimezone(UTC),
                "end": start.astimezone(UTC) + event.duration.value,
                "wall": start.replace(tzinfo=None),
                "alarms": len(getattr(event, "valarm_list", [])),
            }
        )
    return events


def read(content: bytes) -> list[dict]:
    """What both parsers say, which must be the same; and the file itself keeps its form."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    one, other = by_icalendar(content), by_vobject(content)
    assert one == other
    return one


# --- The hour ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_eight_weeks_across_a_clock_change(zone, days, cohort):
    Cohort.objects.filter(pk=cohort.pk).update(zone=zone)
    cohort.refresh_from_db()
    meetings = meetings_on(cohort, days)
    events = read(calendar.build(meetings))
    assert len(events) == 8
    for meeting, event in zip(meetings, events, strict=True):
        assert event["wall"] == datetime.combine(meeting.day, time(14))
        assert event["start"] == meeting.starts_at.astimezone(UTC)
        assert event["end"] - event["start"] == timedelta(minutes=90)
        for reader in ZONES:  # what each reader's own clock shows, by either parser
            there = event["start"].astimezone(ZoneInfo(reader))
            assert there == meeting.starts_at.astimezone(ZoneInfo(reader))


def test_the_hours_that_are_known_from_an_almanac(cohort):
    events = read(calendar.build(meetings_on(cohort, [date(2027, 3, 23), date(2027, 3, 30)])))
    assert [event["start"] for event in events] == [
        datetime(2027, 3, 23, 14, 0, tzinfo=UTC),
        datetime(2027, 3, 30, 13, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "starts", "really"),
    [
        ("Europe/London", date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 1, 30)),
        ("Europe/London", date(2027, 3, 28), time(2, 0), datetime(2027, 3, 28, 1, 0)),
        ("Europe/London", date(2027, 10, 31), time(3, 0), datetime(2027, 10, 31, 3, 0)),
        ("America/New_York", date(2027, 3, 14), time(2, 30), datetime(2027, 3, 14, 7, 30)),
        ("America/New_York", date(2027, 11, 7), time(3, 0), datetime(2027, 11, 7, 8, 0)),
    ],
)
def test_close_to_the_change_itself(zone, day, starts, really, cohort):
    Cohort.objects.filter(pk=cohort.pk).update(zone=zone)
    cohort.refresh_from_db()
    [meeting] = meetings_on(cohort, [day], starts=starts)
    [event] = read(calendar.build([meeting]))
    assert event["start"] == really.replace(tzinfo=UTC) == meeting.starts_at.astimezone(UTC)


def test_a_time_that_comes_twice_is_the_first(cohort):
    [meeting] = meetings_on(cohort, [date(2027, 10, 31)], starts=time(1, 30))
    [event] = by_icalendar(calendar.build([meeting]))
    assert event["start"] == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert event["end"] == datetime(2027, 10, 31, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", [*ZONES, "Europe/Dublin", "Australia/Lord_Howe", "Africa/Cairo"])
def test_a_zone_says_the_same_as_its_tables_every_day(zone):
    """The rules that we write, against the zone they were read from, twice a day for three years.

    Cairo changes on the last Friday and Thursday at midnight; Lord Howe by half an hour.
    """
    content = zone_component(zone, 2027, 2028)
    file = icalendar.Calendar()
    file.add_component(content)
    text = file.to_ical().decode()

    ours = tzical(io.StringIO(text.replace("\r\n", "\n"))).get(zone)
    theirs = ZoneInfo(zone)
    moment = datetime(2027, 1, 1, 4, 30)
    while moment.year < 2030:
        assert moment.replace(tzinfo=ours).utcoffset() == moment.replace(tzinfo=theirs).utcoffset()
        moment += timedelta(hours=12)


def test_rules_and_not_only_lists_of_changes():
    london = zone_component("Europe/London", 2027, 2027).to_ical().decode()
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in london
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10" in london
    assert "DTSTART:19700329T010000" in london
    new_york = zone_component("America/New_York", 2027, 2027).to_ical().decode()
    assert "BYDAY=2SU;BYMONTH=3" in new_york
    assert "BYDAY=1SU;BYMONTH=11" in new_york


# --- What changes, and what does not --------------------------------------------------------------


def test_the_same_facts_give_the_same_bytes_and_a_change_goes_up(cohort):
    [meeting] = meetings_on(cohort, SPRING[:1])
    before = calendar.build([meeting])
    assert before == calendar.build([LiveSession.objects.get()])
    LiveSession.objects.update(day=SPRING[1], sequence=1, changed_at=NOON)
    [first], [second] = read(before), read(calendar.build([LiveSession.objects.get()]))
    assert second["uid"] == first["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert second["start"] - first["start"] == timedelta(weeks=1)


def test_cancelled_meetings_and_groups_stay_and_say_so(cohort):
    meetings = meetings_on(cohort, SPRING[:2])
    LiveSession.objects.filter(pk=meetings[0].pk).update(cancelled_at=NOON, sequence=1)
    found = list(LiveSession.objects.select_related("cohort"))
    assert [e["status"] for e in read(calendar.build(found))] == ["CANCELLED", "CONFIRMED"]
    Cohort.objects.update(cancelled_at=NOON)
    found = list(LiveSession.objects.select_related("cohort"))
    events = read(calendar.build(found))
    assert [(e["status"], e["sequence"]) for e in events] == [("CANCELLED", 2), ("CANCELLED", 1)]
    assert b"will not take place" in calendar.build(found).replace(b"\r\n ", b"")


def test_a_run_that_is_not_sure_is_tentative(cohort):
    [meeting] = meetings_on(cohort, SPRING[:1])
    cohort.people_needed = 6
    assert [e["status"] for e in read(calendar.build([meeting]))] == ["TENTATIVE"]


def test_a_letter_has_who_it_is_for_and_nobody_else(ada, cohort):
    [meeting] = meetings_on(cohort, SPRING[:1])
    for method in ("REQUEST", "CANCEL"):
        content = calendar.invitation([meeting], for_user=ada, method=method)
        [event] = read(content)
        text = content.replace(b"\r\n ", b"").decode()
        assert f"METHOD:{method}" in text
        assert set(re.findall(r"mailto:(\S+)", text)) == {"hello@example.org", "ada@example.org"}
        assert event["status"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")


def test_nothing_private_and_no_way_in(ada, flo, cohort):
    LiveSession.objects.create(
        cohort=cohort,
        number=3,
        day=SPRING[0],
        starts=time(14),
        joining_url="https://rooms.example.net/j/123?pwd=secret",
        dial_in="+44 20 7946 0000, code 4711",
        who="Flo and Max lead the meeting.",
        running_order="0 Welcome",
    )
    Cohort.objects.update(title="Trauma ward, night shift")
    feed = subscribing.subscribe(ada, now=NOON)
    text = Client().get(f"/calendar/{feed.token}.ics").content.replace(b"\r\n ", b"").decode()
    for word in ("rooms.example", "secret", "4711", "Flo", "Trauma", "Ada", "ada@", feed.token):
        assert word not in text
    assert f"URL:{settings.SITE_URL}/my/meetings/" in text
    assert "CLASS:PRIVATE" in text


@pytest.mark.parametrize(
    "title",
    [
        "Resourced, for you; and\\nothers",
        "Two\nlines\r\nand BEGIN:VEVENT",
        "A very long title " * 12,
        "Ressources – für Łódź, देखभाल, 關懷",
    ],
)
def test_titles_that_would_break_a_line(title, cohort):
    ProgrammePage.objects.update(title=title)
    [event] = read(calendar.build(meetings_on(cohort, SPRING[:1])))
    assert event["summary"] == " ".join(title.split()) + ", session 1 of 8"


# --- Reminders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "alarms"),
    [
        (None, 0),
        ({"day_before": True, "hour_before": True}, 0),
        ({"in_calendar": True}, 0),
        ({"in_calendar": True, "day_before": True, "hour_before": True}, 2),
        ({"in_calendar": True, "hour_before": True, "stopped_at": NOON}, 0),
    ],
)
def test_alarms_only_for_those_who_chose_them_here(chosen, alarms, ada, cohort):
    meetings_on(cohort, SPRING[:1])
    if chosen is not None:
        Reminders.objects.create(user=ada, **chosen)
    feed = subscribing.subscribe(ada, now=NOON)
    url = f"/calendar/{feed.token}.ics"
    assert [e["alarms"] for e in read(Client().get(url).content)] == [alarms]
    LiveSession.objects.update(cancelled_at=NOON)
    assert [e["alarms"] for e in read(Client().get(url).content)] == [0]


# --- The feed ----------------------------------------------------------------------------------------


@pytest.fixture
def address(ada) -> str:
    return f"/calendar/{subscribing.subscribe(ada, now=NOON).token}.ics"


def test_the_feed_has_all_that_is_someones_and_nothing_else(ada, bea, cohort, address, programme):
    mine = meetings_on(cohort, SPRING[:2])
    other = Cohort.objects.create(
        programme_id=programme.pk, title="Other", starts_on=SPRING[0], ends_on=SPRING[7]
    )
    [visited, _not_visited] = meetings_on(other, SPRING[:2])
    Guest.objects.create(enrolment=Enrolment.objects.get(user=ada), meeting=visited, asked_at=NOON)
    uids = {e["uid"] for e in read(Client().get(address).content)}
    assert uids == {f"meeting-{m.pk}" for m in [*mine, visited]}
    Enrolment.objects.filter(user=ada).update(ended_at=NOON)
    assert read_empty(Client().get(address).content)


def read_empty(content: bytes) -> bool:
    return not icalendar.Calendar.from_ical(content).walk("VEVENT")


def test_facilitators_and_hosts_have_their_groups_until_they_leave(flo, cyn, cohort):
    meetings_on(cohort, SPRING[:1])
    cohort.hosts.add(cyn)
    for person in (flo, cyn):
        url = f"/calendar/{subscribing.subscribe(person, now=NOON).token}.ics"
        assert len(read(Client().get(url).content)) == 1
    cohort.facilitations.all().delete()
    assert read_empty(Client().get(f"/calendar/{flo.calendar.token}.ics").content)


def test_a_group_that_is_only_planned_is_in_no_calendar(ada, cohort, address):
    meetings_on(cohort, SPRING[:1])
    Cohort.objects.update(announced_at=None)
    assert read_empty(Client().get(address).content)


def test_the_feed_sets_no_cookie_and_answers_when_nothing_changed(ada, cohort, address):
    meetings_on(cohort, SPRING[:1])
    client = Client()
    first = client.get(address)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert not first.cookies
    assert "private" in first["Cache-Control"]
    for header in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        again = client.get(address, headers=header)
        assert (again.status_code, again.content) == (304, b"")
        assert not again.cookies
    LiveSession.objects.update(sequence=1, changed_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_an_unknown_or_renewed_address_is_nothing(ada, cohort, address):
    assert Client().get(address).status_code == 200
    subscribing.renew(ada, now=NOON)
    gone = Client().get(address)
    assert gone.status_code == 404
    assert not gone.cookies
    assert Client().get("/calendar/" + "0" * 40 + ".ics").status_code == 404
    assert Client().get("/calendar/x.ics").status_code == 404
    new = CalendarFeed.objects.get(user=ada).token
    assert Client().get(f"/calendar/{new}.ics").status_code == 200
    subscribing.unsubscribe(ada)
    assert Client().get(f"/calendar/{new}.ics").status_code == 404


def test_asking_all_the_time_is_answered_later(ada, cohort, address, monkeypatch):
    monkeypatch.setattr("course.cohorts.calendar_views.ASKED_AT_MOST", 2)
    answers = [Client().get(address) for _each in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "3600"


@pytest.mark.parametrize("many", [1, 3])
def test_the_feed_costs_five_queries(many, ada, programme, address, django_assert_num_queries):
    for n in range(many):
        more = Cohort.objects.create(programme_id=programme.pk, title=f"Group {n}")
        meetings_on(more, SPRING[: n + 1])
        enrolled(ada, more)
    with django_assert_num_queries(5):
        Client().get(address)


# --- The page, and the files ------------------------------------------------------------------------


def test_the_address_is_made_when_asked_for_and_renewed(ada, cohort):
    client = signed_in(ada)
    page, change = reverse("my_calendar"), reverse("change_calendar")
    assert "It is made when you ask for it" in client.get(page).content.decode()
    client.get(change)
    assert not CalendarFeed.objects.exists()
    client.post(change, {"action": "make"})
    first = CalendarFeed.objects.get(user=ada).token
    html = client.get(page).content.decode()
    assert f"{settings.SITE_URL}/calendar/{first}.ics" in html
    assert f"webcal://testserver/calendar/{first}.ics" in html
    client.post(change, {"action": "make"})
    assert CalendarFeed.objects.get(user=ada).token == first
    client.post(change, {"action": "renew"})
    assert CalendarFeed.objects.get(user=ada).token != first
    client.post(change, {"action": "end"})
    assert not CalendarFeed.objects.exists()


def test_files_for_those_who_may_see_them(ada, flo, cyn, cohort):
    [meeting, _other] = meetings_on(cohort, SPRING[:2])
    one = reverse("meeting_calendar", args=[meeting.pk])
    all_of_them = reverse("cohort_calendar", args=[cohort.pk])
    for person in (ada, flo):
        client = signed_in(person)
        assert len(read(client.get(one).content)) == 1
        file = client.get(all_of_them)
        assert len(read(file.content)) == 2
        assert file["Content-Disposition"] == 'attachment; filename="meetings.ics"'
    for url in (one, all_of_them):
        assert signed_in(cyn).get(url).status_code == 404
        assert Client().get(url).status_code == 302
