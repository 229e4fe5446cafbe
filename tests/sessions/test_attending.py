"""The register of a meeting: quick, fair to two facilitators at once, and never losing anything."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from course.audit.models import Entry
from course.cohorts.models import Enrolment, NotComing
from course.outbox.models import Effect
from sessions import attending, completing, missing, questioning, returning
from sessions.models import Attendance, AttendanceQuestion, Completion
from sessions.register import AT_MOST, Register
from sessions.standing import standings
from tests.cast import NOON, enrolled, person, settle_everything, with_second_factor
from tests.sessions.live import after, later_group, many, with_meetings

pytestmark = pytest.mark.django_db
PRESENT, PART, CAUGHT_UP, NOT_THIS_TIME = (
    Attendance.PRESENT,
    Attendance.PART,
    Attendance.CAUGHT_UP,
    Attendance.NOT_THIS_TIME,
)


@pytest.fixture
def meetings(cohort):
    return with_meetings(cohort)


@pytest.fixture
def place(ada):
    return Enrolment.objects.get(user=ada)


@pytest.fixture
def gus(db, cohort):
    """The second facilitator."""
    gus = with_second_factor(person("gus"))
    cohort.facilitations.create(user=gus)
    return gus


def note(place, meeting, state, flo, **facts):
    attending.mark(place, meeting=meeting, state=state, by=flo, now=after(meeting), **facts)
    return Attendance.objects.get(enrolment=place, number=meeting.number)


def send(meeting, by, **choices):
    """What a browser sends: for each name, the state chosen on a page that shows the register."""
    return fill(Register(meeting), **choices), by


def fill(register, **choices):
    posted = {}
    for row in register.rows:
        chosen = next((c for c in row.choices if c.checked), None)
        state = choices.get(row.name.lower())
        if state:
            chosen = next(c for c in row.choices if c.state == state)
        if chosen:
            posted[row.field] = chosen.value
    return posted


# --- What a mark does -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "minutes", "live", "own"),
    [(PRESENT, None, 80, 0), (PART, None, 40, 0), (PART, 25, 25, 0), (NOT_THIS_TIME, None, 0, 0)],
)
def test_minutes_are_what_was_live_without_the_break(
    place, flo, meetings, state, minutes, live, own
):
    row = note(place, meetings[1], state, flo, minutes=minutes)
    assert (row.state, row.live_minutes, row.own_minutes) == (state, live, own)
    assert (row.on, row.marked_by, row.title) == (meetings[1].day, flo, "Noticing your own state")


def test_part_is_never_more_than_the_whole(place, flo, meetings):
    assert note(place, meetings[0], PART, flo, minutes=500).live_minutes == 80


def test_caught_up_has_the_minutes_of_the_module_and_none_live(place, flo, meetings, sessions):
    row = note(place, meetings[0], CAUGHT_UP, flo)
    assert (row.live_minutes, row.own_minutes) == (0, sessions[0].minutes)


def test_not_this_time_leaves_an_own_tick_and_present_is_added_to_it(
    place, flo, meetings, sessions
):
    attending.work_through(place, session=sessions[0], now=after(meetings[0]))
    assert note(place, meetings[0], NOT_THIS_TIME, flo).state == CAUGHT_UP
    row = note(place, meetings[0], PRESENT, flo)
    assert (row.live_minutes, row.own_minutes) == (80, sessions[0].minutes)
    row = note(place, meetings[0], NOT_THIS_TIME, flo)
    assert (row.state, row.live_minutes, row.own_minutes) == (CAUGHT_UP, 0, sessions[0].minutes)


def test_catching_up_after_not_this_time_has_the_day_it_happened(place, flo, meetings, sessions):
    note(place, meetings[0], NOT_THIS_TIME, flo)
    later = after(meetings[0]) + timedelta(days=3)
    attending.work_through(place, session=sessions[0], now=later)
    row = Attendance.objects.get(enrolment=place)
    assert (row.state, row.on, row.marked_by) == (CAUGHT_UP, later.date(), place.user)


@pytest.mark.parametrize("when", ["too soon", "called off"])
def test_a_meeting_that_was_not_cannot_be_marked(place, flo, meetings, when):
    meeting = meetings[0]
    now = meeting.starts_at - timedelta(hours=1) if when == "too soon" else after(meeting)
    meeting.cancelled_at = NOON if when == "called off" else None
    with pytest.raises(attending.CannotMark):
        attending.mark(place, meeting=meeting, state=PRESENT, by=flo, now=now)
    assert not Attendance.objects.exists()


def test_a_stranger_is_in_no_register(cyn, cohort, flo, meetings):
    elsewhere = enrolled(cyn, later_group(cohort))
    with pytest.raises(attending.CannotMark):
        attending.mark(
            elsewhere, meeting=meetings[0], state=PRESENT, by=flo, now=after(meetings[0])
        )


@pytest.mark.parametrize("fate", ["hidden", "gone"])
def test_a_session_whose_page_went_away_is_noted_all_the_same(place, flo, meetings, sessions, fate):
    note(place, meetings[0], PRESENT, flo)
    key = sessions[0].key
    sessions[0].unpublish() if fate == "hidden" else sessions[0].delete()
    row = note(place, meetings[0], PART, flo)
    assert (row.session_key, row.title, row.live_minutes) == (key, "Starting with you", 40)
    sessions[1].delete()
    assert note(place, meetings[1], PRESENT, flo).title == "Session 2"


# --- Completing -------------------------------------------------------------------------------


def test_the_sixth_mark_completes_and_a_correction_never_unmakes_it(place, flo, meetings):
    for meeting in meetings[:6]:
        note(place, meeting, PRESENT, flo)
    completion = Completion.objects.get(enrolment=place)
    certificate = Certificate.objects.get()
    assert certificate.facts["live_minutes"] == 480
    note(place, meetings[5], NOT_THIS_TIME, flo)
    assert Completion.objects.get() == completion
    certificate.refresh_from_db()
    assert (certificate.state, certificate.facts["live_minutes"]) == ("valid", 480)
    assert Entry.objects.filter(action="attendance.corrected").count() == 1


def test_facilitators_can_issue_it_again_with_what_is_noted_now(place, flo, meetings):
    for meeting in meetings[:6]:
        note(place, meeting, PRESENT, flo)
    old = Certificate.objects.get()
    note(place, meetings[5], PART, flo, minutes=20)
    new = completing.issue_again(place, by=flo, now=NOON)
    old.refresh_from_db()
    assert (old.state, new.facts["live_minutes"], new.facts["name"]) == (
        "replaced",
        420,
        "Ada Byron",
    )
    assert completing.issue_again(place, by=flo, now=NOON) == new
    assert Certificate.objects.filter(state="valid").count() == 1


def test_a_large_register_leaves_completions_to_the_clock(cohort, flo, meetings, monkeypatch):
    monkeypatch.setattr(attending, "AT_ONCE", 1)
    many(cohort, 3)
    for meeting in meetings[:6]:
        now = after(meeting)
        sent = Register(meeting).send({"rest": PRESENT}, by=flo, now=now)
    assert (len(sent.marked.completions), sent.marked.to_follow) == (1, 2)
    assert completing.complete_waiting(now + timedelta(minutes=1)) == 2
    assert completing.complete_waiting(now + timedelta(minutes=2)) == 0
    assert Completion.objects.count() == Certificate.objects.count() == 3


def test_a_first_mark_is_no_correction_and_neither_is_one_beside_a_tick(
    place, flo, meetings, sessions
):
    note(place, meetings[0], PRESENT, flo)
    attending.work_through(place, session=sessions[1], now=NOON)
    note(place, meetings[1], PRESENT, flo)
    assert not Entry.objects.exists()


def test_live_meetings_are_asked_for_unless_waived(place, cohort, flo, meetings, sessions):
    cohort.live_needed = 2
    cohort.save()
    note(place, meetings[0], PRESENT, flo)
    for session in sessions[1:7]:
        attending.work_through(place, session=session, now=NOON)
    assert not Completion.objects.exists()
    assert completing.waive_live(place, waived=True, by=flo, now=NOON)
    assert completing.waive_live(place, waived=True, by=flo, now=NOON)
    assert [e.action for e in Entry.objects.all()] == ["enrolment.live_waived"]


def test_part_is_live_enough(place, cohort, flo, meetings, sessions):
    cohort.live_needed = 1
    cohort.save()
    for session in sessions[1:6]:
        attending.work_through(place, session=session, now=NOON)
    note(place, meetings[0], PART, flo)
    assert Completion.objects.filter(enrolment=place).exists()


# --- A whole group at once ------------------------------------------------------------------------


def test_a_register_notes_everyone_and_says_what_changed(ada, bea, flo, cohort, meetings):
    posted = fill(Register(meetings[0]), ada=PRESENT, bea=NOT_THIS_TIME)
    sent = Register(meetings[0]).send(posted, by=flo, now=after(meetings[0]))
    assert (sent.marked.changed, sent.marked.conflicts, sent.errors) == (2, [], {})
    again = Register(meetings[0]).send(fill(Register(meetings[0])), by=flo, now=after(meetings[0]))
    assert again.marked.changed == 0
    assert not Entry.objects.exists()


def test_the_rest_get_one_state_and_whoever_said_so_beforehand_is_not_there(
    ada, bea, cyn, cohort, flo, meetings
):
    bea_place, cyn_place = Enrolment.objects.get(user=bea), enrolled(cyn, cohort)
    missing.say_not_coming(bea_place, meeting=meetings[0], now=NOON - timedelta(days=60))
    posted = fill(Register(meetings[0]), cyn=PART) | {"rest": PRESENT}
    posted[f"minutes-{cyn_place.pk}"] = "30"
    Register(meetings[0]).send(posted, by=flo, now=after(meetings[0]))
    states = dict(Attendance.objects.values_list("enrolment__user__display_name", "state"))
    assert states == {"Ada": PRESENT, "Bea": NOT_THIS_TIME, "Cyn": PART}
    assert Attendance.objects.get(enrolment=cyn_place).live_minutes == 30


def test_the_rest_are_those_without_a_mark(ada, bea, flo, place, meetings):
    note(place, meetings[0], PART, flo)
    Register(meetings[0]).send({"rest": PRESENT}, by=flo, now=after(meetings[0]))
    states = dict(Attendance.objects.values_list("enrolment__user__display_name", "state"))
    assert states == {"Ada": PART, "Bea": PRESENT}


@pytest.mark.parametrize("typed", ["0", "81", "-5", "ten", "1e3", "٤٠", "9" * 4000])
def test_odd_minutes_are_said_and_the_others_are_kept(ada, bea, flo, meetings, typed):
    register = Register(meetings[0])
    posted = fill(register, ada=PART, bea=PRESENT)
    ada_row = next(row for row in register.rows if row.name == "Ada")
    sent = Register(meetings[0]).send(
        posted | {ada_row.minutes_field: typed}, by=flo, now=after(meetings[0])
    )
    assert list(sent.errors) == [ada_row.enrolment]
    assert [a.state for a in Attendance.objects.all()] == [PRESENT]


@pytest.mark.parametrize("value", ["", "~", "absent~", "present", "present~" + "x" * 5000])
def test_odd_choices_change_nothing_they_should_not(ada, flo, meetings, value):
    field = Register(meetings[0]).rows[0].field
    Register(meetings[0]).send(
        {field: value, "mark-x": "present~", "rest": "gone"}, by=flo, now=after(meetings[0])
    )
    assert Attendance.objects.count() == (value == "present")


def test_two_facilitators_the_second_is_told_and_overwrites_nothing(ada, bea, flo, gus, meetings):
    page_of_gus = fill(Register(meetings[0]), ada=NOT_THIS_TIME, bea=PRESENT)
    page_of_flo = fill(Register(meetings[0]), ada=PRESENT)
    Register(meetings[0]).send(page_of_flo, by=flo, now=after(meetings[0]))
    sent = Register(meetings[0]).send(page_of_gus, by=gus, now=after(meetings[0]))
    assert sent.conflicts_in_words() == [
        "Ada: Flo noted “present” meanwhile. That stays; you chose “not this time”."
    ]
    assert sent.marked.changed == 1
    states = dict(Attendance.objects.values_list("enrolment__user__display_name", "state"))
    assert states == {"Ada": PRESENT, "Bea": PRESENT}
    # With the page open anew, gus may correct it: knowing is not overwriting.
    seen = fill(Register(meetings[0]), ada=NOT_THIS_TIME)
    assert Register(meetings[0]).send(seen, by=gus, now=after(meetings[0])).marked.changed == 1


def test_the_same_choice_twice_and_an_own_tick_are_no_conflict(
    ada, bea, flo, gus, meetings, sessions
):
    old_page = fill(Register(meetings[0]), ada=PRESENT, bea=PRESENT)
    attending.work_through(
        Enrolment.objects.get(user=bea), session=sessions[0], now=after(meetings[0])
    )
    Register(meetings[0]).send(
        fill(Register(meetings[0]), ada=PRESENT), by=flo, now=after(meetings[0])
    )
    sent = Register(meetings[0]).send(old_page, by=gus, now=after(meetings[0]))
    assert (sent.marked.conflicts, sent.marked.changed) == ([], 1)
    row = Attendance.objects.get(enrolment__user=bea)
    assert (row.live_minutes, row.own_minutes) == (80, sessions[0].minutes)


def test_minutes_changed_meanwhile_are_a_change_too(ada, flo, gus, place, meetings):
    note(place, meetings[0], PART, flo, minutes=30)
    page = fill(Register(meetings[0]), ada=PRESENT)
    note(place, meetings[0], PART, flo, minutes=60)
    assert Register(meetings[0]).send(page, by=gus, now=after(meetings[0])).marked.conflicts
    assert Attendance.objects.get().live_minutes == 60


def test_a_mark_settles_the_question_about_it(place, flo, meetings):
    note(place, meetings[0], NOT_THIS_TIME, flo)
    questioning.ask(place, number=1, words="I was there", now=NOON)
    assert next(r for r in Register(meetings[0]).rows if r.name == "Ada").question == "I was there"
    note(place, meetings[0], PRESENT, flo)
    assert AttendanceQuestion.objects.get().settled_at


def test_a_register_takes_as_many_queries_for_three_as_for_one(cohort, flo, meetings):
    def queries(posted_by):
        with CaptureQueriesContext(connection) as found:
            posted_by()
        [print(q["sql"][:150]) for q in found.captured_queries]
        print("---")
        return len(found)

    def open_page():
        return [row.choices for row in Register(meetings[0]).rows]

    def mark_everyone():
        Register(meetings[0]).send({"rest": PRESENT}, by=flo, now=after(meetings[0]))

    many(cohort, 1)
    assert (queries(open_page), queries(mark_everyone)) == (6, 16)
    for n in (2, 3):
        enrolled(person(f"more{n}"), cohort)
    Attendance.objects.all().delete()
    assert (queries(open_page), queries(mark_everyone)) == (6, 16)


def test_a_thousand_people_with_minutes_fit_into_one_post(settings):
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS > 2 * AT_MOST


# --- Guests, and people who moved on ------------------------------------------------------------


@pytest.fixture
def winter(cohort, gus):
    winter = later_group(cohort)
    winter.facilitations.create(user=gus)
    return with_meetings(winter, winter.starts_on)


def test_a_guest_is_in_the_register_and_it_counts_at_home(place, flo, gus, meetings, winter):
    note(place, meetings[1], NOT_THIS_TIME, flo)
    missing.visit(place, meeting=winter[1], now=NOON)
    row = Register(winter[1]).rows[-1]
    assert (row.name, row.guest_of, row.state) == ("Ada", "Tuesday group", NOT_THIS_TIME)
    sent = Register(winter[1]).send(
        fill(Register(winter[1]), ada=PRESENT), by=gus, now=after(winter[1])
    )
    assert sent.marked.changed == 1
    noted = Attendance.objects.get(enrolment=place)
    assert (noted.state, noted.live_minutes, noted.on) == (PRESENT, 80, winter[1].day)


def test_a_register_does_not_lower_what_was_live_with_another_group(
    place, flo, gus, meetings, winter
):
    note(place, meetings[1], PRESENT, flo)
    missing.visit(place, meeting=winter[1], now=NOON)
    page = fill(Register(winter[1]), ada=NOT_THIS_TIME)
    sent = Register(winter[1]).send(page, by=gus, now=after(winter[1]))
    assert (sent.marked.changed, sent.marked.kept) == (0, ["Ada"])
    assert Attendance.objects.get().on == meetings[1].day


def test_a_mark_made_after_someone_moved_on_goes_with_them(ada, place, flo, meetings, winter):
    now = after(meetings[4])
    following = returning.defer(place, to=winter[0].cohort, now=now)
    assert [r.name for r in Register(meetings[3]).rows] == ["Ada"]
    assert [r.name for r in Register(meetings[7]).rows] == []
    attending.mark(place, meeting=meetings[3], state=PRESENT, by=flo, now=now)
    assert Attendance.objects.get().enrolment == following


def test_a_question_about_an_earlier_group_is_asked_there(place, flo, gus, meetings, winter):
    note(place, meetings[0], NOT_THIS_TIME, flo)
    following = returning.defer(place, to=winter[0].cohort, now=after(meetings[1]))
    asked = questioning.ask(following, number=1, words="I was there", now=after(meetings[1]))
    assert asked.enrolment == place
    assert [r.question for r in Register(meetings[0]).rows] == ["I was there"]
    assert [r.question for r in Register(winter[0]).rows] == [None]
    assert standings(following, now=NOON)[0].question == asked
    attending.mark(place, meeting=meetings[0], state=PRESENT, by=flo, now=after(meetings[1]))
    asked.refresh_from_db()
    assert asked.settled_at
    assert Attendance.objects.get(enrolment=following).state == PRESENT
    later = questioning.ask(following, number=5, now=after(winter[4]))
    assert later.enrolment == following
    assert questioning.take_back(following, number=5)


def test_someone_who_left_afterwards_was_there(place, flo, meetings):
    returning.leave(place, now=after(meetings[0]))
    note(place, meetings[0], PRESENT, flo)
    assert [r.name for r in Register(meetings[1]).rows] == []


def test_two_rounds_in_one_group_are_one_line(place, flo, meetings):
    now = after(meetings[2])
    fresh = returning.begin_again(place, now=now)
    assert [r.enrolment for r in Register(meetings[0]).rows] == [place.pk]
    assert [r.enrolment for r in Register(meetings[5]).rows] == [fresh.pk]


# --- Saying so beforehand, and questioning ------------------------------------------------------


def test_not_coming_is_said_once_and_taken_back(place, meetings):
    soon = meetings[0].starts_at - timedelta(days=1)
    for _ in range(2):
        missing.say_not_coming(place, meeting=meetings[0], now=soon)
    assert NotComing.objects.count() == 1
    assert missing.take_back(place, meeting=meetings[0])
    assert not missing.take_back(place, meeting=meetings[0])


@pytest.mark.parametrize("what", ["over", "called off", "another group’s"])
def test_not_coming_is_said_of_own_meetings_to_come(place, cohort, meetings, what):
    meeting, now = meetings[0], meetings[0].starts_at - timedelta(days=1)
    if what == "over":
        now = after(meeting)
    elif what == "called off":
        meeting.cancelled_at = NOON
    else:
        meeting = with_meetings(later_group(cohort))[0]
    with pytest.raises(missing.NotNow):
        missing.say_not_coming(place, meeting=meeting, now=now)


def test_a_question_can_be_asked_changed_and_taken_back(place, flo):
    questioning.ask(place, number=2, now=NOON)
    questioning.ask(place, number=2, words="I came at ten", now=NOON)
    asked = AttendanceQuestion.objects.get()
    assert asked.words == "I came at ten"
    assert questioning.settle(asked.pk, by=flo, now=NOON)
    assert not questioning.settle(asked.pk, by=flo, now=NOON)
    questioning.ask(place, number=2, words="Please look again", now=NOON)
    assert questioning.take_back(place, number=2)
    assert not AttendanceQuestion.objects.filter(settled_at=None).exists()


def test_guests_sit_on_free_chairs_only(place, cyn, bea, cohort, winter):
    group = winter[1].cohort
    type(group).objects.filter(pk=group.pk).update(capacity=2, sold=1)
    assert [m.pk for m in missing.meetings_to_visit(place, number=2, now=NOON)] == [winter[1].pk]
    missing.visit(place, meeting=winter[1], now=NOON)
    missing.visit(place, meeting=winter[1], now=NOON)
    other = Enrolment.objects.get(user=bea)
    assert missing.meetings_to_visit(other, number=2, now=NOON) == []
    with pytest.raises(missing.capacity.Full):
        missing.visit(other, meeting=winter[1], now=NOON)
    assert missing.cancel_visit(place, meeting=winter[1], now=NOON)
    assert missing.visit(other, meeting=winter[1], now=NOON)


@pytest.mark.parametrize("why", ["planned", "called off", "closed", "over", "own"])
def test_some_meetings_cannot_be_visited(place, cohort, meetings, winter, why):
    group, meeting, now = winter[1].cohort, winter[1], NOON
    if why == "own":
        meeting = meetings[7]
    elif why == "over":
        now = after(meeting)
    else:
        field = {"planned": "announced_at", "called off": "cancelled_at", "closed": "closed_at"}
        value = None if why == "planned" else NOON
        type(group).objects.filter(pk=group.pk).update(**{field[why]: value})
    assert meeting not in missing.meetings_to_visit(place, number=meeting.number, now=now)
    with pytest.raises(missing.NotNow):
        missing.visit(place, meeting=meeting, now=now)


def test_facilitators_hear_once_of_questions_about_a_meeting_and_by_day(
    place, bea, cohort, flo, meetings, time_machine
):
    evening = NOON.replace(hour=21)
    time_machine.move_to(evening, tick=False)
    hers = Enrolment.objects.get(user=bea)
    for enrolment in (place, hers, place):
        questioning.ask(enrolment, number=2, words="a secret word", now=evening)
    owed = Effect.objects.get(dedupe_key__startswith="questioned:")
    assert owed.not_before.hour == 8
    time_machine.move_to(evening + timedelta(hours=11), tick=False)
    settle_everything()
    letter = next(m for m in mail.outbox if m.to == [flo.email])
    assert letter.subject == "Something to look at"
    assert reverse("group_sent", args=[cohort.pk]) in letter.body
    assert not re.search("secret|Ada|Bea", letter.body)
    # Settled before the letter goes: then there is nothing to look at.
    questioning.ask(place, number=3, now=timezone.now())
    questioning.take_back(place, number=3)
    sent = len(mail.outbox)
    settle_everything()
    assert len(mail.outbox) == sent
