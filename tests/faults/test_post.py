"""Family 9: a mail server that takes a letter and is not heard, that asks to come again later, and
that is away. (A worker killed between is in test_effects.py.)"""

import random
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from course.outbox.models import Effect
from course.outbox.settling import TRIES, settle
from course.outbox.sweeping import sweep
from course.people import letters
from course.places.models import Invitation
from tests.outbox.post_office import PostOffice
from tests.places.selling import bought, invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings):
    with PostOffice(times=2) as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        yield office


def days_go_by(days: int = 12) -> int:
    """Every owed effect is tried when its time has come. Returns how many tries there were."""
    tries = 0
    for hour in range(24 * days):
        now = timezone.now() + timedelta(hours=hour)
        sweep(now)
        for pk in Effect.objects.due(now).values_list("pk", flat=True):
            settle(pk, now=now)
            tries += 1
    return tries


def a_letter(to: str) -> EmailMultiAlternatives:
    return EmailMultiAlternatives("A subject", "Words", to=[to])


def test_every_letter_arrives_and_is_one_letter(office, record_property):
    ways = ["dropped", "deferred", "fine"]
    people = [f"{random.choice(ways)}{n}@example.org" for n in range(4)]
    people += [f"{way}-always@example.org" for way in ways]
    for to in people:
        letters.post(a_letter(to))
    days_go_by(2)
    assert not Effect.objects.exclude(state=Effect.DONE).exists()
    arrived = office.letters()
    assert {letter["To"] for letter in arrived} == set(people)
    assert len(office.copies()) == len(people)  # a copy has the Message-ID of the first
    for letter in arrived:
        copies = office.copies()[letter["Message-ID"]]
        assert copies == (3 if letter["To"].startswith("dropped") else 1)
    record_property("faults", sum(office.troubles.values()))


def test_a_server_that_is_away_is_waited_for_and_then_a_person_is(office, record_property):
    office.server.shutdown()
    office.server.server_close()  # nobody listens there now
    letters.post(a_letter("later@example.org"))
    assert days_go_by() == TRIES
    dead = Effect.objects.get()
    assert (dead.state, dead.last_error) == (Effect.DEAD, "ConnectionRefusedError")
    assert dead.facts["sealed"]  # and it is still there to be sent
    record_property("faults", TRIES)


def test_come_again_later_is_not_no_for_an_invitation(
    office, max, organisation, paid_cohort, record_property
):
    """Many servers ask a stranger to come again in some minutes: 451."""
    order = bought(max, organisation, paid_cohort)
    later, never = (
        invited(order, max, email=f"{name}@example.org") for name in ("deferred", "refused")
    )
    days_go_by(2)
    later, never = (Invitation.objects.get(pk=one.pk) for one in (later, never))
    assert (later.send_failed, never.send_failed) == (False, True)
    assert later.sent_at
    assert {letter["To"] for letter in office.letters()} >= {"deferred@example.org"}
    assert not Effect.objects.filter(task__endswith="send_invitation").exclude(state="done")
    record_property("faults", 3)
