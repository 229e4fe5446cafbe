"""How long what is kept: to the day, twice over, and with a report of counts only."""

import logging
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from certificates.models import Certificate, FacilitatorSummary, Paper
from course import environment, schedule
from course.audit.models import Entry
from course.audit.recording import record
from course.cohorts.models import Cohort, Enrolment, Interest, Waiting
from course.dashboard import retaining
from course.outbox.models import Effect
from course.outbox.owing import owe
from course.people import letters
from course.people.models import User
from course.places.models import Invitation
from reflections.keys.models import WritingKey
from tests.cast import NOON, person, settle_everything
from tests.places.selling import bought

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def run(now: datetime) -> dict[str, int]:
    with time_machine.travel(now, tick=False):
        report = retaining.keep_to_periods(now)
        settle_everything()
    return report


def days(name: str) -> timedelta:
    return timedelta(days=settings.RETENTION[name])


@pytest.fixture
def quiet(cyn) -> User:
    User.objects.filter(pk=cyn.pk).update(date_joined=NOON - 900 * DAY, last_login=NOON)
    cyn.refresh_from_db()
    mail.outbox.clear()
    return cyn


# --- Accounts that nobody uses ---------------------------------------------------------------------


def test_two_letters_and_then_it_goes(quiet):
    end = NOON + days("quiet_accounts")
    run(end - 30 * DAY - SECOND)
    assert mail.outbox == []
    for _twice in range(2):
        run(end - 30 * DAY)
    assert [letter.subject for letter in mail.outbox] == ["About your account"]
    assert "2 November 2028" in mail.outbox[0].body
    run(end - 7 * DAY - SECOND)
    assert len(mail.outbox) == 1
    for _twice in range(2):
        run(end - 7 * DAY)
    assert len(mail.outbox) == 2
    assert run(end - SECOND)["quiet_accounts"] == 0
    assert run(end)["quiet_accounts"] == 1
    assert not User.objects.filter(pk=quiet.pk).exists()
    assert "our last email" in mail.outbox[-1].body
    assert run(end)["quiet_accounts"] == 0
    assert len(mail.outbox) == 3


def test_being_here_once_begins_it_anew(quiet):
    end = NOON + days("quiet_accounts")
    run(end - 30 * DAY)
    User.objects.filter(pk=quiet.pk).update(last_login=end - 20 * DAY)
    run(end - 7 * DAY)
    assert run(end)["quiet_accounts"] == 0
    assert len(mail.outbox) == 1
    quiet.refresh_from_db()
    assert (quiet.quiet_letters, quiet.quiet_letter_at) == (0, None)


def test_whoever_stays_signed_in_is_here(quiet):
    """Nobody who comes every day has to sign in again to be kept."""
    end = NOON + days("quiet_accounts")
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=end)
    UserSession.objects.create(user=quiet, ip="192.0.2.7", user_agent="", session_key="k" * 32)
    run(end - 31 * DAY)
    quiet.refresh_from_db()
    assert quiet.seen_at == end - 31 * DAY
    run(end - 30 * DAY)
    assert mail.outbox == []


def test_a_job_that_slept_for_years_still_writes_first(quiet):
    late = NOON + 3 * days("quiet_accounts")
    for night in range(30):
        assert run(late + night * DAY)["quiet_accounts"] == 0
    assert len(mail.outbox) == 2
    assert run(late + 30 * DAY)["quiet_accounts"] == 1


def test_nobody_with_a_duty_or_a_group_that_meets_is_written_to(ada, flo, max, root, quiet):
    """Certificates stay checkable when an account goes by itself."""
    User.objects.update(date_joined=NOON - 900 * DAY, last_login=NOON)
    User.objects.exclude(pk=quiet.pk).update(seen_at=NOON)
    run(NOON + days("quiet_accounts"))
    assert [letter.to for letter in mail.outbox] == [[quiet.email]]
    Cohort.objects.update(closed_at=NOON)
    Certificate.objects.create(
        code="C" * 26, holder=ada, completion_of=ada.pk, issued_at=NOON, facts={"name": "Ada"}
    )
    start = NOON + days("quiet_accounts") + DAY
    for night in (0, 23, 30):
        run(start + night * DAY)
    assert set(User.objects.all()) == {flo, max, root}
    assert Certificate.objects.get().facts
    assert not WritingKey.objects.filter(destroyed_at=None).exists()


def test_an_account_that_nobody_confirmed_goes_without_a_letter(db):
    made = person("dot")
    User.objects.filter(pk=made.pk).update(date_joined=NOON)
    EmailAddress.objects.update(verified=False)
    end = NOON + days("unconfirmed_accounts")
    assert run(end - SECOND)["unconfirmed_accounts"] == 0
    assert run(end)["unconfirmed_accounts"] == 1
    assert not User.objects.exists()
    assert mail.outbox == []


# --- Everything else, on both sides of its last second ------------------------------------------------


def make_access_needs(cast) -> None:
    Cohort.objects.filter(pk=cast["cohort"].pk).update(ends_on=NOON.date())
    Enrolment.objects.filter(user=cast["ada"]).update(access_needs="a quiet room")


def make_summaries(cast) -> None:
    paper = Paper.objects.create(content=b"%PDF-", sha256="", drawn_at=NOON)
    FacilitatorSummary.objects.create(
        completion_of=cast["ada"].pk, made_at=NOON, facts={}, paper=paper
    )


def make_interests(cast) -> None:
    Interest.objects.create(programme_id=1, email="x@example.org", asked_at=NOON, confirmed_at=NOON)


def make_waiting(cast) -> None:
    Waiting.objects.create(cohort=cast["cohort"], user=cast["ada"], since=NOON, left_at=NOON)


def make_invitations(cast) -> None:
    order = bought(cast["max"], cast["organisation"], cast["paid_cohort"], 1)
    Invitation.objects.create(
        place=order.places.get(),
        email="x@example.org",
        token_hash="t",
        state=Invitation.EXPIRED,
        invited_at=NOON,
        expires_at=NOON,
    )


def make_audit(cast) -> None:
    for action in ("summary.opened", "order.paid"):
        record(action, actor=None, at=NOON)


def make_done_effects(cast) -> None:
    owe(letters.send, key="done", now=NOON)
    Effect.objects.filter(dedupe_key="done").update(state=Effect.DONE, done_at=NOON)


def make_dead_effects(cast) -> None:
    owe(letters.send, key="dead", now=NOON, sealed="x")
    Effect.objects.filter(dedupe_key="dead").update(state=Effect.DEAD, not_before=NOON)


def make_deliveries(cast) -> None:
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.all().delete()
    owe(letters.send, key="queued", now=NOON)
    with time_machine.travel(NOON):
        DBTaskResult.objects.update(finished_at=NOON, status="SUCCEEDED")


KINDS = {
    "access_needs": (make_access_needs, Enrolment.objects.exclude(access_needs="")),
    "summaries": (make_summaries, FacilitatorSummary.objects.all()),
    "interests": (make_interests, Interest.objects.all()),
    "waiting": (make_waiting, Waiting.objects.all()),
    "invitations": (make_invitations, Invitation.objects.all()),
    "audit": (make_audit, Entry.objects.filter(action="summary.opened")),
    "done_effects": (make_done_effects, Effect.objects.filter(dedupe_key="done")),
    "dead_effects": (make_dead_effects, Effect.objects.filter(dedupe_key="dead")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_to_the_day(kind, ada, max, organisation, cohort, paid_cohort, monkeypatch):
    """There a second before its end, gone at its end, and nothing found the second time."""
    cast = {"ada": ada, "max": max, "organisation": organisation}
    make, rows = KINDS[kind]
    make(cast | {"cohort": cohort, "paid_cohort": paid_cohort})
    rule = next(rule for rule in retaining.RULES if rule.setting == kind)
    monkeypatch.setattr(retaining, "RULES", [rule])
    end = NOON + days(kind)
    eve = end - DAY if kind == "access_needs" else end - SECOND  # a group ends with its day
    assert retaining.keep_to_periods(eve)[kind] == 0
    assert rows.all().count() == 1
    assert retaining.keep_to_periods(end)[kind] == 1
    assert rows.all().count() == 0
    assert retaining.keep_to_periods(end)[kind] == 0
    if kind == "audit":
        assert Entry.objects.filter(action="order.paid").exists()  # it stays with the books
    if kind == "summaries":
        assert not Paper.objects.exists()


def test_the_queues_notes_and_ended_sign_ins(ada):
    make_deliveries({})
    facts = {"user": ada, "ip": "192.0.2.7", "user_agent": ""}
    UserSession.objects.create(session_key="gone", **facts)
    end = NOON + days("deliveries")
    assert retaining.keep_to_periods(end - SECOND)["deliveries"] == 1  # the sign-in
    assert retaining.keep_to_periods(end)["deliveries"] == 1
    assert retaining.keep_to_periods(end)["deliveries"] == 0


def test_one_rule_that_fails_stops_no_other_and_the_report_has_counts_only(
    ada, monkeypatch, caplog
):
    def fail(before, now):
        raise ValueError("ada@example.org")

    make_audit({})
    broken = retaining.Rule("quiet_accounts", "", "", fail)
    audit = next(rule for rule in retaining.RULES if rule.setting == "audit")
    monkeypatch.setattr(retaining, "RULES", [broken, audit])
    with caplog.at_level(logging.INFO, logger="course.dashboard.retaining"):
        assert retaining.keep_to_periods(NOON + days("audit")) == {"audit": 1}
    assert "Retention: {'audit': 1}" in caplog.text
    assert "ValueError" in caplog.text
    assert "ada@" not in caplog.text


class Killed(BaseException):
    pass


def test_killed_half_way_and_run_again(quiet, bea, monkeypatch):
    """Of two accounts that are due, one is erased when the night ends early."""
    for who in (quiet, bea):
        User.objects.filter(pk=who.pk).update(
            date_joined=NOON, last_login=NOON, quiet_letters=2, quiet_letter_at=NOON + 723 * DAY
        )
    Cohort.objects.update(closed_at=NOON)
    end, whole, done = NOON + days("quiet_accounts"), retaining.erasing.erase, []

    def dying(person, **facts):
        if done:
            raise Killed
        done.append(person.pk)
        return whole(person, **facts)

    with monkeypatch.context() as patched:
        patched.setattr(retaining.erasing, "erase", dying)
        with pytest.raises(Killed):
            run(end)
    assert User.objects.filter(pk__in=[quiet.pk, bea.pk]).count() == 1
    assert run(end)["quiet_accounts"] == 1
    assert not User.objects.filter(pk__in=[quiet.pk, bea.pk]).exists()
    settle_everything()
    goodbyes = [letter for letter in mail.outbox if "last email" in letter.body]
    assert sorted(letter.to[0] for letter in goodbyes) == ["bea@example.org", "cyn@example.org"]


# --- Settings and the clock ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RETAIN_AUDIT_DAYS", "0"), ("RETAIN_QUIET_ACCOUNTS_DAYS", "30"), ("RETAIN_AUDIT_DAYS", "x")],
)
def test_a_period_that_cannot_be_meant_is_refused(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ImproperlyConfigured):
        environment.retention()


def test_the_clock_calls_it_each_night_and_finishes_erasures_each_minute():
    jobs = {job.__name__: every for job, every in schedule.JOBS}
    assert jobs["keep_to_periods"] == timedelta(days=1)
    assert jobs["finish_begun"] == timedelta(minutes=1)
