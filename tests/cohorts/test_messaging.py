"""A message from the facilitators to their group."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from course.audit.models import Entry
from course.cohorts import choosing, messaging
from course.cohorts.letter_forms import MessageForm
from course.cohorts.models import Cohort, Enrolment, Facilitation, Message
from tests.cast import NOON, enrolled, person, signed_in
from tests.cohorts.meeting import at, settle_at, with_meetings

pytestmark = pytest.mark.django_db
NOW = at("2027-03-01 10:00")
WORDS = "Bring a cup of something.\n\nSee you on Thursday."


@pytest.fixture
def group(cohort):
    return with_meetings(cohort)


def send(group, flo, *, pk=None, now=NOW, heading="For Thursday", words=WORDS):
    facts = {"sender": flo, "heading": heading, "words": words, "now": now}
    return messaging.send(group, pk=pk or uuid.uuid4(), **facts)


def test_a_letter_to_each_and_a_double_press_is_one(group, flo, ada, bea, cyn):
    pk = uuid.uuid4()
    for _press in range(2):
        send(group, flo, pk=pk)
    settle_at(NOW)
    assert sorted(m.to[0] for m in mail.outbox) == [
        f"{n}@example.org" for n in ("ada", "bea", "flo")
    ]
    assert {m.subject for m in mail.outbox} == {"A message for you"}
    assert all(len(m.to) == 1 and not m.cc and not m.bcc for m in mail.outbox)
    assert WORDS in mail.outbox[0].body
    assert Message.objects.count() == 1
    assert Entry.objects.filter(action="message.sent").count() == 1


def test_the_night_holds_for_facilitators_too(group, flo, ada, bea):
    bea.zone = "America/New_York"
    bea.save()
    evening = at("2027-03-01 21:00")  # 16:00 in New York
    send(group, flo, now=evening)
    settle_at(evening)
    assert [m.to[0] for m in mail.outbox] == [bea.email]
    settle_at(at("2027-03-02 07:59"))
    assert len(mail.outbox) == 1
    settle_at(at("2027-03-02 08:00"))
    assert sorted(m.to[0] for m in mail.outbox) == [ada.email, bea.email, flo.email]


def test_a_letter_that_comes_to_be_sent_at_night_waits(group, flo, ada):
    send(group, flo)
    settle_at(at("2027-03-01 22:00"))  # the worker was away all day
    assert mail.outbox == []
    settle_at(at("2027-03-02 10:00"))
    assert len(mail.outbox) == 2


def test_nothing_to_whoever_left_paused_stopped_or_was_taken_off(group, flo, ada, bea, cyn):
    place = enrolled(cyn, group)
    send(group, flo)
    Enrolment.objects.filter(user=ada).update(ended_at=NOON)
    Enrolment.objects.filter(pk=place.pk).update(paused_at=NOON)
    choosing.stop_all(bea, now=NOW)
    Facilitation.objects.filter(user=flo).delete()
    settle_at(NOW)
    assert mail.outbox == []


def test_who_may_send_and_when(group, flo, ada, cyn):
    for stranger in (ada, cyn):
        with pytest.raises(messaging.CannotSend):
            send(group, stranger)
    for ended in ({"cancelled_at": NOW}, {"closed_at": NOW}, {"announced_at": None}):
        Cohort.objects.filter(pk=group.pk).update(
            **{"cancelled_at": None, "closed_at": None, "announced_at": NOW} | ended
        )
        with pytest.raises(messaging.CannotSend):
            send(group, flo)
    assert not Message.objects.exists()


def test_a_form_of_another_group_sends_nothing_twice(group, flo, paid_cohort, ada):
    pk = uuid.uuid4()
    send(group, flo, pk=pk)
    with pytest.raises(messaging.CannotSend):
        send(paid_cohort, flo, pk=pk)
    assert Message.objects.get().cohort == group


@pytest.mark.parametrize(
    "heading", ["Hello\r\nBcc: thief@example.net", "Hello\nSubject: x", "a" * 100]
)
def test_nothing_reaches_a_header(group, flo, ada, heading):
    form = MessageForm({"id": uuid.uuid4(), "heading": heading, "words": f"{heading}\n\nBye."})
    assert form.is_valid()
    assert "\n" not in form.cleaned_data["heading"]
    send(group, flo, heading=heading, words=form.cleaned_data["words"])  # even past the form
    settle_at(NOW)
    raw = mail.outbox[0].message()
    assert raw["Bcc"] is None
    assert raw.get_all("Subject") == ["A message for you"]
    assert mail.outbox[0].recipients() in ([ada.email], [flo.email])


@pytest.mark.parametrize(
    ("heading", "words"),
    [("", "x"), ("x", ""), ("x", " \n "), ("x" * 101, "x"), ("x", "x" * 4001), ("x", "a\x00b"),
     ("x", "a\u202eb"), ("x\u2066", "a"), ("x", "a\x07")],
)  # fmt: skip
def test_what_cannot_be_sent(heading, words):
    form = MessageForm({"id": uuid.uuid4(), "heading": heading, "words": words})
    assert not form.is_valid()


def test_words_are_plain_on_the_page_and_in_the_letter(group, flo, ada):
    words = "<script>alert(1)</script> {{ url }} https://example.org/a?b=1&c=2"
    send(group, flo, heading="<b>Bold</b>", words=words)
    settle_at(NOW)
    page = signed_in(ada).get(reverse("my_messages")).content.decode()
    letter = next(m for m in mail.outbox if m.to == [ada.email])
    for shown in (page, letter.alternatives[0][0]):
        assert "<script>alert" not in shown
        assert "<b>Bold" not in shown
        assert "{{ url }}" in shown
    assert words in letter.body


def test_the_page_says_who_wrote_and_when_to_those_in_the_group(group, flo, ada, cyn):
    ada.zone = "Asia/Kolkata"
    ada.save()
    send(group, flo)
    page = signed_in(ada).get(reverse("my_messages")).content.decode()
    assert "From Flo" in page
    assert "Monday 1 March 2027, 3:30pm (Kolkata time)" in page
    assert "Bring a cup" in signed_in(flo).get(reverse("my_messages")).content.decode()
    nothing = signed_in(cyn).get(reverse("my_messages")).content.decode()
    assert "Bring a cup" not in nothing
    Enrolment.objects.filter(user=ada).update(ended_at=NOON)
    assert "Bring a cup" not in signed_in(ada).get(reverse("my_messages")).content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_the_same_however_many_there_are(
    many, group, flo, ada, django_assert_num_queries
):
    for number in range(many):
        send(group, flo, now=NOW + timedelta(minutes=number))
    client = signed_in(ada)
    client.get(reverse("my_messages"))
    with django_assert_num_queries(3):
        client.get(reverse("my_messages"))


def test_a_sender_without_a_name_is_the_facilitators(group, ada):
    quiet = person("quiet")
    quiet.display_name = ""
    quiet.save()
    Facilitation.objects.create(cohort=group, user=quiet)
    send(group, quiet)
    settle_at(NOW)
    assert "Your facilitators wrote" in mail.outbox[0].body
    assert quiet.email not in mail.outbox[0].body
