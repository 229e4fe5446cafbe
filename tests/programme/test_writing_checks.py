"""The checks of the editor: each rule sees its fault, says how to mend it, and only warns."""

import re

import pytest
from django.urls import reverse
from wagtail.models import Page, get_page_models
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from course.programme import wording
from course.programme.checker import WritingChecker, help_of
from course.programme.models import PublicPage
from course.programme.writing_checks import MARK, NAMES, RULES, found_in, marked
from tests.cast import signed_in
from tests.dashboard.test_workspace import posted

NOBODY = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""}
LONG = " ".join(["word"] * 21) + "."
FAULTS = {
    "long-sentence": f"<p>{LONG}</p>",
    "long-paragraph": "<p>One. Two. Three. Four.</p>",
    "vague-link": '<p>Dates are <a href="/d/">here</a>.</p>',
    "idiom": "<p>Let’s dive in.</p>",
    "about-people": "<p>A person who suffers from autism.</p>",
    "capitals": "<p>PLEASE REMEMBER this.</p>",
    "abbreviation": "<p>It counts for CPD.</p>",
    "italics": "<p><em>All of this leans over.</em></p>",
    "no-decision": "<h2 data-undecided>View</h2>",
    "no-alternative": '<section class="practice"><h2>P</h2><section></section><section>'
    '<div class="rich"></div></section></section>',
    "no-transcript": "<h2 data-no-words>Talk</h2>",
    "no-summary": "<h1>T</h1>" + "<p>Ten short words are not at all too many here.</p>" * 40,
    "long-recording": '<audio data-long="361"></audio>',
    "many-choices": '<a class="button" href="/x/">Go on there</a>' * 6,
}
FINE = """<h1>A page</h1><p>Your record of continuing professional development (CPD) is here.</p>
<p>CPD counts. So does the UK. A normally long line.</p><p><em>One word</em></p>
<a href="/dates/">Dates and prices</a><audio data-long="360"></audio>
<p>A <button>word</button><span popover id="w">That means a lot, of which XYZ is one.</span>.</p>
<nav><a href="#x">Here</a></nav><p class="hint">SHOUTED HINTS of ours are not an editor’s.</p>
<section class="practice"><section></section><section><div class="rich">Rest.</div></section></section>
"""


def marks(main: str, summary: str | None = "") -> list[str]:
    shown = marked(f"<body><main>{main}</main></body>", summary=summary)
    return sorted(n for found in re.findall(rf'{MARK}="([^"]+)"', shown) for n in found.split())


def test_each_rule_sees_its_fault_and_no_other():
    assert FAULTS.keys() == NAMES
    assert {name: marks(html) for name, html in FAULTS.items()} == {n: [n] for n in FAULTS}


def test_what_is_fine_is_left_alone():
    assert marks(FINE) == []
    assert marks(FAULTS["no-summary"], summary="In short.") == []
    assert marks(FAULTS["no-summary"], summary=None) == []
    assert marks("<p>" + " ".join(["word"] * 20) + ".</p>") == []


def test_every_word_to_avoid_is_found_and_has_something_instead():
    for name, listed in (("idiom", wording.IDIOMS), ("about-people", wording.ABOUT_PEOPLE)):
        for one in listed:
            assert str(one.write)
            for words in one.words:
                assert name in set(found_in(f"Some {words} there.", explained=set())), words


def test_each_rule_says_how_to_mend_it_with_an_example():
    said = WritingChecker().get_axe_messages(None)
    for rule in RULES:
        assert said[f"words-{rule.name}"]["help_text"] == help_of(rule)
        assert re.search(r"Before: “.+”\nAfter: “.+”$", help_of(rule)), rule.name
        assert marks(f"<p>{rule.fix}</p>") == []  # and keeps the rules itself


@pytest.mark.django_db
def test_the_guide_shows_the_words_that_the_checks_look_for(flo):
    page = signed_in(flo).get(reverse("style_guide")).content.decode()
    for one in [*wording.IDIOMS, *wording.ABOUT_PEOPLE]:
        assert one.words[0] in page
    for rule in RULES:
        assert str(rule.title) in page
    for place in re.findall(r'<li><a href="#([\w-]+)">', page):
        assert f'id="{place}"' in page, place


# --- Publishing is held back for five things, and for nothing else ---------------------------------


def published(client, page, form: dict) -> bool:
    """Whether a form went through as something to publish; as a draft it always does."""
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert client.post(address, form).status_code == 302  # a draft
    answer = client.post(address, form | {"action-publish": "action-publish"})
    return answer.status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lacking", ["summary", "you_need", "content_note", "content_note_alternative"]
)
def test_a_session_without_what_to_expect_stays_a_draft(flo, sessions, lacking):
    page, client = sessions[1], signed_in(flo)
    whole = posted(page, [])
    assert published(client, page, whole)
    assert not published(client, page, whole | {lacking: " "})


@pytest.mark.django_db
def test_a_long_public_page_without_a_summary_stays_a_draft(root):
    page, client = PublicPage.objects.get(slug="help"), signed_in(root)

    def form(words: int, **more) -> dict:
        body = "<p>" + "word " * words + "</p>"
        text = ("text", {"heading": "One", "body": rich_text(body)})
        facts = {"title": page.title, "slug": page.slug, "lead": "", "footer": ""}
        facts |= {"sections": streamfield([text]), "comments": NOBODY}
        return nested_form_data(facts | more)

    assert published(client, page, form(200))
    assert not published(client, page, form(320))
    assert published(client, page, form(320, lead="In short."))


# --- Previews ---------------------------------------------------------------------------------------

WAYS = {
    "": 'data-theme="auto"',
    "calm": 'data-theme="calm"',
    "dark": 'data-theme="dark"',
    "more": 'data-theme="more"',
    "twice": 'data-size="200"',
    "opendyslexic": 'data-font="opendyslexic"',
    "no such way": 'data-theme="auto"',
}


@pytest.mark.django_db
def test_every_kind_of_page_is_seen_as_readers_may_have_it(flo, sessions):
    for model in get_page_models():
        if model is not Page:
            assert [name for name, _words in model().preview_modes] == list(WAYS)[:-1], model
    client = signed_in(flo)
    asked = client.get(sessions[1].url).wsgi_request
    panel = {"is_editing": True, "in_preview_panel": True}
    for name, attribute in WAYS.items():
        shown = sessions[1].make_preview_request(asked, name, panel).content.decode()
        assert attribute in shown.split("<head>")[0], name
        assert "wagtail-userbar" in shown
    assert "wagtail-userbar" not in client.get(sessions[1].url).content.decode()
