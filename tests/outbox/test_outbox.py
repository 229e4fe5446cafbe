"""The outbox: owed once, done at least once, given up after eight tries, never forgotten."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from course.outbox.models import Effect
from course.outbox.owing import owe
from course.outbox.replaying import replay
from course.outbox.settling import LEASE, TRIES, settle
from course.outbox.sweeping import sweep
from tests.cast import CANARY

pytestmark = pytest.mark.django_db
done: list[str] = []


def note(*, what: str) -> None:
    done.append(what)


def fail(*, what: str) -> None:
    raise RuntimeError(CANARY)


@pytest.fixture(autouse=True)
def _forget():
    done.clear()


def test_owing_twice_is_owing_once():
    first = owe(note, key="a", what="x")
    assert owe(note, key="a", what="y").pk == first.pk
    assert settle(first.pk)
    assert not settle(first.pk)
    assert done == ["x"]


def test_what_is_rolled_back_is_not_owed():
    queued = DBTaskResult.objects.count()
    with transaction.atomic():
        owe(note, key="b", what="x")
        transaction.set_rollback(True)
    assert not Effect.objects.exists()
    assert DBTaskResult.objects.count() == queued


def test_facts_are_emptied_once_done():
    effect = owe(note, key="c", what="x")
    settle(effect.pk)
    effect.refresh_from_db()
    assert (effect.state, effect.facts) == (Effect.DONE, {})


def test_a_failure_is_tried_again_later_and_keeps_no_words(caplog):
    effect = owe(fail, key="d", what="x")
    assert not settle(effect.pk)
    effect.refresh_from_db()
    assert effect.last_error == "RuntimeError"
    assert effect.not_before > timezone.now()
    assert CANARY not in caplog.text
    assert not settle(effect.pk)  # not before its time


def test_after_eight_tries_it_waits_for_a_person():
    effect = owe(fail, key="e", what="x")
    now = timezone.now()
    for n in range(TRIES):
        settle(effect.pk, now=now + timedelta(days=n + 1))
    effect.refresh_from_db()
    assert effect.state == Effect.DEAD
    assert sweep(now + timedelta(days=99)) == 0
    assert replay(effect.pk, now=now)
    assert not replay(effect.pk, now=now)  # pressed twice is pressed once
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == (Effect.OWED, 0)


def test_a_killed_workers_lease_runs_out():
    effect = owe(note, key="f", what="x")
    now = timezone.now() + timedelta(seconds=1)
    assert Effect.objects.lease(effect.pk, now=now, seconds=LEASE)
    assert not Effect.objects.lease(effect.pk, now=now, seconds=LEASE)
    assert sweep(now) == 0
    assert sweep(now + timedelta(seconds=LEASE)) == 1
    assert settle(effect.pk, now=now + timedelta(seconds=LEASE))
    assert done == ["x"]


def test_a_clock_that_jumps_back_loses_nothing():
    effect = owe(note, key="g", what="x")
    assert not settle(effect.pk, now=timezone.now() - timedelta(hours=1))
    assert settle(effect.pk, now=timezone.now() + timedelta(seconds=1))
