"""Sheets and share kits: the same words as a page and on paper, for those who may have them."""

import re
from collections.abc import Callable
from urllib.parse import urldefrag, urljoin

import pikepdf
import pypdf
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates import drawing as certificates
from course import pdf
from course.cohorts.models import Enrolment
from course.demo import words
from course.demo.pages import load_pages
from course.demo.sheets import resource_page
from course.programme.models import ProgrammePage
from sessions.models import ResourcePage, SessionPage, Sheet
from sessions.sheets import drawing
from sessions.sheets.keeping import kept
from tests.cast import signed_in
from tests.certificates.paper import certificate, summary
from tests.certificates.test_paper import (
    BytesIO,
    every_warning_fails,  # noqa: F401 -- for every test here
    reads,
    text_colours,
    verdict,
)
from tests.certificates.twelve import look

pytestmark = pytest.mark.django_db

SHEETS = [facts["slug"] for facts in words.load_all("resources")]
KITS = [facts["slug"] for facts in words.load_all("sessions")]
ADDRESSES = [f"/resourced/{slug}/" for slug in SHEETS]
ADDRESSES += [f"/resourced/{slug}/share/" for slug in KITS]
PROMISED = {"menu", "sensory-audit", "low-capacity-plan", "adjustments-guide", "sentence-starters"}
PROMISED |= {"step-in-plan", "request-templates", "early-help-plan", "session-7-summary"}
A4 = [pytest.approx(595.28, abs=0.1), pytest.approx(841.89, abs=0.1)]
INK = {(0, 0, 0), (0x5F, 0x2C, 0x14)}  # 21:1 and 11:1 on white; above 10:1 on the notes' ground


def soup(response) -> BeautifulSoup:
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def on_the_page(page: BeautifulSoup) -> str:
    """Title, lead and words of a sheet's page."""
    parts = [page.h1, page.select_one(".lead"), page.select_one(".sheet-words")]
    return squeezed(" ".join(part.get_text(" ") for part in parts))


def squeezed(text: str) -> str:
    """Letters only: paper breaks lines, and draws a dot before a list's items."""
    return "".join(text.replace("•", "").split())


def paper_link(page: BeautifulSoup):
    return page.find(lambda tag: tag.name == "a" and "for printing" in tag.get_text())


# --- Each page, each PDF --------------------------------------------------------------------


def test_everything_that_the_programme_promises_is_there():
    assert set(SHEETS) == PROMISED
    assert set(ResourcePage.objects.live().values_list("slug", flat=True)) == PROMISED
    assert all(drawing.share_of(session)["say_first"] for session in SessionPage.objects.all())


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_and_its_paper_say_the_same(ada, address):
    client = signed_in(ada)
    page = soup(client.get(address))
    link = paper_link(page)
    response = client.get(link["href"])
    content = response.content
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert verdict(content) == look(content, twin="") == []

    with pikepdf.open(BytesIO(content)) as document:
        title, pages = str(document.docinfo.Title), len(document.pages)
        assert str(document.Root.Lang) == "en-GB"
    assert page.h1.get_text() in title
    assert link.get_text().startswith(f"PDF, {pages} page{'s' if pages > 1 else ''}, for printing")
    kicker = r"^(Ashareskit|Asheet|Sharekit)forsession\d"
    assert re.sub(kicker, "", squeezed(reads(content))) == on_the_page(page)
    assert text_colours(content) <= INK
    assert pages <= 2


def test_every_row_of_the_audit_has_its_boxes_and_every_field_its_line(client):
    page = soup(client.get("/resourced/sensory-audit/"))
    rows = page.select("table tbody tr:not(.starts)")
    assert len(rows) == 13
    assert {len(row.select("td .square")) for row in rows} == {3}
    assert all(line.select(".rule") for line in page.select(".line"))
    assert page.select("input, textarea") == []  # nothing that could be taken for kept


def test_the_same_words_give_the_same_bytes():
    page = ResourcePage.objects.get(slug="step-in-plan")
    assert drawing.draw(drawing.sheet_context(page)) == drawing.draw(drawing.sheet_context(page))


# --- Drawn once -----------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """What was drawn, by identifier."""
    seen: list[str] = []
    draw = pdf.write_and_count

    def counted(html: str, **facts):
        seen.append(facts["identifier"])
        return draw(html, **facts)

    monkeypatch.setattr(pdf, "write_and_count", counted)
    return seen


def test_a_sheet_is_drawn_once_for_each_publication(client, drawn):
    first = client.get("/resourced/menu.pdf").content
    assert client.get("/resourced/menu.pdf").content == first
    client.get("/resourced/menu/")
    assert len(drawn) == 1

    page = ResourcePage.objects.get(slug="menu")
    page.title = "A menu for the fridge"
    page.save_revision()  # a draft is nobody's business yet
    assert client.get("/resourced/menu.pdf").content == first
    page.save_revision().publish()
    second = client.get("/resourced/menu.pdf").content
    assert "A menu for the fridge" in reads(second)
    assert len(drawn) == 2
    assert Sheet.objects.filter(page_id=page.pk).count() == 1


def test_two_who_ask_at_once_end_with_one_row(drawn):
    page = ResourcePage.objects.get(slug="menu")

    def while_another_asks(page: ResourcePage) -> dict:
        kept(page, context=drawing.sheet_context, now=timezone.now())
        return drawing.sheet_context(page)

    sheet = kept(page, context=while_another_asks, now=timezone.now())
    assert len(drawn) == 2
    assert list(Sheet.objects.filter(page_id=page.pk)) == [sheet]


def test_a_new_look_or_address_is_drawn_anew(client, drawn, settings, monkeypatch):
    client.get("/resourced/menu.pdf")
    settings.SITE_URL = "https://resourced.example.org"
    client.get("/resourced/menu.pdf")
    monkeypatch.setattr(drawing, "_look", lambda: "another")
    client.get("/resourced/menu.pdf")
    assert len(drawn) == 3


def test_nobody_is_named_on_a_sheet(ada):
    client = signed_in(ada)
    mine = client.get("/resourced/capacity-and-tolerance/share.pdf").content
    with pikepdf.open(BytesIO(mine)) as document:
        said = reads(mine) + str(dict(document.docinfo))
    assert not re.search(r"Ada|Byron|ada@", said)


# --- Who may open what ------------------------------------------------------------------------


def test_sheets_for_everyone_open_for_everyone(client, cyn):
    for visitor in (client, signed_in(cyn)):
        assert visitor.get("/resourced/menu.pdf").status_code == 200
        assert paper_link(soup(visitor.get("/resourced/menu/")))


def test_other_sheets_open_for_those_who_may_open_the_sessions(client, ada, cyn, flo, root):
    for person in (ada, flo, root):
        visitor = signed_in(person)
        assert (
            "You are allowed to be affected"
            in visitor.get("/resourced/session-7-summary/").content.decode()
        )
        assert visitor.get("/resourced/session-7-summary.pdf").status_code == 200
    for visitor in (client, signed_in(cyn)):
        page = visitor.get("/resourced/session-7-summary/")
        assert page.status_code == 200
        assert b"You are allowed to be affected" not in page.content
        assert b"This sheet comes with the programme" in page.content
        paper = visitor.get("/resourced/session-7-summary.pdf")
        assert (paper.status_code, paper.url) == (302, "/resourced/session-7-summary/")


def test_a_share_kit_opens_for_those_who_may_open_its_session(client, ada, cyn, flo, root):
    kit = "/resourced/capacity-and-tolerance/share"
    for person in (ada, flo, root):
        assert signed_in(person).get(f"{kit}/").status_code == 200
        assert signed_in(person).get(f"{kit}.pdf").status_code == 200
    for visitor in (client, signed_in(cyn)):
        for address in (f"{kit}/", f"{kit}.pdf"):
            response = visitor.get(address)
            assert (response.status_code, response.url) == (
                302,
                "/resourced/capacity-and-tolerance/",
            )


def test_a_place_that_has_ended_opens_nothing(ada):
    Enrolment.objects.filter(user=ada).update(ended_at=timezone.now())
    response = signed_in(ada).get("/resourced/session-7-summary/")
    assert b"This sheet comes with the programme" in response.content


def test_a_session_that_is_open_to_all_shares_its_kit_with_all(client):
    session = SessionPage.objects.get(number=3)
    session.open_to_all = True
    session.save_revision().publish()
    assert client.get("/resourced/capacity-and-tolerance/share/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere/sheets/",
        "/nowhere/menu.pdf",
        "/resourced/nothing.pdf",
        "/resourced/nothing/share/",
        "/resourced/menu/share/",
        "/resourced/starting-with-you.pdf",
    ],
)
def test_addresses_of_nothing(client, address):
    assert client.get(address).status_code == 404


def test_an_unpublished_sheet_is_nowhere(client):
    ResourcePage.objects.get(slug="menu").unpublish()
    assert client.get("/resourced/menu/").status_code == 404
    assert client.get("/resourced/menu.pdf").status_code == 404
    assert "A menu to print" not in client.get("/resourced/sheets/").content.decode()


def test_search_engines_and_the_sitemap_know_the_open_sheets_only(client):
    sitemap = client.get("/sitemap.xml").content.decode()
    assert "/resourced/menu/" in sitemap
    assert "session-7-summary" not in sitemap
    assert b"noindex" in client.get("/resourced/session-7-summary/").content
    assert b"noindex" not in client.get("/resourced/menu/").content


# --- What it costs ----------------------------------------------------------------------------


def sheets_left(count: int) -> None:
    keep = ResourcePage.objects.order_by("pk")[:count].values_list("pk", flat=True)
    for page in ResourcePage.objects.exclude(pk__in=list(keep)):
        page.delete()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(client, count, django_assert_num_queries):
    sheets_left(count)
    client.get("/resourced/sheets/")
    with django_assert_num_queries(2):
        page = soup(client.get("/resourced/sheets/"))
    assert len(page.select("#sheets + ul > li")) == count


def test_an_empty_list_says_so(client):
    sheets_left(0)
    assert b"There are no sheets here yet." in client.get("/resourced/sheets/").content


def test_what_a_page_and_a_paper_cost(client, ada, django_assert_num_queries):
    member = signed_in(ada)
    for visitor, address, queries in (
        (client, "/resourced/menu/", 7),
        (client, "/resourced/menu.pdf", 4),
        (member, "/resourced/capacity-and-tolerance/share/", 6),
        (member, "/resourced/capacity-and-tolerance/share.pdf", 6),
    ):
        visitor.get(address)
        with django_assert_num_queries(queries):
            visitor.get(address)


# --- What an editor may do to it ----------------------------------------------------------------


def hostile_sheet(body: str, **facts) -> ResourcePage:
    page = resource_page(
        {
            "slug": "hostile",
            "title": "A sheet",
            "summary": "Words.",
            "session": None,
            "for_everyone": True,
            "blocks": [
                {"type": "text", "title": "Here", "body": "x"},
                {"type": "note", "body": "x"},
                {"type": "columns", "items": [{"title": "One", "body": "x"}]},
            ],
        }
        | facts
    )
    data = [dict(block) for block in page.body.raw_data]
    data[0]["value"]["body"] = data[1]["value"]["body"] = body
    data[2]["value"]["items"][0]["value"]["body"] = body
    page.body = page.body.stream_block.to_python(data)
    ProgrammePage.objects.get().add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Every address that the printer was asked for, allowed or not."""
    _, fetcher, *_ = pdf._printer("atkinson")
    seen: list[str] = []
    fetch: Callable = type(fetcher).fetch

    def listening(self, url: str, headers: dict | None = None):
        seen.append(url)
        return fetch(self, url, headers)

    monkeypatch.setattr(type(fetcher), "fetch", listening)
    return seen


def test_a_hostile_sheet_fetches_nothing(client, asked):
    hostile_sheet(
        '<p onclick="x()">Kept. <img src="file:///etc/passwd"> <img src="http://127.0.0.1:9/x">'
        '<svg><image href="http://127.0.0.1:9/x"/></svg><object data="file:///etc/passwd"></object>'
        '<a href="javascript:x()">a</a> <a href="http://127.0.0.1:9/x" rel="attachment">b</a>'
        '<embed src="http://127.0.0.1:9/"><iframe src="file:///etc/passwd"></iframe>'
        '<style>@import "http://127.0.0.1:9/x"; p { background: url(file:///etc/passwd) }</style>'
        '<link rel="stylesheet" href="http://127.0.0.1:9/x"><base href="http://127.0.0.1:9/"></p>'
    )
    page = soup(client.get("/resourced/hostile/"))
    content = client.get("/resourced/hostile.pdf").content
    assert {url for url in asked if not url.startswith("asset:")} == set()
    assert verdict(content) == []
    assert "Kept." in reads(content)
    assert "root:" not in reads(content)
    inside = page.select_one(".sheet-words")
    assert {tag.name for tag in inside.find_all()} <= {"section", "h2", "p", "a", "div", "span"}
    harmless = {"class", "href", "rel", "aria-hidden"}  # two of them say that a link leads away
    assert {name for tag in inside.find_all() for name in tag.attrs} <= harmless
    assert all(link.get("href", "http").startswith("http") for link in inside.select("a"))


def test_a_sign_that_no_font_has_is_spelled_out(client):
    hostile_sheet("<p>Well done \U0001f642</p>", title="Thị Ngọc’s sheet \U0001f642")
    content = client.get("/resourced/hostile.pdf").content
    assert verdict(content) == []
    assert "Well done [slightly smiling face]" in reads(content)
    assert "Thị Ngọc’s sheet [slightly smiling face]" in reads(content)


def test_a_sheet_that_cannot_be_drawn_is_still_a_page(client, monkeypatch):
    def refuse(html: str, **facts):
        raise pdf.Unprintable("no font has it")

    monkeypatch.setattr(pdf, "write_and_count", refuse)
    page = client.get("/resourced/menu/").content
    assert b"There is no PDF of this sheet just now" in page
    assert b"One minute" in page
    response = client.get("/resourced/menu.pdf", follow=True)
    assert response.redirect_chain == [("/resourced/menu/", 302)]
    assert b"You can print this page" in response.content
    assert not Sheet.objects.exists()


def test_loading_again_keeps_what_an_editor_changed():
    page = ResourcePage.objects.get(slug="menu")
    page.title = "As an editor likes it"
    page.save_revision().publish()
    load_pages()
    assert ResourcePage.objects.count() == len(SHEETS)
    assert ResourcePage.objects.get(slug="menu").title == "As an editor likes it"


def test_an_editor_can_preview_a_sheet(root):
    page = ResourcePage.objects.get(slug="session-7-summary")
    response = page.make_preview_request(original_request=None, preview_mode="")
    assert b"You are allowed to be affected" in response.content


@pytest.mark.parametrize("name", sorted(ResourcePage.body.field.stream_block.child_blocks))
def test_the_block_chooser_shows_each_part_with_words_in_it(root, name):
    block = ResourcePage.body.field.stream_block.child_blocks[name]
    address = reverse("wagtailadmin_block_preview")
    page = soup(signed_in(root).get(address, {"id": block.definition_prefix}))
    assert len(page.select_one(".sheet-words").get_text().split()) > 3
    assert block.is_previewable
    assert block.meta.description


# --- Links ------------------------------------------------------------------------------------


def test_every_link_in_every_starter_page_leads_somewhere_real(ada):
    """From the pages of the starter programme, and one step further: each address answers."""
    client = signed_in(ada)
    starts = [page.url for page in ProgrammePage.objects.get().get_ancestors(inclusive=True).live()]
    starts = [url for url in starts if url]
    starts += [p.url for p in ProgrammePage.objects.get().get_parent().get_descendants().live()]
    starts += ["/resourced/sheets/", *ADDRESSES]
    found: dict[str, str] = {}
    for start in dict.fromkeys(starts):
        for link in soup(client.get(start)).main.select("a[href]"):
            target = urldefrag(urljoin(f"http://testserver{start}", link["href"]))[0]
            if target.startswith("http://testserver"):
                found.setdefault(target, start)
    broken = {
        (target, start)
        for target, start in found.items()
        if client.get(target, follow=True).status_code != 200
    }
    assert broken == set()
    assert {f"http://testserver{address}" for address in ADDRESSES} <= set(found)


def test_every_sheet_is_linked_by_its_session_and_every_kit_by_its_share_part(ada):
    client = signed_in(ada)
    for session in SessionPage.objects.all():
        links = {
            urljoin(session.url, a["href"]) for a in soup(client.get(session.url)).select("main a")
        }
        assert f"{session.url}share/" in links
        for sheet in ResourcePage.objects.filter(session_number=session.number):
            assert sheet.url in links


def test_anonymous_visitors_meet_no_broken_sheet(client: Client):
    for slug in SHEETS:
        assert client.get(f"/resourced/{slug}/").status_code == 200


# --- One family -----------------------------------------------------------------------------


def test_styles_for_sheets_leave_a_certificate_its_room(monkeypatch):
    """A rule for notes once reached the certificate's, which then shrank to fit."""
    tried = []
    write = pdf.write_and_count

    def listening(html: str, **facts):
        tried.append(facts)
        return write(html, **facts)

    monkeypatch.setattr(pdf, "write_and_count", listening)
    certificates.draw_certificate(certificate("Ada Byron"))
    assert len(tried) == 1


def test_a_summary_and_a_sheet_have_one_head_and_one_foot(client):
    papers = [certificates.draw_summary(summary("Ada Byron"))]
    papers += [client.get("/resourced/step-in-plan.pdf").content]
    for content in papers:
        with pikepdf.open(BytesIO(content)) as document:
            assert [float(side) for side in document.pages[0].MediaBox][2:] == A4
        lines = pypdf.PdfReader(BytesIO(content)).pages[0].extract_text()
        assert "Resourced" in lines
        assert re.search(r"Page\s*1\s*of\s*\d", lines)
        assert re.search(r"(Version of|Drawn up on)\s*\d+ \w+ \d{4}", lines)


@pytest.mark.parametrize("slug", ["sensory-audit", "low-capacity-plan"])
def test_no_words_on_a_sheet_are_smaller_than_twelve_points_but_its_foot(client, slug):
    sheet = pypdf.PdfReader(BytesIO(client.get(f"/resourced/{slug}.pdf").content)).pages[0]
    sizes: dict[float, str] = {}

    def look(text: str, outer: list, inner: list, _font, size: float) -> None:
        if text.strip():
            drawn = round(size * abs(inner[3]) * abs(outer[3]), 1)
            sizes[drawn] = sizes.get(drawn, "") + text

    sheet.extract_text(visitor_text=look)
    small = "".join(words for size, words in sizes.items() if size < 12)
    assert squeezed(re.sub(r"\S+/resourced/[a-z-]+|Version of .*|Page \d of \d", "", small)) == ""
