"""A form as a browser fills it in, and what is wrong with how it asks or answers (ER1, ER2, FO7)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup, Tag

NOT_KEPT = {"hidden", "submit", "button", "password", "file"}
CHOSEN = {"checkbox", "radio"}
# What a browser may fill in, by the kind of box. A password's box always says which one it is.
TOKENS = {"password": {"current-password", "new-password"}, "email": {"email", "username", "off"}}
# What Django says where a form has no words of its own.
VAGUE = ("This field", "Enter a valid", "Enter a whole", "Select a valid", "Ensure this")
_POSTED = re.compile(r'<form[^>]*method="post".*?</form>', re.S)
_ASKS = re.compile(r'<(textarea|select|input type="(?!hidden|submit|button))[^>]*\sname="')


def asks(page: str) -> bool:
    """Whether a form on this page has something to fill in. Quick, since every page is asked."""
    return any(_ASKS.search(form) for form in _POSTED.findall(page))


@dataclass
class Form:
    page: str
    tag: Tag

    @property
    def action(self) -> str:
        return urldefrag(urljoin(self.page, self.tag.get("action") or "")).url

    @property
    def names(self) -> set[str]:
        """Of its boxes, and of the buttons that tell it from another form of the page."""
        return {one["name"] for one in self.tag.select("[name]")}

    def boxes(self) -> list[Tag]:
        found = self.tag.select("input[name], textarea[name], select[name]")
        return [one for one in found if kind(one) != "hidden"]

    def holds(self) -> dict[str, list[str]]:
        held: dict[str, list[str]] = {}
        for one in self.boxes():
            if kind(one) in CHOSEN:
                more = [one.get("value", "on")] if one.has_attr("checked") else []
            elif one.name == "select":
                chosen = one.select_one("option[selected]")
                more = [chosen.get("value", "")] if chosen else []
            else:
                text = one.get_text().removeprefix("\n") if one.name == "textarea" else ""
                more = [one.get("value", text)]
            held.setdefault(one["name"], []).extend(more)
        return held

    def filled(self, words: str) -> dict[str, list[str]]:
        """All that is hidden as it is, `words` in each box, the last of each choice chosen."""
        sent: dict[str, list[str]] = {}
        for one in self.tag.select("input[type=hidden][name]"):
            sent.setdefault(one["name"], []).append(one.get("value", ""))
        for one in self.boxes():
            if kind(one) in CHOSEN:
                sent[one["name"]] = [one.get("value", "on")]
            elif one.name == "select":
                sent[one["name"]] = [one.select("option")[-1].get("value", "")]
            elif kind(one) != "file":
                sent[one["name"]] = [words]
        if button := self.tag.select_one("button[name]"):
            sent[button["name"]] = [button.get("value", "")]
        return sent


def kind(box: Tag) -> str:
    return box.get("type", "text")


def forms_of(page: str, soup: BeautifulSoup) -> list[Form]:
    forms = [Form(page, tag) for tag in soup.select("form[method=post]")]
    return [form for form in forms if form.boxes()]


def words_of(tag: Tag) -> str:
    """What stands there, without the “Error:” that only a screen reader says."""
    return re.sub(r"^Error: ", "", " ".join(tag.get_text(" ").split()))


def faults_in_asking(form: Form, soup: BeautifulSoup) -> Iterator[str]:
    if not form.tag.has_attr("novalidate"):
        yield "no novalidate: the browser would stop it, in its own words"
    for label in form.tag.select("label, legend"):
        if "*" in label.get_text():
            yield f"an asterisk: {words_of(label)}"
    for one in form.boxes():
        yield from (f"{one['name']}: {fault}" for fault in _faults_of_box(one, soup))


def _faults_of_box(one: Tag, soup: BeautifulSoup) -> Iterator[str]:
    for attribute in one.attrs:
        if attribute in {"required", "placeholder"} or attribute.startswith("on"):
            yield attribute
    token = one.get("autocomplete", "")
    if kind(one) in TOKENS and token not in TOKENS[kind(one)]:
        yield f"autocomplete is “{token}”"
    named = one.get("aria-label") or one.get("aria-labelledby") or one.find_parent("label")
    if not named and not soup.select_one(f'label[for="{one.get("id")}"]'):
        yield "no label"


def is_refused(soup: BeautifulSoup) -> bool:
    return bool(soup.select(".error, .error-message, .error-summary, [aria-invalid=true]"))


def faults_in_refusing(
    form: Form, sent: dict[str, list[str]], soup: BeautifulSoup
) -> Iterator[str]:
    summary = soup.select_one("main .error-summary")
    if not summary:
        yield "no summary"
        return
    links, before = summary.select("a"), summary.find_all_previous(["h1", "form", "p"])
    heading = summary.h2
    checks = {
        "no “Error:” in the title": soup.title.get_text().strip().startswith("Error:"),
        "no “There is a problem”": heading and words_of(heading) == "There is a problem",
        "the summary is not said": summary.get("role") == "alert",
        "the summary cannot have the focus": summary.get("tabindex") == "-1",
        "it is not first in main": not any(one.find_parent("main") for one in before),
        "it leads nowhere": links,
        "it does not say what to do": not any(one in words_of(summary) for one in VAGUE),
    }
    yield from (fault for fault, kept in checks.items() if not kept)
    for link in links:
        yield from _faults_of_link(link, soup)
    yield from _not_kept(form, sent, soup)


def _faults_of_link(link: Tag, soup: BeautifulSoup) -> Iterator[str]:
    target = soup.find(id=link["href"].removeprefix("#"))
    if not target or kind(target) == "hidden":
        yield f"{link['href']} is nowhere"
        return
    field = target.find_parent(class_=["field", "w-field__wrapper"])
    field = field or target.find_parent("fieldset") or target
    beside = field.select(".error, .error-message")
    if words_of(link) not in " ".join(map(words_of, beside)):
        yield f"{link['href']}: not the same words beside it: {list(map(words_of, beside))}"
    if target.name not in {"input", "textarea", "select"}:
        return
    around = [target, *target.find_parents()]
    tied = {name for one in around for name in one.get("aria-describedby", "").split()}
    if not any(said for name in tied if (said := soup.find(id=name)) and _is_among(said, beside)):
        yield f"{link['href']}: nothing ties the words to it"


def _is_among(said: Tag, beside: list[Tag]) -> bool:
    return any(said is one or said in one.parents for one in beside)


def _not_kept(form: Form, sent: dict[str, list[str]], soup: BeautifulSoup) -> Iterator[str]:
    again = [other for other in forms_of(form.page, soup) if other.names >= form.names]
    if not again:
        yield "the form is gone"
        return
    now = again[0].holds()
    for one in form.boxes():
        name = one["name"]
        if kind(one) not in NOT_KEPT and now.get(name) != sent.get(name):
            yield f"{name}: {sent.get(name)} became {now.get(name)}"
