"""R68: nothing of a film is asked for before the press, and only its provider's player after it.
Our own recordings wait for a press as well, and are heard the way someone likes."""

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


RECORDED = """
import io, wave
from django.core.files.base import ContentFile
from wagtail.documents.models import Document
from wagtail.models import ReferenceIndex
from sessions.blocks import measuring
from sessions.models import SessionPage
out = io.BytesIO()
with wave.open(out, "wb") as sound:
    sound.setnchannels(1), sound.setsampwidth(1), sound.setframerate(8000)
    sound.writeframes(b"\\x80" * 8000 * 100)
said = b"WEBVTT\\n\\n00:00.000 --> 01:40.000\\nIt is two.\\n"
kept = [Document.objects.create(title=n, file=ContentFile(c, n))
        for n, c in (("one.wav", out.getvalue()), ("one.vtt", said))]
measuring.measure(kept[0])
page = SessionPage.objects.order_by("number")[6]
page.body.append(("media", {
    "title": "One long day", "minutes": 2, "medium": "audio", "intro": "<p>A voice.</p>",
    "recording": kept[0], "captions": kept[1], "captions_by": "Flo",
    "transcript": "<p>It is two, and so on.</p>",
}))
page.save_revision().publish()
ReferenceIndex.create_or_update_for_object(page)
print(page.url)
"""


@pytest.fixture(scope="module")
def recorded(site) -> str:
    return site.python(RECORDED).splitlines()[-1]


def has_player(window, address: str) -> bool:
    return bool(window.go(address).locator("[data-player]").count())


def test_a_recording_is_heard_by_keyboard_slowly_and_again(visit, recorded):
    window = visit(viewport={"width": 320, "height": 800})
    page = window.sign_in("ada")
    assert soon(lambda: has_player(window, recorded), seconds=90)
    sound, said = page.locator("audio"), page.locator(".said")
    assert sound.evaluate("one => one.paused")
    assert not [u for u in window.requests if u.endswith("one.wav")]
    back = page.get_by_role("button", name="Back 10 seconds")
    assert back.bounding_box()["height"] >= 44
    page.get_by_label("Speed").select_option(label="Half")
    sound.evaluate("one => one.play()")
    expect(said).to_have_text("It is two.")
    assert sound.evaluate("one => one.playbackRate") == 0.5
    sound.evaluate("one => { one.currentTime = 60 }")  # which asks for a part of the file
    assert soon(lambda: sound.evaluate("one => one.currentTime") > 60)
    back.press("Enter")
    assert 49 < sound.evaluate("one => one.currentTime") < 55
    page.get_by_role("button", name="Captions: on").press("Space")
    expect(page.get_by_role("button", name="Captions: off")).to_be_focused()
    expect(said).to_be_hidden()
    page.locator("[data-away]").first.press("Enter")
    assert sound.evaluate("one => one.paused")
    assert foreign(window) == []
    assert window.violations == []
