"""Every letter about money: what it says, to whom, once, and what it keeps to itself."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse

from course import mail as letters_out
from course.outbox.models import Effect
from course.outbox.owing import owe
from course.places import (
    approving,
    buying,
    drawing,
    letters,
    quoting,
    refunding,
    reminding,
    transfer,
)
from course.places.models import Discount, Document, Order
from course.places.states import OrderStatus
from tests.cast import NOON, settle_everything, signed_in
from tests.places.test_staff import at_the_desk

pytestmark = pytest.mark.django_db

NAMES = [
    "order_confirmed",
    "order_settled",
    "invoice_issued",
    "invoice_reminder",
    "refund_sent",
    "payment_did_not_go_through",
    "quote_ready",
    "credit_being_looked_at",
    "order_ended",
]
FACTS = {
    "number": "INV-2026-0001",
    "total": "£570.00",
    "due": "3 December 2026",
    "until": "3 December 2026",
    "url": "http://testserver/orders/1/",
    "reason": "The sum is larger than we can invoice ahead. A smaller order may fit.",
    "site_url": "http://testserver",
    "site_name": "Resourced",
}
# The mailbox may belong to an employer: nothing about what the programme is.
TELLING = re.compile(r"wellbeing|resourced|stress|health|session|programme|refund|cours", re.I)
BLAME = re.compile(r"overdue|fail|must|immediately|final|urgent|late\b|sorry", re.I)


@pytest.mark.parametrize("name", NAMES)
def test_each_letter_is_plain_short_and_in_two_forms(name):
    message = letters_out.make_message(name, to="a@example.org", key="k", context=FACTS)
    html = message.alternatives[0].content
    assert "\n" not in message.subject
    assert len(message.subject) <= 60
    assert not TELLING.search(message.subject)
    body = message.body.split("\n--\n")[0]
    assert not BLAME.search(body)
    for sentence in re.split(r"(?<=[.!?:])\s+", body):
        assert len(sentence.split()) <= 20, sentence
    told = {line.strip().removesuffix(":") for line in body.splitlines() if line.strip()}
    plain = re.sub(r"<[^>]+>", "", html)
    assert [line for line in told if line not in plain] == []
    assert "{" not in body
    assert "http" not in html.replace("http://testserver", "")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_text_in_every_letter(name):
    html = render_to_string(f"email/{name}/body.html", FACTS | {"number": "<b>1</b>"})
    assert "<b>1</b>" not in html


@pytest.fixture
def order(max, organisation, paid_cohort):
    return buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=6, now=NOON
    )


def sent() -> list[tuple[str, str, list[str]]]:
    """Settle everything; then: to whom, the first line, and what is attached."""
    settle_everything()
    return [
        (m.to[0], m.body.strip().splitlines()[0], [a[0] for a in m.attachments])
        for m in mail.outbox
    ]


def pay(order: Order, root) -> None:
    order.refresh_from_db()
    facts = {"by": root, "reference": "x", "on": NOON.date(), "now": NOON}
    transfer.mark_paid(order, amount=order.total_minor, **facts)


BILLING = "invoices@northmoor.example.org"


def test_from_invoice_to_refund_one_letter_each(order, root):
    transfer.choose_transfer(order, NOON)
    assert sent() == [(BILLING, "Here is your invoice", ["inv-2026-0001.pdf"])]
    pay(order, root)
    refund = refunding.ask_refund(order, places=1, by=root, now=NOON)
    refunding.mark_sent(refund, by=root, reference="y", now=NOON)
    assert sent()[1:] == [
        (BILLING, "Your payment arrived", ["rec-2026-0001.pdf"]),
        (BILLING, "Your money is on its way back", ["cn-2026-0001.pdf"]),
    ]
    assert "£570.00 arrived" in mail.outbox[1].body
    assert all(m.attachments[0][1].startswith(b"%PDF") for m in mail.outbox)
    settle_everything()
    assert len(mail.outbox) == 3


def test_a_letter_twice_after_a_crash_is_one_letter(order, monkeypatch):
    transfer.choose_transfer(order, NOON)
    document = str(Document.objects.get().pk)
    for _twice in range(2):
        letters.send_invoice(document=document)
    assert len({m.extra_headers["Message-ID"] for m in mail.outbox}) == 1
    Document.objects.update(pdf=b"as it was")
    monkeypatch.setattr(drawing, "draw", None)  # what is stored is not drawn again
    letters.send_invoice(document=document)
    assert mail.outbox[2].attachments[0][1] == b"as it was"


def test_credit_is_told_to_whoever_ordered(order, root, settings):
    settings.SELLING = settings.SELLING | {"approve_above": 1}
    transfer.choose_transfer(order, NOON)
    assert sent() == [("max@example.org", "A person is looking at your order", [])]
    approving.refuse(order, by=root, now=NOON)
    assert sent()[1:] == [("max@example.org", "Your order has ended", [])]


def test_why_no_credit_was_given_stands_in_the_letter_and_on_the_page(order, root, settings, max):
    settings.SELLING = settings.SELLING | {"approve_above": 1}
    transfer.choose_transfer(order, NOON)
    client = at_the_desk(root)
    action = reverse("staff_act", args=[order.pk, "refuse"])
    assert client.post(action, {"reason": "you are not to be trusted"}).status_code == 422
    assert client.post(action, {"reason": Order.DETAILS}).status_code == 302
    sent()
    why = "We could not match the billing details to an organisation."
    letter, page = mail.outbox[-1], reverse("order", args=[order.pk])
    assert why in letter.body
    assert f"http://testserver{page}" in letter.body
    words = signed_in(max).get(page, follow=True).content.decode()
    assert why in words
    assert "Nothing is owed" in words


def test_without_a_reason_the_words_are_neutral(order, root, settings):
    settings.SELLING = settings.SELLING | {"approve_above": 1}
    transfer.choose_transfer(order, NOON)
    approving.refuse(order, by=root, now=NOON)
    sent()
    assert "We cannot send an invoice ahead for this order." in mail.outbox[-1].body


def test_every_reason_is_kind_and_short():
    for _value, words in Order.REFUSALS:
        assert not BLAME.search(str(words))
        assert all(len(s.split()) <= 20 for s in str(words).split(". "))


def test_what_was_decided_meanwhile_needs_no_letter(order, root, settings):
    settings.SELLING = settings.SELLING | {"approve_above": 1}
    transfer.choose_transfer(order, NOON)
    approving.approve(order, by=root, now=NOON)
    transfer.cancel_invoice(order, by=root, now=NOON)
    assert sent() == [("max@example.org", "Your order has ended", [])]


def test_a_quote_goes_to_whoever_asked(order):
    quoting.give_quote(order, NOON)
    assert sent() == [("max@example.org", "Here is your quote", ["quo-2026-0001.pdf"])]
    assert "until 3 December 2026" in mail.outbox[0].body


def test_a_reminder_is_kind_and_has_the_invoice_again(order):
    transfer.choose_transfer(order, NOON)
    sent()
    reminding.remind_of_invoices(NOON + timedelta(days=31))
    assert sent()[1:] == [(BILLING, "A note about your invoice", ["inv-2026-0001.pdf"])]


def test_nothing_to_pay_is_confirmed_without_talk_of_payment(cyn, paid_cohort):
    Discount.objects.create(code="GIFT", kind=Discount.FREE)
    own = buying.start_order(cyn, cohort=paid_cohort, quantity=1, code="gift", now=NOON)
    transfer.choose_transfer(own, NOON)
    told = [facts for facts in sent() if "order" in facts[1]]
    assert told == [("cyn@example.org", "Your order is confirmed", ["rec-2026-0001.pdf"])]


def test_a_payment_that_failed_is_told_while_it_is_true(order):
    Order.objects.update(status=OrderStatus.FAILED)
    facts = {"order": str(order.pk)}
    owe(letters.say_payment_failed, key="one", now=NOON, **facts)
    assert sent() == [("max@example.org", "Your payment did not go through", [])]
    page = reverse("order", args=[order.pk])
    assert f"http://testserver{page}" in mail.outbox[0].body
    Order.objects.update(status=OrderStatus.PAID)
    owe(letters.say_payment_failed, key="two", now=NOON, **facts)
    assert len(sent()) == 1


def test_a_buyer_who_left_is_written_to_at_the_billing_address(order, max):
    transfer.choose_transfer(order, NOON)
    Order.objects.update(buyer=None, status=OrderStatus.VOID)
    letters.say_order_ended(order=str(order.pk))
    assert mail.outbox[0].to == [BILLING]


def test_what_is_owed_holds_ids_alone(order, root):
    transfer.choose_transfer(order, NOON)
    pay(order, root)
    about = Effect.objects.filter(task__startswith="course.places.letters")
    assert about.count() == 4
    for effect in about:
        assert set(effect.facts) == {"document"}
        assert re.fullmatch(r"[0-9a-f-]{36}", effect.facts["document"])
