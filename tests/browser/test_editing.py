"""Editors in a real browser: parts are seen before they are chosen, and there is a way back."""

import re

from playwright.sync_api import expect

from course.programme.writing_checks import RULES
from tests.browser.waiting import follow, press, publish, width_of, write_until_saved
from tests.running import soon

SESSION = "capacity-and-tolerance"
PUBLISHED = "steadying-together"


def shown_in_chooser(page, nth: int):
    page.get_by_role("button", name="Preview", exact=True).nth(nth).click()
    return page.frame_locator("iframe[src*=block-preview]")


def test_flo_sees_a_part_before_she_chooses_it(visit, ids):
    window = visit(viewport={"width": 1280, "height": 900})
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids[SESSION]}/edit/")
    page.get_by_role("button", name="Insert a block").first.click()
    text = shown_in_chooser(page, 0)
    expect(text.get_by_role("heading", name="What regulation means here")).to_be_attached()
    page.get_by_role("option", name="Picture").click()
    added = page.locator("[data-contentpath=body] [data-contentpath=description]").first
    expect(added.get_by_text("For people who do not see it")).to_be_visible()
    page.get_by_role("tab", name="Private reflection").click()
    page.get_by_role("button", name="Insert a block").locator("visible=true").first.click()
    question = shown_in_chooser(page, 0)
    expect(question.get_by_text("Running on empty")).to_be_attached()
    assert window.violations == []


def test_flo_chooses_what_a_question_meets_again(visit, ids):
    window = visit(viewport={"width": 1280, "height": 900})
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids[SESSION]}/edit/")
    page.get_by_role("tab", name="Private reflection").click()
    again = page.locator("[name=prompts-0-value-revisits]")
    expect(again).to_have_value("s2_checkin")
    chosen = again.locator("option:checked")
    expect(chosen).to_have_text(re.compile("^\\s*Session 2: "))
    again.select_option("s1_checkin")
    assert again.bounding_box()["width"] < 900  # long questions do not push the form aside
    assert window.violations == []


def test_flo_restores_the_original_and_readers_see_no_change(visit, ids):
    window = visit(viewport={"width": 1280, "height": 900})
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids[PUBLISHED]}/edit/")
    title = page.locator("[name=title]")
    write_until_saved(title, "Something else")
    publish(page)
    window.go(f"/cms/pages/{ids[PUBLISHED]}/edit/")
    page.locator("header [data-w-dropdown-target=toggle]").first.click()
    follow(page.get_by_role("link", name="Restore the original"))
    expect(page.get_by_text("Nothing is published until you press publish.")).to_be_visible()
    press(page, "Make the draft")
    page.get_by_text("The original words are in a draft now.").wait_for()
    expect(title).to_have_value("Steadying together")
    window.go(f"/resourced/{PUBLISHED}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Something else")
    assert window.violations == []


def test_one_press_says_that_a_signpost_was_checked(visit):
    window = visit(viewport={"width": 320, "height": 700})
    page = window.sign_in("flo")
    window.go("/cms/snippets/programme/signpost/")
    assert soon(lambda: width_of(page, "main") <= 320)
    page.get_by_role("button", name=re.compile("^Checked today.*Shout")).click()
    page.get_by_text("“Shout” is marked as checked today.").wait_for()
    window.go("/cms/style-guide/")
    assert soon(lambda: width_of(page, "main") <= 320)
    assert window.violations == []


FAULTY = """
from django.core.files.base import ContentFile
from wagtail.documents.models import Document
from wagtail.rich_text import RichText
from sessions.models import Recording, SessionPage
long = Document.objects.create(title="Talk", file=ContentFile(b"x", "talk.mp3"))
Recording.objects.create(document=long, file_hash=long.get_file_hash(), seconds=361)
page = SessionPage.objects.get(slug="giving-and-receiving")
words = "<p>" + "word " * 21 + ".</p><p>One. Two. Three. Four.</p>"
words += '<p>It is <a href="/help/">here</a>. Let us dive in. A person with special needs.</p>'
words += "<p>PLEASE REMEMBER. It is for XYZ.</p>"
words += "<p>A few more words to read.</p>" * 60
page.summary = ""
page.body = [
    ("text", {"title": "Words", "minutes": 1, "body": RichText(words)}),
    ("picture", {"title": "View", "image": None}),
    ("media", {"title": "Talk", "minutes": 7, "medium": "audio", "recording": long}),
    ("practice", {"title": "Rest", "minutes": 1, "steps": [], "alternative_title": "Sit"}),
]
page.save_revision(clean=False)
"""


def test_each_fault_is_listed_beside_the_preview(visit, ids, site):
    """But for two that editors cannot make here: italics, and too many buttons."""
    site.python(FAULTY)
    window = visit(viewport={"width": 1280, "height": 900})
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids['giving-and-receiving']}/edit/")
    page.get_by_role("button", name="Toggle checks").click()
    panel = page.locator("[data-checks-panel]")
    for rule in RULES:
        if rule.name not in {"many-choices", "italics"}:
            expect(panel.get_by_role("heading", name=str(rule.title)).first).to_be_visible()
    expect(panel.get_by_text("Before: “people who suffer from autism”").first).to_be_visible()
    page.get_by_role("button", name="Toggle preview").click()
    page.get_by_label("Preview mode").select_option(label="Calm")
    calm = page.frame_locator("#w-preview-iframe").locator("html[data-theme=calm]")
    expect(calm).to_be_attached()
    assert window.violations == []
