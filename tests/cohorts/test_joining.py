"""Joining a group, and asking to be told of the next one."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from course.cohorts import joining
from course.cohorts.models import Cohort, Enrolment, Interest
from course.outbox.models import Effect
from course.outbox.settling import settle
from tests.cast import NOON, settle_everything, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_time(programme):
    return Cohort.objects.create(
        programme_id=programme.pk, title="In your own time", joining=Cohort.OPEN
    )


def test_cyn_joins_with_one_press(cyn, own_time):
    client = signed_in(cyn)
    assert own_time.title in client.get(reverse("groups")).content.decode()
    for _press in range(2):
        response = client.post(reverse("join_group", args=[own_time.pk]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("my_programme")
    assert Enrolment.objects.get(user=cyn).cohort == own_time
    settle_everything()
    assert len(mail.outbox) == 1


def test_opening_the_link_joins_nothing(cyn, own_time):
    response = signed_in(cyn).get(reverse("join_group", args=[own_time.pk]))
    assert response.headers["Location"] == reverse("groups")
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    "change", [{"price_minor": 100}, {"joining": "invitation"}, {"closed_at": NOON}]
)
def test_a_group_that_is_not_free_and_open_cannot_be_joined(cyn, own_time, change):
    Cohort.objects.filter(pk=own_time.pk).update(**change)
    with pytest.raises(joining.NotOpen):
        joining.join(cyn, cohort=own_time, now=NOON)
    assert not Enrolment.objects.exists()


def test_being_told_needs_a_second_yes(client, programme, own_time, time_machine):
    time_machine.move_to(NOON, tick=False)
    client.post(reverse("ask_to_be_told"), {"email": "Who@Example.org"})
    client.post(reverse("ask_to_be_told"), {"email": "who@example.org"})
    assert Interest.objects.count() == 1
    assert joining.tell_of_cohort(own_time, now=NOON) == 0
    settle_everything()
    assert len(mail.outbox) == 1
    link = re.search(r"http://testserver(/groups/tell-me/\S+)", mail.outbox[0].body)[1]
    client.get(link)  # mail scanners open links: that alone confirms nothing
    assert joining.tell_of_cohort(own_time, now=NOON) == 0
    client.post(link)
    assert joining.tell_of_cohort(own_time, now=NOON) == 1
    joining.tell_of_cohort(own_time, now=NOON)
    settle_everything()
    assert len(mail.outbox) == 2
    letter = mail.outbox[1]
    stop = re.search(r"http://testserver(/groups/stop/\S+)", letter.body)[1]
    assert letter.extra_headers["List-Unsubscribe"] == f"<http://testserver{stop}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not Interest.objects.get().stopped_at
    # A mail program presses by itself: no cookie, no token of a form.
    one_click = {"List-Unsubscribe": "One-Click"}
    assert Client(enforce_csrf_checks=True).post(stop, one_click).status_code == 200
    assert joining.tell_of_cohort(own_time, now=NOON) == 0


def test_a_forged_link_does_nothing(client, programme):
    for name in ("confirm_interest", "stop_interest"):
        assert client.post(reverse(name, args=["forged"])).status_code == 200
    assert not Interest.objects.exists()


def test_news_of_a_group_waits_for_the_readers_morning(programme, own_time, cyn, time_machine):
    """At 22:00 in London it is 11:00 in Auckland: one waits, the other has it at once."""
    night = NOON.replace(hour=22)
    time_machine.move_to(night, tick=False)
    cyn.zone = "Pacific/Auckland"
    cyn.save()
    for email in ("who@example.org", cyn.email):
        joining.ask_to_be_told(email, programme_id=programme.pk, now=night)
    Interest.objects.update(confirmed_at=night)
    joining.tell_of_cohort(own_time, now=night)
    owed = Effect.objects.filter(dedupe_key__contains=":told:").order_by("not_before")
    assert [effect.not_before.hour for effect in owed] == [22, 8]
    for effect in owed:  # a worker that is too early sends nothing
        settle(effect.pk)
    assert [m.to for m in mail.outbox] == [[cyn.email]]
    time_machine.move_to(night + timedelta(hours=10), tick=False)
    settle(owed.last().pk)
    assert [m.to for m in mail.outbox] == [[cyn.email], ["who@example.org"]]


def test_the_clock_tells_of_a_new_group_once(programme, own_time, time_machine):
    from django.utils import timezone

    from course import schedule

    time_machine.move_to(timezone.now().replace(hour=12), tick=False)
    now = timezone.now()
    joining.ask_to_be_told("who@example.org", programme_id=programme.pk, now=now)
    Interest.objects.update(confirmed_at=now)
    for _hour in range(2):
        schedule.tell_of_new_groups(now)
    settle_everything()
    assert [m.to for m in mail.outbox] == [["who@example.org"]]


def test_an_address_that_never_confirmed_is_forgotten_after_a_month(programme):
    for email, day in (("old@example.org", 31), ("young@example.org", 29)):
        asked = NOON - timedelta(days=day)
        joining.ask_to_be_told(email, programme_id=programme.pk, now=asked)
    kept = joining.ask_to_be_told("sure@example.org", programme_id=programme.pk, now=NOON)
    Interest.objects.filter(pk=kept.pk).update(confirmed_at=NOON, asked_at=NOON - timedelta(99))
    joining.forget_unconfirmed(now=NOON)
    left = Interest.objects.order_by("email").values_list("email", flat=True)
    assert list(left) == ["sure@example.org", "young@example.org"]
