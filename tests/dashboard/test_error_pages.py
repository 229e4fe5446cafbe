"""Pages for a bad moment: the same header, reading settings, a way home, a person (ER3, ER5)."""

import errno
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from wagtail.images.models import Image

from tests.cast import signed_in
from tests.hardening.test_uploads import encoded

PAGES = {
    "400.html": {},
    "403.html": {},
    "404.html": {},
    "429.html": {},
    "500.html": {},
    "503.html": {"again": "/my/"},
    "csrf.html": {},
    "later.html": {"minutes": 3},
    "uploads_away.html": {"full": True},
}
HURTS = r"invalid|failed|illegal|error|please wait|denied|forbidden|oops|sorry"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.django_db
def test_a_page_for_a_bad_moment(name):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    plain = name in {"400.html", "500.html", "503.html", "uploads_away.html"}
    page = render_to_string(name, PAGES[name], None if plain else request)
    header, main, foot = re.split(r"<main|</main>", page)
    assert 'href="/reading-settings/' in header
    assert re.search(r'href="/"', header)
    assert main.count("<h1") == 1
    assert re.search(r"safe|[Nn]othing|where you left it", main), "what is safe"
    assert not re.search(HURTS, re.sub(r"<[^>]+>", " ", main), re.I)
    assert 'id="foot-help"' in foot
    assert "noindex" in page or plain


@pytest.fixture
def disk_is_full(monkeypatch):
    def save(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", save)


@pytest.mark.django_db
def test_a_full_disk_is_said_kindly_and_nothing_is_half_done(flo, disk_is_full):
    client = signed_in(flo, raise_request_exception=False)
    facts = {"title": "Kettle", "file": SimpleUploadedFile("kettle.png", encoded("PNG"))}
    answer = client.post(reverse("wagtailimages:add"), facts)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "3600"
    assert "There is no room for files" in answer.content.decode()
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_a_disk_that_is_full_before_the_page_is_reached(cyn, monkeypatch):
    """What is sent is laid down on the disk while it arrives, ahead of any page of ours."""

    def arrive(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.http.multipartparser.MultiPartParser.parse", arrive)
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "0" * 32
    answer = client.post(reverse("account_login"), {"email": "x"})
    assert answer.status_code == 503
    assert "There is no room for files" in answer.content.decode()
