"""Moving meetings, and telling everyone of it once."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError

from course.audit.models import Entry
from course.cohorts import letters_to_self, rescheduling, telling
from course.cohorts.models import Change, Cohort, Enrolment, Facilitation, Guest, LiveSession
from course.cohorts.times_check import check_wall_time
from course.outbox.models import Effect
from tests.cast import NOON, enrolled, person
from tests.cohorts.meeting import at, meeting, settle_at, with_meetings

pytestmark = pytest.mark.django_db
NOW = at("2027-03-01 10:00")
TOLD = NOW + timedelta(minutes=10)


@pytest.fixture
def group(cohort):
    return with_meetings(cohort)


def move(group, number, *, by, day=None, starts=None, minutes=None, seen=None, now=NOW):
    found = meeting(group, number)
    return rescheduling.move_meeting(
        found,
        day=day or found.day,
        starts=starts or found.starts,
        minutes=minutes,
        seen=found.sequence if seen is None else seen,
        by=by,
        now=now,
    )


def tell(now=TOLD):
    """The job runs, then the worker. Returns the letters that were sent."""
    before = len(mail.outbox)
    telling.tell_of_changes(now)
    settle_at(now)
    return mail.outbox[before:]


# --- Moving -------------------------------------------------------------------------------------


def test_a_meeting_moves_and_the_group_follows(group, flo):
    assert move(group, 1, day=date(2027, 3, 2), starts=time(18, 30), by=flo)
    assert move(group, 8, day=date(2027, 5, 6), by=flo)
    found = meeting(group, 1)
    assert (found.day, found.starts, found.sequence) == (date(2027, 3, 2), time(18, 30), 1)
    assert found.changed_at == NOW
    group.refresh_from_db()
    assert (group.starts_on, group.ends_on) == (date(2027, 3, 2), date(2027, 5, 6))
    entries = Entry.objects.filter(action="meeting.moved")
    assert {e.subject for e in entries} >= {f"meeting:{found.pk}"}
    change = Change.objects.get(meeting=found)
    assert (change.was_day, change.was_starts, change.changed_by) == (
        date(2027, 3, 4),
        time(14),
        flo,
    )


def test_changing_nothing_does_nothing(group, flo, ada):
    assert not move(group, 1, by=flo)
    assert not rescheduling.bring_back(meeting(group, 1), seen=0, by=flo, now=NOW)
    assert not rescheduling.move_rest_week(group, after=3, seen={}, by=flo, now=NOW)
    found = meeting(group, 1)
    facts = {"joining_url": found.joining_url, "dial_in": found.dial_in}
    assert not rescheduling.change_way_in(found, **facts, seen=0, by=flo, now=NOW)
    assert meeting(group, 1).sequence == 0
    assert not Change.objects.exists()
    assert not Entry.objects.filter(action__startswith="meeting.").exists()
    assert tell() == []


@pytest.mark.parametrize(
    ("day", "starts", "minutes"),
    [
        (date(2027, 3, 28), time(1, 30), 90),  # skipped
        (date(2027, 10, 31), time(1, 30), 90),  # twice
        (date(2027, 2, 28), time(14), 90),  # has passed
        (date(2027, 3, 1), time(9), 90),  # an hour ago
        (date(2027, 3, 11), time(15), 90),  # while session 2 meets
        (date(2027, 3, 5), time(14), 10),
        (date(2027, 3, 5), time(14), 241),
    ],
)
def test_times_that_cannot_be(group, flo, day, starts, minutes):
    with pytest.raises(ValidationError) as refused:
        move(group, 1, day=day, starts=starts, minutes=minutes, by=flo)
    assert len(refused.value.messages[0].split()) > 5
    assert meeting(group, 1).sequence == 0
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("day", "starts", "zone", "code"),
    [
        (date(2027, 3, 28), time(1, 0), "Europe/London", "skipped"),
        (date(2027, 3, 28), time(1, 59), "Europe/London", "skipped"),
        (date(2027, 3, 28), time(2, 0), "Europe/London", None),
        (date(2027, 10, 31), time(1, 0), "Europe/London", "twice"),
        (date(2027, 10, 31), time(2, 0), "Europe/London", None),
        (date(2027, 3, 14), time(2, 30), "America/New_York", "skipped"),
        (date(2027, 11, 7), time(1, 30), "America/New_York", "twice"),
        (date(2027, 3, 28), time(1, 30), "Asia/Kolkata", None),
    ],
)
def test_wall_times(day, starts, zone, code):
    if code is None:
        check_wall_time(day, starts, zone)
        return
    with pytest.raises(ValidationError) as refused:
        check_wall_time(day, starts, zone)
    assert refused.value.code == code
    assert "am" in refused.value.messages[0]


def test_a_zone_that_nobody_knows():
    with pytest.raises(ValidationError):
        check_wall_time(date(2027, 3, 4), time(14), "Europe/Nowhere")


def test_of_two_at_once_the_second_is_told(group, flo):
    assert move(group, 1, starts=time(15), seen=0, by=flo)
    with pytest.raises(rescheduling.ChangedMeanwhile):
        move(group, 1, starts=time(16), seen=0, by=flo)
    with pytest.raises(rescheduling.ChangedMeanwhile):
        rescheduling.cancel_meeting(meeting(group, 1), seen=0, by=flo, now=NOW)
    found = meeting(group, 1)
    assert (found.starts, found.sequence, found.cancelled_at) == (time(15), 1, None)


def test_cancelled_and_brought_back(group, flo):
    assert rescheduling.cancel_meeting(meeting(group, 8), seen=0, by=flo, now=NOW)
    group.refresh_from_db()
    assert group.ends_on == date(2027, 4, 22)
    assert rescheduling.bring_back(meeting(group, 8), seen=1, by=flo, now=NOW)
    group.refresh_from_db()
    assert group.ends_on == date(2027, 4, 29)
    found = meeting(group, 8)
    assert (found.sequence, found.cancelled_at) == (2, None)
    assert (
        list(Entry.objects.order_by("at", "pk").values_list("action", flat=True)).count(
            "meeting.cancelled"
        )
        == 1
    )


def test_a_meeting_does_not_come_back_onto_another_or_into_the_past(group, flo):
    rescheduling.cancel_meeting(meeting(group, 2), seen=0, by=flo, now=NOW)
    move(group, 1, day=date(2027, 3, 11), by=flo)
    with pytest.raises(ValidationError):
        rescheduling.bring_back(meeting(group, 2), seen=1, by=flo, now=NOW)
    with pytest.raises(ValidationError):
        rescheduling.bring_back(meeting(group, 2), seen=1, by=flo, now=at("2027-03-12 10:00"))


def test_what_has_been_and_what_is_closed_stays(group, flo):
    later = at("2027-03-05 10:00")
    for change in (rescheduling.cancel_meeting,):
        with pytest.raises(ValidationError):
            change(meeting(group, 1), seen=0, by=flo, now=later)
    with pytest.raises(ValidationError):
        move(group, 1, day=date(2027, 3, 6), by=flo, now=later)
    Cohort.objects.filter(pk=group.pk).update(closed_at=NOW)
    with pytest.raises(ValidationError):
        move(group, 2, day=date(2027, 3, 12), by=flo)


def test_another_way_in_is_kept_and_told_to_nobody(group, flo, ada):
    new = "https://rooms.example.org/another"
    facts = {"joining_url": new, "dial_in": "", "by": flo, "now": NOW}
    assert rescheduling.change_way_in(meeting(group, 1), seen=0, **facts)
    assert (meeting(group, 1).joining_url, meeting(group, 1).sequence) == (new, 1)
    assert Entry.objects.filter(action="meeting.way_in_changed").count() == 1
    assert tell() == []
    facts["joining_url"] = "javascript:alert(1)"
    with pytest.raises(ValidationError):
        rescheduling.change_way_in(meeting(group, 1), seen=1, **facts)


# --- The rest week ---------------------------------------------------------------------------------


def days(group):
    return [m.day for m in group.live_sessions.order_by("number")]


def seen(group):
    return dict(group.live_sessions.values_list("pk", "sequence"))


@pytest.mark.parametrize("after", [None, 1, 2, 4, 5, 7])
def test_the_rest_week_moves(group, flo, after):
    rescheduling.move_rest_week(group, after=after, seen=seen(group), by=flo, now=NOW)
    gaps = [(b - a).days // 7 for a, b in itertools.pairwise(days(group))]
    assert gaps == [2 if n == after else 1 for n in range(1, 8)]
    group.refresh_from_db()
    assert group.rest_after == after
    assert group.ends_on == days(group)[-1]
    moved = {c.meeting_id for c in Change.objects.all()}
    assert {m.sequence for m in LiveSession.objects.filter(pk__in=moved)} == {1}
    assert {m.sequence for m in LiveSession.objects.exclude(pk__in=moved)} == {0}


def test_a_meeting_with_a_day_of_its_own_keeps_it(group, flo):
    move(group, 4, day=date(2027, 4, 2), starts=time(9), by=flo)
    rescheduling.move_rest_week(group, after=4, seen=seen(group), by=flo, now=NOW)
    assert meeting(group, 4).day == date(2027, 3, 26)
    assert meeting(group, 4).starts == time(9)


def test_the_rest_week_never_goes_onto_the_past(group, flo):
    after_three = at("2027-03-19 10:00")
    for after in (1, 2):
        with pytest.raises(ValidationError):
            rescheduling.move_rest_week(
                group, after=after, seen=seen(group), by=flo, now=after_three
            )
    in_rest_week = at("2027-03-26 10:00")
    with pytest.raises(ValidationError):  # session 4 would come to yesterday
        rescheduling.move_rest_week(group, after=4, seen=seen(group), by=flo, now=in_rest_week)
    assert days(group) == [date(2027, 3, 4) + timedelta(weeks=w) for w in (0, 1, 2, 4, 5, 6, 7, 8)]
    assert not Change.objects.exists()


def test_a_rest_week_moved_by_two_at_once(group, flo):
    as_opened = seen(group)
    move(group, 5, starts=time(15), by=flo)
    with pytest.raises(rescheduling.ChangedMeanwhile):
        rescheduling.move_rest_week(group, after=6, seen=as_opened, by=flo, now=NOW)
    assert meeting(group, 4).sequence == 0


# --- Telling ----------------------------------------------------------------------------------------


def test_everyone_is_told_once_by_their_own_clock(group, flo, ada, bea, cyn):
    ada.zone, bea.zone = "Asia/Kolkata", "America/New_York"
    ada.save()
    bea.save()
    host = person("hos")
    group.hosts.add(host, flo)
    gone = enrolled(person("gone"), group)
    Enrolment.objects.filter(pk=gone.pk).update(ended_at=NOON)
    guest = person("guest")
    other = Cohort.objects.create(programme_id=group.programme_id, title="Other group")
    Guest.objects.create(enrolment=enrolled(guest, other), meeting=meeting(group, 5), asked_at=NOON)
    # Session 5: from London's winter to its summer time, and over New York's own change.
    move(group, 5, day=date(2027, 3, 10), starts=time(16), by=flo, now=at("2027-03-01 13:00"))
    letters = tell(at("2027-03-01 13:10"))
    assert sorted(m.to[0] for m in letters) == [
        f"{name}@example.org" for name in ("ada", "bea", "flo", "guest", "hos")
    ]
    by = {m.to[0].partition("@")[0]: m for m in letters}
    assert "Wednesday 10 March 2027, 9:30pm to 11pm (Kolkata time)" in by["ada"].body
    assert "Thursday 8 April 2027, 6:30pm to 8pm (Kolkata time)" in by["ada"].body
    assert "Wednesday 10 March 2027, 11am to 12:30pm (New York time)" in by["bea"].body
    assert "Thursday 8 April 2027, 9am to 10:30am (New York time)" in by["bea"].body
    assert "Wednesday 10 March 2027, 4pm to 5:30pm (UK time)" in by["flo"].body
    for letter in letters:
        assert "secret-door" not in letter.message().as_string()
        assert letter.subject == "A date has changed"
    assert tell(at("2027-03-01 13:30")) == []


def test_the_file_with_the_letter(group, flo, ada):
    move(group, 2, starts=time(15), by=flo)
    rescheduling.cancel_meeting(meeting(group, 3), seen=0, by=flo, now=NOW)
    letter = next(m for m in tell() if m.to == [ada.email])
    [(name, content, kind)] = letter.attachments
    assert (name, kind) == ("dates.ics", "text/calendar")
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert [(e["STATUS"], e["SEQUENCE"]) for e in events] == [("CONFIRMED", 1), ("CANCELLED", 1)]
    assert events[0].decoded("DTSTART").astimezone(UTC) == at("2027-03-11 15:00")
    rescheduling.cancel_meeting(meeting(group, 4), seen=0, by=flo, now=NOW + timedelta(hours=1))
    letter = next(m for m in tell(NOW + timedelta(hours=2)) if m.to == [ada.email])
    assert "METHOD:CANCEL" in letter.attachments[0][1]
    assert "It will not take place" in letter.body


def test_a_slip_of_the_hand_sends_nothing(group, flo, ada):
    move(group, 1, starts=time(4), by=flo)
    move(group, 1, starts=time(14), by=flo, now=NOW + timedelta(minutes=9))
    assert tell(NOW + timedelta(minutes=11)) == []  # not settled yet
    assert tell(NOW + timedelta(minutes=20)) == []
    assert not Change.objects.filter(told_at=None).exists()
    assert Change.objects.count() == 2


def test_a_change_between_asking_and_locking_is_waited_for(group, flo, ada):
    move(group, 1, starts=time(16), by=flo, now=TOLD)
    assert telling._tell(group.pk, now=TOLD) == 0
    assert Change.objects.filter(told_at=None).exists()


def test_several_changes_make_one_letter_with_what_came_of_them(group, flo, ada):
    move(group, 1, starts=time(4), by=flo)
    move(group, 1, starts=time(17), by=flo, now=NOW + timedelta(minutes=5))
    move(group, 2, day=date(2027, 3, 12), by=flo, now=NOW + timedelta(minutes=8))
    letters = [m for m in tell(NOW + timedelta(minutes=18)) if m.to == [ada.email]]
    assert len(letters) == 1
    assert "4am" not in letters[0].body
    assert "5pm to 6:30pm" in letters[0].body
    assert "2pm to 3:30pm" in letters[0].body
    assert "Session 2 of 8" in letters[0].body


def test_a_change_while_the_letter_is_on_its_way_states_no_stale_time(group, flo, ada):
    move(group, 1, starts=time(16), by=flo)
    telling.tell_of_changes(TOLD)
    move(group, 1, starts=time(18), by=flo, now=TOLD)
    settle_at(TOLD)
    letter = next(m for m in mail.outbox if m.to == [ada.email])
    assert "6pm to 7:30pm" in letter.body
    assert "4pm" not in letter.body


def test_at_night_it_waits_for_the_morning_and_is_one_letter(group, flo, ada):
    evening = at("2027-03-01 21:00")
    move(group, 2, starts=time(16), by=flo, now=evening)
    assert tell(evening + timedelta(minutes=10)) == []
    move(group, 2, starts=time(17), by=flo, now=evening + timedelta(hours=1))
    assert tell(evening + timedelta(minutes=70)) == []
    settle_at(at("2027-03-02 08:00"))
    letters = [m for m in mail.outbox if m.to == [ada.email]]
    assert len(letters) == 1
    assert "5pm to 6:30pm" in letters[0].body
    assert "4pm" not in letters[0].body


def test_what_is_near_does_not_wait_for_the_morning(group, flo, ada):
    night = at("2027-03-03 23:00")
    move(group, 1, starts=time(8, 30), by=flo, now=night)
    assert [m for m in tell(night + timedelta(minutes=10)) if m.to == [ada.email]]


def test_who_paused_hears_only_of_cancelled_meetings(group, flo, ada):
    Enrolment.objects.filter(user=ada).update(paused_at=NOON)
    move(group, 1, starts=time(16), by=flo)
    assert ada.email not in [m.to[0] for m in tell()]
    rescheduling.cancel_meeting(meeting(group, 2), seen=0, by=flo, now=TOLD)
    assert ada.email in [m.to[0] for m in tell(TOLD + timedelta(minutes=10))]


def test_nothing_after_leaving_or_being_taken_off_or_calling_off(group, flo, ada, bea):
    move(group, 1, starts=time(16), by=flo)
    telling.tell_of_changes(TOLD)
    Enrolment.objects.filter(user=ada).update(ended_at=NOW)
    Facilitation.objects.filter(user=flo).delete()
    settle_at(TOLD)
    assert [m.to[0] for m in mail.outbox] == [bea.email]
    Cohort.objects.filter(pk=group.pk).update(cancelled_at=NOW)
    Change.objects.update(told_at=None)
    assert tell(TOLD + timedelta(hours=1)) == []


def test_a_group_not_announced_yet_is_moved_in_silence(group, flo, ada):
    Cohort.objects.filter(pk=group.pk).update(announced_at=None)
    move(group, 1, starts=time(16), by=flo)
    assert tell() == []


def test_a_worker_that_was_away_tells_nothing_of_what_has_been(group, flo, ada):
    move(group, 1, starts=time(16), by=flo)
    assert tell(at("2027-03-06 10:00")) == []


def test_two_clocks_make_one_letter(group, flo, ada):
    move(group, 1, starts=time(16), by=flo)
    telling.tell_of_changes(TOLD)
    telling.tell_of_changes(TOLD)
    assert Effect.objects.filter(dedupe_key__startswith="changes:").count() == 2  # ada and flo


def test_the_letter_to_oneself_goes_with_the_last_meeting(group, flo, ada):
    letter = letters_to_self.ask(Enrolment.objects.get(user=ada), now=NOW)
    assert letter.due_on == date(2027, 4, 29) + timedelta(weeks=6)
    move(group, 8, day=date(2027, 5, 6), by=flo)
    letter.refresh_from_db()
    assert letter.due_on == date(2027, 5, 6) + timedelta(weeks=6)


def test_the_confirmation_of_a_place_has_the_dates(group, ada):
    from course.cohorts import tasks

    ada.zone = "Asia/Kolkata"
    ada.save()
    LiveSession.objects.filter(cohort=group, number=8).update(cancelled_at=NOW)
    with time_machine.travel(NOW, tick=False):
        tasks.confirm_place(enrolment=str(Enrolment.objects.get(user=ada).pk))
    letter = mail.outbox[0]
    assert letter.body.count("(Kolkata time)") == 7
    # London's clocks go forward on 28 March; Kolkata's never do.
    assert "Thursday 18 March 2027, 7:30pm to 9pm (Kolkata time)" in letter.body
    assert "Thursday 1 April 2027, 6:30pm to 8pm (Kolkata time)" in letter.body
    events = icalendar.Calendar.from_ical(letter.attachments[0][1]).walk("VEVENT")
    starts = [e.decoded("DTSTART").astimezone(UTC).hour for e in events]
    assert starts == [14, 14, 14, 13, 13, 13, 13]
    assert "secret-door" not in letter.message().as_string()
    assert isinstance(events[0].decoded("DTSTART"), datetime)
