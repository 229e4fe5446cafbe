"""Waiting for what an action brings. A click returns before the page it leads to is there, so
whatever reads a page afterwards begins here or with Playwright's own `expect(...)`."""

import re
from contextlib import suppress

from playwright.sync_api import Locator, Page, expect

PATIENCE = 60_000  # milliseconds; a busy machine is no defect of the product


def follow(control: Locator) -> Page:
    """Click a link or a button, and go on when the page it leads to has loaded."""
    page = control.page
    with page.expect_navigation():
        control.click()
    return page


def press(page: Page, name: str | re.Pattern[str]) -> Page:
    """Press the button with this name, and go on when the page it leads to has loaded."""
    return follow(page.get_by_role("button", name=name))


SAVED = "#w-autosave-indicator [class$=--saved]"


def write_until_saved(box: Locator, words: str) -> None:
    """Write in Wagtail's editor. It begins to watch a form a moment after that has loaded, so a
    first change may pass unseen; whoever goes on writing is saved."""
    saved = box.page.locator(SAVED)
    box.fill(words)
    for _more in range(12):
        with suppress(AssertionError):
            return expect(saved).to_be_visible(timeout=5_000)
        box.press("End")
        box.press_sequentially(".")
    return expect(saved).to_be_visible()


def publish(page: Page) -> None:
    """Press Publish in Wagtail's editor when its own saving is at rest: beside that, on a busy
    machine, a press came to nothing once. Where it asks whether to go on all the same, go on."""
    expect(page.locator(SAVED)).to_be_visible()
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.get_by_role("button", name=re.compile("^Publish")).click()
    done = page.get_by_text("has been published")
    asked = page.locator("#w-save-confirmation-dialog").get_by_role("button", name="Continue")
    expect(done.or_(asked).first).to_be_visible()
    if asked.is_visible():
        follow(asked)
    expect(done).to_be_visible()


def html_with(sign: Locator) -> str:
    """The source of a page, read when this sign of the right page can be seen on it."""
    expect(sign).to_be_visible()
    return sign.page.content()


def width_of(page: Page, part: str = "html") -> int:
    """How wide a part of the page wants to be, once its letters have their typeface."""
    page.evaluate("document.fonts.ready.then(() => true)")
    return page.locator(part).first.evaluate("part => part.scrollWidth")
