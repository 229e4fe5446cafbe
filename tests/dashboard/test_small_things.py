"""What nobody asks for and everybody meets: the site's sign, error pages, a day of maintenance."""

import io
import json
import re

import pytest
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from PIL import Image

from course.dashboard import errors
from course.programme import spiral
from tests.cast import enrolled, person, signed_in

IMAGES = settings.BASE_DIR / "course" / "static" / "course" / "img"


# --- The sign of the site ------------------------------------------------------------------------


def test_the_favicon_is_the_mark_and_follows_a_dark_screen():
    drawn = (IMAGES / "favicon.svg").read_text()
    assert spiral.icon_path() in drawn
    assert "prefers-color-scheme:dark" in drawn
    assert spiral.icon_path() in render_to_string("components/head.html")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("touch-icon-180.png", 180),
        ("icon-192.png", 192),
        ("icon-512.png", 512),
        ("icon-maskable-512.png", 512),
    ],
)
def test_icons_have_their_sizes(name, size):
    with Image.open(IMAGES / name) as image:
        assert image.size == (size, size)


@pytest.mark.django_db
def test_browsers_find_icons_where_they_look(client):
    icon = client.get("/favicon.ico")
    assert icon.headers["Content-Type"] == "image/x-icon"
    assert Image.open(io.BytesIO(icon.content)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert Image.open(io.BytesIO(client.get("/apple-touch-icon.png").content)).size == (180, 180)


@pytest.mark.django_db
def test_the_manifest_names_the_site_and_its_icons(client):
    answer = client.get("/site.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    facts = json.loads(answer.content)
    assert (facts["name"], facts["start_url"]) == ("Resourced", "/my/")
    assert {icon["sizes"] for icon in facts["icons"]} == {"192x192", "512x512"}
    for icon in facts["icons"]:
        assert (IMAGES / icon["src"].rpartition("/")[2]).exists()
    assert "serviceworker" not in facts


@pytest.mark.django_db
def test_every_page_names_them(client):
    html = client.get("/accounts/login/").content.decode()
    for part in ('rel="icon"', 'rel="apple-touch-icon"', 'rel="manifest"', 'name="theme-color"'):
        assert part in html


# --- Pages for a bad moment ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400", "500", "503"])
def test_it_renders_with_no_request_and_no_database(name):
    """No database mark on this test: a query would fail it."""
    html = render_to_string(f"{name}.html")
    assert "<h1>" in html
    assert 'href="/' in html
    assert "Samaritans" in html


@pytest.mark.parametrize("name", ["500", "503"])
def test_it_says_that_words_are_kept(name):
    html = render_to_string(f"{name}.html")
    assert "is safe" in html
    assert "writing" in html


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody", "cyn"])
def test_a_page_that_is_not_there_offers_ways_on(who, request):
    client = Client() if who == "nobody" else signed_in(request.getfixturevalue(who))
    response = client.get("/nothing/here/at-all/")
    assert response.status_code == 404
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    links = set(re.findall(r'href="(/[^"]*)"', main))
    assert len(links) >= 5
    for link in links:
        assert client.get(link).status_code in {200, 302}, link


# --- Maintenance ------------------------------------------------------------------------------------


def answer(monkeypatch, method: str, address: str):
    """What the middleware answers. It stands before sessions, so nothing is asked of anything."""
    monkeypatch.setenv("MAINTENANCE", "on")
    closed = errors.close_for_maintenance(lambda request: "passed on")
    return closed(getattr(RequestFactory(), method)(address))


@pytest.mark.parametrize("address", ["/", "/my/", "/cms/", "/readyz", "/nothing/", "/a/?b=c"])
def test_in_maintenance_everyone_meets_one_calm_page(address, monkeypatch):
    response = answer(monkeypatch, "get", address)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "120"
    assert response.headers["Cache-Control"] == "no-store"
    html = response.content.decode()
    assert "We are closed for a short while" in html
    assert f'class="button" href="{address}"' in html


def test_in_maintenance_the_process_still_says_that_it_lives(monkeypatch):
    assert answer(monkeypatch, "get", "/livez") == "passed on"


def test_in_maintenance_a_save_is_told_to_come_again(monkeypatch):
    """Autosave tries again after any 5xx. A pressed button must not lead away from the words."""
    response = answer(monkeypatch, "post", "/my/reflections/save/")
    assert response.status_code == 503
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "still with your browser" in main
    assert "<a " not in main
    script = (settings.BASE_DIR / "course/static/course/js/autosave.js").read_text()
    assert "reply.status >= 500" in script


def test_otherwise_it_is_not_even_there(monkeypatch):
    monkeypatch.delenv("MAINTENANCE", raising=False)
    with pytest.raises(MiddlewareNotUsed):
        errors.close_for_maintenance(lambda request: None)


def test_it_stands_before_anything_that_needs_a_database():
    order = settings.MIDDLEWARE
    closed = order.index("course.dashboard.errors.close_for_maintenance")
    assert order.index("whitenoise.middleware.WhiteNoiseMiddleware") < closed
    assert closed < order.index("django.contrib.sessions.middleware.SessionMiddleware")


# --- One person -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_group_of_one_reads_properly(cohort, flo):
    only = person("ivo", document_name="Ivo Lind")
    enrolled(only, cohort)
    client = signed_in(flo)
    pages = [
        client.get(reverse(name, args=[cohort.pk])).content.decode()
        for name in ("facilitator_group", "group_people")
    ]
    assert "Ivo" in pages[1]
    for wrong in ("1 people", "1 persons", "one people"):
        assert wrong not in " ".join(pages)
        assert wrong not in client.get(reverse("facilitator_groups")).content.decode()
