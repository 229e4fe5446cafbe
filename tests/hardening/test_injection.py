"""R72: no name, title, number or address reaches another program as anything but words."""

import csv
import importlib
import io
import pkgutil
from datetime import date, time

import pytest
from django import forms
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import Page

import certificates
import course
import reflections
import sessions
from certificates import cpd
from course import names, pdf, tables
from course.cohorts import calendar
from course.cohorts.models import Cohort, LiveSession
from course.outbox.models import Effect
from course.people.models import User
from course.places import buying, transfer
from course.places.exporting import orders_as_csv
from course.places.models import Order, Organisation
from course.programme.models import ProgrammePage
from tests.cast import NOON, settle_everything, signed_in
from tests.hardening.corpus import CANARY, EVERYTHING, FORMULAS, MARKUP, NEW_LINES

# What is looked up, chosen from a list, read as a number, or hashed: nothing of it is kept as it was typed.
NOT_KEPT = {
    "zone",
    "worth",
    "code",
    "task",
    "password",
    "oldpassword",
    "password1",
    "password2",
    "username",
    "pk",
    "id",
}


# --- Every field of every form ----------------------------------------------------------------------


def all_forms() -> list[type[forms.BaseForm]]:
    for package in (course, sessions, certificates, reflections):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not {"migrations", "management"} & set(found.name.split(".")):
                importlib.import_module(found.name)
    ours, left = {}, [forms.BaseForm]
    while left:
        left += (kinds := left.pop().__subclasses__())
        here = (k for k in kinds if k.__module__.split(".")[0] in names_of_ours())
        ours |= {f"{k.__module__}.{k.__name__}": k for k in here}
    return [kind for _name, kind in sorted(ours.items()) if hasattr(kind, "base_fields")]


def names_of_ours() -> set[str]:
    return {package.__name__ for package in (course, sessions, certificates, reflections)}


def taken(form: type[forms.BaseForm], name: str, text: str) -> str:
    """What this field makes of it, with the form's own look at it. Raises ValidationError."""
    value = fields_of(form)[name].clean(text)
    again = getattr(form, f"clean_{name}", None)
    if again:
        blank = form.__new__(form)
        blank.cleaned_data, blank.fields = {name: value}, fields_of(form)
        value = again(blank)
    return value or ""


def test_no_field_of_one_line_takes_two():
    through, looked_at = [], 0
    for form in all_forms():
        for name, field in fields_of(form).items():
            one_line = isinstance(field, forms.CharField) and not field.widget.is_hidden
            if not one_line or isinstance(field.widget, forms.Textarea) or name in NOT_KEPT:
                continue
            looked_at += 1
            for text in NEW_LINES:
                try:
                    kept = taken(form, name, text)
                except ValidationError:
                    continue
                if any(c in kept for c in "\r\n\v\f\x85\u2028\u2029\0\x1b\x7f"):
                    through.append((form.__name__, name, text))
    assert through == []
    assert looked_at >= 12


def fields_of(form: type[forms.BaseForm]) -> dict[str, forms.Field]:
    """With what the form adds to its own fields as it is made, where it can be made by itself."""
    return form().fields if form.__name__ == "OrganisationForm" else form.base_fields


@pytest.mark.django_db
def test_a_name_of_two_lines_is_a_kind_error_and_never_a_broken_page(ada, max, organisation):
    hers, his = signed_in(ada), signed_in(max)
    for text in NEW_LINES[:4]:
        answer = hers.post(reverse("names"), {"display_name": text, "document_name": text})
        assert answer.status_code in {200, 422}, text
        assert "in one line" in answer.content.decode()
        facts = {"name": text, "billing_address": "1 Lane", "billing_email": "a@example.org"}
        answer = his.post(reverse("organisation_details", args=[organisation.pk]), facts)
        assert answer.status_code in {200, 422}, text
    ada.refresh_from_db()
    assert ada.display_name == "Ada"


# --- Letters: whatever stands in the database already ----------------------------------------------


@pytest.fixture
def hostile(ada, max, organisation, paid_cohort):
    """One order with everything that stands on it, each field able to hold any text."""

    def make(text: str) -> Order:
        User.objects.filter(pk__in=[ada.pk, max.pk]).update(display_name=text[:60])
        Organisation.objects.update(name=text[:120], billing_address=text, vat_number=text[:20])
        Cohort.objects.update(title=text[:120])
        Page.objects.filter(pk=ProgrammePage.objects.get().pk).update(title=text)
        order = buying.start_order(
            max,
            cohort=Cohort.objects.get(pk=paid_cohort.pk),
            organisation=Organisation.objects.get(pk=organisation.pk),
            quantity=2,
            po_number=text[:60],
            now=NOON,
        )
        return transfer.choose_transfer(order, NOON)

    return make


@pytest.mark.django_db
def test_letters_keep_their_heads(hostile, settings):
    for text in [NEW_LINES[1], MARKUP[0], MARKUP[7]]:  # as an import could have written them
        mail.outbox.clear()
        hostile(text.replace("\0", ""))
        settle_everything()
        assert mail.outbox
        assert not Effect.objects.filter(state=Effect.OWED, attempts__gt=0).exists()
        for letter in mail.outbox:
            heads = letter.message()
            assert CANARY not in str(heads.items())
            assert set(heads.keys()) <= {
                "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
                "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To",
            }  # fmt: skip
            assert "<script>" not in letter.alternatives[0][0]
            assert "{{" not in letter.subject


# --- Tables ------------------------------------------------------------------------------------------


def runs(cell: str) -> bool:
    return any(cell.lstrip(" \u00a0\u200b").startswith(start) for start in tables.STARTS)


def test_no_cell_begins_like_a_formula_and_each_is_in_quotation_marks():
    for text in EVERYTHING:
        line = tables.line([tables.safe(text), "next"])
        cells = next(csv.reader(io.StringIO(line, newline="")))
        assert cells[1] == "next"
        assert cells[0].removeprefix("'") == text
        assert not runs(cells[0]), text
        assert line.startswith('"')
        assert line.endswith('"next"\r\n')


@pytest.mark.django_db
def test_our_own_tables(hostile, flo, cohort, ada):
    for text in (FORMULAS[0], FORMULAS[9], FORMULAS[-1]):
        order = hostile(text)
        User.objects.filter(pk=ada.pk).update(document_name=text)
        table = signed_in(flo).get(reverse("group_export", args=[cohort.pk]))
        made = [
            "".join(orders_as_csv([Order.objects.get(pk=order.pk)])),
            b"".join(table.streaming_content).decode("utf-8-sig"),
            "".join(cpd.as_csv(a_record(text))),
        ]
        for content in made:
            cells = [c for row in csv.reader(io.StringIO(content, newline="")) for c in row]
            assert text in "".join(cells)
            assert [c for c in cells if runs(c) and not c.replace(".", "").isdigit()] == []


def a_record(text: str) -> cpd.CpdRecord:
    entry = cpd.Learning(1, text, text, text, date(2026, 10, 6), 80, 0, text, text)
    return cpd.CpdRecord(text, text, text, text, date(2026, 12, 1), [entry])


@pytest.mark.django_db
def test_wagtails_own_tables(root):
    page = ProgrammePage.objects.get()
    client = signed_in(root)
    for text in (FORMULAS[1], FORMULAS[8], NEW_LINES[10]):
        Page.objects.filter(pk=page.pk).update(title=text)
        address = reverse("wagtailadmin_reports:aging_pages_results")
        answer = client.get(address + "?export=csv")
        content = b"".join(answer.streaming_content).decode()
        cells = [c for row in csv.reader(io.StringIO(content)) for c in row]
        assert content.startswith('"')
        assert any("SUM" in c or "1+1" in c or "HYPERLINK" in c or "Byron" in c for c in cells)
        assert [c for c in cells if runs(c)] == []
        answer = client.get(address + "?export=xlsx")
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}
        assert [c.value for c in cells if isinstance(c.value, str) and runs(c.value)] == []


# --- Calendars ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_calendar_holds_its_own_lines_and_no_other(cohort, programme, ada):
    LiveSession.objects.create(cohort=cohort, number=3, day=date(2026, 10, 20), starts=time(14))
    plain = kinds_of_line(calendar.build(LiveSession.objects.all(), is_feed=True))
    for text in [t.replace("\0", "\x01") for t in EVERYTHING]:
        Page.objects.filter(pk=programme.pk).update(title=text[:250])
        made = calendar.build(
            LiveSession.objects.all(), is_feed=True, method="REQUEST", for_user=ada
        )
        assert kinds_of_line(made) - plain <= {"ATTENDEE", "ORGANIZER"}, text
        assert made.split(b"\r\n").count(b"BEGIN:VEVENT") == 1
        assert f"ATTENDEE:mailto:x@{CANARY}".encode() not in made.replace(b"\r\n ", b"").split(
            b"\r\n"
        )
        whole = made.decode().replace("\r\n", "")
        assert not [c for c in whole if c < " " or c in "\x7f\x85\u2028\u2029"], text


def kinds_of_line(content: bytes) -> set[str]:
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    return {line.partition(":")[0].partition(";")[0] for line in lines if line}


# --- Papers ------------------------------------------------------------------------------------------


def test_on_paper_they_are_words_or_the_paper_says_that_it_cannot():
    from django.template import Context, Template

    page = Template('<html lang="en"><title>x</title><body><h1>x</h1><p>{{ text }}</p>')
    for text in [NEW_LINES[0], NEW_LINES[7], MARKUP[-1], FORMULAS[10]]:
        try:
            content = pdf.write(page.render(Context({"text": text})), identifier="x")
        except pdf.Unprintable:
            continue
        assert b"/EmbeddedFile" not in content
        assert b"/Launch" not in content
    for text in NEW_LINES[9:12]:
        with pytest.raises(ValidationError):
            names.check_name(text)
