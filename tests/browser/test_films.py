"""R68: nothing of a film is asked for before the press, and only its provider's player after it."""

import pytest
from playwright.sync_api import expect

from tests.running import soon

FILM = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0"
ADD = """
from sessions.models import SessionPage
page = SessionPage.objects.order_by("number").last()
page.body.append(("media", {
    "title": "One ordinary shift", "minutes": 4, "medium": "video", "intro": "<p>A film.</p>",
    "film": "https://youtu.be/dQw4w9WgXcQ", "transcript": "<p>Every word of it.</p>",
}))
page.save_revision().publish()
print(page.url)
"""


@pytest.fixture(scope="module")
def address(site) -> str:
    return site.python(ADD).splitlines()[-1]


def shows_it(window, address: str) -> bool:
    """The site keeps what it knows of a programme's pages for a minute, and here another process
    published. Until then a page of before may come."""
    there = window.go(address).get_by_role("link", name="Show the film")
    return bool(there.count())


def foreign(window) -> list[str]:
    return [u for u in window.requests if not u.startswith((window.site.address, "data:"))]


def test_a_film_waits_for_the_press(visit, address):
    window = visit(viewport={"width": 320, "height": 800})
    window.context.route("https://**", lambda route: route.fulfill(body="<title>film</title>"))
    page = window.sign_in("ada")
    assert soon(lambda: shows_it(window, address), seconds=90)
    press = page.get_by_role("link", name="Show the film “One ordinary shift” from YouTube")
    press.scroll_into_view_if_needed()
    expect(page.get_by_text("YouTube sees your internet address")).to_be_visible()
    expect(page.get_by_text("Every word of it.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert foreign(window) == []
    with page.expect_request(FILM) as asked:
        press.press("Enter")
    assert asked.value.headers.get("referer") == window.site.address + "/"  # the site, no page
    frame = page.locator("iframe")
    expect(frame).to_be_focused()
    assert frame.bounding_box()["width"] <= 320
    assert set(foreign(window)) == {FILM}
    assert window.violations == []


def test_without_a_script_it_is_a_link_to_the_provider(visit, address):
    window = visit(java_script_enabled=False)
    page = window.sign_in("ada", anew=True)
    assert soon(lambda: shows_it(window, address), seconds=90)
    press = page.get_by_role("link", name="Show the film")
    expect(press).to_have_attribute("href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    expect(press).to_have_attribute("rel", "noopener noreferrer")
    assert foreign(window) == []
