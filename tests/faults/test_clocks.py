"""Families 2 and 3: messages that come days late or twice with an old signature, and clocks that
are wrong, jump, or pass a night in which they are moved."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from certificates.models import Certificate, FacilitatorSummary
from course import schedule
from course.cohorts import choosing
from course.cohorts.models import Enrolment
from course.outbox.models import Effect
from course.places.models import StripeEvent
from reflections.models import Reflection
from sessions import attending
from sessions.models import Attendance
from tests.cast import CANARY, signed_in
from tests.cohorts.meeting import settle_at, with_meetings
from tests.places.conftest import session_of, stripe, team_order  # noqa: F401 -- fixtures
from tests.places.test_webhook import post
from tests.reflections.test_no_exit import post_words
from tests.reflections.test_saving import ticket_for, words_of

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
START = datetime(2027, 3, 1, 9, tzinfo=UTC)


# --- Messages (family 2) -------------------------------------------------------------------------


@pytest.fixture
def paid(stripe, session_of, team_order):  # noqa: F811
    """Paid at Stripe; none of its messages has come yet."""
    stripe.objects.pay(session_of(team_order))
    return team_order


def now_in_seconds() -> int:
    return int(timezone.now().timestamp())


def test_messages_that_come_three_days_late_settle_it_all(paid, stripe, record_property):  # noqa: F811
    """Stripe signs each delivery anew, and tries for three days."""
    events = stripe.objects.events * 3
    random.Random(3).shuffle(events)
    for event in events:
        stripe.objects.seconds = now_in_seconds
        assert post(*stripe.signed(event)).status_code == 200
    settle_at(timezone.now() + DAY)
    paid.refresh_from_db()
    assert paid.status == "paid"
    assert [entry.amount_minor for entry in paid.ledger.all()] == [paid.total_minor]
    assert paid.documents.filter(kind="receipt").count() == 1
    assert paid.places.count() == paid.quantity
    record_property("faults", len(events))


def test_what_was_signed_long_ago_is_refused_and_changes_nothing(
    paid,
    stripe,  # noqa: F811
    record_property,
):
    """Somebody kept messages, and plays them again: three days, an hour, ten minutes later."""
    ages = [3 * 24 * 60, 60, 10]
    stripe.objects.seconds = now_in_seconds
    for event in stripe.objects.events:
        for minutes in ages:
            old = stripe.signed(event, at=now_in_seconds() - minutes * 60)
            assert post(*old).status_code == 400
    assert not StripeEvent.objects.exists()
    paid.refresh_from_db()
    assert paid.status != "paid"
    record_property("faults", len(ages) * len(stripe.objects.events))


def test_a_message_from_the_future_is_refused(paid, stripe, record_property):  # noqa: F811
    ahead = [10, 60, 24 * 60]
    for minutes in ahead:
        signed = stripe.signed(stripe.objects.events[0], at=now_in_seconds() + minutes * 60)
        assert post(*signed).status_code == 400
    assert not StripeEvent.objects.exists()
    record_property("faults", len(ahead))


# --- Clocks (family 3) ---------------------------------------------------------------------------


JUMPS = [timedelta(0), 10 * MINUTE, -10 * MINUTE]


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 20))]
)
def test_a_clock_that_jumps_ten_minutes_loses_and_doubles_nothing(
    seed, ada, sessions, record_property, monkeypatch
):
    """Before each step of a journey, the machine's clock is right, ahead, or behind."""
    chance, jumps = random.Random(seed), 0
    enrolment, ticket = Enrolment.objects.get(user=ada), ticket_for(ada, sessions[0])
    for name in ("draw_certificate", "draw_summary"):
        monkeypatch.setattr(f"certificates.drawing.{name}", lambda found: b"%PDF-1.7 quick")
    with time_machine.travel(START, tick=False) as clock:

        def jump() -> datetime:
            nonlocal jumps
            step = chance.choice(JUMPS)
            jumps += bool(step)
            clock.move_to(START + step)
            return timezone.now()

        for n in range(3):
            jump()
            client = signed_in(ada)
            said = post_words(client, ticket, f"{CANARY} {n}", version=str(n), step=str(n + 1))
            assert said.status_code == 302
        for session in [*sessions, *sessions[:3]]:
            attending.work_through(enrolment, session=session, now=jump())
        for _turn in range(6):
            settle_at(jump())
        settle_at(START + 20 * MINUTE)
    assert Attendance.objects.filter(enrolment=enrolment).count() == 8
    assert Certificate.objects.filter(paper__isnull=False).count() == 1
    assert FacilitatorSummary.objects.filter(paper__isnull=False).count() == 1
    assert not Effect.objects.exclude(state=Effect.DONE).exists()
    assert max(Counter(letter.extra_headers["Message-ID"] for letter in mail.outbox).values()) == 1
    assert f"{CANARY} 2" in words_of(Reflection.objects.get(), ada)
    record_property("faults", jumps)


NIGHTS = {
    "forward": (datetime(2027, 3, 28, 9), "Europe/London"),
    "back": (datetime(2026, 10, 25, 9), "Europe/London"),
    "new york": (datetime(2027, 3, 14, 15), "America/New_York"),
    "leap day": (datetime(2028, 2, 29, 9), "Europe/London"),
}


SOME = [n if n == "back" else pytest.param(n, marks=pytest.mark.soak) for n in NIGHTS]


@pytest.mark.parametrize("night", SOME)
def test_one_reminder_in_nights_that_are_shorter_or_longer(night, cohort, ada, record_property):
    """The worker's whole clock, all night, stuttering; the meeting is in the morning after."""
    meets, zone = NIGHTS[night]
    type(cohort).objects.filter(pk=cohort.pk).update(zone=zone)
    with_meetings(cohort, starts=meets.time(), first=meets.date())
    choosing.choose(ada, choices={"day_before": True, "by_email": True})
    ada.zone = zone
    ada.save()
    start = meets.replace(tzinfo=UTC) - timedelta(hours=27)
    for hours in range(30):
        # Every third turn the clock is right, then ahead, then behind itself.
        for step in JUMPS if hours % 3 == 0 else JUMPS[:1]:
            now = start + hours * 60 * MINUTE + step
            cache.clear()  # which only spares work: every job runs on every turn
            with time_machine.travel(now, tick=False):
                for job in (j for j, _every in schedule.JOBS if j.__module__ in NIGHTLY):
                    job(now)
            settle_at(now)
    reminders = [letter for letter in mail.outbox if letter.to == [ada.email]]
    assert len(reminders) == 1
    assert not Effect.objects.exclude(state=Effect.DONE).filter(attempts__gt=0).exists()
    record_property("faults", 20)


NIGHTLY = {"course.cohorts.reminding", "course.cohorts.telling", "course.outbox.sweeping"}


@pytest.mark.parametrize("night", SOME)
def test_no_job_of_the_clock_fails_on_such_a_day(night, cohort, ada, caplog, record_property):
    meets, zone = NIGHTS[night]
    type(cohort).objects.filter(pk=cohort.pk).update(zone=zone)
    with_meetings(cohort, starts=meets.time(), first=meets.date())
    for hours in (-33, -9, -8, 15):
        now = meets.replace(tzinfo=UTC) + timedelta(hours=hours)
        cache.clear()
        with time_machine.travel(now, tick=False):
            schedule.tick(now)
    assert [r.getMessage() for r in caplog.records if "ended in" in r.getMessage()] == []
    record_property("faults", 4)
