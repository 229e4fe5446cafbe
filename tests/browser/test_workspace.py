"""The workspace in a real browser: everything works under the strict policy, for flo and for root."""

import re
import time
from contextlib import suppress

from playwright.sync_api import Error, expect

from tests.browser.waiting import follow, publish, width_of
from tests.running import soon

SESSION, PUBLISHED = "kindness-turned-inward", "what-the-work-leaves-behind"
FLOS = [
    "",
    "pages/{programme}/",
    "pages/{session}/history/",
    "pages/{session}/copy/",
    "pages/{session}/move/",
    "pages/{session}/unpublish/",
    "pages/{session}/revisions/compare/earliest...latest/",
    "images/add/",
    "documents/multiple/add/",
    "snippets/programme/signpost/",
    "snippets/programme/signpost/?waiting=true",
    "style-guide/",
    "starter/{session}/restore/",
    "account/",
    "groups/",
]
ROOTS = [
    "users/",
    "users/new/",
    "groups/new/",
    "settings/programme/sitesettings/",
    "redirects/add/",
    "workflows/edit/1/",
    "reports/site-history/",
]


def look_at(window, addresses: list[str], ids: dict[str, int]) -> None:
    for address in addresses:
        answer = window.page.goto(
            window.site.address
            + "/cms/"
            + address.format(session=ids[SESSION], programme=ids["resourced"])
        )
        assert answer.status == 200, address
        window.page.wait_for_timeout(150)  # for scripts that start a little later
        assert window.violations == [], address


def test_flos_pages_keep_the_policy(visit, ids):
    window = visit()
    window.sign_in("flo")
    look_at(window, FLOS, ids)


def test_roots_pages_keep_the_policy(visit, ids):
    window = visit()
    window.sign_in("root")
    look_at(window, ROOTS, ids)


def preview_shows(page, words: str, seconds: float) -> bool:
    """The preview draws each change in a frame of its own, which then takes the old one's place."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Error):  # a frame may go while it is read
            if any(words in frame.content() for frame in page.frames if "preview" in frame.url):
                return True
        page.wait_for_timeout(250)
    return False


def test_flo_edits_previews_and_publishes(visit, ids):
    window = visit(viewport={"width": 1280, "height": 900})
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids[PUBLISHED]}/edit/")
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Pause").first.click()
    page.locator("[data-contentpath=body] textarea").first.fill("Look at something far away.")
    page.get_by_role("button", name="Toggle preview").click()
    page.locator("iframe[src*=preview]").first.wait_for(state="attached")
    words = page.locator("[data-contentpath=body] .public-DraftEditor-content").first
    words.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" A line that flo wrote.")
    expect(words).to_contain_text("A line that flo wrote.")
    # Wagtail's panel may miss a change that falls together with its own saving; the next
    # change brings it along, so an editor who goes on writing sees it.
    for _change in range(12):
        if preview_shows(page, "A line that flo wrote.", seconds=10):
            break
        words.click()
        page.keyboard.press("Control+End")
        page.keyboard.type(".")
    assert preview_shows(page, "A line that flo wrote.", seconds=10)
    publish(page)
    window.go(f"/resourced/{PUBLISHED}/")
    expect(page.get_by_text("A line that flo wrote.")).to_have_count(1)
    expect(page.get_by_text("Look at something far away.")).to_have_count(1)
    assert window.violations == []


def test_a_duplicated_question_leaves_the_key_with_its_original(visit, ids):
    window = visit()
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids[SESSION]}/edit/")
    page.get_by_role("tab", name="Private reflection").click()
    duplicate = page.locator("[data-contentpath=prompts] [data-streamfield-action=DUPLICATE]").first
    expect(duplicate).to_be_visible()  # the tab is open
    expect(page.locator("[data-contentpath=key]:visible")).to_have_count(0)
    key = page.locator("[name=prompts-0-value-key]").input_value()
    assert key
    count = int(page.locator("[name=prompts-count]").input_value())
    duplicate.click()
    expect(page.locator("[name=prompts-count]")).to_have_value(str(count + 1))
    expect(page.locator(f"[name=prompts-{count}-value-key]")).to_have_value("")
    expect(page.locator("[name=prompts-0-value-key]")).to_have_value(key)
    assert window.violations == []


def test_pickers_and_choosers_open(visit, ids):
    window = visit(viewport={"width": 1280, "height": 900})
    page = window.sign_in("flo")
    window.go(f"/cms/pages/{ids[SESSION]}/edit/")
    page.get_by_role("button", name="Toggle status").click()
    page.get_by_role("button", name=re.compile("(Set|Edit) schedule")).first.click()
    page.locator("[name=go_live_at]").click()
    page.locator(".xdsoft_datetimepicker:visible").wait_for()
    window.go(f"/cms/pages/{ids[SESSION]}/copy/")
    page.locator(".chooser [data-w-dropdown-target=toggle]").first.click()
    page.get_by_role("button", name=re.compile("Choose another")).first.click()
    page.locator(".modal-dialog:visible").wait_for()
    assert window.violations == []


def test_a_group_reads_well_on_a_narrow_screen(visit):
    window = visit(viewport={"width": 320, "height": 700})
    page = window.sign_in("flo")
    window.go("/cms/my-groups/")
    follow(page.get_by_role("link", name=re.compile("Autumn group")))
    page.get_by_role("heading", name=re.compile("^Session 4")).wait_for()
    assert soon(lambda: width_of(page, "main") <= 320)
    assert window.violations == []
