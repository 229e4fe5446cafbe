"""All the pages that someone can walk to, found by walking; and what is measured on each."""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.waiting import width_of

HREF = re.compile(r'<a\b[^>]*\shref="([^"#]*)')
NOT_PAGES = re.compile(
    r"^/(cms|accounts/logout|documents|media|static|stripe|calendar)\b|\.\w{2,4}$"
)
EACH_IS_ITS_OWN = {"wagtail_serve", "session_page"}  # one view, many pages written by people

OFF_BY_DEFAULT = (
    "color-contrast-enhanced",
    "target-size",
    "identical-links-same-purpose",
    "meta-refresh-no-exceptions",
)
ALL_RULES = {"rules": {name: {"enabled": True} for name in OFF_BY_DEFAULT}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]}}
LESS_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # Soft, by choice
SAMPLES_OF_SOFT = {"exclude": [["[data-theme=soft] .sample-words"], [".sample[data-theme=soft]"]]}

LONGEST = 80  # letters in a line (WCAG 1.4.8)
SHIFT = 0.02

# A look is a theme, and what a device asks for besides.
LOOKS = {
    "auto": ("auto", {}),
    "light": ("light", {}),
    "calm": ("calm", {}),
    "dark": ("dark", {}),
    "more": ("more", {}),
    "soft": ("soft", {}),
    "dark and more": ("auto", {"color_scheme": "dark", "contrast": "more"}),
}
AS_IT_COMES = {"color_scheme": "light", "contrast": "no-preference"}


def walk(window: Visit, *starts: str) -> list[str]:
    """Every address this person can reach by links: one of each kind, all that people wrote."""
    base = window.site.address
    todo, kinds, found = list(starts), set(), []
    while todo:
        path = todo.pop(0)
        try:
            name = resolve(path).view_name
        except Resolver404:
            continue
        kind = path if name in EACH_IS_ITS_OWN else name
        if kind in kinds:
            continue
        kinds.add(kind)
        answer = window.context.request.get(base + path)
        if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        ours = urlsplit(answer.url).path
        if ours != path:  # it leads elsewhere, which is looked at there
            todo.append(ours)
            continue
        found.append(path)
        links = (urlsplit(urljoin(base + path, href)) for href in HREF.findall(answer.text()))
        todo += [u.path for u in links if base.endswith(u.netloc) and not NOT_PAGES.search(u.path)]
    return found


def findings(page: Page, options: dict) -> list[str]:
    found = Axe().run(page, context=SAMPLES_OF_SOFT, options=options).response["violations"]
    return [f"{f['id']}: {f['nodes'][0]['html'][:120]}" for f in found]


def seen_in_every_look(page: Page, path: str) -> list[str]:
    """What axe finds: all rules once, and those of contrast in each look."""
    found = [f"{path} {line}" for line in findings(page, ALL_RULES)]
    for look, (theme, device) in LOOKS.items():
        page.emulate_media(**(AS_IT_COMES | device))
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        rules = LESS_CONTRAST if look == "soft" else CONTRAST
        found += [f"{path} in {look} {line}" for line in findings(page, rules)]
    page.emulate_media(**AS_IT_COMES)
    page.evaluate("() => { document.documentElement.dataset.theme = 'auto' }")
    return found


SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; "
    "word-spacing: .16em !important } p { margin-bottom: 2em !important }"
)


def width_when_spaced(page: Page) -> int:
    """How wide the page wants to be at twice the size with the text spacing of WCAG 1.4.12."""
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
        " document.adoptedStyleSheets = [s]; document.documentElement.dataset.size = '200' }",
        SPACED,
    )
    wide = width_of(page)
    page.evaluate(
        "() => { document.adoptedStyleSheets = []; document.documentElement.dataset.size = '100' }"
    )
    return wide


LONGEST_LINE = """() => {
  let most = 0, where = "";
  const lines = new Map();
  for (const block of document.querySelectorAll("main p, main li, main dd, main legend, main td")) {
    if (block.querySelector("p, li, ul, ol, table, dl") || !block.offsetParent || block.closest(".hidden, pre, code")) continue;
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    lines.clear();
    for (let text; (text = texts.nextNode());) {
      if (text.parentElement.closest(".hidden, svg")) continue;
      const range = document.createRange();
      for (let n = 0; n < text.data.length; n++) {
        if (/\\s/.test(text.data[n]) && /\\s/.test(text.data[n - 1] || " ")) continue;
        range.setStart(text, n); range.setEnd(text, n + 1);
        const box = range.getClientRects()[0];
        if (!box) continue;
        const line = Math.round(box.bottom / 6);
        lines.set(line, (lines.get(line) || 0) + 1);
      }
    }
    for (const count of lines.values()) if (count > most) { most = count; where = block.textContent.trim().slice(0, 60); }
  }
  return [most, where];
}"""

SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, input, select, summary, textarea")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.closest(".hidden, svg, .skip") && !one.matches("[type=hidden], .skip"))
  .filter((one) => {
    if (one.matches(".word") || (one.matches("a") && getComputedStyle(one).display === "inline")) return false; // in a sentence
    const box = (one.closest("label") || one).getBoundingClientRect();
    return box.height < 43.5 || box.width < 24;
  }).map((one) => one.outerHTML.slice(0, 100))"""

COVERED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  if (!box.width && !box.height) return "has no size: " + one.outerHTML.slice(0, 100);
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const style = getComputedStyle(one);
  const marked = style.outlineStyle !== "none" || one.closest("svg");
  if (!marked) return "shows no focus: " + one.outerHTML.slice(0, 100);
  if (top && !one.contains(top) && !top.contains(one)) return "covered: " + one.outerHTML.slice(0, 100);
  return "";
}"""

SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 50);
})"""


def focus_walk(page: Page, most: int = 80) -> list[str]:
    """Go through a page by Tab: each stop has a size, shows its focus, and nothing covers it."""
    found = []
    for _stop in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate(COVERED)
        if said is None:
            break
        if said:
            found.append(said)
    return found


@dataclass
class Seen:
    """What was found, and how far it was looked."""

    found: list[str] = field(default_factory=list)
    pages: int = 0
    looks: int = 0
    longest: tuple[int, str] = (0, "")
    shift: float = 0.0

    def look_at(self, page: Page, where: str, width: int) -> None:
        page.wait_for_load_state("load")
        self._measure(page, where, width)
        self.found += [f"{where}: small target {one}" for one in page.evaluate(SMALL_TARGETS)]
        self.found += seen_in_every_look(page, where)
        self.looks += 1 + len(LOOKS)

    def _measure(self, page: Page, where: str, width: int) -> None:
        shift = page.evaluate(SHIFTED)
        self.shift = max(self.shift, shift)
        if shift > SHIFT:
            self.found.append(f"{where} moves by {shift:.3f} while it loads")
        if (wide := width_of(page)) > width:
            self.found.append(f"{where} scrolls sideways: {wide}")
        if width == 320 and (wide := width_when_spaced(page)) > width:
            self.found.append(f"{where}, twice the size, spaced: {wide}")
        if page.evaluate("document.getAnimations().length"):
            self.found.append(f"{where} moves")
        line = tuple(page.evaluate(LONGEST_LINE))
        self.longest = max(self.longest, line)
        if line[0] > LONGEST:
            self.found.append(f"{where}: a line of {line[0]} letters: {line[1]}")
