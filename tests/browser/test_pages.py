"""Every page for an attendee, looked at by a machine: accessible, calm, ours alone, light."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.waiting import width_of

PUBLIC = ["/", "/resourced/", "/resourced/starting-with-you/", "/groups/", "/privacy/", "/verify/"]
PUBLIC += ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing-here/"]
PUBLIC += ["/reading-settings/", "/help/", "/evidence/", "/for-organisations/", "/business-case/"]
PUBLIC += ["/dates-and-prices/", "/booking-policy/", "/resourced/sheets/", "/resourced/menu/"]
ADA = ["/my/", "/my/reflections/", "/my/spiral/", "/my/data/", "/my/names/", "/my/thoughts/"]
ADA += ["/resourced/noticing-your-own-state/", "/my/reflections/withdraw/", "/accounts/2fa/"]
ADA += ["/resourced/capacity-and-tolerance/?part=start", "/search/?q=the+key+idea"]
RULES = {
    name: {"enabled": True}
    for name in (
        "color-contrast-enhanced",
        "target-size",
        "identical-links-same-purpose",
        "meta-refresh-no-exceptions",
    )
}
THEMES = ["light", "calm", "dark"]
WIDTHS = [320, 1280]
SAMPLED = {("light", 320), ("dark", 1280)}


def look(window, path: str) -> list[str]:
    """What axe finds on one page, one line a finding. The Soft sample is exempt, and says so."""
    page = window.go(path)
    context = {"exclude": [["[data-theme=soft]"]]}
    found = Axe().run(page, context=context, options={"rules": RULES}).response["violations"]
    return [f"{path} {f['id']}: {f['nodes'][0]['html'][:120]}" for f in found]


@pytest.mark.parametrize("who", ["", "ada"])
@pytest.mark.parametrize(
    ("theme", "width"),
    [
        pytest.param(t, w, marks=() if (t, w) in SAMPLED else pytest.mark.soak)
        for t in THEMES
        for w in WIDTHS
    ],
)
def test_pages_are_accessible_and_calm(visit, request, who, theme, width):
    """A sample in the quick run: the soak looks at every page there is (test_every_page.py)."""
    pages = ADA if who else PUBLIC
    if request.config.option.markexpr == "not soak":
        pages = pages[theme == "dark" :: 3]
    window = visit(viewport={"width": width, "height": 800})
    window.context.add_cookies([{"name": "rs", "value": f"t.{theme}", "url": window.site.address}])
    if who:
        window.sign_in(who)
    found = []
    for path in pages:
        found += look(window, path)
        page = window.page
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        wide = width_of(page)
        assert wide <= width, f"{path} scrolls sideways: {wide}"
        assert page.evaluate("document.getAnimations().length") == 0
        expect(page.locator("h1")).to_have_count(1)
    assert found == []
    assert window.violations == []
    assert {
        url for url in window.requests if not url.startswith((window.site.address, "data:"))
    } == set()


def test_a_session_page_is_light(visit):
    """P3: at most 6 requests and 60 KB compressed, cold, for someone signed in."""
    window = visit()
    window.sign_in("ada")
    cookies = window.context.cookies()
    cold = visit()
    cold.context.add_cookies(cookies)
    answers = []
    cold.page.on("response", lambda answer: answers.append(answer))
    cold.go("/resourced/capacity-and-tolerance/")
    cold.page.wait_for_load_state("networkidle")
    sizes = {answer.url: len(gzip.compress(answer.body())) for answer in answers}
    assert sizes
    assert len(sizes) <= 6, sizes
    assert sum(sizes.values()) <= 60 * 1024, sizes


def test_text_spacing_and_large_text_reflow(visit):
    window = visit(viewport={"width": 320, "height": 800})
    cookie = {"name": "rs", "value": "s.200", "url": window.site.address}
    window.context.add_cookies([cookie])
    window.sign_in("ada")
    spacing = "* { line-height: 1.5 !important; letter-spacing: .12em !important; "
    spacing += "word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"
    for path in ("/my/", "/resourced/starting-with-you/", "/", "/my/reflections/"):
        page = window.go(path)
        page.evaluate(
            "css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
            " document.adoptedStyleSheets = [s]; }",
            spacing,
        )
        assert width_of(page) <= 320, path


def test_what_is_next_is_in_the_first_screen_of_a_phone(visit):
    """NA1: the one primary button of /my/ can be seen without scrolling, at 320 by 640."""
    window = visit(viewport={"width": 320, "height": 640})
    window.sign_in("ada")
    box = window.go("/my/").locator("main .button:not(.second)").first.bounding_box()
    assert box["y"] + box["height"] <= 640


PRACTICE = "/resourced/noticing-your-own-state/"
PLAYING = """() => {
    const sound = document.body.appendChild(document.createElement("audio"));
    sound.pause = () => { window.hushed = performance.now(); };
}"""


def focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


@pytest.mark.parametrize("javascript", [True, False])
def test_stepping_away_is_silent_and_lands_on_its_words(visit, javascript):
    """PR3. Without a script the page with the sound is left; with one the sound is stopped."""
    window = visit(java_script_enabled=javascript, viewport={"width": 320, "height": 700})
    window.sign_in("ada")
    page = window.go(PRACTICE)
    if javascript:
        page.evaluate(PLAYING)
    page.get_by_role("link", name="Step away").click()
    box = page.locator(".away")
    expect(box).to_be_visible()
    expect(box).to_contain_text("You have stepped away")
    expect(box.get_by_role("link", name="Someone to talk or text with")).to_be_visible()
    if javascript:
        expect(box).to_be_focused(timeout=500)
        assert page.evaluate("window.hushed > 0")
    else:
        assert "away=1" in page.url  # another page: whatever sounded on the first is over
    box.get_by_role("link", name="Back to the practice").click()
    expect(box).to_be_hidden()


def test_a_practice_goes_step_by_step_and_a_word_opens_by_keyboard(visit):
    window = visit()
    window.sign_in("ada")
    page = window.go(PRACTICE)
    steps = page.locator(".practice .steps > li")
    practice = page.locator("[data-steps]")
    practice.get_by_role("button", name="One step at a time").click()
    on = practice.get_by_role("button", name="Continue")
    place = on.bounding_box()
    for number in range(1, steps.count()):
        expect(steps.nth(number - 1)).to_be_visible()
        expect(steps.nth(number)).to_be_hidden()
        assert on.bounding_box() == place
        on.click()
    assert focused(page) == "Back"  # nothing comes after the last, and the focus is not lost
    timer = practice.get_by_role("button", name="Time this step, silently")
    timer.click()
    expect(practice.get_by_text("There is no sound")).to_be_visible()
    practice.get_by_role("button", name="Stop timing").click()
    expect(practice.get_by_text("The timing has stopped.")).to_be_visible()
    practice.get_by_role("button", name="All steps at once").click()
    expect(steps.first).to_be_visible()

    word = page.locator("button.word").first
    word.focus()
    page.keyboard.press("Enter")
    explained = page.locator(f"#{word.get_attribute('popovertarget')}")
    expect(explained).to_be_visible()
    page.keyboard.press("Escape")
    expect(explained).to_be_hidden()
    expect(word).to_be_focused()
    assert window.violations == []
