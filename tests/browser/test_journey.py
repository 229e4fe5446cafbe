"""The whole journey in a real browser against the running product, with and without JavaScript."""

import re
import time
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.waiting import follow, html_with, press
from tests.cast import CANARY

JOINER = {True: "cyn", False: "newcomer"}


def sign_up(visit, name):
    """A new person, through the letter in the demo's mailbox."""
    page = visit.go("/accounts/signup/")
    page.locator("input[name=email]").fill(f"{name}@example.org")
    page.locator("input[name=display_name]").fill(name.title())
    page.locator("input[name=password1]").fill("eight-calm-sessions")
    page.locator("input[name=is_adult]").check()
    follow(page.locator("main form button[type=submit]").first)
    confirm_address(visit, name)


def confirm_address(visit, name) -> None:
    link = letter_to(visit, name, having=CONFIRM)[0]
    follow(visit.go(link).locator("main form button[type=submit]").first)


CONFIRM = r"/accounts/confirm-email/\S+?/(?=\s|$)"


def letter_to(visit, name, *, having: str) -> re.Match:
    """What matches in the newest letter to someone that has it. Its number in the mailbox may
    pass to another letter that comes meanwhile, so the letter itself must say whose it is."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        listed = visit.go(f"/demo/mail/?to={name}@").locator("ul.mailbox a").all()
        for href in [link.get_attribute("href") for link in listed[:3]]:
            text = visit.go(href).locator("main").inner_text()
            if f"{name}@" in text and (found := re.search(having, text)):
                return found
        time.sleep(0.5)
    raise AssertionError(f"no letter to {name} with {having}")


@pytest.mark.parametrize("javascript", [True, False])
def test_from_joining_to_the_certificate_and_the_summary(visit, javascript):
    name = JOINER[javascript]
    mine = visit(java_script_enabled=javascript, accept_downloads=True)
    if javascript:
        page = mine.sign_in(name)
    else:
        sign_up(mine, name)  # which signs in as well
        page = mine.page

    # A place
    mine.go("/groups/")
    follow(page.get_by_role("button", name=re.compile("Join|Take a place")).first)
    expect(page).to_have_url(mine.site.address + "/my/")
    expect(page.get_by_role("link", name=re.compile("session", re.IGNORECASE))).not_to_have_count(0)

    # Session 1, and a private reflection
    page.goto(mine.site.address + "/resourced/starting-with-you/")
    expect(page.locator("main")).to_contain_text("Session 1 of 8")
    follow(page.get_by_role("link", name=re.compile("reflection", re.IGNORECASE)).last)
    press(page, re.compile("^Yes"))
    page.locator("textarea").first.fill(CANARY)
    press(page, "I’ve taken my time with this")
    expect(page).to_have_url(mine.site.address + "/my/")

    # Six sessions, in an order of one's own
    for slug in SESSIONS[::-1][:6]:
        page.goto(f"{mine.site.address}/resourced/{slug}/")
        press(page, re.compile("worked through", re.IGNORECASE))
        expect(page).to_have_url(mine.site.address + "/my/")

    # The certificate, as a page and as paper
    follow(page.get_by_role("link", name=re.compile("certificate", re.IGNORECASE)).first)
    expect(page).to_have_url(re.compile("/my/certificates/"))
    expect(page.locator("main")).to_contain_text(name.title())
    pdf = download_when_drawn(page)
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(pdf)).pages)
    assert name.title() in text
    assert CANARY not in text

    # Anyone may check its code
    html = html_with(page.locator("h1"))
    code = re.search(r"/verify/([0-9A-Z]{26})", html)[1]
    stranger = visit(java_script_enabled=javascript)
    expect(stranger.go(f"/verify/{code}/").locator("main")).to_contain_text(name.title())

    # The facilitator has a letter without personal facts, and a summary in the workspace
    letter = letter_to(stranger, "flo", having="(?s)^.*completed the programme.*$")[0]
    assert name.title() not in letter
    assert CANARY not in letter

    # Back at the reflection, the words are there for their writer
    page.goto(mine.site.address + "/my/reflections/")
    follow(page.get_by_role("link", name=re.compile("Starting with you")).first)
    expect(page.locator("main")).to_contain_text(CANARY)
    assert mine.violations == []


SESSIONS = [
    "starting-with-you",
    "noticing-your-own-state",
    "capacity-and-tolerance",
    "kindness-turned-inward",
    "steadying-together",
    "giving-and-receiving",
    "what-the-work-leaves-behind",
    "experience-to-share",
]


def download_when_drawn(page) -> bytes:
    """The worker draws it within moments; until then the page says so."""
    address = page.url + "certificate.pdf"
    end = time.monotonic() + 120
    while time.monotonic() < end:
        response = page.request.get(address)
        if response.headers["content-type"] == "application/pdf":
            return response.body()
        time.sleep(0.5)
    raise AssertionError("the certificate was not drawn")
