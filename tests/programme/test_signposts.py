"""Signposts are looked after: shown honestly, checked with one press, asked about in good time."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course import schedule
from course.audit.models import Entry
from course.outbox.models import Effect
from course.programme.models import Signpost, SiteSettings
from course.programme.reminding import mark_checked, remind_of_signposts
from tests.cast import person, settle_everything, signed_in, with_second_factor

pytestmark = pytest.mark.django_db

LIST = "/cms/snippets/programme/signpost/"


@pytest.fixture
def help_address(programme) -> str:
    settings = SiteSettings.for_site(programme.get_site())
    settings.help_email = "help@example.org"
    settings.save()
    return settings.help_email


@pytest.fixture
def one(db, help_address) -> Signpost:
    """A single signpost, so that each letter can be counted."""
    Signpost.objects.all().delete()
    return Signpost.objects.create(need="I want to text", organisation="Shout", contact="85258")


def letters(at) -> list[str]:
    with time_machine.travel(at):
        settle_everything()
    return [letter.to[0] for letter in mail.outbox]


# --- The list --------------------------------------------------------------------------------


def test_they_ship_as_not_yet_checked_and_without_an_owner(programme):
    posts = list(Signpost.objects.all())
    assert len(posts) > 10
    assert {(p.owner, p.last_checked, p.needs_a_check) for p in posts} == {("", None, True)}


def test_the_list_says_whose_they_are_and_which_wait(flo, programme):
    page = signed_in(flo).get(LIST).content.decode()
    for words in ("Samaritans", "Nobody yet", "Not yet checked by your organisation"):
        assert words in page
    assert page.count('name="csrfmiddlewaretoken"') >= Signpost.objects.count()


def test_the_list_can_be_narrowed_to_those_that_wait(flo, one):
    done = Signpost.objects.create(
        need="I want to talk",
        organisation="Elsewhere",
        contact="1",
        last_checked=timezone.now().date(),
    )
    client = signed_in(flo)
    waiting = client.get(LIST, {"waiting": "true"}).content.decode()
    fine = client.get(LIST, {"waiting": "false"}).content.decode()
    assert ("Shout" in waiting, done.organisation in waiting) == (True, False)
    assert ("Shout" in fine, done.organisation in fine) == (False, True)


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_asks_the_same_however_many(how_many, flo, one, django_assert_num_queries):
    for n in range(how_many - 1):
        Signpost.objects.create(need="I want to talk", organisation=f"O{n}", contact="1")
    client = signed_in(flo)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


LIST_QUERIES = 13


def test_one_press_and_it_is_checked(flo, one):
    page = signed_in(flo).post(reverse("signpost_checked", args=[one.pk]), follow=True)
    assert "is marked as checked today" in page.content.decode()
    one.refresh_from_db()
    assert one.last_checked == timezone.now().date()
    assert not one.needs_a_check
    entry = Entry.objects.get(action="signpost.checked")
    assert (entry.actor, entry.subject) == (str(flo.pk), f"signpost:{one.pk}")


def test_nobody_else_may_press(ada, cyn, one):
    address = reverse("signpost_checked", args=[one.pk])
    for client in (Client(), signed_in(ada), signed_in(cyn)):
        assert client.post(address).status_code == 302  # to the door
    assert Signpost.objects.get().last_checked is None


def test_coming_into_the_workspace_is_not_enough(one):
    gil = with_second_factor(person("gil"))
    gil.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = signed_in(gil)
    assert client.get("/cms/").status_code == 200
    assert "Signposts that wait" not in client.get("/cms/").content.decode()
    assert client.post(reverse("signpost_checked", args=[one.pk])).status_code in (302, 403)
    assert Signpost.objects.get().last_checked is None
    assert not Entry.objects.exists()


def test_looking_alone_checks_nothing(flo, one):
    assert signed_in(flo).get(reverse("signpost_checked", args=[one.pk])).status_code == 405


def test_the_first_page_says_which_wait_until_none_does(flo, one):
    client = signed_in(flo)
    assert "Signposts that wait for a check" in client.get("/cms/").content.decode()
    mark_checked(one, actor=flo, now=timezone.now())
    assert "Signposts that wait for a check" not in client.get("/cms/").content.decode()


def test_public_pages_say_honestly_when(flo, one):
    client = Client()
    assert "Not everything here has been checked" in client.get("/").content.decode()
    mark_checked(one, actor=flo, now=timezone.now())
    page = client.get("/").content.decode()
    assert "Last checked" in page
    assert "Not everything here" not in page
    cache.clear()


# --- Reminders -------------------------------------------------------------------------------


def test_a_new_signpost_is_asked_about_after_a_week_and_then_every_three_months(one):
    now = timezone.now()
    assert remind_of_signposts(now) == 0
    week = now + timedelta(days=8)
    assert remind_of_signposts(week) == 1
    for days in (0, 1, 30, 91):
        assert remind_of_signposts(week + timedelta(days=days)) == 0
    assert letters(week + timedelta(hours=1)) == ["help@example.org"]
    assert remind_of_signposts(week + timedelta(days=92)) == 1
    assert letters(week + timedelta(days=93)) == ["help@example.org"] * 2


def test_two_clocks_owe_one_letter(one):
    week = timezone.now() + timedelta(days=8)
    remind_of_signposts(week)
    Signpost.objects.update(remind_on=one.remind_on)  # as a second clock still saw it
    remind_of_signposts(week)
    assert Effect.objects.filter(dedupe_key__startswith="signposts:").count() == 1


def test_the_owner_is_asked_about_theirs_and_the_help_address_about_the_rest(one):
    for n in range(2):
        Signpost.objects.create(
            need="I want to talk", organisation=f"O{n}", contact="1", owner_email="o@example.org"
        )
    week = timezone.now() + timedelta(days=8)
    assert remind_of_signposts(week) == 2
    assert sorted(letters(week)) == ["help@example.org", "o@example.org"]
    words = next(m for m in mail.outbox if m.to == ["o@example.org"])
    assert words.subject == "A few details to look at"
    assert "2 signposts" in words.body
    assert "/cms/snippets/programme/signpost/?waiting=true" in words.body
    assert "O1" not in words.body


def test_checking_puts_the_next_letter_three_months_off(one, flo):
    now = timezone.now()
    mark_checked(one, actor=flo, now=now)
    assert remind_of_signposts(now + timedelta(days=91)) == 0
    assert remind_of_signposts(now + timedelta(days=92)) == 1


def test_a_date_set_by_hand_counts_too(one):
    one.last_checked = timezone.now().date()
    one.save()
    assert remind_of_signposts(timezone.now() + timedelta(days=91)) == 0
    assert remind_of_signposts(timezone.now() + timedelta(days=93)) == 1


def test_what_was_checked_before_the_letter_left_is_not_asked_about(one, flo):
    week = timezone.now() + timedelta(days=8)
    assert remind_of_signposts(week) == 1
    mark_checked(one, actor=flo, now=week)
    assert letters(week + timedelta(hours=1)) == []
    assert not Effect.objects.filter(state=Effect.OWED).exists()


def test_without_any_address_the_question_waits(one, programme):
    SiteSettings.objects.update(help_email="")
    week = timezone.now() + timedelta(days=8)
    assert remind_of_signposts(week) == 0
    SiteSettings.objects.update(help_email="help@example.org")
    assert remind_of_signposts(week) == 1


def test_the_clock_calls_it():
    assert remind_of_signposts in [job for job, _every in schedule.JOBS]


def test_a_stranger_sees_nothing_of_it(one):
    assert signed_in(person("gil")).get(LIST).status_code == 302
