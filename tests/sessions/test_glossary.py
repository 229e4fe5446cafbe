"""Words explained where they first stand, in running text only, and listed at the end."""

import re

import pytest
from django.core.cache import cache

from course.programme import glossary
from course.programme.glossary import Glossary, Word
from course.programme.models import GlossaryTerm
from tests.cast import signed_in

MASKING = Word(1, "masking", ("masking", "masks"), 'Hiding <parts> of "yourself".')
NHS = Word(2, "NHS", ("NHS",), "A health service.")
BOTH = Word(3, "autistic burnout", ("autistic burnout",), "One.")
BURNOUT = Word(4, "burnout", ("burnout",), "Another.")
TEXT = re.compile("<[^>]+>")


def mark(html, *words):
    return Glossary(words).mark(html)[0]


def test_the_first_use_is_a_button_and_the_rest_stays_as_it_is():
    marked = mark("<p>Masking costs. Then masking again.</p>", MASKING)
    assert marked == (
        '<p><button class="word" type="button" popovertarget="word-1">Masking</button>'
        '<span popover id="word-1">Hiding &lt;parts&gt; of &quot;yourself&quot;.</span>'
        " costs. Then masking again.</p>"
    )


@pytest.mark.parametrize("tag", ["a", "button", "summary", "h2", "h3", "label", "dt"])
def test_links_headings_and_controls_are_left_alone(tag):
    html = f"<{tag}>On <b>masking</b></{tag}><p>no word here</p>"
    assert mark(html, MASKING) == html


def test_a_word_is_whole_and_an_abbreviation_keeps_its_capitals():
    html = '<p title="masking">unmasking, masking-tape, nhs &amp; maskings<br/><!-- NHS --></p>'
    assert mark(html, MASKING, NHS) == html
    assert "word-2" in mark("<p>The NHS.</p>", NHS)


def test_the_longest_word_wins_and_several_pieces_are_one_page():
    known = Glossary([BOTH, BURNOUT])
    first, used = known.mark("<p>Autistic burnout is known.</p>")
    assert "word-3" in first
    assert "word-4" not in first
    assert [word.term for word in used] == ["autistic burnout"]
    second, used = known.mark("<p>Burnout, and autistic burnout.</p>")
    assert "word-4" in second
    assert "word-3" not in second
    assert [word.term for word in used] == ["autistic burnout", "burnout"]


@pytest.mark.django_db
def test_what_the_starter_explains_is_used_and_every_session_lists_its_words(ada, sessions):
    client, listed = signed_in(ada), set()
    for session in sessions:
        html = client.get(session.url).content.decode()
        marked = re.findall(r'popovertarget="(word-\d+)"', html)
        assert len(marked) == len(set(marked))
        words = html[html.index('id="words-here"') :]
        here = re.findall(r"<dt>([^<]+)</dt>", words)
        assert len(here) == len(marked)
        listed |= set(here)
    assert listed == set(GlossaryTerm.objects.values_list("term", flat=True))
    assert 12 <= len(listed) <= 24


@pytest.mark.django_db
def test_a_change_of_the_glossary_is_drawn_anew(ada, sessions):
    client, session = signed_in(ada), sessions[3]
    assert "In other words now" not in client.get(session.url).content.decode()
    GlossaryTerm.objects.filter(term="self-compassion").update(explanation="In other words now.")
    cache.delete(session.frame_name("resourced"))  # as a minute does
    assert "In other words now" in client.get(session.url).content.decode()


@pytest.mark.django_db
def test_an_editor_keeps_the_glossary_and_others_do_not(flo, ada):
    address = "/cms/snippets/programme/glossaryterm/"
    page = signed_in(flo).get(address).content.decode()
    assert "interoception" in page
    facts = {"term": "upstream", "other_forms": "", "explanation": "Nearer to the cause."}
    assert signed_in(flo).post(address + "add/", facts).status_code == 302
    assert "upstream" in {word.term for word in glossary.read()}
    assert signed_in(ada).get(address).status_code == 302
