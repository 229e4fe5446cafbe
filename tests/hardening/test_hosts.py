"""R71: our own address comes from a setting, and nobody is led elsewhere."""

import re
import socket
from contextlib import closing
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from course.cohorts import calendar
from course.cohorts.models import LiveSession
from course.places import stripe_views
from tests.cast import PASSWORD, person, settle_everything, signed_in
from tests.running import running_site

EVIL = "evil.example"
HOSTS = [
    EVIL,
    f"testserver.{EVIL}",
    f"{EVIL}:80",
    f"testserver@{EVIL}",
    f"testserver:80@{EVIL}",
    f"testserver, {EVIL}",
    f"testserver {EVIL}",
    f"testserver#{EVIL}",
    f"testserver/{EVIL}",
    "testserver\\@" + EVIL,
    "",
    "[::1",
    "127.0.0.1.nip.io",
    f"{EVIL}.",
]
NEXT = [
    f"//{EVIL}",
    f"///{EVIL}",
    f"https://{EVIL}/",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f" //{EVIL}",
    f"\x00//{EVIL}",
    f"//testserver@{EVIL}",
    f"//{EVIL}%2f..",
    f"http:///{EVIL}",
    f"//{EVIL}\\@testserver",
    f"javascript:location='//{EVIL}'",
    f"data:text/html,{EVIL}",
    f"https://testserver.{EVIL}/my/",
]


def led_away(answer) -> bool:
    """Whether a browser at our own site would leave it, by what it makes of the address."""
    where = re.sub(r"[\t\r\n]", "", answer.headers.get("Location", "")).strip("\x00 ")
    where = where.replace("\\", "/")
    ours = where.startswith("/") and not where.startswith("//")
    return bool(where) and not ours and not where.startswith(("http://testserver/", "?"))


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused_and_starts_no_letter(client):
    ada = person("ada")
    for host in HOSTS:  # refused before any view, so that all of them are quick
        headers = {"host": host} if host else {}
        facts = {} if host else {"SERVER_NAME": EVIL}
        for path, data in (
            (reverse("account_reset_password"), {"email": ada.email}),
            (reverse("account_signup"), {"email": "a@b.example", "password1": "x" * 14}),
        ):
            assert client.post(path, data, headers=headers, **facts).status_code == 400, host
    settle_everything()
    assert mail.outbox == []


@pytest.mark.django_db
def test_headers_of_proxies_that_are_not_there_are_not_believed(client):
    person("ada")
    claimed = {
        "x-forwarded-host": EVIL,
        "x-forwarded-server": EVIL,
        "x-host": EVIL,
        "forwarded": f"host={EVIL}",
        "x-original-url": f"//{EVIL}",
        "x-forwarded-proto": "https",
    }
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"}, headers=claimed)
    settle_everything()
    assert EVIL not in mail.outbox[0].body
    assert "http://testserver/" in mail.outbox[0].body
    for path in ("/", "/sitemap.xml", "/robots.txt", "/my/", "/groups/"):
        answer = client.get(path, headers=claimed)
        assert EVIL not in answer.content.decode() + str(answer.headers), path
        assert not answer.wsgi_request.is_secure()


@pytest.mark.django_db
@pytest.mark.parametrize("targets", [NEXT[::5], pytest.param(NEXT, marks=pytest.mark.soak)])
def test_nobody_is_led_elsewhere_after_any_form(ada, targets):
    doors = ["account_login", "account_logout", "reading_settings", "account_reauthenticate"]
    for target in targets:
        for door in doors:
            client = Client() if door == "account_login" else signed_in(ada)
            given = {"login": ada.email, "password": PASSWORD, "next": target}
            asked = client.get(reverse(door), {"next": target})
            assert not led_away(asked), (door, target)
            assert not led_away(client.post(reverse(door), given)), (door, target)
        for path in ("/cms/login/", "/my/", "/accounts/confirm-email/x/"):
            assert not led_away(Client().get(path, {"next": target})), (path, target)


@pytest.mark.django_db
def test_addresses_that_leave_the_site_are_made_from_the_setting(settings, cohort, ada):
    """Also in calendars and in what Stripe is told, whatever host asked."""
    from datetime import date, time

    from course.places import gateway

    settings.SITE_URL = "https://ours.example"
    settings.ALLOWED_HOSTS = ["*"]
    meeting = LiveSession.objects.create(
        cohort=cohort, number=3, day=date(2026, 10, 20), starts=time(14)
    )
    made = calendar.build([meeting]).decode().replace("\r\n ", "")
    assert f"URL:https://ours.example/my/meetings/{meeting.pk}/" in made
    for module in (gateway, stripe_views):
        source = Path(module.__file__).read_text()
        assert "build_absolute_uri" not in source
        assert "get_host" not in source


def test_no_code_of_ours_makes_an_address_from_a_request():
    """One place may: it takes allauth's own addresses and puts the setting in their stead."""
    from tests.architecture.test_house import ROOT, SOURCES

    asks = re.compile(r"build_absolute_uri|get_host\(|HTTP_HOST|get_current_site")
    found = {str(p.relative_to(ROOT)) for p in SOURCES if asks.search(p.read_text())}
    assert found <= {"course/people/adapter.py", "course/access.py"}


# --- As a real server reads it -----------------------------------------------------------------------

RAW = [
    "GET {path} HTTP/1.1\r\nHost: evil.example\r\n",
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
    "GET {path} HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n",
    "GET http://evil.example{path} HTTP/1.1\r\nHost: localhost\r\n",
    "GET http://evil.example{path} HTTP/1.1\r\nHost: evil.example\r\n",
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\n",
    "GET //evil.example{path} HTTP/1.1\r\nHost: localhost\r\n",
    "GET {path} HTTP/1.1\r\nHost : evil.example\r\nHost: localhost\r\n",
    "GET {path} HTTP/1.0\r\n",
]


@pytest.mark.soak
def test_the_request_line_and_a_second_host_change_nothing(tmp_path):
    with running_site(tmp_path, prepared=True) as site:
        port = int(site.address.rsplit(":", 1)[1])
        for raw in RAW:
            for path in ("/accounts/password/reset/", "/my", "/sitemap.xml"):
                with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
                    line.sendall((raw.format(path=path) + "Connection: close\r\n\r\n").encode())
                    answer = b"".join(iter(lambda: line.recv(65536), b"")).decode("latin-1")
                status = int(answer.split(" ", 2)[1])
                assert status < 500, raw
                where = re.search(r"(?im)^location: *(.*?)\r?$", answer)
                assert not where or EVIL not in where[1].split("?")[0].replace(
                    "/evil.example", ""
                ), raw
                # In the demo Django's own page about a refused host repeats what was asked.
                shown = answer.partition("\r\n\r\n")[2]
                assert status == 400 or "http://evil.example" not in shown, raw
