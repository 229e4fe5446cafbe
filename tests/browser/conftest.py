import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.waiting import PATIENCE, follow
from tests.running import Site, running_site

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs beside Django's code
CHROMIUM = next(
    (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))),
    None,
)
expect.set_options(timeout=PATIENCE)
PICTURES = Path(__file__).resolve().parents[2] / ".local" / "pictures"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium here. On Debian or Ubuntu: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic", *quiet]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), prepared=True) as site:
        yield site


@pytest.fixture(scope="session")
def ids(site) -> dict[str, int]:
    """Page ids by slug. An editor saves by itself, even as its window closes: whoever edits a
    page and looks at the outcome takes one that no other test edits."""
    code = (
        "import json; from wagtail.models import Page;"
        "print(json.dumps(dict(Page.objects.values_list('slug', 'pk'))))"
    )
    return json.loads(site.python(code).splitlines()[-1])


kept_sessions: dict[str, list] = {}  # cookies by name; there is one site for all


class Visit:
    """One person's browser window, which also listens for what must never happen."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context, self.site = context, site
        self.page: Page = context.new_page()
        self.violations: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.violations.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _listen(self, message) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            self.violations.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, name: str, *, anew: bool = False) -> Page:
        """With the web session this person has from before, while it lasts, or by password."""
        if not anew and (kept := kept_sessions.get(name)):
            self.context.add_cookies(kept)
            if self.go("/my/").url == self.site.address + "/my/":
                return self.page
        page = self.go("/accounts/login/")
        page.locator("input[name=login]").fill(f"{name}@example.org")
        page.locator("input[name=password]").fill("eight-calm-sessions")
        follow(page.locator("main form button[type=submit]").first)
        expect(page).to_have_url(self.site.address + "/my/")
        named = {"sessionid", "csrftoken"}
        kept_sessions[name] = [c for c in self.context.cookies() if c["name"] in named]
        return page

    def sign_out(self) -> None:
        follow(self.go("/accounts/logout/").locator("main form button[type=submit]").first)


@pytest.fixture
def visit(browser, site):
    """Open a window: `visit()` as it comes, or with Playwright's options for a context."""
    contexts = []

    def open_window(**options) -> Visit:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Visit(context, site)

    yield open_window
    for context in contexts:
        context.close()
