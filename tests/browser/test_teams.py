"""From an order to the first session, in a real browser: a manager, a letter, an invited person."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_journey import confirm_address, letter_to
from tests.browser.test_pages import RULES, THEMES, WIDTHS
from tests.browser.waiting import follow, html_with, press, width_of

NARROW = {"width": 320, "height": 800}
FOR_SALE = """
from datetime import timedelta
from django.utils import timezone
from course.cohorts.models import Cohort
from course.programme.models import ProgrammePage
start = (timezone.now() + timedelta(days=90)).date()
Cohort.objects.get_or_create(title="Quiet group", defaults=dict(
    programme_id=ProgrammePage.objects.get().pk, starts_on=start, joining="open",
    price_minor=12000, team_price_minor=9500, capacity=60))
"""


@pytest.fixture(scope="module")
def on_sale(site) -> None:
    site.python(FOR_SALE)


def order_places(page, organisation: str) -> None:
    """From the front door to an order with an invoice."""
    page.goto(page.url.split("/my/")[0] + "/teams/")
    follow(page.get_by_role("link", name=re.compile("Begin for my organisation|Add another")).first)
    page.get_by_label("Name of your organisation").fill(organisation)
    page.get_by_label("Billing address").fill("1 Quiet Lane\nNorthmoor")
    page.get_by_label("Email address for invoices").fill("pay@northmoor.example")
    press(page, "Keep this and go on")
    page.get_by_label(re.compile("Quiet group")).check()
    page.get_by_label("How many places?").fill("ten")
    press(page, "See the full price")
    expect(page.locator("main")).to_contain_text("Please write a number in figures")
    expect(page.get_by_label("How many places?")).to_have_value("ten")
    page.get_by_label("How many places?").fill("3")
    press(page, "See the full price")
    expect(page.locator("main")).to_contain_text("£285.00")
    press(page, "Order with an invoice")
    expect(page.locator("dl.counts")).to_contain_text("3")


def accept_by_letter(visit, name: str, *, address: str, **options):
    """The invited person makes an account with another address, and takes the place."""
    theirs = visit(**options)
    page = theirs.go(letter_to(theirs, address, having=r"/join/[\w-]{43}/")[0])
    expect(page).to_have_url(re.compile("/join/$"))
    assert looked_at(page, javascript=options["java_script_enabled"]) == []
    follow(page.get_by_role("link", name="Make an account"))
    page.locator("input[name=email]").fill(f"{name}@example.org")
    page.locator("input[name=display_name]").fill(name.title())
    page.locator("input[name=password1]").fill("eight-calm-sessions")
    page.locator("input[name=is_adult]").check()
    follow(page.locator("main form button[type=submit]").first)
    confirm_address(theirs, name)
    expect(page).to_have_url(re.compile("/join/$"))
    press(page, "Take this place")
    expect(page).to_have_url(re.compile("/my/$"))
    return theirs


def looked_at(page, *, javascript: bool = True) -> list[str]:
    """What axe finds on this page, and whether it scrolls sideways. Axe itself is a script."""
    found = []
    if javascript:
        found = Axe().run(page, options={"rules": RULES}).response["violations"]
    wide = width_of(page) > page.viewport_size["width"]
    lines = [f"{page.url} {f['id']}: {f['nodes'][0]['html'][:120]}" for f in found]
    return lines + (["scrolls sideways"] if wide else [])


@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.soak), False])
def test_from_an_order_to_the_first_session(visit, on_sale, javascript):
    kind = "with" if javascript else "without"
    options = {"java_script_enabled": javascript, "viewport": NARROW}
    max = visit(**options)
    page = max.sign_in("max")
    order_places(page, f"Northmoor {kind}")
    order = page.url
    page.get_by_label("Email addresses").fill(f"asked-{kind}@example.org\nnonsense")
    press(page, "Check and send")
    expect(page.locator("main")).to_contain_text("1 invitation is on its way, from 2 addresses.")
    assert looked_at(page, javascript=javascript) == []

    asked = f"asked-{kind}"
    theirs = accept_by_letter(visit, f"joiner-{kind}", address=asked, **options)
    page.goto(order)
    row = page.locator(".places > li").first
    expect(row).to_contain_text("Taken")
    expect(row).to_contain_text(f"asked-{kind}@example.org")
    expect(row.get_by_role("link", name=re.compile("Change"))).to_have_count(1)
    html = html_with(row)
    assert f"joiner-{kind}" not in html.lower()

    theirs.go("/resourced/starting-with-you/")
    expect(theirs.page.locator("main")).to_contain_text("Session 1 of 8")
    theirs.go("/my/organisation/")
    expect(theirs.page.locator("main")).to_contain_text("Taken")
    assert looked_at(theirs.page, javascript=javascript) == []
    press(theirs.page, "Yes, show it")
    expect(theirs.page.locator("main")).to_contain_text("Now: yes.")

    page.reload()  # the place is in use now, and can go to nobody else
    expect(row.get_by_role("link", name=re.compile("Change"))).to_have_count(0)
    expect(row).to_contain_text("Taken")
    assert max.violations == theirs.violations == []


@pytest.mark.parametrize(
    ("theme", "width"),
    [
        pytest.param(t, w, marks=() if (t, w) == ("dark", 1280) else pytest.mark.soak)
        for t in THEMES
        for w in WIDTHS
    ],
)
def test_pages_about_places_are_accessible_and_calm(visit, request, on_sale, theme, width):
    window = visit(viewport={"width": width, "height": 800})
    window.context.add_cookies([{"name": "rs", "value": f"t.{theme}", "url": window.site.address}])
    found = []
    for path in ["/teams/", "/groups/", "/join/"]:
        found += looked_at(window.go(path))
    page = window.sign_in("max")
    order_places(page, f"Northmoor {theme} {width}")
    press_and_look = ["Invite people", "The places"]
    for heading in press_and_look:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.get_by_label("Email addresses").fill(f"looked-{theme}-{width}@northmoor.example")
    press(page, "Check and send")
    order = follow(page.get_by_role("link", name="See the places")).url
    paths = ["/teams/", order, "/teams/new/", "/my/orders/", "/my/organisation/"]
    paths.append(follow(page.get_by_role("link", name=re.compile("Change")).first).url)
    follow(page.get_by_role("link", name=f"Northmoor {theme} {width}").first)
    paths += [page.url, page.url + "managers/", page.url + "details/", page.url + "buy/"]
    page.goto(window.site.address + "/groups/")
    paths.append(follow(page.get_by_role("link", name=re.compile("Take a place")).first).url)
    assert len(set(paths)) == len(paths)  # eleven different pages
    if request.config.option.markexpr == "not soak":  # each page in one of the two looks
        paths = paths[theme == "dark" :: 2]
    for path in paths:
        page.goto(path if path.startswith("http") else window.site.address + path)
        found += looked_at(page)
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.getAnimations().length") == 0
    assert found == []
    assert window.violations == []
    outside = [u for u in window.requests if not u.startswith((window.site.address, "data:"))]
    assert outside == []
