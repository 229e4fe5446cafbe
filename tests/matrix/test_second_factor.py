"""Whoever has a role needs a second factor outside the demo, whichever door they try (R52, R54)."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.cast import signed_in
from tests.matrix.asking import nothing_kept

pytestmark = pytest.mark.django_db


def doors(things) -> dict[str, list[str]]:
    """What each role opens: pages, papers, exports, previews, files and the API."""

    def at(name: str, *about: str) -> str:
        return reverse(name, args=[things.get(one, one) for one in about])

    workspace = [
        "/cms/",
        at("facilitator_group", "cohort"),
        at("group_people", "cohort"),
        at("group_export", "cohort"),
        at("facilitator_summary_pdf", "summary"),
        at("group_summary_pdf", "group summary"),
    ]
    wagtail = [
        at("wagtailadmin_pages:edit", "the page"),
        at("wagtailadmin_pages:view_draft", "the page"),
        at("wagtailadmin_pages:preview_on_edit", "the page"),
        at("wagtailadmin_pages:revisions_view", "the page", "revision"),
        at("wagtailadmin_api:pages:listing"),
        at("wagtaildocs:index"),
        at("wagtailadmin_choose_page"),
        at("wagtaildocs_serve", "the document", "document file"),
    ]
    money = [
        at("staff_orders"),
        at("staff_order", "order"),
        at("staff_orders_export"),
        at("paper_pdf", "paper"),
    ]
    team = [
        "/teams/",
        at("organisation", "organisation"),
        at("managers", "organisation"),
        at("team_order", "order"),
        at("place", "place"),
        at("order", "order"),
        at("order_return", "order"),
        at("paper_pdf", "paper"),
        at("organisation_report_pdf", "report"),
    ]
    root = [*workspace, *wagtail, *money, at("wagtailusers_users:index")]
    root += [at("meeting", "meeting"), at("meeting_way_in", "meeting"), at("material", "material")]
    return {
        "flo": workspace + wagtail,
        "eve": wagtail,
        "fay": money,
        "max": team,
        "root": root,
    }


def test_each_role_is_led_to_its_second_factor_first(world, settings):
    settings.DEBUG = False
    Authenticator.objects.all().delete()
    for role, addresses in doors(world.things).items():
        client = signed_in(world.people[role])
        for address in addresses:
            for ask in (client.get, client.post):
                with nothing_kept() as written:
                    answer = ask(address)
                assert answer.headers.get("Location") == reverse("mfa_index"), (role, address)
                assert not set(written) - {"django_session"}, (role, address, written)
        page = client.get(reverse("mfa_index")).content.decode()
        assert "needs a second way to sign in" in page


def test_a_way_around_by_the_spelling_of_an_address_is_none(world, settings):
    settings.DEBUG = False
    Authenticator.objects.all().delete()
    client = signed_in(world.people["root"])
    for address in ("/cms//", "/CMS/", "/./cms/", "/cms/../cms/users/", "/%63ms/users/"):
        answer = client.get(address)
        assert answer.status_code in {302, 404, 400}, address
        assert answer.headers.get("Location", "/accounts/2fa/") in {"/accounts/2fa/", "/cms/"}
    below = client.get("/cms/users/", SCRIPT_NAME="/below")
    assert below.headers["Location"].endswith("/accounts/2fa/")


def test_with_one_all_of_it_opens_and_attendees_need_none(world, settings):
    settings.DEBUG = False
    flo = signed_in(world.people["flo"])
    assert flo.get("/cms/").status_code == 200
    Authenticator.objects.all().delete()
    ada = signed_in(world.people["ada"])
    for name, about in (("my_reflections", []), ("meeting", ["meeting"]), ("teams", [])):
        address = reverse(name, args=[world.things[one] for one in about])
        assert ada.get(address).status_code == 200, name


def test_a_password_alone_does_not_sign_in_whoever_has_one(world):
    from tests.cast import PASSWORD

    client = Client()
    facts = {"login": world.people["root"].email, "password": PASSWORD}
    answer = client.post(reverse("account_login"), facts)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/cms/").headers["Location"].startswith("/accounts/login/")
