"""Reminders on a moved clock, across the March change, in London, Kolkata and New York."""

import re
from datetime import UTC, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from course.cohorts import choosing, letter_tasks, letters_to_self, reminder_times, reminding
from course.cohorts.models import (
    Cohort,
    Enrolment,
    LetterToSelf,
    LiveSession,
    Material,
    NotComing,
    Opening,
    Reminders,
)
from course.cohorts.quiet import allowed_before, allowed_from, is_quiet
from course.outbox.models import Effect
from course.schedule import JOBS
from tests.cast import NOON, signed_in
from tests.cohorts.meeting import at, meeting, settle_at, with_meetings

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ZONES = ["Europe/London", "Asia/Kolkata", "America/New_York"]
OURS = [
    reminding.remind_the_day_before,
    reminding.remind_the_hour_before,
    reminding.remind_after_meetings,
    reminding.tell_of_open_modules,
    letters_to_self.send_due,
]


@pytest.fixture
def group(cohort):
    return with_meetings(cohort)


def run(now, *, jobs=OURS):
    """One turn of the worker: the clock's jobs, then what is due. Returns the letters sent."""
    before = len(mail.outbox)
    with time_machine.travel(now, tick=False):
        for job in jobs:
            job(now)
    settle_at(now)
    return mail.outbox[before:]


def watch(start, end, *, every=timedelta(minutes=30), jobs=OURS):
    """Run from here to there; returns the moments at which someone was written to."""
    found = []
    while start <= end:
        found += [(start, letter) for letter in run(start, jobs=jobs)]
        start += every
    return found


def wants(user, *kinds, zone="", **ways):
    choosing.choose(user, choices=dict.fromkeys(kinds, True) | {"by_email": True} | ways)
    user.zone = zone
    user.save()


# --- Quiet hours ------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_quiet_hours_hold_on_every_day_of_march(zone):
    moment = at("2027-03-10 00:00")
    while moment < at("2027-03-31 00:00"):
        local = moment.astimezone(ZoneInfo(zone))
        quiet = not time(8) <= local.time() < time(20)
        assert is_quiet(moment, zone) == quiet
        later, sooner = allowed_from(moment, zone), allowed_before(moment, zone)
        assert sooner <= moment <= later
        if not quiet:
            assert sooner == moment == later
        else:
            assert later.astimezone(ZoneInfo(zone)).time() == time(8)
            assert sooner.astimezone(ZoneInfo(zone)).time() == time(19)
            assert later - sooner <= timedelta(hours=14)
        moment += timedelta(minutes=30)


# --- Off until chosen ----------------------------------------------------------------------------------


def test_nothing_comes_unless_it_was_chosen(group, ada, flo):
    Opening.objects.create(cohort=group, number=1, opened_at=at("2027-03-03 09:00"))
    for moment in ("03 09:00", "03 14:00", "04 13:00", "04 19:00", "05 15:30"):
        assert run(at(f"2027-03-{moment}")) == []


def test_all_jobs_are_on_the_workers_clock():
    assert {job for job, _every in JOBS} >= set(OURS)
    assert len({job.__name__ for job, _every in JOBS}) == len(JOBS)


ON_THE_DAY = {
    # Session 3 (18 March) is at 14:00 UTC, session 4 (1 April) at 13:00 UTC.
    ("Europe/London", 3): ("2027-03-17 14:00", "2027-03-18 13:00"),
    ("Europe/London", 4): ("2027-03-31 13:00", "2027-04-01 12:00"),
    ("Asia/Kolkata", 3): ("2027-03-17 13:30", "2027-03-18 13:00"),  # 19:30 there: at 19:00
    ("Asia/Kolkata", 4): ("2027-03-31 13:00", "2027-04-01 12:00"),
    ("America/New_York", 3): ("2027-03-17 14:00", "2027-03-18 13:00"),  # it went forward first
    ("America/New_York", 4): ("2027-03-31 13:00", "2027-04-01 12:00"),
}


@pytest.mark.parametrize("number", [3, 4])
def test_reminders_come_by_each_readers_clock(number, group, ada, bea, cyn):
    Enrolment.objects.create(user=cyn, cohort=group, enrolled_at=NOON)
    for user, zone in zip([ada, bea, cyn], ZONES, strict=True):
        wants(user, "day_before", "hour_before", zone=zone)
    start = meeting(group, number).starts_at
    found = watch(start - 27 * HOUR, start + HOUR, jobs=OURS[:2])
    for user, zone in zip([ada, bea, cyn], ZONES, strict=True):
        mine = [(moment, letter) for moment, letter in found if letter.to == [user.email]]
        assert [moment for moment, _letter in mine] == [at(m) for m in ON_THE_DAY[zone, number]]
        there = start.astimezone(UTC).astimezone(ZoneInfo(zone))
        for _moment, letter in mine:
            assert f"{there:%A} {there.day} {there:%B %Y}, {there.hour % 12 or 12}" in letter.body
            assert "secret-door" not in letter.message().as_string()
    assert len(found) == 6


@pytest.mark.parametrize(
    ("starts", "day_before", "hour_before"),
    [
        (time(8), "2027-03-03 08:00", "2027-03-03 19:00"),
        (time(8, 30), "2027-03-03 08:30", "2027-03-03 19:00"),
        (time(9), "2027-03-03 09:00", "2027-03-04 08:00"),
        (time(2), "2027-03-03 08:00", "2027-03-03 19:00"),
        (time(20, 30), "2027-03-03 19:00", "2027-03-04 19:30"),
        (time(21, 30), "2027-03-03 19:00", "2027-03-04 19:00"),
    ],
)
def test_early_and_late_meetings_keep_the_night_free(group, starts, day_before, hour_before):
    LiveSession.objects.filter(cohort=group).update(starts=starts)
    first = meeting(group, 1)
    for kind, moment in (("day_before", day_before), ("hour_before", hour_before)):
        assert reminder_times.due(kind, first, "Europe/London") == at(moment)
        assert reminder_times.fits(kind, first, "Europe/London", now=at(moment))


def test_a_worker_that_was_down_for_a_day_sends_nothing_stale(group, ada):
    wants(ada, "day_before", "hour_before", "module_opens", "after_meeting")
    Opening.objects.create(cohort=group, number=1, opened_at=at("2027-03-03 09:00"))
    assert run(at("2027-03-04 14:05")) == []  # under way; the day and the hour before have passed
    assert run(at("2027-03-07 12:00")) == []


def test_what_waited_in_the_queue_for_a_day_is_not_sent(group, ada):
    wants(ada, "hour_before")
    moment = at("2027-03-04 13:00")
    with time_machine.travel(moment, tick=False):
        assert reminding.remind_the_hour_before(moment) == 1
    settle_at(at("2027-03-05 13:00"))
    assert mail.outbox == []


def test_a_meeting_that_moves_while_its_reminder_is_being_sent(group, ada):
    wants(ada, "hour_before")
    moment = at("2027-03-04 13:00")
    with time_machine.travel(moment, tick=False):
        reminding.remind_the_hour_before(moment)
    LiveSession.objects.filter(cohort=group, number=1).update(starts=time(16))
    settle_at(moment)
    assert mail.outbox == []  # its new time has a reminder of its own
    found = watch(at("2027-03-04 13:30"), at("2027-03-04 17:00"), jobs=OURS[:2])
    assert [m for m, _ in found] == [at("2027-03-04 15:00")]
    assert "4pm to 5:30pm" in found[0][1].body


def test_a_meeting_that_moves_a_little_still_has_one_reminder(group, ada):
    wants(ada, "day_before")
    moment = at("2027-03-03 14:00")
    with time_machine.travel(moment, tick=False):
        reminding.remind_the_day_before(moment)
    LiveSession.objects.filter(cohort=group, number=1).update(starts=time(13, 30))
    letters = run(moment, jobs=OURS[:1])
    assert len(letters) == 1
    assert "1:30pm to 3pm" in letters[0].body


def _leave(group, user):
    Enrolment.objects.filter(user=user).update(ended_at=NOON)


def _pause(group, user):
    Enrolment.objects.filter(user=user).update(paused_at=NOON)


def _cancel(group, user):
    LiveSession.objects.filter(cohort=group).update(cancelled_at=NOON)


def _call_off(group, user):
    Cohort.objects.filter(pk=group.pk).update(cancelled_at=NOON)


def _stop(group, user):
    choosing.stop_all(user, now=NOON)


def _say_not_coming(group, user):
    place = Enrolment.objects.get(user=user)
    NotComing.objects.create(enrolment=place, meeting=meeting(group, 1), said_at=NOON)


def _only_calendar(group, user):
    Reminders.objects.filter(user=user).update(by_email=False, in_calendar=True)


ENDINGS = [_leave, _pause, _cancel, _call_off, _stop, _say_not_coming, _only_calendar]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("owed_first", [True, False])
def test_nothing_comes_after(ending, owed_first, group, ada):
    wants(ada, "hour_before")
    moment = at("2027-03-04 13:00")
    if owed_first:
        with time_machine.travel(moment, tick=False):
            assert reminding.remind_the_hour_before(moment) == 1
    ending(group, ada)
    assert run(moment) == []


def test_a_facilitator_who_was_taken_off_gets_nothing_more(group, flo):
    wants(flo, "day_before", "hour_before", "after_meeting")
    assert len(run(at("2027-03-03 14:00"))) == 1
    with time_machine.travel(at("2027-03-04 13:00"), tick=False):
        reminding.remind_the_hour_before(at("2027-03-04 13:00"))
    group.facilitators.clear()
    for moment in ("04 13:00", "05 15:30"):
        assert run(at(f"2027-03-{moment}")) == []


def test_two_workers_make_one_letter(group, ada):
    wants(ada, "day_before")
    for _worker in range(2):
        reminding.remind_the_day_before(at("2027-03-03 14:00"))
    assert Effect.objects.filter(dedupe_key__startswith="reminder:").count() == 1


@pytest.mark.parametrize("people", [1, 3])
def test_the_job_asks_the_same_of_the_database_however_many_there_are(
    people, group, ada, bea, cyn, django_assert_num_queries
):
    Enrolment.objects.create(user=cyn, cohort=group, enrolled_at=NOON)
    for user in [ada, bea, cyn][:people]:
        wants(user, "day_before")
    run(at("2027-03-03 14:00"))
    with django_assert_num_queries(7), time_machine.travel(at("2027-03-03 14:01"), tick=False):
        reminding.remind_the_day_before(at("2027-03-03 14:01"))


# --- Modules and what comes after ----------------------------------------------------------------------


def test_modules_that_open_together_are_told_in_one_letter_by_day(group, ada, bea):
    night = at("2027-03-03 23:30")
    wants(ada, "module_opens")
    for number in (1, 2):
        Opening.objects.create(cohort=group, number=number, opened_at=night)
    found = watch(night, at("2027-03-04 10:00"), jobs=[reminding.tell_of_open_modules])
    assert [m for m, _ in found] == [at("2027-03-04 08:00")]
    assert "1, 2" in found[0][1].body
    place = Enrolment.objects.get(user=bea)
    wants(bea, "module_opens")
    opened = at("2027-03-06 10:00")
    Opening.objects.create(cohort=group, enrolment=place, number=5, opened_at=opened)
    found = watch(opened, opened + HOUR, jobs=[reminding.tell_of_open_modules])
    assert [(m, letter.to) for m, letter in found] == [(opened, [bea.email])]
    assert "Session 5 of 8" in found[0][1].body


def test_after_a_meeting_once_the_notes_are_there_or_a_day_later(group, ada):
    wants(ada, "after_meeting")
    Material.objects.create(
        meeting=meeting(group, 1), kind=Material.NOTES, words="x", added_at=at("2027-03-04 17:00")
    )
    after = [reminding.remind_after_meetings]
    found = watch(at("2027-03-04 15:30"), at("2027-03-05 18:00"), jobs=after)
    assert [m for m, _ in found] == [at("2027-03-04 17:00")]
    found = watch(at("2027-03-12 14:00"), at("2027-03-12 20:00"), jobs=after)
    assert [m for m, _ in found] == [at("2027-03-12 15:30")]


# --- The page, and one press to stop all ------------------------------------------------------------------


def test_the_page_shows_everything_off_and_keeps_what_is_chosen(ada):
    client = signed_in(ada)
    page = client.get(reverse("reminders")).content.decode()
    checked = re.findall(r'<input type="checkbox" name="(\w+)"[^>]* checked', page)
    assert checked == ["by_email", "messages"]
    assert not Reminders.objects.exists()
    client.post(reverse("reminders"), {"day_before": "on", "by_email": "on"})
    kept = Reminders.objects.get(user=ada)
    assert (kept.day_before, kept.by_email, kept.messages, kept.hour_before) == (
        True,
        True,
        False,
        False,
    )
    client.post(reverse("reminders"), {})  # no tick at all is an answer
    kept.refresh_from_db()
    assert not kept.day_before


def test_what_without_how_is_asked_about(ada):
    answer = signed_in(ada).post(reverse("reminders"), {"day_before": "on"})
    assert answer.status_code == 422
    assert "Please choose how" in answer.content.decode()
    assert not Reminders.objects.exists()


def test_one_press_stops_all(ada, group):
    client = signed_in(ada)
    client.post(reverse("reminders"), {"day_before": "on", "by_email": "on", "messages": "on"})
    letters_to_self.ask(Enrolment.objects.get(user=ada), now=NOON)
    assert client.get(reverse("stop_reminders")).status_code == 302
    assert Reminders.objects.get(user=ada).day_before
    page = client.post(reverse("stop_reminders"), follow=True).content.decode()
    assert "All is stopped." in page
    kept = Reminders.objects.get(user=ada)
    assert not any([kept.day_before, kept.messages, kept.in_calendar])
    assert kept.stopped_at
    assert not LetterToSelf.objects.exists()
    client.post(reverse("reminders"), {"day_before": "on", "by_email": "on"})
    assert Reminders.objects.get(user=ada).stopped_at is None


def test_the_link_in_the_letter_stops_without_signing_in(group, ada):
    wants(ada, "hour_before")
    letter = run(at("2027-03-04 13:00"))[0]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert address in letter.body
    path = address.removeprefix("http://testserver")
    nobody = Client(enforce_csrf_checks=True)
    page = nobody.get(path)
    assert page.status_code == 200
    assert "Stop all optional letters?" in page.content.decode()
    assert Reminders.objects.get(user=ada).hour_before  # mail scanners open links
    for _press in range(2):
        done = nobody.post(path, {"List-Unsubscribe": "One-Click"})
        assert "All stopped" in done.content.decode()
    assert not Reminders.objects.get(user=ada).hour_before


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_was_cut_short_stops_nothing(method, ada):
    wants(ada, "hour_before")
    path = letter_tasks.stop_path(ada)
    answer = getattr(Client(), method)(path[:-3] + "/")
    assert answer.status_code == 404
    assert "Nothing has changed" in answer.content.decode()
    assert Reminders.objects.get(user=ada).hour_before


def test_a_link_for_something_else_stops_nothing(ada):
    from django.core import signing

    wants(ada, "hour_before")
    other = signing.dumps(str(ada.pk), salt="interest.stop")
    assert Client().post(reverse("stop_reminders_by_link", args=[other])).status_code == 404
    assert Reminders.objects.get(user=ada).hour_before


def test_the_page_asks_who_is_there():
    assert Client().get(reverse("reminders")).status_code == 302


# --- The letter to oneself ----------------------------------------------------------------------------------


def ask(user, **facts):
    return letters_to_self.ask(Enrolment.objects.get(user=user), **facts)


def test_six_weeks_on_a_link_and_no_words(group, ada):
    ada.zone = "America/New_York"
    ada.save()
    ask(ada, now=at("2027-04-20 12:00"))
    found = watch(at("2027-06-09 12:00"), at("2027-06-10 18:00"), every=HOUR, jobs=OURS[-1:])
    assert [m for m, _ in found] == [at("2027-06-10 14:00")]  # 10:00 in New York
    letter = found[0][1]
    assert "http://testserver/my/reflections/" in letter.body
    assert letter.extra_headers["List-Unsubscribe"]


def test_in_ones_own_time_it_counts_from_asking(programme, ada):
    own = Cohort.objects.create(programme_id=programme.pk, title="In your own time")
    place = Enrolment.objects.create(user=ada, cohort=own, enrolled_at=NOON)
    assert letters_to_self.ask(place, now=NOON).due_on == NOON.date() + timedelta(weeks=6)
    letters_to_self.ask(place, now=NOON + timedelta(days=3))
    assert LetterToSelf.objects.get().due_on == NOON.date() + timedelta(weeks=6)


def test_a_worker_that_was_away_sends_it_still_and_by_day(group, ada):
    ask(ada, now=at("2027-04-20 12:00"))
    assert run(at("2027-06-14 22:00")) == []
    assert len(run(at("2027-06-15 08:00"))) == 1
    assert run(at("2027-06-15 09:00")) == []


@pytest.mark.parametrize("ending", [_leave, _call_off, _stop])
def test_no_letter_to_oneself_after(ending, group, ada):
    ask(ada, now=at("2027-04-20 12:00"))
    ending(group, ada)
    assert run(at("2027-06-12 12:00")) == []


def test_it_waits_while_someone_has_paused(group, ada):
    ask(ada, now=at("2027-04-20 12:00"))
    _pause(group, ada)
    assert run(at("2027-06-12 12:00")) == []
    Enrolment.objects.update(paused_at=None)
    assert len(run(at("2027-06-20 12:00"))) == 1


def test_asked_for_and_taken_back_on_its_page(group, ada, cyn):
    client, place = signed_in(ada), Enrolment.objects.get(user=ada)
    page = client.get(reverse("letter_to_self")).content.decode()
    assert "Write to me then" in page
    for _press in range(2):
        page = client.post(reverse("ask_for_letter", args=[place.pk]), follow=True).content.decode()
    assert "It comes on" in page
    for name in ("ask_for_letter", "take_letter_back"):
        assert signed_in(cyn).post(reverse(name, args=[place.pk])).status_code == 404
    assert LetterToSelf.objects.count() == 1
    client.post(reverse("take_letter_back", args=[place.pk]))
    assert not LetterToSelf.objects.exists()
    assert client.get(reverse("ask_for_letter", args=[place.pk])).status_code == 302
    assert not LetterToSelf.objects.exists()
    assert "You have no place" in signed_in(cyn).get(reverse("letter_to_self")).content.decode()


# --- A meeting without a way in ---------------------------------------------------------------------


def test_facilitators_are_asked_once_for_a_way_in_two_days_before(group, flo, ada):
    first = meeting(group, 1)  # Thursday 4 March 2027, 14:00 in London
    group.live_sessions.filter(number__in=[1, 2]).update(joining_url="")
    group.live_sessions.filter(number=2).update(dial_in="020 7946 0000")
    jobs = [reminding.ask_for_ways_in]
    sent = watch(at("2027-03-01 00:00"), at("2027-03-04 16:00"), jobs=jobs)
    ((moment, letter),) = sent
    assert (moment, letter.to) == (at("2027-03-02 14:00"), [flo.email])
    assert reverse("group_meeting", args=[group.pk, first.pk]) in letter.body
    assert "secret-door" not in letter.body
    # The second has a telephone number; the third's link goes in before its letter does.
    third = meeting(group, 3)
    group.live_sessions.filter(number=3).update(joining_url="")
    with time_machine.travel(at("2027-03-17 09:00"), tick=False):
        assert reminding.ask_for_ways_in(at("2027-03-17 09:00")) == 1
    LiveSession.objects.filter(pk=third.pk).update(joining_url="https://rooms.example.org/new")
    assert run(at("2027-03-17 09:01"), jobs=jobs) == []


def test_at_night_nobody_is_asked_for_a_way_in(group, flo):
    flo.zone = "Asia/Kolkata"
    flo.save()
    group.live_sessions.filter(number=1).update(joining_url="")
    jobs = [reminding.ask_for_ways_in]
    sent = watch(at("2027-03-02 13:00"), at("2027-03-03 04:00"), jobs=jobs)
    assert [moment for moment, _letter in sent] == [at("2027-03-02 14:00")]  # 19:30 there
    Effect.objects.all().delete()
    assert run(at("2027-03-02 14:30"), jobs=jobs) == []  # 20:00 there
