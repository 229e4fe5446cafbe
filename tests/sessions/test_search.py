"""Search: however it is spelt, as far as someone may read, and never a private word."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from course.cohorts.models import LiveSession
from course.people import limiting
from course.programme import searching
from sessions import search_index
from tests.cast import CANARY, signed_in
from tests.reflections.test_saving import save, ticket_for

pytestmark = pytest.mark.django_db

MISSPELT = {
    "regulashun": 2,
    "burnt out": 3,
    "maskin": 3,
    "self compasion": 4,
    "co regulation": 5,
    "giveing and recieving": 6,
    "morel injury": 7,
    "breatheing": 2,
    "autistik burnout": 3,
    "vicarius trauma": 7,
    "neurodiverjent critic": 4,
    "capasity": 3,
}


def look(client, query):
    return client.get("/search/", {"q": query}).content.decode()


def main_of(html):
    return html[html.index('id="found"') : html.index("</main>")]


def test_misspelt_words_lead_to_the_right_session(programme, sessions):
    index = search_index.entries()
    texts = list(search_index.for_reader(index, may_open={programme.pk}, later={}))
    wrong = {}
    for query, number in MISSPELT.items():
        found = [t for t in searching.find(texts, query).texts if t.where.startswith("Session")]
        if not found or not found[0].where.startswith(f"Session {number}"):
            wrong[query] = [t.where for t in found[:2]]
    assert wrong == {}


def test_a_result_leads_to_the_part_and_says_where_it_is(ada, sessions):
    html = look(signed_in(ada), "slow breathing")
    part = f"part-{str(sessions[1].body[4].id)[:8]}"
    assert f'href="{sessions[1].url}#{part}"' in html
    assert "Session 2: Noticing your own state" in html
    assert "about “slow breathing”" in html
    assert 'content="noindex"' in html


@pytest.mark.parametrize(
    ("number", "words"),
    [(2, "put on ear defenders"), (3, "packed lunch"), (4, "forgot thursday form monday")],
)
def test_practices_and_transcripts_are_found_by_those_who_may_read_them(
    ada, cyn, sessions, number, words
):
    part = f"{sessions[number - 1].url}#part-"
    assert part in main_of(look(signed_in(ada), words))
    for other in (signed_in(cyn), Client()):
        assert part not in main_of(look(other, words))


def test_who_has_no_place_finds_public_words_and_the_open_session(cyn, sessions):
    html = main_of(look(signed_in(cyn), "arrive in your own way"))
    assert f"{sessions[0].url}#part-" in html  # open to everyone
    html = main_of(look(Client(), "masking"))
    assert sessions[2].url in html
    assert f"{sessions[2].url}#part-" not in html


def test_a_session_that_opens_later_shows_its_title_and_its_day(ada, cohort, sessions):
    cohort.opens_days_before = 7
    cohort.save()
    day = timezone.now().date() + timedelta(days=60)
    LiveSession.objects.create(cohort=cohort, number=3, day=day, starts="10:00")
    client = signed_in(ada)
    assert sessions[2].url not in main_of(look(client, "packed lunch"))
    html = main_of(look(client, "capacity and tolerance"))
    assert "It opens on" in html
    assert f"{sessions[2].url}#part-" not in html
    assert "masking" not in html  # which its summary says


def test_no_reflection_is_ever_found(ada, sessions):
    save(ticket_for(ada, sessions[0]), ada, CANARY)
    assert "kingfisher" not in main_of(look(signed_in(ada), "kingfisher allotment")).replace(
        "“kingfisher allotment”", ""
    )


def test_nothing_found_says_what_to_try_and_a_spelling_is_offered(ada):
    client = signed_in(ada)
    nothing = look(client, "xyzzyplugh")
    assert "Nothing about “xyzzyplugh”" in nothing
    assert "You could try" in nothing
    meant = look(client, "breatheing")
    assert 'href="/search/?q=breathing">breathing</a>' in meant
    assert "Did you mean" not in look(client, "breathing")


@pytest.mark.parametrize("query", ["", "  ", "?!", "the of and", "a" * 300, "\x00", "<b>rest</b>"])
def test_any_query_is_answered(ada, query):
    reply = signed_in(ada).get("/search/", {"q": query})
    assert reply.status_code == 200
    assert b"<b>rest" not in reply.content


def test_a_search_asks_few_queries_and_no_more_in_a_larger_group(ada, bea, cohort):
    client = signed_in(ada)
    look(client, "rest")
    with CaptureQueriesContext(connection) as queries:
        look(client, "burnout")
    assert len(queries) <= 14


def test_the_words_of_a_search_are_in_no_log(ada, caplog):
    with caplog.at_level(logging.DEBUG):
        look(signed_in(ada), "mypeculiarword")
    assert "mypeculiarword" not in caplog.text


def test_it_is_limited_like_other_public_forms(monkeypatch):
    asked = []
    monkeypatch.setattr(limiting, "wait", lambda what, who, **limit: asked.append(limit) or 9)
    assert Client().get("/search/", {"q": "rest"}).status_code == 429
    assert asked == [{"at_most": 120, "within": limiting.MINUTE}]


def test_an_edited_page_is_found_by_its_new_words(ada, sessions):
    client, page = signed_in(ada), sessions[4]
    assert "Nothing about" in look(client, "quixotically")
    page.summary = "We go on quixotically."
    page.save_revision().publish()
    assert page.url in main_of(look(client, "quixotically"))
