"""Reading settings: a form, a cookie, an account; no script, no flash, no surprise."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from course.people import reading
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def choose(client, **choices):
    return client.post(reverse("reading_settings"), choices)


def test_a_choice_shows_on_the_next_page_without_an_account(client):
    choose(client, t="calm", s="130")
    page = client.get("/").content.decode()
    assert 'data-theme="calm"' in page
    assert 'data-size="130"' in page


def test_putting_everything_back(client):
    choose(client, t="dark")
    choose(client, t="dark", action="reset")
    assert 'data-theme="auto"' in client.get("/").content.decode()


def test_the_account_keeps_it_for_other_devices(ada):
    choose(signed_in(ada), t="dark", m="none")
    page = signed_in(ada).get("/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-motion="none"' in page


@given(st.text(max_size=60))
def test_a_spoilt_cookie_is_the_same_as_none(cookie):
    chosen = reading.from_cookie(cookie)
    assert reading.keep_known(chosen) == chosen
    assert set(reading.for_html(chosen)) == {"theme", "size", "motion", "progress"}


def test_what_was_chosen_reads_back():
    chosen = {"t": "calm", "s": "200"}
    assert reading.from_cookie(reading.to_cookie(chosen)) == chosen


def test_unknown_values_never_reach_the_page(client):
    choose(client, t='"><script>', s="100000")
    page = client.get("/").content.decode()
    assert 'data-theme="auto"' in page
    assert "<script>" not in page.split("</head>")[0]
