"""Asking a person: two fields, one letter, and the words do not stay."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from course.dashboard import retaining
from course.outbox.models import Effect
from course.programme.models import HelpRequest, SiteSettings
from tests.cast import settle_everything, signed_in

pytestmark = pytest.mark.django_db
WORDS = "How do I move to another group?\r\nI cannot do Tuesdays."


@pytest.fixture(autouse=True)
def someone_helps(programme):
    site = SiteSettings.for_site(programme.get_site())
    site.help_name, site.help_email = "Flo", "help@example.org"
    site.save()


def ask(client, **facts):
    facts = {"words": WORDS, "email": "cyn@example.org", "token": uuid.uuid4()} | facts
    return client.post(reverse("ask_for_help"), facts, follow=True)


def test_a_question_reaches_a_person_and_the_answer_the_asker(client):
    token = uuid.uuid4()
    page = ask(client, token=token).content.decode()
    assert "Your question is on its way." in page
    ask(client, token=token)  # a double click
    settle_everything()
    (letter,) = mail.outbox
    assert letter.to == ["help@example.org"]
    assert letter.reply_to == ["cyn@example.org"]
    assert "I cannot do Tuesdays." in letter.body
    assert "Tuesdays" not in letter.subject
    assert not [e for e in Effect.objects.all() if "Tuesdays" in str(e.facts)]


def test_going_back_and_asking_something_else_loses_neither(client):
    token = uuid.uuid4()
    ask(client, token=token)
    ask(client, token=token, words="And may I bring my dog?")
    settle_everything()
    assert ["dog" in letter.body for letter in mail.outbox] == [False, True]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"words": " "}, "Please write what you would like to ask."),
        ({"email": "cyn"}, "such as name@example.org"),
        ({"email": "cyn@example.org\nBcc: all@example.org"}, "such as name@example.org"),
        ({"words": "x" * 3001}, "Your words are still in it."),
        ({"token": "nonsense"}, "There is a problem"),
    ],
)
def test_what_cannot_be_sent_comes_back_with_what_was_typed(client, facts, said):
    page = ask(client, **facts).content.decode()
    assert said in page
    assert "nothing was sent yet" in page
    assert (facts.get("words", "Tuesdays")).strip() in page
    assert not HelpRequest.objects.exists()


def test_who_is_signed_in_types_one_field_less(ada):
    page = signed_in(ada).get(reverse("ask_for_help")).content.decode()
    assert 'value="ada@example.org"' in page
    assert "Flo reads this and answers by email." in page


def test_words_go_after_thirty_days_once_the_letter_has_left(client):
    ask(client)
    long_after = timezone.now() + timedelta(days=31)
    retaining.keep_to_periods(long_after)
    assert HelpRequest.objects.exists()  # the letter still waits
    settle_everything()
    retaining.keep_to_periods(long_after)
    assert not HelpRequest.objects.exists()


def test_without_an_address_the_page_says_so(client, programme):
    site = SiteSettings.for_site(programme.get_site())
    site.help_email = ""
    site.save()
    page = client.get(reverse("ask_for_help")).content.decode()
    assert "has not added an address yet" in page
    ask(client)
    assert not HelpRequest.objects.exists()
