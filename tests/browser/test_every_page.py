"""Every page that anyone can reach, in seven looks and three widths, with and without JavaScript.

The quick run looks at a sample (test_pages.py); this is for the soak, and says its figures.
"""

import json

import pytest

from tests.browser import every_page
from tests.browser.conftest import PICTURES

pytestmark = pytest.mark.soak

WIDTHS = (320, 768, 1280)
PEOPLE = ["", "ada", "bea", "cyn", "max", "flo"]


def pages_of(window, who: str) -> list[str]:
    if who:
        window.sign_in(who)
    starts = ["/my/", "/teams/", "/"] if who else ["/", "/accounts/login/", "/verify/"]
    more = ["/components/", "/nothing-here/"] if who == "flo" else ["/my/data/erased/"]
    return every_page.walk(window, *starts, *more)


def open_for(visit, who: str, script: bool):
    """A window. Without JavaScript means that none of ours arrives: there is none in the pages
    themselves, and what measures them is JavaScript too."""
    window = visit()
    if not script:
        window.context.route("**/*.js*", lambda route: route.abort())
    return window


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "anyone")
def test_no_page_keeps_anybody_out(visit, who, script):
    window = open_for(visit, who, script)
    seen = every_page.Seen()
    for path in pages_of(window, who):
        seen.pages += 1
        for width in WIDTHS:
            window.page.set_viewport_size({"width": width, "height": 900})
            seen.look_at(window.go(path), f"{path} at {width}", width)
        if script:
            page = window.go(path)
            seen.found += [f"{path} focus {line}" for line in every_page.focus_walk(page)]
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = f"every-page-{who or 'anyone'}-{'script' if script else 'plain'}.json"
    (PICTURES / name).write_text(json.dumps(vars(seen), indent=1))
    print(who, script, {k: v for k, v in vars(seen).items() if k != "found"})
    assert seen.pages > 5
    assert seen.found == []
    assert window.violations == []


@pytest.mark.parametrize("font", ["ahn", "lexend", "opendyslexic", "inter", "device"])
def test_no_line_is_longer_than_eighty_letters_in_any_mix(visit, font):
    """Every typeface with every length of line and every spacing, small text and large."""
    window = visit(viewport={"width": 1280, "height": 900})
    seen = {}
    for length in ("narrow", "standard", "wide"):
        for spacing in ("standard", "wider", "widest"):
            for size in ("90", "100", "200"):
                cookie = f"f.{font}-l.{length}-w.{spacing}-s.{size}"
                window.context.add_cookies(
                    [{"name": "rs", "value": cookie, "url": window.site.address}]
                )
                for path in ("/resourced/starting-with-you/", "/privacy/"):
                    page = window.go(path)
                    page.evaluate("document.fonts.ready.then(() => true)")
                    seen[cookie, path] = page.evaluate(every_page.LONGEST_LINE)
    print(font, max(seen.values()))
    assert {key: line for key, line in seen.items() if line[0] > every_page.LONGEST} == {}
