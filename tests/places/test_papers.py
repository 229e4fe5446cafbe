"""Invoices, credit notes, quotes and receipts: numbered whole, frozen, and PDF/UA."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from course.outbox.models import Effect
from course.people import roles
from course.places import amounts, buying, drawing, papers, quoting, transfer
from course.places.models import Document, Numbering, Order, Organisation
from tests.cast import NOON, person, settle_everything, signed_in, with_second_factor
from tests.certificates.twelve import TEXT_COLOURS, faults, text_colours

pytestmark = pytest.mark.django_db

CURRENCIES = [
    (0, "GBP", "£0.00"),
    (5, "GBP", "£0.05"),
    (1_234_550, "GBP", "£12,345.50"),
    (-9_500, "EUR", "−€95.00"),
    (12_000, "JPY", "JPY\N{NO-BREAK SPACE}12,000"),
    (12_345, "KWD", "KWD\N{NO-BREAK SPACE}12.345"),
    (12_345, "CHF", "CHF\N{NO-BREAK SPACE}123.45"),
]


@pytest.mark.parametrize(("minor", "currency", "words"), CURRENCIES)
def test_sums_in_words_and_back(minor, currency, words):
    assert amounts.shown(minor, currency) == words
    if minor >= 0:
        assert amounts.read(words, currency) == minor


@pytest.mark.parametrize("typed", ["", "ten", "1.234", "-5", "1e5", "٣", "1.2.3", "£", "9" * 10])
def test_what_is_no_sum_is_refused(typed):
    with pytest.raises(ValueError, match=r"^$"):
        amounts.read(typed, "GBP")


@pytest.fixture
def selling(settings):
    settings.SELLING = settings.SELLING | {
        "seller": "Northmoor Wellbeing Collective|2 Mill Street|Northmoor NM1 2BB",
        "tax_number": "GB 000 0000 00",
        "tax_rate": 2000,
        "bank_details": "Account: Northmoor Wellbeing Collective|Sort code 00-00-00|No. 00000000",
    }
    return settings.SELLING


@pytest.fixture
def order(selling, max, organisation, paid_cohort):
    return buying.start_order(
        max,
        cohort=paid_cohort,
        organisation=organisation,
        quantity=6,
        bursaries=1,
        po_number="PO-4711/ä",
        now=NOON,
    )


def invoiced(order: Order) -> Document:
    transfer.choose_transfer(order, NOON)
    return order.documents.get(kind=Document.INVOICE)


# --- Numbers --------------------------------------------------------------------------------


def test_each_paper_is_made_once_and_its_number_is_given_once(order):
    made = invoiced(order)
    assert papers.invoice(order, NOON + timedelta(days=400)) == made
    assert (made.number, Numbering.objects.get().last) == ("INV-2026-0001", 1)


def test_a_roll_back_gives_the_number_back(order, max, organisation, paid_cohort):
    with transaction.atomic():
        papers.invoice(order, NOON)
        transaction.set_rollback(True)
    assert invoiced(order).number == "INV-2026-0001"


def test_numbers_start_again_each_year_and_are_counted_by_kind(order):
    made = invoiced(order)
    note = papers.credit_note(made, datetime(2027, 1, 1, tzinfo=UTC))
    other = papers.receipt(order, reason="x", now=NOON)
    assert [note.number, other.number] == ["CN-2027-0001", "REC-2026-0001"]


def test_the_database_itself_refuses_a_number_twice(order):
    made = invoiced(order)
    made.pk, made.reason = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


# --- Facts ----------------------------------------------------------------------------------


def test_a_paper_is_a_page_as_well(order, max):
    made = invoiced(order)
    page = signed_in(max).get(reverse("paper", args=[made.pk])).content.decode()
    for words in (made.number, "£798.00", "VAT, 20%", reverse("paper_pdf", args=[made.pk])):
        assert words in page


def test_later_changes_rewrite_nothing(order, organisation, paid_cohort, settings):
    made = invoiced(order)
    settle_everything()
    made.refresh_from_db()
    facts, drawn = made.facts, bytes(made.pdf)
    Organisation.objects.filter(pk=organisation.pk).update(name="Another name")
    type(paid_cohort).objects.filter(pk=paid_cohort.pk).update(title="Another title")
    settings.SELLING = settings.SELLING | {"seller": "Somebody else", "tax_rate": 0}
    order.refresh_from_db()
    again = papers.invoice(order, NOON)
    assert again.facts == facts
    assert drawing.keep_drawn(again) == drawn


def test_an_invoice_adds_up_and_names_everything(order):
    facts = invoiced(order).facts
    lines = sum(line["amount"] for line in facts["lines"])
    assert lines + facts["tax_minor"] == facts["total_minor"] == order.total_minor == 79_800
    assert facts["buyer"]["name"] == "Northmoor Trust"
    assert facts["po_number"] == "PO-4711/ä"
    assert (facts["due_on"], facts["tax_rate"]) == ("2026-12-03", "20%")
    assert "max@" not in str(facts)  # an invoice is to an organisation


# --- Paper ----------------------------------------------------------------------------------


def all_kinds(order: Order) -> list[Document]:
    quote = quoting.give_quote(order, NOON)
    bill = invoiced(order)
    paid = papers.receipt(order, reason="x", now=NOON)
    return [quote, bill, paid, papers.credit_note(bill, NOON)]


def test_every_paper_is_pdf_ua_black_on_white_and_says_what_it_is(order):
    import page
    import pikepdf

    words = {
        Document.QUOTE: "This price stays the same until 3 December 2026",
        Document.INVOICE: "Please give INV-2026-0001 as the reference",
        Document.RECEIPT: "Your payment of invoice INV-2026-0001 arrived on 3 November 2026",
        Document.CREDIT_NOTE: "It cancels invoice INV-2026-0001, whole",
    }
    for made in all_kinds(order):
        content = drawing.draw(made)
        assert page.validate_pdf_bytes(content, profile="ua1").failures == []
        assert faults(content, "places/papers/_paper.html", drawing.context(made)) == []
        said = text_of(content)
        for fact in (words[made.kind], made.number, "£798.00", "£133.00", "PO-4711/ä", "VAT, 20%"):
            assert fact in said, made.kind
        with pikepdf.open(BytesIO(content)) as document:
            assert str(document.docinfo["/Title"]).endswith(made.number)
            assert str(document.Root.Lang) == "en-GB"
        assert text_colours(content) <= TEXT_COLOURS
        assert drawing.draw(made) == content


def text_of(content: bytes) -> str:
    import pypdf

    sheets = pypdf.PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())


HOSTILE = ["<img src=file:///etc/passwd>", "=cmd|' /C calc'!A0", "W" * 140, "شركة", "🙂 trust"]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_buyer_typed_is_text_and_fits(order, words):
    import page

    Order.objects.filter(pk=order.pk).update(
        po_number=words[:140], billing=order.billing | {"name": words[:120], "address": words}
    )
    content = drawing.draw(invoiced(Order.objects.get(pk=order.pk)))
    assert page.validate_pdf_bytes(content, profile="ua1").failures == []
    if words.isascii():
        assert "".join(words.split()) in "".join(text_of(content).split())


def test_the_worker_draws_once_and_a_download_draws_nothing(order, max, monkeypatch):
    made = invoiced(order)
    settle_everything()
    made.refresh_from_db()
    monkeypatch.setattr(drawing, "draw", None)
    answer = signed_in(max).get(reverse("paper_pdf", args=[made.pk]))
    assert answer.content == bytes(made.pdf)
    assert answer["Content-Type"] == "application/pdf"
    assert 'filename="inv-2026-0001.pdf"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


def test_a_download_before_the_worker_came_asks_to_wait(order, max):
    made = invoiced(order)
    answer = signed_in(max).get(reverse("paper_pdf", args=[made.pk]))
    assert answer.status_code == 202
    assert "in a minute" in answer.content.decode()


def test_who_may_download(order, max, flo, root, cyn):
    made = invoiced(order)
    settle_everything()
    stranger = with_second_factor(person("manager-of-another"))
    other = Organisation.objects.create(name="Other", billing_email="o@example.org")
    other.managers.create(user=stranger, since=NOON)
    accountant = with_second_factor(person("accountant"))
    accountant.groups.add(roles.finance())
    address = reverse("paper_pdf", args=[made.pk])
    expected = {max: 200, root: 200, accountant: 200, flo: 404, cyn: 404, stranger: 404}
    found = {who: signed_in(who).get(address).status_code for who in expected}
    assert found == expected
    from django.test import Client

    assert Client().get(address).status_code == 302


def test_someones_own_paper_is_theirs_alone(cyn, bea, paid_cohort, root):
    own = buying.start_order(cyn, cohort=paid_cohort, quantity=1, now=NOON)
    made = invoiced(own)
    settle_everything()
    address = reverse("paper_pdf", args=[made.pk])
    assert [signed_in(who).get(address).status_code for who in (cyn, bea)] == [200, 404]


def test_the_drawing_is_owed_once(order):
    made = invoiced(order)
    papers.invoice(order, NOON)
    assert Effect.objects.filter(dedupe_key=f"paper:{made.pk}:draw").count() == 1


def test_the_tables_have_no_float(order):
    invoiced(order)
    kinds = {"real", "double precision", "float"}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("places_"):
                described = connection.introspection.get_table_description(cursor, table)
                types = {connection.introspection.get_field_type(c.type_code, c) for c in described}
                assert not types & {"FloatField", "DecimalField"}, (table, kinds)
