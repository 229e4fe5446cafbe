"""A session one part at a time, its opening, and the order that all eight keep."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from sessions.models import Progress
from sessions.stepping import step_of
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
PARTS = [{"anchor": f"part-{n}", "kind": "text", "title": str(n), "minutes": 3} for n in (1, 2)]


def test_the_steps_lead_from_the_start_to_the_end():
    walk, wanted = [], "start"
    while wanted:
        step = step_of(PARTS, wanted=wanted, always=False, has_end=True)
        walk.append((step["number"], step["here"]["anchor"]))
        wanted = step["on"] and step["on"]["anchor"]
    names = ["start", "part-1", "part-2", "reflection", "end"]
    assert walk == list(enumerate(names))
    assert step["total"] == 4
    assert step["back"]["anchor"] == "reflection"


@pytest.mark.parametrize(
    ("wanted", "always", "opens"),
    [
        ("", False, None),
        ("", True, "start"),
        ("all", True, None),
        ("part-2", False, "part-2"),
        ("part-9", False, None),
        ("part-9", True, "start"),
        ("end", True, "start"),
    ],
)
def test_the_address_wins_over_the_setting(wanted, always, opens):
    step = step_of(PARTS, wanted=wanted, always=always, has_end=False)
    assert (step and step["here"]["anchor"]) == opens


def anchors(html):
    return re.findall(r'<section id="(part-\w+)"', html)


def test_one_part_stands_alone_at_the_same_cost(ada, sessions):
    client, url = signed_in(ada), sessions[1].url
    every = anchors(client.get(url).content.decode())
    with CaptureQueriesContext(connection) as whole:
        client.get(url)
    with CaptureQueriesContext(connection) as alone:
        html = client.get(url, {"part": every[2]}).content.decode()
    assert len(alone) == len(whole)
    assert anchors(html) == [every[2]]
    assert f"Part 3 of {len(every) + 2}." in html
    assert f'href="?part={every[1]}">Back' in html
    assert f'href="?part={every[3]}">Continue' in html
    assert ">Next<" not in html


def test_every_step_can_be_walked_by_its_own_links(ada, sessions):
    client, url, seen, query = signed_in(ada), sessions[4].url, [], "?part=start"
    while query:
        html = client.get(url + query).content.decode()
        seen += anchors(html)
        further = re.search(r'href="(\?part=[\w-]+)">Continue', html)
        query = further and further.group(1)
    assert seen == anchors(client.get(url + "?part=all").content.decode())
    assert "I’ve worked through this session" in html


def test_stopping_keeps_the_part_that_was_open(ada, sessions):
    client, session = signed_in(ada), sessions[1]
    fourth = anchors(client.get(session.url).content.decode())[3]
    html = client.get(session.url, {"part": fourth}).content.decode()
    form = html[html.index("data-place") :]
    kept = re.search(r'name="part" value="(part-\w+)"', form).group(1)
    client.post(reverse("keep_place", args=[session.key]), {"part": kept, "stop": "1"})
    assert Progress.objects.get(enrolment__user=ada, session_key=session.key).place == fourth
    assert f'href="#{fourth}">You were here' in client.get(session.url).content.decode()
    start = client.get(session.url, {"part": "start"}).content.decode()
    assert f'href="?part={fourth}">You were here' in start


def test_who_has_no_place_is_given_no_part(cyn, sessions):
    part = f"part-{str(sessions[1].body[0].id)[:8]}"
    html = signed_in(cyn).get(sessions[1].url, {"part": part}).content.decode()
    assert anchors(html) == []
    assert "The way in" in html


def test_a_day_with_little_energy_stands_beside_five_minutes(ada, sessions):
    """And it names parts that the session has."""
    client = signed_in(ada)
    for session in sessions:
        html = client.get(session.url).content.decode()
        before, shown, after = html.partition(escape(session.low_energy))
        assert shown
        assert "If you only have five minutes" in before
        named = set(re.findall("“([^”]+)”", session.low_energy)) - {"My spiral"}
        assert named
        assert [name for name in named if name.lower() not in after.lower()] == []


# Every session opens and closes in the same order, whatever its parts are about (LA6).
HEADINGS = re.compile(r"<h([12])[^>]*>(.*?)</h\1>", re.DOTALL)
KINDS = {"Practice:", "Share:", "The key", "To keep", "Pause"}


def outline(html):
    main = html[html.index("<main") : html.index("</main>")]
    return [
        (level, re.sub("<[^>]+>", "", words).strip()) for level, words in HEADINGS.findall(main)
    ]


def test_all_eight_sessions_have_their_parts_in_one_order(ada, sessions):
    client, opening, ending = signed_in(ada), [], []
    for session in sessions:
        cache.clear()
        words = [words for _level, words in outline(client.get(session.url).content.decode())]
        first = words.index("Another way through this session") + 1
        last = next(n for n, name in enumerate(words) if name.startswith("Share:"))
        opening.append(words[1:first])
        ending.append([re.sub(r"\s.*", "", name) for name in words[last:]])
        assert sum(name.startswith("Practice:") for name in words) == 1
        assert words.count("The key idea") == 1
    assert opening == [opening[0]] * 8
    assert ending == [ending[0]] * 8
