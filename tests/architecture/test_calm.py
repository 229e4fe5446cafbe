"""What keeps pages calm, and can be read off the files: docs/neuroinclusion.md names these."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.architecture.test_house import ROOT, TEMPLATES
from tests.cast import signed_in

CSS = sorted((ROOT / "course" / "static" / "course" / "css").glob("*.css"))
JS = sorted((ROOT / "course" / "static" / "course" / "js").glob("*.js"))
PAGES = [p for p in TEMPLATES if p.suffix == ".html" and "email" not in str(p)]


def test_nobody_is_signed_out_while_they_think():
    """TI1: 20 hours of quiet at least, and no page that goes anywhere by itself."""
    assert settings.SESSION_COOKIE_AGE >= 20 * 60 * 60
    assert [p.name for p in PAGES if re.search(r'http-equiv="refresh"', p.read_text())] == []
    leaving = re.compile(r"setTimeout\([^)]*location|setInterval")
    assert [p.name for p in JS if leaving.search(p.read_text())] == []


def test_nothing_moves_plays_or_celebrates_by_itself():
    """MO1 to MO3: no animation to switch off, nothing that starts alone, no confetti."""
    for path in CSS:
        rest = re.sub(
            r"/\*.*?\*/|animation: none|transition: none", "", path.read_text(), flags=re.S
        )
        assert not re.search(r"@keyframes|animation|transition|scroll-behavior: smooth", rest), path
    for path in [*PAGES, *JS]:
        text = path.read_text()
        assert not re.search(r"\bautoplay\b|<marquee|<blink|confetti|\.gif\b", text), path
        alone = text.replace("if (!paused) media.play()", "")  # goes on after a change of voice
        assert ".play()" not in alone, path


def test_words_stand_on_plain_ground():
    """LA4: no picture, texture or gradient behind any text."""
    for path in CSS:
        assert not re.search(
            r"background-image|gradient\(|background:[^;}]*url\(", path.read_text()
        ), path


def test_nothing_is_a_puzzle_and_everything_can_be_pasted():
    """PR6, FO6: no CAPTCHA; nothing stops pasting, spelling help or dictation."""
    for path in [*PAGES, *JS]:
        text = (
            path.read_text().lower().replace('autocapitalize="characters" spellcheck="false"', "")
        )
        assert "captcha" not in text, path
        assert not re.search(r'onpaste|"paste"|<textarea[^>]*(spellcheck|autocorrect)=', text), path


HEADER = re.compile(r"<header class=\"masthead\">.*?</header>", re.S)
LINK = re.compile(r"<a\b[^>]*>(?:<svg.*?</svg>)?([^<]*)</a>", re.S)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["", "ada", "cyn"])
def test_the_same_link_in_the_same_place_on_every_page(request, who):
    """RP1: one link to the reading settings, always the last but one, errors included."""
    client = signed_in(request.getfixturevalue(who)) if who else Client()
    paths = ["/", "/resourced/", "/help/", "/reading-settings/", "/nothing-here/", "/verify/"]
    paths += (
        ["/my/", "/my/names/", "/accounts/2fa/"] if who else ["/accounts/login/", "/cms/login/"]
    )
    for path in paths:
        head = HEADER.search(client.get(path, follow=True).content.decode())[0]
        names = [name.strip() for name in LINK.findall(head)]
        assert names.count("Reading settings") == 1, path
        assert names.index("Reading settings") == len(names) - 2, (path, names)
        assert len(names) <= 7, names


@pytest.mark.django_db
def test_few_choices_on_each_page(ada):
    """LA2: five buttons at most compete for attention; one of them is the main one."""
    client = signed_in(ada)
    for path in ["/", "/my/", "/my/reflections/", "/my/data/", "/groups/", "/help/"]:
        main = client.get(path).content.decode().split("<main")[1].split("</main>")[0]
        buttons = re.findall(r'class="button( second)?"', main)
        assert len(buttons) <= 5, (path, buttons)
        assert buttons.count("") <= 1, path


@pytest.mark.django_db
def test_a_quick_way_out_where_it_may_be_needed_and_nowhere_else(ada, sessions):
    """PR4: on pages of writing and of help; a plain link, explained, that works without a script."""
    client = signed_in(ada)
    reflect = f"/my/reflections/session/{sessions[0].key}/"
    for path, there in [(reflect, True), ("/help/", True), ("/my/", False), ("/", False)]:
        page = client.get(path, follow=True).content.decode()
        link = re.search(r'<a [^>]*href="https://[^"]+"[^>]*data-leave[^>]*>', page)
        assert bool(link) == there, path
        if link:
            said = re.search(r'aria-describedby="([^"]+)"', link[0])[1]
            assert f'id="{said}"' in page


TABLE = (ROOT / "docs" / "neuroinclusion.md").read_text()
GROUPS = {"RP": 6, "LA": 6, "FO": 8, "TI": 4, "MO": 5, "NA": 6, "LG": 6, "ME": 6, "LV": 6}
GROUPS |= {"NO": 6, "PR": 6, "CE": 4, "CM": 6, "ER": 5}


def test_the_table_of_eighty_is_whole_and_names_tests_that_exist():
    rows = re.findall(
        r"^\| ([A-Z]{2})(\d) \| ([0-3]) \| (.+) \| `(tests/[\w/]+\.py)` \|$", TABLE, re.M
    )
    assert [(g, int(n)) for g, n, *_ in rows] == [
        (group, n) for group, most in GROUPS.items() for n in range(1, most + 1)
    ]
    assert len(rows) == 80
    assert {path for *_, path in rows if not (ROOT / path).is_file()} == set()
    short = [
        group + n for group, n, score, words, _path in rows if score != "3" and len(words) < 60
    ]
    assert short == []  # whatever is missing is named
