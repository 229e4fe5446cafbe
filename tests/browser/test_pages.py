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
    """All pages in every look in the soak; in the quick run each page in one of the two."""
    pages = ADA if who else PUBLIC
    if request.config.option.markexpr == "not soak":
        pages = pages[theme == "dark" :: 2]
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
