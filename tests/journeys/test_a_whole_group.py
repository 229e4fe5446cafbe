"""One group from plan to closing summary, on a clock that is moved across the March change."""

from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, CohortSummary
from course import schedule
from course.cohorts.models import CalendarFeed, Cohort, Enrolment, LiveSession, Reminders
from course.outbox.models import Effect
from course.outbox.settling import settle
from course.people.models import User
from sessions.models import Attendance
from tests.cast import person, signed_in
from tests.dashboard.test_running_a_group import sent_plan

pytestmark = pytest.mark.django_db

PLANNED = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
FIRST = date(2027, 2, 23)  # Tuesdays; London goes forward on 28 March, after the fifth


class Clock:
    """The worker's clock: every move of it does all that is due by then."""

    def __init__(self) -> None:
        self.travel = time_machine.travel(PLANNED, tick=False)
        self.mover = self.travel.start()

    def go(self, moment: datetime) -> None:
        self.mover.move_to(moment)
        for job, _every in schedule.JOBS:
            if job.__name__ in OURS:
                job(moment)
        for _round in range(3):
            for pk in list(Effect.objects.due(moment).values_list("pk", flat=True)):
                settle(pk, now=moment)


# Those that groups need; money and upkeep have tests of their own.
OURS = {job.__name__ for job, _every in schedule.JOBS if "cohorts" in job.__module__}
OURS |= {job.__name__ for job, _every in schedule.JOBS if job.__module__.startswith("sessions")}


@pytest.fixture
def clock():
    clock = Clock()
    yield clock
    clock.travel.stop()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """By the clocks of London, in UTC."""
    summer = day >= date(2027, 3, 28)
    return datetime.combine(day, time(hour, minute), tzinfo=UTC) - timedelta(hours=summer)


def letters_to(user: User, word: str = "") -> list[str]:
    return [m.subject + m.body for m in mail.outbox if m.to == [user.email] and word in m.body]


def calendar_of(user: User) -> dict[int, icalendar.Event]:
    """What the subscribed calendar says, by session."""
    token = CalendarFeed.objects.get(user=user).token
    feed = Client().get(reverse("calendar_feed", args=[token]))
    events = icalendar.Calendar.from_ical(feed.content).walk("VEVENT")
    return {int(str(e["SUMMARY"]).rsplit("ession ", 1)[1].split()[0]): e for e in events}


def test_a_group_from_plan_to_summary(clock, flo, programme, sessions, settings):
    # Planned and announced in two presses
    plan = sent_plan(flo, first_day=FIRST.isoformat(), title="Tuesdays", capacity="12")
    signed_in(flo).post(reverse("plan_group"), plan)
    cohort = Cohort.objects.get(title="Tuesdays")
    signed_in(flo).post(reverse("group_announce", args=[cohort.pk]))
    assert "Tuesdays" in signed_in(person("looker")).get(reverse("groups")).content.decode()

    # Twelve join, and a thirteenth waits
    people = [person(f"p{n}", document_name=f"Person {n}") for n in range(12)]
    for one in people:
        signed_in(one).post(reverse("join_group", args=[cohort.pk]))
    waits = person("waits")
    signed_in(waits).post(reverse("ask_for_place", args=[cohort.pk]))
    clock.go(PLANNED + timedelta(minutes=5))
    assert Enrolment.objects.current().filter(cohort=cohort).count() == 12
    assert all(len(letters_to(one)) == 1 for one in people)
    assert letters_to(waits, "place") == []

    # One leaves; the place goes to the one who waits, and nobody else
    leaver = Enrolment.objects.get(user=people[11])
    signed_in(people[11]).post(reverse("change_pace", args=[leaver.pk, "leave"]))
    clock.go(PLANNED + timedelta(hours=3))
    assert len(letters_to(waits)) == 1
    signed_in(waits).post(reverse("waiting", args=[cohort.pk]), {"action": "accept"})
    people[11] = waits
    clock.go(PLANNED + timedelta(hours=3, minutes=10))
    assert Enrolment.objects.current().filter(cohort=cohort).count() == 12

    # One wants reminders and a calendar; the fifth meeting moves across the change of clocks
    ada = people[0]
    Reminders.objects.create(user=ada, day_before=True)
    signed_in(people[0]).post(reverse("change_calendar"))
    fifth = LiveSession.objects.get(cohort=cohort, number=5)
    assert fifth.day == date(2027, 3, 30)
    before = calendar_of(ada)[5]
    facts = {"what": "when", "when-day": "2027-03-31", "when-starts": "18:30"}
    facts |= {"when-minutes": "90", "when-seen": str(fifth.sequence)}
    signed_in(flo).post(reverse("group_meeting", args=[cohort.pk, fifth.pk]), facts)
    mail.outbox.clear()
    clock.go(PLANNED + timedelta(hours=4))
    assert [len(letters_to(one)) for one in people] == [1] * 12
    assert "Wednesday 31 March 2027" in letters_to(ada)[0]
    after = calendar_of(ada)[5]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("DTSTART").astimezone(UTC) == datetime(2027, 3, 31, 17, 30, tzinfo=UTC)

    # Eight meetings: everyone is marked in one press, one person catches up on two
    for meeting in LiveSession.objects.filter(cohort=cohort).order_by("number"):
        mail.outbox.clear()
        clock.go(meeting.starts_at.astimezone(UTC) - timedelta(days=1) + timedelta(minutes=1))
        assert len(letters_to(ada, f"/my/meetings/{meeting.pk}/")) == 1, meeting.number
        assert letters_to(people[1], "/my/meetings/") == []
        clock.go(meeting.ends_at.astimezone(UTC) + timedelta(minutes=10))
        page = reverse("group_register", args=[cohort.pk, meeting.pk])
        late = Enrolment.objects.current().get(user=people[2], cohort=cohort)
        facts = {"rest": "present"}
        if meeting.number in {2, 3}:
            facts[f"mark-{late.pk}"] = "not_this_time~"
        signed_in(flo).post(page, facts)
        if meeting.number in {2, 3}:
            key = sessions[meeting.number - 1].key
            signed_in(people[2]).post(reverse("work_through", args=[key]))
        clock.go(meeting.ends_at.astimezone(UTC) + timedelta(minutes=15))
    assert Attendance.objects.filter(live_minutes=80).count() == 12 * 8 - 2
    assert Certificate.objects.filter(state=Certificate.VALID).count() == 12
    facts = Certificate.objects.get(holder=ada).facts
    assert facts["live_minutes"] == 6 * 80

    # A week later it closes by itself, once, and its summary says what happened
    last = LiveSession.objects.filter(cohort=cohort).latest("day").day
    mail.outbox.clear()
    for _twice in range(2):
        clock.go(datetime.combine(last + timedelta(days=7), time(6, 1), tzinfo=UTC))
    cohort.refresh_from_db()
    assert cohort.closed_at
    summary = CohortSummary.objects.get(cohort=cohort)
    assert (summary.facts["people"], summary.facts["completed"]) == (12, 12)
    clock.go(datetime.combine(last + timedelta(days=7), time(9), tzinfo=UTC))
    assert len([m for m in mail.outbox if m.to == [flo.email] and "summary" in m.body]) == 1
    assert all("Person" not in m.body for m in mail.outbox if m.to == [flo.email])
