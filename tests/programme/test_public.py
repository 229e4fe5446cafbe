"""Public pages: finished, findable, light, and open to exactly what is meant to be open."""

import json
import re
from datetime import date, time, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from course.cohorts.models import Cohort, LiveSession
from course.demo.pages import load_pages
from course.demo.public import PUBLIC
from course.management.commands import draw_social_image
from course.places import policy
from course.programme import structured
from course.programme.business_case import Figures, add_up, in_figures
from course.programme.forms import BusinessCaseForm
from course.programme.models import HomePage, PublicPage, SiteSettings
from sessions.models import SessionPage
from tests.cast import signed_in

pytestmark = pytest.mark.django_db

TASTER = "/resourced/starting-with-you/"
CLOSED = "/resourced/noticing-your-own-state/"
PAGES = [f"/{slug}/" for slug in PUBLIC]
EVERY = ["/", "/resourced/", TASTER, CLOSED, *PAGES]
NEXT_SPRING = date(2099, 1, 26)  # far enough to be open whenever this runs


class Seen(HTMLParser):
    """What a search engine takes from a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.meta, self.links, self.h1, self.title, self.data = {}, {}, 0, "", []
        self.ids: list[str] = []
        self._in, self._nonces = "", []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self._in = tag
        self.h1 += tag == "h1"
        if "id" in facts:
            self.ids.append(facts["id"])
        if tag == "meta":
            self.meta[facts.get("name") or facts.get("property")] = facts.get("content", "")
        if tag == "link":
            self.links[facts["rel"]] = facts["href"]
        if facts.get("type") == "application/ld+json":
            assert facts["nonce"]
            self._in = "data"

    def handle_endtag(self, tag):
        self._in = ""

    def handle_data(self, text):
        if self._in == "title" and not self.title:
            self.title += text
        if self._in == "data":
            self.data += json.loads(text)["@graph"]

    def things(self, kind: str) -> list[dict]:
        return [thing for thing in self.data if thing["@type"] == kind]


def seen(path: str, client: Client | None = None) -> Seen:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200, path
    return Seen(answer.content.decode())


@pytest.fixture
def spring(programme) -> Cohort:
    """An open, free group with eight meetings and a rest week after the third."""
    return open_group(programme, "Spring group")


def open_group(programme, title: str, **facts) -> Cohort:
    days = [NEXT_SPRING + timedelta(weeks=n + (n >= 3)) for n in range(8)]
    given = {"starts_on": days[0], "ends_on": days[-1], "joining": Cohort.OPEN} | facts
    cohort = Cohort.objects.create(programme_id=programme.pk, title=title, **given)
    if given["starts_on"]:
        LiveSession.objects.bulk_create(
            LiveSession(cohort=cohort, number=n, day=day, starts=time(10))
            for n, day in enumerate(days, start=1)
        )
    return cohort


# --- Every page ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EVERY)
def test_every_public_page_says_what_it_is(path):
    page = seen(path)
    assert page.h1 == 1
    assert 10 < len(page.title) < 90
    assert 50 < len(page.meta["description"]) < 400
    assert "robots" not in page.meta
    assert page.links["canonical"] == settings.SITE_URL + path
    assert page.meta["og:url"] == settings.SITE_URL + path
    assert page.meta["og:title"]
    assert page.meta["og:description"]
    assert page.meta["og:image"].startswith(settings.SITE_URL + "/")
    assert page.meta["twitter:card"] == "summary_large_image"
    assert len(page.ids) == len(set(page.ids))


def test_titles_and_descriptions_are_not_shared():
    pages = [seen(path) for path in EVERY]
    assert len({page.title for page in pages}) == len(EVERY)
    assert len({page.meta["description"] for page in pages}) == len(EVERY)


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/", 8), ("/resourced/", 11), ("/privacy/", 6), ("/dates-and-prices/", 8), (TASTER, 0)],
)
def test_public_pages_cost_the_same_with_one_group_and_with_three(
    programme, django_assert_num_queries, path, queries
):
    for titles in (["One"], ["Two", "Three"]):
        for title in titles:
            open_group(programme, title)
        Client().get(path)  # the frame is kept for a minute
        with django_assert_num_queries(queries):
            assert Client().get(path).status_code == 200


def test_a_page_that_nobody_has_filled_yet_still_reads_well():
    home = HomePage.objects.get()
    home.add_child(instance=PublicPage(title="Soon", slug="soon"))
    page = Client().get("/soon/").content.decode()
    assert "Nobody has written this page yet" in page
    assert Seen(page).h1 == 1


def test_every_link_in_the_words_of_public_pages_leads_somewhere():
    inside = re.compile(r"<main.*</main>", re.DOTALL)
    found = set()
    for path in EVERY:
        words = inside.search(Client().get(path).content.decode()).group()
        found |= set(re.findall(r'href="(/[^"#?]*)', words))
    assert {p for p in found if Client().get(p, follow=True).status_code != 200} == set()


def test_private_pages_and_account_pages_ask_not_to_be_indexed(client, ada):
    for path in ("/accounts/login/", "/accounts/signup/", "/verify/", "/reading-settings/"):
        assert seen(path).meta["robots"] == "noindex", path
    hers = signed_in(ada)
    for path in ("/my/", "/my/data/", "/my/reflections/", CLOSED, TASTER):
        assert seen(path, hers).meta["robots"] == "noindex", path


def test_an_editor_s_change_survives_another_loading():
    page = PublicPage.objects.get(slug="privacy")
    page.title, page.lead = "As an editor likes it", "Shorter."
    page.save_revision().publish()
    before = PublicPage.objects.count()
    load_pages()
    assert PublicPage.objects.count() == before
    assert PublicPage.objects.get(slug="privacy").title == "As an editor likes it"


def test_every_word_of_the_files_reached_its_page():
    """A field that a section does not have would vanish without a sound."""
    from course.demo import words

    for slug in PUBLIC:
        page = PublicPage.objects.get(slug=slug)
        given = words.load(f"pages/{slug}")["sections"]
        assert [b.block_type for b in page.sections] == [s["type"] for s in given]
        for block, source in zip(page.sections, given, strict=True):
            assert set(source) - {"type"} <= set(block.value), slug
            for name, value in source.items():
                if isinstance(value, list):
                    assert len(block.value[name]) == len(value), (slug, name)
                    for item, fields in zip(block.value[name], value, strict=True):
                        assert isinstance(fields, str) or set(fields) <= set(item), (slug, name)


def test_editors_can_open_every_public_page_and_its_preview(root):
    client = signed_in(root)
    for page in PublicPage.objects.all():
        assert client.get(f"/cms/pages/{page.pk}/edit/").status_code == 200
    shown = PublicPage.objects.get(slug="business-case").make_preview_request()
    assert "Your figures" in shown.render().content.decode()


# --- Structured data, sitemap, robots ----------------------------------------------------------


def test_open_groups_are_told_as_a_course(spring, programme, settings):
    settings.SELLING = settings.SELLING | {"tax_rate": 2000}
    own_time = open_group(programme, "Own time", starts_on=None, ends_on=None)
    paid = open_group(programme, "Paid", price_minor=12000, currency="EUR")
    (course,) = seen("/resourced/").things("Course")
    by_name = {instance["name"]: instance for instance in course["hasCourseInstance"]}
    assert set(by_name) == {"Spring group", own_time.title, paid.title}
    dated = by_name["Spring group"]
    assert dated["startDate"] == "2099-01-26T10:00:00+00:00"
    assert dated["courseSchedule"]["repeatCount"] == 8
    assert "EducationEvent" in dated["@type"]
    assert dated["offers"] | {"price": "0.00", "category": "Free"} == dated["offers"]
    assert by_name["Paid"]["offers"] == {
        "@type": "Offer",
        "category": "Paid",
        "price": "144.00",
        "priceCurrency": "EUR",
        "url": settings.SITE_URL + "/groups/",
    }
    assert "startDate" not in by_name["Own time"]
    assert course["isAccessibleForFree"] is False


def test_a_group_by_invitation_is_told_to_nobody(programme):
    open_group(programme, "Only for us", joining=Cohort.BY_INVITATION)
    for path in ("/resourced/", "/dates-and-prices/"):
        assert "Only for us" not in Client().get(path).content.decode()


def test_the_home_page_says_who_provides_it():
    (us,) = seen("/").things("Organization")
    assert us["url"] == settings.SITE_URL + "/"
    (crumbs,) = seen(TASTER).things("BreadcrumbList")
    assert [step["position"] for step in crumbs["itemListElement"]] == [1, 2, 3]


def test_no_name_can_end_the_script_it_stands_in(spring):
    nasty = "</script><script>alert(1)</script>&amp;"
    Cohort.objects.update(title=nasty)
    SiteSettings.objects.update(issuer=nasty)
    page = Client().get("/resourced/").content.decode()
    assert "<script>alert" not in page
    (course,) = Seen(page).things("Course")
    assert course["hasCourseInstance"][0]["name"] == nasty
    assert course["provider"]["name"] == nasty
    assert "</" not in structured.as_script([{"name": nasty}], nonce="n")[:-9]


def test_the_sitemap_lists_public_pages_only():
    page = Client().get("/sitemap.xml")
    assert page.headers["Content-Type"].startswith("application/xml")
    found = re.findall("<loc>(.*?)</loc>", page.content.decode())
    paths = [address.removeprefix(settings.SITE_URL) for address in found]
    assert set(EVERY) <= set(paths)
    assert len(paths) == len(set(paths))
    assert not [p for p in paths if p.startswith(("/my/", "/accounts/", "/cms/", "/verify/"))]
    for path in paths:
        assert "robots" not in seen(path).meta, path


def test_a_draft_is_in_no_sitemap():
    SessionPage.objects.get(number=3).unpublish()
    assert "capacity-and-tolerance" not in Client().get("/sitemap.xml").content.decode()


def test_robots_txt_keeps_private_addresses_apart():
    page = Client().get("/robots.txt")
    assert page.headers["Content-Type"].startswith("text/plain")
    lines = page.content.decode().splitlines()
    for path in ("/my/", "/accounts/", "/cms/", "/verify/", "/teams/", "/join/", "/demo/"):
        assert f"Disallow: {path}" in lines
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    assert "Disallow: /" not in lines


def test_the_picture_for_link_previews_is_the_one_we_draw(tmp_path):
    draw_social_image.draw_social_image(tmp_path / "again.png")
    small = []
    for path in (tmp_path / "again.png", draw_social_image.IMAGE):
        with Image.open(path) as image:
            assert image.size == (1200, 630)
            small.append(image.convert("L").resize((120, 63)).tobytes())
    pairs = zip(*small, strict=True)
    assert max(abs(a - b) for a, b in pairs) < 40


# --- The open session --------------------------------------------------------------------------


def test_one_session_is_whole_for_a_stranger_and_the_others_are_not(cyn):
    assert list(SessionPage.objects.filter(open_to_all=True).values_list("number", flat=True)) == [
        1
    ]
    for client in (Client(), signed_in(cyn)):
        whole = client.get(TASTER).content.decode()
        assert "Arrive in your own way" in whole
        assert "A private reflection comes here" in whole
        assert "six questions" in whole
        assert "<form" not in whole.split("<main")[1].split("</main>")[0]
        assert "/reflect" not in whole.split("<main")[1].split("</main>")[0]
        closed = client.get(CLOSED).content.decode()
        assert "Build your menu" not in closed
        assert "The way in" in closed


def test_closing_the_open_session_closes_it_at_once():
    assert "Arrive in your own way" in Client().get(TASTER).content.decode()
    session = SessionPage.objects.get(number=1)
    session.open_to_all = False
    session.save_revision().publish()
    page = Client().get(TASTER).content.decode()
    assert "One way: step by step" not in page
    assert "Read a whole session" not in Client().get("/").content.decode()


def test_the_open_session_is_offered_where_people_decide():
    for path in ("/", "/what-to-expect/", "/who-it-is-for/", CLOSED):
        assert f'href="{TASTER}"' in Client().get(path).content.decode(), path


def test_an_attendee_still_sees_the_open_session_as_their_own(ada):
    page = signed_in(ada).get(TASTER).content.decode()
    assert "Open my reflection" in page
    assert "A private reflection comes here" not in page


def test_the_open_session_costs_an_attendee_no_more_than_before(ada, django_assert_num_queries):
    hers = signed_in(ada)
    hers.get(TASTER)
    with django_assert_num_queries(3):  # web session, person, place
        hers.get(TASTER)


# --- Dates -----------------------------------------------------------------------------------


def test_dates_are_shown_with_their_hours_and_the_week_off(spring):
    page = Client().get("/dates-and-prices/").content.decode()
    assert "Monday 26 January 2099, 10am to 11:30am (UK time)" in page
    assert "8 live sessions, 12 hours in all" in page
    assert page.count("A week off, with nothing due") == 1
    assert "after six of the eight sessions" in page


def test_a_paid_group_says_its_whole_price_with_tax(programme, settings):
    open_group(programme, "Paid", price_minor=12000)
    for path in ("/dates-and-prices/", "/groups/"):
        page = Client().get(path).content.decode()
        assert "£120.00 a place. No VAT is added." in page, path
    settings.SELLING = settings.SELLING | {"tax_rate": 2000}
    page = Client().get("/dates-and-prices/").content.decode()
    assert "£144.00 a place, VAT included." in page
    assert "How to take a place" in page
    assert "on request, in full" not in page


def test_the_booking_page_says_what_the_policy_does():
    """Its words are an editor's, and the figures are settings: as delivered, they agree."""
    facts = {step.days: step.percent for step in policy.steps()}
    assert facts == {28: 100, 14: 50}
    assert settings.SELLING["refund_days_after_buying"] == 14
    page = Client().get("/booking-policy/").content.decode()
    for words in (
        "Within 14 days of buying: all of it.",
        "28 days or more before the group starts: all of it.",
        "From 27 to 14 days before: half of it.",
    ):
        assert words in page


def test_the_page_for_organisations_leads_to_where_they_buy():
    page = Client().get("/for-organisations/").content.decode().partition("<main")[2]
    assert '<a class="button" href="/teams/">' in page


def test_without_a_group_the_page_says_so():
    assert (
        "No group is open for joining just now."
        in Client().get("/dates-and-prices/").content.decode()
    )


# --- The business case -------------------------------------------------------------------------


def test_figures_are_added_up_and_nothing_else():
    sums = add_up(
        Figures(
            people=Decimal(14),
            hours=Decimal(18),
            pay=Decimal("19.50"),
            place=Decimal(100),
            sick_days=Decimal(112),
            sick_day=Decimal(145),
            leavers=Decimal(3),
            leaver=Decimal(4200),
        )
    )
    assert sums.hours == 252
    assert sums.time == 4914
    assert sums.places == 1400
    assert sums.asked == 6314
    assert sums.each == 451
    assert (sums.sickness, sums.leaving, sums.already) == (16240, 12600, 28840)
    assert round(sums.same_as_days, 1) == Decimal("43.5")


def test_what_is_missing_is_not_guessed():
    assert add_up(Figures()).is_empty
    only_people = add_up(Figures(people=Decimal(14), hours=Decimal(18)))
    assert only_people.hours == 252
    assert only_people.asked is None
    nobody = add_up(Figures(people=Decimal(0), place=Decimal(90), sick_day=Decimal(0)))
    assert nobody.asked == 0
    assert nobody.each is None
    assert nobody.same_as_days is None


def test_figures_are_written_as_people_write_them():
    assert in_figures(Decimal("1234567")) == "1,234,567"
    assert in_figures(Decimal("12.5"), places=2) == "12.50"
    assert in_figures(Decimal("12.00"), places=2) == "12"
    assert in_figures(Decimal("0.005"), places=2) == "0.01"


@pytest.mark.parametrize(
    ("typed", "means"),
    [("1,200", 1200), (" £18.50 ", Decimal("18.50")), ("0", 0), ("", None), ("12", 12)],
)
def test_figures_may_be_typed_as_people_write_them(typed, means):
    form = BusinessCaseForm({"people": typed})
    assert form.is_valid(), form.errors
    assert form.figures().people == means


@pytest.mark.parametrize(
    "typed",
    ["a few", "-3", "9" * 60, "1e99999", "nan", "inf", "1.2.3", "0.001", "<script>", "٣x", "\x00"],
)
def test_what_cannot_be_added_up_is_answered_kindly(typed):
    answer = Client().get("/business-case/", {"people": typed, "hours": "18"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing is lost. Your other figures are still here." in page
    assert re.search(r"The number of people (needs a number|can be 0|is more than)", page)
    assert 'value="18"' in page
    assert "<script>" not in page
    assert "added up" not in page.split("Your figures, ")[-1] or "sums-table" not in page


def test_the_largest_figures_still_add_up():
    most = dict.fromkeys(BusinessCaseForm.base_fields, "10,000,000")
    assert "sums-table" in Client().get("/business-case/", most).content.decode()
    least = most | {"people": "0.01", "sick_day": "0.01"}
    assert "sums-table" in Client().get("/business-case/", least).content.decode()


def test_the_calculator_says_its_sums_in_words_and_as_a_table():
    facts = {"people": "14", "hours": "18", "pay": "19.50", "place": "", "sick_day": "145"}
    page = Client().get("/business-case/", facts).content.decode()
    assert "The programme asks for 252 hours of people’s time." in page
    assert "That time costs you £4,914." in page
    assert "That is £351 for each person." in page
    assert "the same as your cost of 33.9 days of sickness" in page
    assert "<td>252 × £19.50</td><td>£4,914</td>" in page
    assert "Nobody can promise you that." in page


def test_an_empty_calculator_asks_for_two_figures():
    page = Client().get("/business-case/", dict.fromkeys(BusinessCaseForm.base_fields, ""))
    assert "There is nothing to add up yet." in page.content.decode()
    assert "There is nothing to add up yet." not in Client().get("/business-case/").content.decode()


# --- The frame ---------------------------------------------------------------------------------


def test_the_footer_lists_every_public_page_and_the_head_only_a_few():
    page = Client().get("/").content.decode()
    head, foot = page.split("</header>")[0], page.split("<footer")[1]
    assert {path for path in PAGES if f'href="{path}"' not in foot} == set()
    assert [path for path in PAGES if f'href="{path}"' in head] == [
        "/dates-and-prices/",
        "/for-organisations/",
    ]


def test_no_public_page_loads_more_than_thirty_thousand_bytes_of_css():
    css = settings.BASE_DIR / "course" / "static" / "course" / "css"
    for path in ("/", "/resourced/", "/business-case/", TASTER):
        page = Client().get(path).content.decode()
        files = re.findall(r'rel="stylesheet" href="[^"]*/([\w-]+)(?:\.\w+)?\.css"', page)
        assert sum((css / f"{name}.css").stat().st_size for name in files) <= 30_000, path


def test_too_many_tries_get_a_kind_page_of_our_own(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    for _once_more in range(2):
        answer = client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "nothing is lost" in page
    assert "course/css/site.css" in page
