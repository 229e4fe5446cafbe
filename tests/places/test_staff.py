"""Orders in the workspace: who sees them, what each press does, and what no screen shows."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from course.audit.forgetting import forget
from course.audit.models import Entry
from course.cohorts.models import Cohort
from course.people import roles
from course.places import books, buying, exporting, offering, refunding, transfer
from course.places.models import Discount, Document, Order, Refund
from course.places.states import OrderStatus, PlaceState
from tests.cast import NOON, PASSWORD, enrolled, person, signed_in, stale, with_second_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(max, organisation, paid_cohort):
    order = buying.start_order(
        max,
        cohort=paid_cohort,
        organisation=organisation,
        quantity=6,
        po_number="PO-4711",
        now=NOON,
    )
    return transfer.choose_transfer(order, NOON)


def at_the_desk(user) -> Client:
    """Signed in, and has just given the password again."""
    client = signed_in(user)
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def act(order: Order, action: str) -> str:
    return reverse("staff_act", args=[order.pk, action])


PAID = {"on": "2026-11-03", "reference": "Northmoor", "amount": "570.00"}


def status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


# --- Who ------------------------------------------------------------------------------------


def test_orders_open_for_finance_and_superusers_and_for_nobody_else(order, fay, root, flo, max):
    group = reverse("staff_group", args=[order.cohort_id])
    pages = [reverse("staff_orders"), reverse("staff_order", args=[order.pk])]
    pages += [act(order, "paid"), reverse("staff_groups"), group]
    for page in pages:
        for user in (fay, root):
            assert signed_in(user).get(page).status_code == 200, page
        assert signed_in(flo).get(page).status_code == 404, page
        assert signed_in(max).get(page).status_code == 302, page  # no workspace at all
        assert Client().get(page).status_code == 302, page


def test_a_facilitator_can_do_nothing_here_and_sees_no_menu(order, flo, fay):
    client = at_the_desk(flo)
    assert client.post(act(order, "paid"), PAID).status_code == 404
    assert client.post(reverse("staff_orders_export")).status_code == 404
    assert status(order) == OrderStatus.INVOICED
    assert "Selling" not in client.get("/cms/").content.decode()
    assert "Selling" in signed_in(fay).get("/cms/").content.decode()


def test_finance_sees_no_people_groups_or_pages_of_others(order, fay, root, programme):
    client = signed_in(fay)
    closed = ["users/", "groups/new/", "settings/programme/sitesettings/", "redirects/", "sites/"]
    closed += [f"pages/{programme.pk}/edit/", f"users/edit/{root.pk}/"]
    found = {page: client.get(f"/cms/{page}").status_code for page in closed}
    assert {page for page, code in found.items() if code not in {302, 403, 404}} == set()


def test_who_may_only_look_cannot_act(order, db):
    from django.contrib.auth.models import Permission

    reader = with_second_factor(person("reader"))
    for app, name in (("places", "view_order"), ("wagtailadmin", "access_admin")):
        reader.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=name)
        )
    client = at_the_desk(reader)
    page = client.get(reverse("staff_order", args=[order.pk])).content.decode()
    assert "Note a payment" not in page
    assert client.post(act(order, "paid"), PAID).status_code == 404


# --- Lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_however_many_orders(
    number, max, organisation, paid_cohort, fay, django_assert_num_queries
):
    for _n in range(number):
        made = buying.start_order(
            max, cohort=paid_cohort, organisation=organisation, quantity=1, now=NOON
        )
        transfer.choose_transfer(made, NOON)
    client, address = signed_in(fay), reverse("staff_orders")
    client.get(address)
    with django_assert_num_queries(17) as seen:
        client.get(address)
    ours = [q["sql"] for q in seen if 'FROM "places_' in q["sql"]]
    # orders, count, papers, and what waits: orders, refunds, differences, groups called off
    assert len(ours) == 7
    assert not [sql for sql in ours if '"pdf"' in sql]


@pytest.mark.parametrize("number", [1, 3])
def test_an_orders_page_asks_the_same_however_much_happened(
    number, order, root, fay, django_assert_num_queries
):
    facts = {"by": root, "reference": "x", "on": NOON.date(), "now": NOON}
    transfer.mark_paid(order, amount=order.total_minor, **facts)
    for _n in range(number):
        refunding.ask_refund(order, places=1, by=root, now=NOON)
    client, address = signed_in(fay), reverse("staff_order", args=[order.pk])
    client.get(address)
    with django_assert_num_queries(21):
        client.get(address)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=inv-2026-0001", 1),
        ("q=PO-4711", 1),
        ("q=northmoor", 1),
        ("q=INV-2026-0002", 0),
        ("status=invoiced", 1),
        ("status=paid", 0),
        ("status=nonsense", 1),
        ("q=%00", 1),
        ("q=%27%3B--", 0),
        ("p=99", 1),
    ],
)
def test_finding_an_order(query, found, order, fay):
    page = signed_in(fay).get(reverse("staff_orders") + "?" + query).content.decode()
    assert page.count(reverse("staff_order", args=[order.pk])) == found


def test_no_person_in_a_place_is_named(order, fay, cyn):
    buying.take(order.places.first(), user=cyn, now=NOON)
    page = signed_in(fay).get(reverse("staff_order", args=[order.pk])).content.decode()
    assert "1: taken" in page
    assert "cyn@" not in page
    assert "Cyn" not in page


# --- Presses --------------------------------------------------------------------------------


def test_nothing_happens_without_the_password_given_lately(order, fay):
    client = stale(fay)
    assert client.get(act(order, "paid")).status_code == 200
    answer = client.post(act(order, "paid"), PAID)
    assert answer.status_code == 302
    assert "/accounts/" in answer["Location"]
    assert status(order) == OrderStatus.INVOICED


def test_what_was_pressed_is_done_after_the_password(order, fay):
    client = stale(fay)
    asked = client.post(act(order, "paid"), PAID)
    answer = client.post(asked["Location"], {"password": PASSWORD, "next": act(order, "paid")})
    assert answer["Location"] == reverse("staff_order", args=[order.pk])
    assert status(order) == OrderStatus.PAID


def test_noting_a_payment(order, fay):
    client = at_the_desk(fay)
    for _twice in range(2):
        client.post(act(order, "paid"), PAID)
    assert status(order) == OrderStatus.PAID
    assert order.documents.filter(kind=Document.RECEIPT).count() == 1
    line = Entry.objects.get(action="order.transfer_noted")
    assert line.actor == str(fay.pk)
    page = client.get(reverse("staff_order", args=[order.pk])).content.decode()
    assert "a transfer was noted, Fay" in page
    assert "£570.00" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "569.99"}, "£0.01 are missing"),
        ({"amount": "571"}, "£1.00 too much"),
    ],
)
def test_a_payment_of_another_amount_is_explained(order, fay, changes, words):
    page = at_the_desk(fay).post(act(order, "paid"), PAID | changes, follow=True)
    assert words in page.content.decode()
    assert status(order) == OrderStatus.INVOICED


@pytest.mark.parametrize(
    "changes",
    [{"amount": "ten"}, {"amount": ""}, {"on": "2999-01-01"}, {"on": "x"}, {"reference": " "}],
)
def test_a_form_that_cannot_be_read_changes_nothing(order, fay, changes):
    answer = at_the_desk(fay).post(act(order, "paid"), PAID | changes)
    assert answer.status_code == 422
    assert status(order) == OrderStatus.INVOICED


def test_cancelling(order, fay):
    at_the_desk(fay).post(act(order, "cancel"))
    assert status(order) == OrderStatus.VOID


def test_what_cannot_be_done_any_more_is_said(order, fay, root):
    transfer.cancel_invoice(order, by=root, now=NOON)
    page = at_the_desk(fay).post(act(order, "cancel"), follow=True).content.decode()
    assert "Somebody was here before you" in page
    assert at_the_desk(fay).get(act(order, "nonsense")).status_code == 404


def test_credit_is_given_by_someone_else_than_the_buyer(
    order, fay, organisation, paid_cohort, settings
):
    settings.SELLING = settings.SELLING | {"approve_above": 1}
    own = buying.start_order(
        fay, cohort=paid_cohort, organisation=organisation, quantity=1, now=NOON
    )
    transfer.choose_transfer(own, NOON)
    page = at_the_desk(fay).post(act(own, "approve"), follow=True).content.decode()
    assert "your own" in page
    assert status(own) == OrderStatus.AWAITING_APPROVAL
    refused = Entry.objects.get(action="approve.refused")
    assert (refused.actor, refused.result) == (str(fay.pk), "refused")
    second = with_second_factor(person("second"))
    second.groups.add(roles.finance())
    at_the_desk(second).post(act(own, "approve"))
    assert status(own) == OrderStatus.INVOICED


def test_a_large_refund_needs_two_people_and_a_transfer(order, fay, root, settings):
    settings.SELLING = settings.SELLING | {"second_person_above": 9_500}
    client = at_the_desk(fay)
    client.post(act(order, "paid"), PAID)
    client.post(act(order, "refund"), {"places": "2", "amount": ""})
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor) == (Refund.ASKED, 19_000)
    assert "A refund of £190.00 waits" in client.get(reverse("staff_orders")).content.decode()
    agree = reverse("staff_act_on_refund", args=[refund.pk, "agree"])
    assert "somebody else has to agree" in client.post(agree, follow=True).content.decode()
    at_the_desk(root).post(agree)
    refund.refresh_from_db()
    assert refund.state == Refund.AGREED
    sent = reverse("staff_act_on_refund", args=[refund.pk, "sent"])
    client.post(sent, {"reference": "back"})
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref) == (Refund.DONE, "back")
    assert order.places.filter(state=PlaceState.REVOKED).count() == 2
    assert list(books.breaches()) == []


def test_no_more_is_refunded_than_there_is(order, fay):
    client = at_the_desk(fay)
    client.post(act(order, "paid"), PAID)
    page = client.post(act(order, "refund"), {"places": "0", "amount": "570.01"}, follow=True)
    assert "Nothing was changed" in page.content.decode()
    assert not Refund.objects.exists()


# --- Exports --------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "|calc",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\N{NO-BREAK SPACE}=1",
    "\N{ZERO WIDTH SPACE}=1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example","x")',
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(text):
    assert exporting.safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Northmoor", "a=b", "1-2", "Łódź", "'x"])
def test_plain_text_stays_as_it_is(text):
    assert exporting.safe(text) == text


def test_the_table_of_orders(order, fay, organisation):
    Order.objects.filter(pk=order.pk).update(
        po_number="=HYPERLINK(1)", billing=order.billing | {"name": "@Trust, “so called”"}
    )
    answer = at_the_desk(fay).post(reverse("staff_orders_export") + "?status=invoiced")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    facts = dict(zip(*rows, strict=True))
    assert facts["PO number"] == "'=HYPERLINK(1)"
    assert facts["Billed to"] == "'@Trust, “so called”"
    assert (facts["Total"], facts["Received"], facts["Papers"]) == (
        "570.00",
        "0.00",
        "INV-2026-0001",
    )
    assert all(line.startswith('"') for line in text.splitlines())
    assert Entry.objects.get(action="orders.exported").actor == str(fay.pk)


def test_three_tables_a_day_and_kind_words_about_a_fourth(order, fay, root):
    client, address = at_the_desk(fay), reverse("staff_orders_export")
    assert [client.post(address).status_code for _times in range(3)] == [200] * 3
    answer = client.post(address)
    assert answer.status_code == 429
    assert 86_000 < int(answer["Retry-After"]) <= 86_400
    words = answer.content.decode()
    assert "You have had three tables within a day. The next is ready for you on" in words
    assert "Northmoor Trust" in words  # the orders themselves are there all the same
    assert Entry.objects.filter(action="orders.exported").count() == 3
    assert at_the_desk(root).post(address).status_code == 200  # counted for each person
    hers = Entry.objects.filter(action="orders.exported", actor=str(fay.pk))
    forget(hers.filter(pk=hers.order_by("at").first().pk))
    assert client.post(address).status_code == 200


def test_a_table_needs_the_password_too(order, fay):
    assert stale(fay).post(reverse("staff_orders_export")).status_code == 302
    assert at_the_desk(fay).get(reverse("staff_orders_export")).status_code == 405


# --- Prices and codes -----------------------------------------------------------------------

TERMS = {
    "price_minor": "130",
    "team_price_minor": "£99.50",
    "currency": "GBP",
    "places": "30",
    "bursaries": "2",
}


def test_prices_places_and_bursaries(order, fay, paid_cohort):
    address = reverse("staff_group", args=[paid_cohort.pk])
    signed_in(fay).post(address, TERMS)
    paid_cohort.refresh_from_db()
    assert (paid_cohort.price_minor, paid_cohort.team_price_minor) == (13_000, 9_950)
    assert (paid_cohort.capacity, paid_cohort.bursaries, paid_cohort.held) == (30, 2, 2)
    assert status(order) == OrderStatus.INVOICED
    assert order.unit_minor == 9_500
    signed_in(fay).post(address, TERMS | {"bursaries": "0", "places": "6"})
    paid_cohort.refresh_from_db()
    assert (paid_cohort.capacity, paid_cohort.bursaries, paid_cohort.held) == (6, 0, 0)
    assert list(books.breaches()) == []


@pytest.mark.parametrize(
    "changes",
    [{"places": "5"}, {"bursaries": "25"}, {"price_minor": "-1"}, {"currency": "XXX"}],
)
def test_what_does_not_fit_changes_nothing(order, fay, paid_cohort, changes):
    before = vars(Cohort.objects.get(pk=paid_cohort.pk))
    answer = signed_in(fay).post(reverse("staff_group", args=[paid_cohort.pk]), TERMS | changes)
    assert answer.status_code == 422
    after = vars(Cohort.objects.get(pk=paid_cohort.pk))
    assert {k: v for k, v in before.items() if k != "_state"} == {
        k: v for k, v in after.items() if k != "_state"
    }


def test_a_first_limit_counts_who_is_there_already(cohort, ada, bea, cyn, root):
    enrolled(cyn, cohort)
    facts = {"price_minor": 0, "team_price_minor": 0, "currency": "GBP", "by": root, "now": NOON}
    with pytest.raises(offering.TooFew) as told:
        offering.set_terms(cohort, places=2, **facts)
    assert told.value.needed == 3
    offering.set_terms(cohort, places=3, **facts)
    cohort.refresh_from_db()
    assert (cohort.capacity, cohort.sold) == (3, 3)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_prices_asks_the_same_however_many_groups(
    number, programme, fay, django_assert_num_queries
):
    for n in range(number):
        Cohort.objects.create(programme_id=programme.pk, title=f"Group {n}")
    client, address = signed_in(fay), reverse("staff_groups")
    client.get(address)
    with django_assert_num_queries(12):
        client.get(address)


CODES = "/cms/snippets/places/discount/"
CODE = {"code": " spring 15 ", "kind": "percent", "worth": "15%", "limit": "3"}
CODE |= {"starts_at": "", "ends_at": "", "cohort": ""}


def test_a_code_is_kept_as_it_is_looked_up(fay):
    answer = signed_in(fay).post(CODES + "add/", CODE)
    assert answer.status_code == 302, answer.context["form"].errors
    made = Discount.objects.get()
    assert (made.code, made.value, made.limit, made.used) == ("SPRING15", 15, 3, 0)
    page = signed_in(fay).get(f"{CODES}edit/{made.pk}/").content.decode()
    assert 'value="15"' in page


def test_an_amount_is_a_sum_for_each_place(fay):
    signed_in(fay).post(CODES + "add/", CODE | {"kind": "amount", "worth": "£5.50"})
    assert Discount.objects.get().value == 550


@pytest.mark.parametrize(
    "changes",
    [
        {"code": ""},
        {"code": "a b=c"},
        {"code": "ＳＰＲＩＮＧ"},
        {"code": "łódź"},
        {"worth": "0"},
        {"worth": "101"},
        {"worth": "ten"},
        {"worth": ""},
        {"kind": "amount", "worth": "0.00"},
        {"kind": "amount", "worth": "x"},
        {"kind": "other"},
        {"limit": "-1"},
        {"starts_at": "2026-11-03 12:00", "ends_at": "2026-11-03 12:00"},
    ],
)
def test_a_code_that_makes_no_sense_is_not_made(fay, changes):
    answer = signed_in(fay).post(CODES + "add/", CODE | changes)
    assert answer.status_code == 200
    assert not Discount.objects.exists()


def test_a_code_cannot_be_limited_below_its_use_or_made_twice(fay):
    made = Discount.objects.create(code="SPRING15", kind="percent", value=15, used=4)
    client = signed_in(fay)
    client.post(f"{CODES}edit/{made.pk}/", CODE)
    made.refresh_from_db()
    assert made.limit is None
    client.post(CODES + "add/", CODE)
    assert Discount.objects.count() == 1


def test_codes_are_for_finance_alone(flo, fay):
    for page in (CODES, CODES + "add/"):
        assert signed_in(fay).get(page).status_code == 200
        assert signed_in(flo).get(page).status_code in {302, 403}


def test_a_quote_of_tomorrow_is_not_a_payment_of_today(order, fay):
    """Days are days of the bank statement: not the future, and any past day."""
    past = (NOON - timedelta(days=300)).date().isoformat()
    at_the_desk(fay).post(act(order, "paid"), PAID | {"on": past})
    assert status(order) == OrderStatus.PAID
