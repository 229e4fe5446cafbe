"""The whole journey in a real browser against the running product, with and without JavaScript."""

import re
import time
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.cast import CANARY

JOINER = {True: "cyn", False: "newcomer"}


def sign_up(visit, name):
    """A new person, through the letter in the demo's mailbox."""
    page = visit.go("/accounts/signup/")
    page.locator("input[name=email]").fill(f"{name}@example.org")
    page.locator("input[name=display_name]").fill(name.title())
    page.locator("input[name=password1]").fill("eight-calm-sessions")
    page.locator("input[name=is_adult]").check()
    page.locator("main form button[type=submit]").first.click()
    link = re.search(r"/accounts/confirm-email/\S+?/(?=\s)", letter_to(visit, name) + " ")[0]
    visit.go(link).locator("main form button[type=submit]").first.click()
    visit.page.wait_for_load_state()


def letter_to(visit, name, having="") -> str:
    for _try in range(60):
        text = visit.go(f"/demo/mail/?to={name}@").locator("main").inner_text()
        if having in text and "example.org" in text:
            links = visit.page.locator("main a[href*='/demo/mail/']")
            for n in range(links.count()):
                href = links.nth(n).get_attribute("href")
                if re.search(r"/demo/mail/\d+/", href):
                    return visit.go(href).locator("main").inner_text()
            return text
        time.sleep(0.5)
    raise AssertionError(f"no letter to {name}")


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
    page.get_by_role("button", name=re.compile("Join|Take a place")).first.click()
    page.wait_for_url("**/my/")
    assert page.get_by_role("link", name=re.compile("session", re.IGNORECASE)).count() >= 1

    # Session 1, and a private reflection
    page.goto(mine.site.address + "/resourced/starting-with-you/")
    expect(page.locator("main")).to_contain_text("Session 1 of 8")
    page.get_by_role("link", name=re.compile("reflection", re.IGNORECASE)).last.click()
    page.get_by_role("button", name=re.compile("^Yes")).click()
    box = page.locator("textarea").first
    box.fill(CANARY)
    page.get_by_role("button", name="I’ve taken my time with this").click()
    page.wait_for_url("**/my/")

    # Six sessions, in an order of one's own
    for slug in SESSIONS[::-1][:6]:
        page.goto(f"{mine.site.address}/resourced/{slug}/")
        page.get_by_role("button", name=re.compile("worked through", re.IGNORECASE)).click()
        page.wait_for_url("**/my/")

    # The certificate, as a page and as paper
    page.get_by_role("link", name=re.compile("certificate", re.IGNORECASE)).first.click()
    page.wait_for_url("**/my/certificates/**")
    expect(page.locator("main")).to_contain_text(name.title())
    pdf = download_when_drawn(page)
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(pdf)).pages)
    assert name.title() in text
    assert CANARY not in text

    # Anyone may check its code
    code = re.search(r"/verify/([0-9A-Z]{26})", page.content())[1]
    stranger = visit(java_script_enabled=javascript)
    expect(stranger.go(f"/verify/{code}/").locator("main")).to_contain_text(name.title())

    # The facilitator has a letter without personal facts, and a summary in the workspace
    letter = letter_to(stranger, "flo")
    assert name.title() not in letter
    assert CANARY not in letter

    # Back at the reflection, the words are there for their writer
    page.goto(mine.site.address + "/my/reflections/")
    page.get_by_role("link", name=re.compile("Starting with you")).first.click()
    assert CANARY in page.content()
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
    for _try in range(60):
        response = page.request.get(address)
        if response.headers["content-type"] == "application/pdf":
            return response.body()
        time.sleep(0.5)
    raise AssertionError("the certificate was not drawn")
