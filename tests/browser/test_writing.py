"""Writing in a real browser: it saves itself, survives what happens, and leaves nothing behind."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import follow, html_with, press
from tests.cast import CANARY
from tests.running import soon


@pytest.fixture
def writing(visit):
    """Ada at a reflection form of a session of her own for each test."""

    def open_form(number: int, **options):
        window = visit(**options)
        page = window.sign_in("ada")
        page.goto(window.site.address + "/my/reflections/")
        follow(page.get_by_role("link", name=re.compile(f"^Session {number}:")).last)
        page.locator("textarea").first.wait_for()
        return window

    return open_form


def test_it_saves_itself_within_five_seconds_and_says_so(writing):
    window = writing(2)
    window.page.evaluate("addEventListener('input', () => window.written = Date.now())")
    with window.page.expect_request("**/my/reflections/save/") as saving:
        window.page.locator("textarea").first.fill(CANARY)
    written = window.page.evaluate("window.written")
    saving.value.response().finished()
    # Three seconds after the last change; the rest is for a machine that is busy with tests.
    assert 2000 < saving.value.timing["startTime"] - written < 9000  # milliseconds
    status = window.page.locator("#autosave")
    expect(status).to_contain_text("Saved at")
    assert status.get_attribute("role") == "status"
    window.page.reload()
    expect(window.page.locator("textarea").first).to_have_value(CANARY)
    assert window.violations == []


def test_words_written_before_the_script_came_are_saved(writing):
    window = writing(8)
    held = []
    window.page.route("**/autosave*.js", lambda route: held.append(route))
    window.page.goto(window.page.url, wait_until="commit")
    window.page.locator("textarea").first.fill("early " + CANARY)
    assert soon(lambda: window.page.wait_for_timeout(50) or held)  # not before it is written
    held[0].continue_()
    expect(window.page.locator("#autosave")).to_contain_text("Saved at")


def test_an_ended_session_loses_nothing(writing, visit):
    """Signed out in the middle of a sentence: the words are kept, and shown only to their writer."""
    window = writing(3, java_script_enabled=False)
    address = window.page.url
    window.page.locator("textarea").first.fill("half a sentence " + CANARY)
    window.context.clear_cookies()
    press(window.page, "Save and stop for now")
    said = window.page.locator("main")
    expect(said).to_contain_text(re.compile("kept|saved", re.IGNORECASE))
    html = html_with(said)
    assert CANARY not in html
    window.sign_in("ada", anew=True)
    window.page.goto(address)
    expect(window.page.locator("textarea").first).to_have_value("half a sentence " + CANARY)


def test_two_windows_keep_both_texts(writing):
    first, second = writing(4), writing(4)
    first.page.locator("textarea").first.fill("from the first window")
    expect(first.page.locator("#autosave")).to_contain_text("Saved at")
    second.page.locator("textarea").first.fill("from the second window")
    expect(second.page.locator("#autosave")).to_contain_text("Both are kept")
    second.page.reload()
    html = html_with(second.page.locator("textarea").first)
    assert "from the first window" in html
    assert "from the second window" in html


def test_a_lost_connection_is_said_and_made_good(writing):
    window = writing(5)
    window.context.set_offline(True)
    window.page.locator("textarea").first.fill(CANARY)
    expect(window.page.locator("#autosave")).to_contain_text("Not saved yet")
    window.context.set_offline(False)
    expect(window.page.locator("#autosave")).to_contain_text("Saved at")


def test_nothing_stays_in_the_browser(writing):
    window = writing(6)
    window.page.locator("textarea").first.fill(CANARY)
    expect(window.page.locator("#autosave")).to_contain_text("Saved at")
    stored = """async () => JSON.stringify([
        {...localStorage}, {...sessionStorage},
        (await indexedDB.databases()).map(d => d.name), await caches.keys()])"""
    assert window.page.evaluate(stored) == "[{},{},[],[]]"
    address = window.page.url
    window.sign_out()
    window.page.go_back()
    window.page.go_back()
    for _way_in in ("the way back", "the address"):
        expect(window.page).to_have_url(re.compile("/accounts/login/"))
        html = html_with(window.page.locator("input[name=login]"))
        assert CANARY not in html
        window.page.goto(address)


def test_an_over_long_paste_is_answered_kindly_and_kept(writing):
    window = writing(7, java_script_enabled=False)
    long = "word " * 4100
    window.page.locator("textarea").first.fill(long)
    press(window.page, "I’ve taken my time with this")
    expect(window.page.locator("main")).to_contain_text("There is a problem")
    assert window.page.locator("textarea").first.input_value().strip() == long.strip()
    expect(window.page).to_have_title(re.compile("^Error"))
