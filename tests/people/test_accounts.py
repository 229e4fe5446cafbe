"""Sign-up and sign-in: by e-mail, through one door, without telling who has an account."""

import re
import statistics
import time

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from course.outbox.models import Effect
from course.people.models import User
from tests.cast import PASSWORD, person, settle_everything, signed_in, stale, with_second_factor

pytestmark = pytest.mark.django_db
NEW = {"email": "new@example.org", "password1": "a kettle and two birds", "is_adult": "on"}


def sign_up(client, **facts):
    return client.post(reverse("account_signup"), NEW | facts)


def test_the_whole_way_in(client):
    response = sign_up(client, display_name="Nova")
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    settle_everything()
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body)[1]
    assert client.get(link).status_code == 200
    assert not client.get(reverse("my_programme")).wsgi_request.user.is_authenticated
    client.post(link)
    user = User.objects.get(email="new@example.org")
    assert (user.display_name, user.is_adult) == ("Nova", True)
    assert client.get(reverse("my_programme")).status_code == 200


def test_the_letter_waits_sealed_and_is_gone_once_sent(client):
    sign_up(client)
    waiting = Effect.objects.get(dedupe_key__startswith="account-letter")
    assert "confirm-email" not in str(waiting.facts)
    settle_everything()
    waiting.refresh_from_db()
    assert waiting.facts == {}


def test_only_adults_and_only_when_they_say_so(client):
    response = client.post(reverse("account_signup"), NEW | {"is_adult": ""})
    assert "18 or older" in response.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_known_address_gets_the_same_answer_and_a_letter_of_its_own(client):
    person("ada")
    known, new = Client(), Client()
    answers = [sign_up(known, email="ada@example.org"), sign_up(new)]
    assert len({(a.status_code, a.headers["Location"]) for a in answers}) == 1
    settle_everything()
    bodies = {m.to[0]: m.body for m in mail.outbox}
    assert "confirm-email" in bodies["new@example.org"]
    assert "confirm-email" not in bodies["ada@example.org"]
    assert User.objects.filter(email="ada@example.org").count() == 1


def test_a_known_address_takes_as_long(settings):
    """R70: hashing is what takes time, so both ways hash. Compared as medians in one run."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person("ada")

    def seconds(email: str) -> float:
        start = time.process_time()
        sign_up(Client(), email=email)
        return time.process_time() - start

    known = statistics.median(seconds("ada@example.org") for _ in range(7))
    new = statistics.median(seconds(f"new{n}@example.org") for n in range(7))
    assert 0.5 < known / new < 2


def test_addresses_are_the_same_in_any_case(client):
    person("ada")
    client.post(reverse("account_login"), {"login": "ADA@Example.org", "password": PASSWORD})
    assert client.get(reverse("my_programme")).status_code == 200


def test_signing_out_really_signs_out(client):
    ada = person("ada")
    client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    cookie = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert thief.get(reverse("my_programme")).status_code == 302


@pytest.mark.parametrize(
    "door",
    [
        "/cms/login/",
        "/cms/login/?next=/cms/",
        "/cms/password_reset/",
        "/cms/password_reset/confirm/x/set-password/",
        "/cms/password_reset/done/",
    ],
)
def test_the_workspaces_own_doors_lead_to_ours(door, root):
    client = Client()
    for response in (
        client.get(door),
        client.post(door, {"username": root.email, "password": PASSWORD}),
    ):
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/")
    assert "_auth_user_id" not in client.session


def test_the_workspace_asks_for_a_second_factor(db, settings):
    admin = person("admin", is_superuser=True)
    client = signed_in(admin)
    assert client.get("/cms/").headers["Location"] == reverse("mfa_index")
    settings.DEBUG = True
    assert client.get("/cms/").status_code == 200


def test_nobody_is_sent_elsewhere_after_signing_in(client):
    ada = person("ada")
    for target in ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"):
        response = client.post(
            reverse("account_login"), {"login": ada.email, "password": PASSWORD, "next": target}
        )
        assert "evil" not in response.headers.get("Location", "")
        client.post(reverse("account_logout"))


def test_letters_use_our_own_address_whatever_the_host_header(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(reverse("account_signup"), NEW, headers={"host": "evil.example"})
    settle_everything()
    assert "evil.example" not in mail.outbox[0].body
    assert "http://testserver/" in mail.outbox[0].body


def test_an_address_is_changed_with_a_second_factor(ada):
    """Without taking it off first; by whoever has shown just now that it is them."""
    with_second_factor(ada)
    new = {"email": "ada.byron@example.org", "action_add": ""}
    asked = stale(ada).post(reverse("account_email"), new)
    assert "reauthenticate" in asked["Location"]
    assert ada.emailaddress_set.count() == 1
    signed_in(ada).post(reverse("account_email"), new)
    added = ada.emailaddress_set.get(email=new["email"])
    assert (added.verified, added.primary) == (False, False)
    assert ada.authenticator_set.count() == 1
    chosen = {"email": new["email"], "action_primary": ""}
    signed_in(ada).post(reverse("account_email"), chosen)
    assert (
        ada.emailaddress_set.get(primary=True).email == "ada@example.org"
    )  # its letter comes first


@pytest.mark.parametrize("word", ["Resourced-2027!", "wellbeing12345", "PasswordSessions1"])
def test_words_of_this_site_are_no_password(client, word):
    page = sign_up(client, password1=word).content.decode()
    assert "A word of this site is easily guessed." in page
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_word_of_this_site_among_others_is_fine(client):
    sign_up(client, password1="a resourced kettle and birds")
    assert User.objects.filter(email="new@example.org").exists()
