"""Families 4 and 5, at every named point: the database refuses one statement of a flow (a full
disk, a failover, a conflict), each statement in turn. Nothing is half done, and pressing again
ends as if nothing had happened."""

import errno
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate, FacilitatorSummary, Paper
from course.cohorts.models import Enrolment
from course.outbox.models import Effect
from course.outbox.settling import settle
from course.places.models import StripeEvent
from reflections.keys.models import WritingKey
from reflections.models import Reflection, SetAside
from sessions import attending
from sessions.models import Attendance, Completion
from tests.cast import CANARY, NOON, signed_in
from tests.places.conftest import stripe  # noqa: F401 -- a fixture
from tests.places.test_webhook import post
from tests.reflections.test_saving import text_prompt, ticket_for, words_of

pytestmark = pytest.mark.django_db
FACTS = [Reflection, SetAside, Attendance, Completion, Certificate, FacilitatorSummary, Effect]
FACTS += [StripeEvent, Paper, WritingKey]
WAYS = ["database or disk is full", "could not serialize access", "terminating connection"]
# How many statements are let pass from one fault to the next.
strides = pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.soak)])


class Refusing:
    """Let so many statements pass, then refuse one. A transaction's own words always pass."""

    def __init__(self, passing: int, words: str) -> None:
        self.passing, self.words, self.refused = passing, words, False

    def __call__(self, execute: Callable, sql: str, params, many, context):
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            self.passing -= 1
            if self.passing == -1:
                self.refused = True
                raise OperationalError(self.words)
        return execute(sql, params, many, context)


def state() -> list[int]:
    return [model.objects.count() for model in FACTS]


def through_every_refusal(
    step: Callable[[], bool],
    stride: int,
    *,
    whole: bool = True,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Do the step again and again, each time refused a little later, until it is not refused at
    all. `step` says whether it succeeded; `whole`: refused, it must have changed nothing."""
    chance, refused = random.Random(stride), 0
    passing = chance.randrange(stride)
    while True:
        before()
        then, fault = state(), Refusing(passing, chance.choice(WAYS))
        with (
            connections["default"].execute_wrapper(fault),
            connections["keys"].execute_wrapper(fault),
        ):
            succeeded = step()
        if not fault.refused:
            assert succeeded
            return refused
        if not succeeded and whole:
            assert state() == then
        passing, refused = passing + stride, refused + 1


@strides
def test_words_are_saved_whole_or_not_at_all(ada, sessions, stride, record_property):
    client, ticket = signed_in(ada), ticket_for(ada, sessions[0])
    client.raise_request_exception = False
    prompt = text_prompt(sessions[0])
    data = {"ticket": ticket.signed(), "version": "0", "step": "1", prompt.key: CANARY}

    def save() -> bool:
        answer = client.post(
            reverse("save_reflection"), data, headers={"Accept": "application/json"}
        )
        assert answer.status_code in {200, 503}  # and the page goes on trying
        return answer.status_code == 200

    def kept_whole_if_at_all() -> None:
        for row in Reflection.objects.all():
            assert words_of(row, ada)[:1] == [CANARY]

    refused = through_every_refusal(save, stride, whole=False, before=kept_whole_if_at_all)
    assert words_of(Reflection.objects.get(), ada)[:1] == [CANARY]
    assert not SetAside.objects.exists()
    record_property("faults", refused)


@strides
def test_a_message_of_stripes_is_kept_whole_or_sent_again(stripe, db, stride, record_property):  # noqa: F811
    stripe.objects.seconds = lambda: int(timezone.now().timestamp())
    event = stripe.objects.emit("checkout.session.completed", {"id": "cs_test_1"})

    def hear() -> bool:
        status = post(*stripe.signed(event)).status_code
        assert status in {200, 503}
        return status == 200

    refused = through_every_refusal(hear, stride)
    assert StripeEvent.objects.get().event_id == event["id"]
    assert Effect.objects.count() == 1
    record_property("faults", refused)


@strides
def test_the_sixth_session_completes_whole_or_not_at_all(ada, sessions, stride, record_property):
    enrolment = Enrolment.objects.get(user=ada)
    for session in sessions[:5]:
        attending.work_through(enrolment, session=session, now=NOON)

    def complete() -> bool:
        try:
            attending.work_through(enrolment, session=sessions[5], now=NOON)
        except OperationalError:
            return False
        return True

    refused = through_every_refusal(complete, stride)
    counted = [m.objects.count() for m in (Attendance, Completion, Certificate, FacilitatorSummary)]
    assert counted == [6, 1, 1, 1]
    assert len(set(Effect.objects.values_list("dedupe_key", flat=True))) == Effect.objects.count()
    record_property("faults", refused)


@strides
def test_an_effect_is_done_once_whatever_the_database_refuses(
    ada, sessions, stride, record_property, monkeypatch
):
    """The outbox's own statements too: the lease, the mark, the putting off."""
    enrolment = Enrolment.objects.get(user=ada)
    monkeypatch.setattr("certificates.drawing.draw_certificate", lambda found: b"%PDF-1.7 quick")
    for session in sessions[:6]:
        attending.work_through(enrolment, session=session, now=NOON)
    effect = Effect.objects.get(task="certificates.tasks.draw_certificate")

    def work() -> bool:
        with suppress(OperationalError):
            return settle(effect.pk)
        # A worker has no transaction around it; a test has, and nothing of it is broken.
        transaction.set_rollback(False)
        return False

    def time_passes() -> None:
        """What a refusal left, a lease or a pause, runs out. Once done, it is done no more."""
        mine = Effect.objects.filter(pk=effect.pk)
        mine.update(leased_until=None, not_before=NOON, attempts=0, state=Effect.OWED, done_at=None)
        mine.update(facts={"certificate": str(Certificate.objects.get().pk)})

    refused = through_every_refusal(work, stride, whole=False, before=time_passes)
    assert Paper.objects.count() == 1
    assert Certificate.objects.get().paper
    record_property("faults", refused)


def test_uploads_on_a_full_disk_leave_nothing_half_done(root, settings, record_property):
    from wagtail.documents import get_document_model

    client = signed_in(root)
    client.raise_request_exception = False
    documents, address = get_document_model().objects, reverse("wagtaildocs:add")

    def upload() -> int:
        file = SimpleUploadedFile("plan.txt", b"a plan for tea")
        return client.post(address, {"title": "Plan", "file": file, "collection": "1"}).status_code

    def no_room(*_args: object, **_facts: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.core.files.storage.FileSystemStorage._save", no_room)
        assert upload() in {500, 503}
    assert not documents.filter(title="Plan").exists()
    assert upload() == 302
    with documents.get(title="Plan").file.open() as kept:
        assert kept.read() == b"a plan for tea"
    record_property("faults", 1)
