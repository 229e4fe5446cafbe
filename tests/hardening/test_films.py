"""R68: films from two named providers, read from an address without asking anyone."""

import re
import socket

import pytest
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.embeds.embeds import get_embed
from wagtail.embeds.exceptions import EmbedException

from course.headers import CONTENT_SECURITY_POLICY
from course.programme import films
from sessions.blocks import SessionBody

NUMBER = "dQw4w9WgXcQ"
YOUTUBE = [
    f"https://www.youtube.com/watch?v={NUMBER}",
    f"https://youtube.com/watch?app=desktop&v={NUMBER}&t=42s",
    f"https://m.youtube.com/watch?v={NUMBER}",
    f"https://youtu.be/{NUMBER}?si=abc",
    f"https://www.youtube.com/embed/{NUMBER}",
    f"https://www.youtube.com/shorts/{NUMBER}",
    f" http://www.youtube-nocookie.com/embed/{NUMBER} ",
]
VIMEO = {
    "https://vimeo.com/123456789": "https://player.vimeo.com/video/123456789?dnt=1",
    "https://player.vimeo.com/video/123456789": "https://player.vimeo.com/video/123456789?dnt=1",
    "https://vimeo.com/123456789/0a1b2c3d4e": "https://player.vimeo.com/video/123456789?dnt=1&h=0a1b2c3d4e",
}
OTHERS = [
    "https://evil.example/watch?v=" + NUMBER,
    "https://youtube.com.evil.example/watch?v=" + NUMBER,
    "https://www.youtube.com@evil.example/watch?v=" + NUMBER,
    "https://user:pass@www.youtube.com/watch?v=" + NUMBER,
    "https://www.youtube.com:8443/watch?v=" + NUMBER,
    "https://www.youtube.com/watch?v=" + NUMBER + "x",
    "https://www.youtube.com/watch?v=../../evil",
    'https://youtu.be/"><script>alert(1)</script>',
    "https://www.youtube.com/redirect?q=https://evil.example",
    "javascript://www.youtube.com/watch?v=" + NUMBER,
    "//www.youtube.com/watch?v=" + NUMBER,
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1",
    "https://vimeo.com/../evil",
    "https://vimeo.com/channels/staffpicks",
    "https://soundcloud.com/x/y",
    "https://www.dailymotion.com/video/x8",
    "words",
    "",
]


@pytest.fixture(autouse=True)
def _no_socket(monkeypatch):
    def refuse(*_args, **_facts):
        raise AssertionError("a request was about to leave")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_an_address_is_read_and_a_player_built_from_its_number_alone():
    for address in YOUTUBE:
        found = films.read(address)
        assert found.player == f"https://www.youtube-nocookie.com/embed/{NUMBER}?rel=0"
        assert found.page == f"https://www.youtube.com/watch?v={NUMBER}"
    for address, player in VIMEO.items():
        assert films.read(address).player == player
    framed = CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-src"][1:]
    players = {films.read(a).player for a in [*YOUTUBE, *VIMEO]}
    assert {re.match(r"https://[^/]+", player)[0] for player in players} == set(framed)


def test_everything_else_is_refused():
    assert [address for address in OTHERS if films.read(address)] == []


def value(**facts):
    given = {
        "title": "One shift",
        "minutes": 4,
        "medium": "video",
        "intro": "<p>x</p>",
        "transcript": "<p>Words.</p>",
    }
    return SessionBody().child_blocks["media"].to_python(given | facts)


def test_an_editor_is_told_which_addresses_we_show():
    block = SessionBody().child_blocks["media"]
    assert block.clean(value(film=YOUTUBE[0]))
    for address in ("https://evil.example/x", "https://vimeo.com/channels/x"):
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(value(film=address))
        assert "YouTube and Vimeo" in str(refused.value.block_errors["film"])
    with pytest.raises(StructBlockValidationError):
        block.clean(value(film=YOUTUBE[0], transcript=""))  # words are always there


def test_the_page_loads_nothing_of_it_and_says_who_will_see_what():
    block = SessionBody().child_blocks["media"]
    html = block.render(value(film="https://vimeo.com/123456789"))
    assert not re.search(r"<(iframe|img|script|link|video|embed|object)\b|\ssrc=", html)
    assert 'href="https://vimeo.com/123456789"' in html  # without a script: Vimeo's own page
    assert 'data-film="https://player.vimeo.com/video/123456789?dnt=1"' in html
    for words in (
        "Nothing is loaded from there until you press",
        "Vimeo sees your internet address",
        "Words.",
    ):
        assert words in html
    stored = block.render(value(film="https://evil.example/x"))  # by an import
    assert "evil.example" not in stored
    assert "There is no recording yet" in stored


@pytest.mark.django_db
def test_wagtail_itself_asks_nobody():
    for address in (YOUTUBE[0], "https://vimeo.com/123456789", *OTHERS[:4]):
        with pytest.raises(EmbedException):
            get_embed(address)
