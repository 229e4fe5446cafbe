"""The starter programme as Wagtail pages. What an editor has made or changed stays as it is."""

import json
from typing import Any

from django.db import transaction
from wagtail.models import Page, Site

from course.demo import words
from course.demo.public import PUBLIC, public_page
from course.demo.sheets import resource_page
from course.people import roles
from course.programme.models import (
    GlossaryTerm,
    HomePage,
    ProgrammePage,
    Signpost,
    SiteSettings,
)
from course.programme.permissions import let_edit
from sessions.models import SessionPage


@transaction.atomic
def load_pages() -> ProgrammePage:
    """Make what is missing. Pages are found by their slugs, sessions by their keys."""
    home = HomePage.objects.first() or _make_home()
    programme = ProgrammePage.objects.child_of(home).first() or _make_programme(home)
    for facts in words.load_all("sessions"):
        if not SessionPage.objects.filter(key=words.stable_id("session", facts["slug"])).exists():
            _publish(programme, session_page(facts))
    for slug in PUBLIC:
        if not home.get_children().filter(slug=slug).exists():
            _publish(home, public_page(words.load(f"pages/{slug}")))
    _load_signposts()
    _load_glossary()
    _load_resources(programme)
    let_edit(roles.facilitators(), programme=programme)
    return programme


def _publish(parent: Page, page: Page) -> Page:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _make_home() -> HomePage:
    facts = words.load("pages/home")
    root = Page.get_first_root_node()
    welcome = root.get_children().filter(slug="home").first()
    if welcome:  # Wagtail's own placeholder
        Site.objects.filter(root_page=welcome).update(root_page=root)
        welcome.delete()
        root = Page.get_first_root_node()
    home = HomePage(
        title=facts["title"],
        slug="home",
        lead=facts["lead"],
        intro=words.rich(facts["what"]["body"]),
        private_promise=words.rich(facts["private"]["body"]),
        for_whom=_audiences(facts["audiences"]),
        ways=_audiences(facts["ways"]),
        limit=words.rich(facts["honest"]["body"]),
        search_description=facts["summary"],
    )
    _publish(root, home)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port, site.site_name, site.root_page = "localhost", 80, "Resourced", home
    site.save()
    SiteSettings.objects.get_or_create(
        site=site,
        defaults={
            "issuer": "Resourced demo",
            "help_name": "Flo",
            "help_email": "flo@example.org",
            "help_hours": "Monday to Friday, within one working day",
        },
    )
    return home


def _audiences(items: list[dict]) -> list[tuple[str, dict]]:
    return [
        ("audience", {"title": item["title"], "text": words.rich(item["body"])}) for item in items
    ]


def _make_programme(home: Page) -> ProgrammePage:
    facts = words.load("pages/programme")
    return _publish(
        home,
        ProgrammePage(
            title=facts["title"],
            slug="resourced",
            lead=facts["intro"],
            intro=words.rich(facts["body"]),
            rest_week_text=words.load("rest-week")["body"].strip(),
            search_description=facts["summary"],
        ),
    )


def session_page(facts: dict[str, Any]) -> SessionPage:
    """One session from its file, unsaved."""
    same = ["title", "slug", "number", "aim", "summary", "minutes", "you_need", "content_note"]
    same += ["content_note_alternative", "five_minutes", "low_energy"]
    return SessionPage(
        key=words.stable_id("session", facts["slug"]),
        outcomes="\n".join(facts["outcomes"]),
        # As JSON text, the one form that a StreamField reads without guessing.
        body=json.dumps([_block(facts["slug"], n, b) for n, b in enumerate(facts["blocks"])]),
        prompts=json.dumps([_prompt(facts["slug"], prompt) for prompt in facts["prompts"]]),
        search_description=facts["summary"][:155],
        open_to_all=facts.get("open_to_all", False),
        **{name: facts[name] for name in same},
    )


RICH = {"body", "intro", "transcript", "alternative", "sensory_note", "team", "family", "alone"}
RICH |= {"keep_safe"}


def _block(slug: str, place: int, block: dict[str, Any]) -> dict[str, Any]:
    value = {k: words.rich(v) if k in RICH else v for k, v in block.items() if k != "type"}
    for name in ("steps", "items"):
        if name in value:
            value[name] = _items(value[name], slug, str(place))
    block_id = str(words.stable_id("block", slug, str(place)))
    return {"type": block["type"], "value": value, "id": block_id}


def _link(item: dict[str, Any]) -> dict[str, Any]:
    """A resource's address as the editor's link field holds it."""
    return {"link" if name == "to" else name: value for name, value in item.items()}


def _items(values: list[Any], *where: str) -> list[dict[str, Any]]:
    """A list as a ListBlock stores it: without ids it would be read as something older."""
    return [
        {"type": "item", "value": _link(value), "id": str(words.stable_id("item", *where, str(n)))}
        for n, value in enumerate(values)
    ]


def _prompt(slug: str, prompt: dict[str, Any]) -> dict[str, Any]:
    value = {k: v for k, v in prompt.items() if k != "kind"}
    if "options" in value:
        value["options"] = _items(value["options"], slug, prompt["key"])
    block_id = str(words.stable_id("prompt", slug, prompt["key"]))
    return {"type": prompt["kind"], "value": value, "id": block_id}


def _load_signposts() -> None:
    if Signpost.objects.exists():
        return
    for place, facts in enumerate(words.load("signposts")["signposts"]):
        facts.pop("owner")  # nobody has checked it yet; the workspace says so in its own words
        Signpost.objects.create(position=place, in_footer=place < 5, **facts)


def _load_glossary() -> None:
    if not GlossaryTerm.objects.exists():
        terms = words.load("glossary")["words"]
        GlossaryTerm.objects.bulk_create(GlossaryTerm(**facts) for facts in terms)


def _load_resources(programme: ProgrammePage) -> None:
    """The sheets that sessions promise."""
    for facts in words.load_all("resources"):
        if not programme.get_children().filter(slug=facts["slug"]).exists():
            _publish(programme, resource_page(facts))
