"""R73, R70: whoever asks too often waits, with kind words; nobody else does, and nothing is lost."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from course.people import limiting
from course.people.models import User
from reflections.models import Reflection
from tests.cast import PASSWORD, person, signed_in
from tests.reflections.test_saving import text_prompt, ticket_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]
REAL_LIMITS = {"login_failed": "10/m/ip,5/300s/key", "signup": "20/m/ip", "login": "30/m/ip"}


def until_it_waits(ask, *, at_most: int):
    """Ask until the answer is 429. Returns how often it was not, and that answer."""
    for number in range(at_most + 1):
        answer = ask()
        if answer.status_code == 429:
            return number, answer
    raise AssertionError(f"never had to wait in {at_most} tries")


def looks_kind(answer) -> None:
    assert 0 < int(answer["Retry-After"]) <= 86_400
    words = answer.content.decode()
    assert "Everything that was saved is safe" in words
    assert "no-store" in answer["Cache-Control"]


def use_up(what: str, who: str, at_most: int, within: timedelta) -> None:
    """As if all but the last had been asked for already."""
    for _time in range(at_most - 1):
        limiting.wait(what, who, at_most=at_most, within=within)


def test_each_of_the_doors_has_its_limit(client, ada, max, organisation, paid_cohort):
    his, hers = signed_in(max), signed_in(ada)
    him, her, someone = f"person:{max.pk}", f"person:{ada.pk}", "address:127.0.0.1"
    minute, hour, day = limiting.MINUTE, limiting.HOUR, limiting.DAY
    link, code = reverse("open_invitation", args=["x" * 30]), reverse("verify", args=["AAAA-BBBB"])
    ways = {
        ("verify", someone, 60, minute): lambda: client.get(code),
        ("link", someone, 60, minute): lambda: client.get(link),
        ("link", her, 30, minute): lambda: hers.get(link),
        ("accept", her, 30, minute): lambda: hers.post(reverse("join")),
        ("tell-me", someone, 20, hour): lambda: client.post(reverse("ask_to_be_told")),
        ("invite", him, 60, hour): lambda: his.post(reverse("managers", args=[organisation.pk])),
        ("buy", her, 30, hour): lambda: hers.post(reverse("buy_for_self", args=[paid_cohort.pk])),
        ("pay", him, 10, hour): lambda: his.post(reverse("my_order", args=[organisation.pk])),
        ("thoughts", her, 30, hour): lambda: hers.post(reverse("send_thought")),
        ("papers", her, 10, minute): lambda: hers.get(reverse("cpd_pdf", args=[organisation.pk])),
        ("download", her, 3, day): lambda: hers.post(reverse("download_reflections")),
    }
    for (what, who, most, within), ask in ways.items():
        use_up(what, who, most, within)
        assert ask().status_code != 429, what
        answer = ask()
        assert answer.status_code == 429, what
        looks_kind(answer)
    assert client.get("/").status_code == 200
    # A page can be opened however often: what counts there is the pressing.
    assert his.get(reverse("managers", args=[organisation.pk])).status_code == 200


def test_writing_too_fast_waits_and_loses_no_word(ada, bea, sessions):
    """A page of writing goes on trying by itself: autosave.js treats 429 as it treats 503."""
    client, session = signed_in(ada), sessions[0]
    ticket, prompt = ticket_for(ada, session), text_prompt(session)

    def save(words: str, step: int, **headers):
        facts = {"ticket": ticket.signed(), "version": 0, "step": step, prompt.key: words}
        return client.post(reverse("save_reflection"), facts, headers=headers)

    limit = limiting.wait("save", f"person:{ada.pk}", at_most=60, within=limiting.MINUTE)
    assert limit == 0
    for _time in range(59):
        limiting.wait("save", f"person:{ada.pk}", at_most=60, within=limiting.MINUTE)
    answer = save("not yet", 1, accept="application/json")
    assert answer.status_code == 429
    assert answer.json() == {"wait": int(answer["Retry-After"])}
    assert not Reflection.objects.exists()
    pressed = save("not yet", 1)
    assert "load it again" in pressed.content.decode()
    cache.clear()  # as after that minute
    assert save("the same words", 2, accept="application/json").json()["saved"]
    assert signed_in(bea).get(reverse("reflect", args=[session.key])).status_code == 200


def test_a_window_ends_and_each_person_has_their_own(still_clock):
    facts = {"at_most": 2, "within": timedelta(seconds=60)}
    assert [limiting.wait("x", "a", **facts) for _time in range(3)] == [0, 0, 20]
    assert limiting.wait("x", "b", **facts) == 0
    assert limiting.wait("y", "a", **facts) == 0
    still_clock.now += 60
    assert limiting.wait("x", "a", **facts) == 0


def test_a_cache_that_is_away_closes_nothing(monkeypatch, caplog):
    def broken(*_args, **_facts):
        raise ConnectionError("secret-address:6379")

    monkeypatch.setattr(limiting.cache, "add", broken)
    assert limiting.wait("x", "a", at_most=0, within=limiting.MINUTE) == 0
    assert "ConnectionError" in caplog.text
    assert "secret-address" not in caplog.text


def test_an_address_that_a_visitor_claims_does_not_count(client, settings):
    """Without a proxy of ours in front nobody's header is believed; with one, the last part is."""

    def asker(headers: dict, **facts) -> str:
        request = client.get("/", headers=headers, **facts).wsgi_request
        return limiting.who_asks(request)

    claimed = {"x-forwarded-for": "203.0.113.9"}
    assert asker(claimed) == "address:127.0.0.1"
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert asker({"x-forwarded-for": "203.0.113.9, 198.51.100.7"}) == "address:198.51.100.7"


# --- Signing in --------------------------------------------------------------------------------------


@pytest.fixture
def _real_limits(settings):
    settings.ACCOUNT_RATE_LIMITS = REAL_LIMITS


def sign_in(password: str, address: str) -> bool:
    client = Client(REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": "ada@example.org", "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.usefixtures("_real_limits")
def test_a_stranger_can_lock_nobody_out():
    person("ada")
    assert not any(sign_in(f"a guess {n}", "198.51.100.7") for n in range(8))
    assert not sign_in(PASSWORD, "198.51.100.7")  # whoever guessed waits, even when right
    assert sign_in(PASSWORD, "203.0.113.9")  # and Ada at home does not


@pytest.mark.usefixtures("_real_limits")
def test_allauths_own_limits_say_when_to_come_back(client):
    facts = {"email": "no", "password1": "no"}
    number, answer = until_it_waits(
        lambda: client.post(reverse("account_signup"), facts), at_most=25
    )
    assert number == 20
    assert answer["Retry-After"] == "300"
    assert "five minutes" in answer.content.decode()


@pytest.mark.usefixtures("_real_limits")
def test_a_new_password_does_not_pass_by_the_second_factor(client, mailoutbox):
    import re

    from tests.cast import settle_everything, with_second_factor

    ada = with_second_factor(person("ada"))
    client.post(reverse("account_reset_password"), {"email": ada.email})
    settle_everything()
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True)
    new = {"password1": "a kettle and three birds", "password2": "a kettle and three birds"}
    client.post(form.redirect_chain[-1][0], new)
    assert User.objects.get().check_password("a kettle and three birds")
    assert "_auth_user_id" not in client.session
    facts = {"login": ada.email, "password": "a kettle and three birds"}
    answer = client.post(reverse("account_login"), facts)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_common_passwords_and_ones_own_name_are_refused(client):
    for password in ("q1w2e3r4t5y6", "1qaz2wsx3edc", "nova@example.org", "short"):
        facts = {"email": "nova@example.org", "password1": password, "is_adult": "on"}
        answer = client.post(reverse("account_signup"), facts | {"display_name": "nova"})
        assert answer.status_code == 200, password
    assert not User.objects.exists()


def test_sessions_are_listed_and_can_be_ended(ada):
    here, there = Client(), Client()
    for client in (here, there):
        client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
        client.get(reverse("my_programme"))
    assert here.session.session_key != there.session.session_key
    page = here.get(reverse("usersessions_list"))
    assert page.status_code == 200
    here.post(reverse("usersessions_list"))  # “sign out elsewhere”
    assert there.get(reverse("my_programme")).status_code == 302
    assert here.get(reverse("my_programme")).status_code == 200


def test_two_papers_at_once_and_the_third_waits_kindly(ada, rf):
    """Each of the two asks for the next while it is being drawn."""
    asked = []

    @limiting.at_once("pdf", at_most=2, for_at_most=limiting.MINUTE)
    def draw(request):
        asked.append(request)
        return draw(request) if len(asked) < 5 else HttpResponse("drawn")

    request = rf.get("/my/cpd/x.pdf")
    request.user = ada
    request.csp_nonce = ""
    answer = draw(request)
    assert (len(asked), answer.status_code) == (2, 429)
    looks_kind(answer)
    asked += [None, None]
    assert draw(request).content == b"drawn"  # both slots are free again


def test_a_slot_goes_by_itself_when_its_process_was_killed(ada, rf, monkeypatch):
    request = rf.get("/")
    request.user = ada
    kept = {}
    monkeypatch.setattr(cache, "add", lambda key, mine, timeout: kept.setdefault(key, timeout))
    draw = limiting.at_once("pdf", at_most=2, for_at_most=limiting.MINUTE)(lambda _request: None)
    draw(request)
    assert list(kept.values()) == [60]
