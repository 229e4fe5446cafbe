"""What managers see and do; and all that they never see."""

import dataclasses
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from django.utils import timezone

from certificates.models import OrganisationReport
from course.audit.models import Entry
from course.cohorts.models import Enrolment
from course.people.models import User
from course.places import accepting, inviting, showing
from course.places.models import Invitation, Manager, Order, Organisation, Place
from course.places.states import PlaceState
from reflections import agreeing
from tests.cast import (
    CANARY,
    NOON,
    PASSWORD,
    person,
    settle_everything,
    signed_in,
    stale,
    with_second_factor,
)
from tests.certificates import group_paper
from tests.places.selling import bought, hash_behind, invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(max, organisation, paid_cohort) -> Order:
    return bought(max, organisation, paid_cohort)


@pytest.fixture
def nia(db) -> User:
    """Manages another organisation."""
    nia = with_second_factor(person("nia"))
    other = Organisation.objects.create(name="Other", billing_address="x", billing_email="x@y.org")
    Manager.objects.create(organisation=other, user=nia, since=NOON)
    return nia


def report_on(order) -> OrganisationReport:
    """A report like the one that the order's organisation gets when its group has ended."""
    facts = {"made_at": NOON, "facts": group_paper.report().facts}
    which = {"organisation_id": order.organisation_id, "report_of": order.cohort_id}
    return OrganisationReport.objects.get_or_create(**which, defaults=facts)[0]


def pages_of(order) -> list[str]:
    """Every address under /teams/ that is about one organisation, order or place."""
    found = [
        ("organisation", order.organisation_id),
        ("organisation_details", order.organisation_id),
        ("managers", order.organisation_id),
        ("buy_for_team", order.organisation_id),
        ("team_order", order.pk),
        ("invite", order.pk),
        ("join_link", order.pk),
        ("organisation_report", report_on(order).pk),
        ("organisation_report_pdf", report_on(order).pk),
        ("place", order.places.first().pk),
    ]
    return [reverse(name, args=[pk]) for name, pk in found]


# --- Who may ------------------------------------------------------------------------------------


def test_every_address_of_managers_is_in_the_matrix(order):
    known = {re.sub(r"[0-9a-f-]{36}", "<uuid:pk>", path) for path in pages_of(order)}
    routes = {
        f"/{p.pattern}" for u in get_resolver().url_patterns for p in getattr(u, "url_patterns", [])
    }
    with_ids = {route for route in routes if route.startswith("/teams/") and "<uuid" in route}
    assert with_ids == known


def test_pages_open_for_the_organisations_managers_and_for_nobody_else(
    client, order, max, nia, cyn, flo, root
):
    manager = signed_in(max)
    strangers = {who: signed_in(who) for who in (nia, cyn, flo, root)}
    for path in pages_of(order):
        assert client.get(path).status_code == 302, path
        assert "/accounts/login/" in client.get(path).headers["Location"]
        assert manager.get(path).status_code in (200, 302), path
        for who, stranger in strangers.items():
            for method in ("get", "head", "post", "put", "patch", "delete"):
                answer = getattr(stranger, method)(path, {"action": "close", "road": "x"})
                assert answer.status_code == 404, (path, who, method)
    theirs = Entry.objects.filter(actor__in=[str(u.pk) for u in (nia, cyn, flo, root)])
    assert set(theirs.values_list("action", flat=True)) == {"access.denied"}


def test_managers_need_a_second_factor(order, organisation, cyn, settings):
    Manager.objects.create(organisation=organisation, user=cyn, since=NOON)
    client = signed_in(cyn)
    for path in ["/teams/", *pages_of(order)]:
        assert client.get(path).headers["Location"] == reverse("mfa_index"), path
    settings.DEBUG = True
    assert client.get("/teams/").status_code == 200


def test_somebody_new_sees_the_front_door_first_and_needs_one_to_begin(client, cyn, paid_cohort):
    for visitor in (client, signed_in(cyn)):
        page = visitor.get("/teams/").content.decode()
        for words in [
            "will never see",
            "anything a person writes",
            "£95.00 a place. No VAT is added.",
        ]:
            assert words in page
    assert signed_in(cyn).get("/teams/new/").headers["Location"] == reverse("mfa_index")


# --- From nothing to people with places ----------------------------------------------------------


def test_the_journey_of_a_manager(paid_cohort, cyn):
    zoe = with_second_factor(person("zoe"))
    client = signed_in(zoe)
    facts = {
        "name": "Hill School",
        "billing_address": "1 Hill",
        "billing_email": "pay@hill.example",
    }
    answer = client.post("/teams/new/", facts)
    organisation = Organisation.objects.get(name="Hill School")
    assert answer.headers["Location"] == reverse("buy_for_team", args=[organisation.pk])
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Spring group, starts on 2 March 2027: £95.00 a place. No VAT is added." in page
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    facts = {
        "cohort": paid_cohort.pk,
        "quantity": "3",
        "bursaries": "1",
        "po_number": "HS-1",
        "key": key,
    }
    onward = client.post(answer.headers["Location"], facts).headers["Location"]
    page = client.get(onward).content.decode()
    for words in [
        "£285.00",
        "£95.00",
        "£380.00",
        "HS-1",
        "Order with an invoice",
        "Ask for a quote",
    ]:
        assert words in page
    client.post(onward, {"road": "transfer"})
    order = organisation.orders.get()
    assert (order.status, order.places.count()) == ("invoiced", 3)
    page = client.get(onward).content.decode()
    assert "£380.00, to pay by" in page
    assert order.documents.get().number in page
    invite = reverse("invite", args=[order.pk])
    page = client.post(invite, {"people": "a@x.org\nnonsense\nA@x.org\nb@x.org\nc@x.org\nd@x.org"})
    for words in ["3 invitations are on their way", "nonsense", "No place was free", "Twice"]:
        assert words in page.content.decode()
    invitation = Invitation.objects.get(email="b@x.org")
    accepting.accept(hash_behind(invitation), user=cyn, now=timezone.now())
    assert Enrolment.objects.get(user=cyn).cohort == paid_cohort


def test_lists_come_as_files_too(order, max):
    client, address = signed_in(max), reverse("invite", args=[order.pk])
    rows = "\ufeffname;mail\r\nAda;ada@x.org\r\nZoë;zoe@x.org\r\n"
    for raw in (rows.encode(), rows.encode("utf-16"), rows.lstrip("\ufeff").encode("cp1252")):
        Invitation.objects.all().delete()
        order.places.update(state=PlaceState.AVAILABLE)
        page = client.post(address, {"file": SimpleUploadedFile("list.csv", raw)})
        assert "2 invitations are on their way" in page.content.decode()
    big = SimpleUploadedFile("list.csv", b"a@x.org\n" * 5_001)
    page = client.post(address, {"file": big})
    assert page.status_code == 422
    assert "more than 5,000 lines" in page.content.decode()
    page = client.post(address, {"people": " "})
    assert "Write at least one email address." in page.content.decode()


def test_one_place_can_be_reminded_sent_again_moved_and_freed(order, max, cyn):
    client, now = signed_in(max), timezone.now()
    invitation = invited(order, max, now=now)
    address = reverse("place", args=[invitation.place_id])

    def press(action, **facts):
        return client.post(address, {"action": action, **facts}, follow=True).content.decode()

    assert "reminder is on its way" in press("remind")
    assert "Try again tomorrow" in press("remind")
    assert "old one has stopped" in press("resend")
    assert "That is not an address we can write to" in press("move", email="next")
    assert "new invitation is on its way" in press("move", email="Next@Example.org")
    new = Invitation.objects.get(email="next@example.org")
    accepting.accept(hash_behind(new), user=cyn, now=now)
    assert "It can still go to someone else" in client.get(address).content.decode()
    assert "cannot be done just now" in press("withdraw")
    assert "We tell the person" in press("take_back")
    assert "cannot be done" not in press("nonsense")
    assert Place.objects.get(pk=invitation.place_id).state == PlaceState.AVAILABLE


def test_a_place_that_is_gone_has_no_page(order, max):
    place = order.places.first()
    Place.objects.filter(pk=place.pk).update(state=PlaceState.REVOKED)
    assert signed_in(max).get(reverse("place", args=[place.pk])).status_code == 404
    assert signed_in(max).get(reverse("team_order", args=[order.pk])).status_code == 200


def test_a_join_link_is_made_shown_and_closed(order, max):
    client, address = signed_in(max), reverse("join_link", args=[order.pk])
    for cap, words in [
        ("ten", "in figures"),
        ("0", "smallest number"),
        ("9", "at most the number"),
    ]:
        page = client.post(address, {"action": "open", "cap": cap}, follow=True).content.decode()
        assert words in page
    page = client.post(address, {"action": "open", "cap": "2"}, follow=True).content.decode()
    assert re.search(r"http://testserver/join/[\w-]{43}/", page)
    assert "Used 0 of 2 times" in page
    page = client.post(address, {"action": "close"}, follow=True).content.decode()
    assert "/join/" not in page


def test_managers_ask_others_and_leave_when_someone_stays(organisation, max, cyn):
    client, address = stale(max), reverse("managers", args=[organisation.pk])
    me = organisation.managers.get()
    asking = {"action": "ask", "email": "cyn@example.org"}
    assert "/accounts/" in client.post(address, asking)["Location"]  # who may act is sensitive
    assert not organisation.manager_invitations.exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "Ask another first" in client.post(address, {"who": me.pk}, follow=True).content.decode()
    page = client.post(address, {"action": "ask", "email": "CYN@example.org"}, follow=True)
    assert "We write to cyn@example.org" in page.content.decode()
    asked = organisation.manager_invitations.get()
    assert "Taken back" in client.post(address, {"who": asked.pk}, follow=True).content.decode()
    Manager.objects.create(organisation=organisation, user=cyn, since=NOON)
    answer = client.post(address, {"who": me.pk}, follow=True)
    assert answer.redirect_chain[-1][0] == "/teams/"
    assert client.get(address).status_code == 404


# --- What they never see ----------------------------------------------------------------------


def test_the_fields_of_a_row_are_the_promise():
    fields = {field.name for field in dataclasses.fields(showing.Row)}
    assert fields == {"number", "words", "day", "address", "letter", "can_move", "name"}


def test_nothing_about_a_person_stands_on_any_page_of_a_manager(order, max, ada, sessions):
    """Ada has a name, an address, access needs and writing. None of it is on any page."""
    User.objects.filter(pk=ada.pk).update(display_name="Adalina", document_name="Ada Byron")
    invitation = invited(order, max, "work@northmoor.example", now=timezone.now())
    place = accepting.accept(hash_behind(invitation), user=ada, now=timezone.now())
    Enrolment.objects.filter(pk=place.enrolment_id).update(
        access_needs=CANARY, access_needs_sent_at=NOON
    )
    agreeing.agree(ada, now=NOON)
    secrets = [
        "Adalina",
        "Ada Byron",
        "ada@example.org",
        CANARY,
        str(ada.pk),
        str(place.enrolment_id),
    ]
    for state in (PlaceState.ACCEPTED, PlaceState.STARTED, PlaceState.COMPLETED):
        Place.objects.filter(pk=place.pk).update(state=state)
        for path in ["/teams/", *pages_of(order)]:
            page = signed_in(max).get(path, follow=True).content.decode()
            assert [s for s in secrets if s in page] == [], path
        assert "work@northmoor.example" in page


def test_bursary_places_leave_no_trace(order, max, cyn, paid_cohort, organisation):
    given = bought(max, organisation, paid_cohort, 1, bursaries=1)
    before = signed_in(max).get(reverse("team_order", args=[given.pk])).content.decode()
    signed_in(cyn).post(reverse("take_bursary", args=[paid_cohort.pk]), {"bursary": "on"})
    assert Enrolment.objects.filter(user=cyn).exists()
    after = signed_in(max).get(reverse("team_order", args=[given.pk])).content.decode()
    plain = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')
    assert plain.sub("", before) == plain.sub("", after)


# --- As many queries for three as for one --------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_an_orders_page_asks_as_often_for_three_places_as_for_one(
    max, organisation, paid_cohort, number, django_assert_num_queries
):
    order = bought(max, organisation, paid_cohort, number)
    inviting.invite(order, [f"n{n}@x.org" for n in range(number)], by=max, now=timezone.now())
    for n, invitation in enumerate(Invitation.objects.all()):
        accepting.accept(hash_behind(invitation), user=person(f"q{n}"), now=timezone.now())
    settle_everything()
    client, address = signed_in(max), reverse("team_order", args=[order.pk])
    client.get(address)
    with django_assert_num_queries(ORDER_PAGE):
        client.get(address)


@pytest.mark.parametrize("number", [1, 3])
def test_an_organisations_page_asks_as_often_for_three_orders_as_for_one(
    max, organisation, paid_cohort, number, django_assert_num_queries
):
    for _order in range(number):
        bought(max, organisation, paid_cohort, 1)
    client, address = signed_in(max), reverse("organisation", args=[organisation.pk])
    client.get(address)
    with django_assert_num_queries(ORGANISATION_PAGE):
        client.get(address)


ORDER_PAGE, ORGANISATION_PAGE = 11, 8
