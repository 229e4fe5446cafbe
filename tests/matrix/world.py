"""Everyone and everything the matrix asks about: one of each, all of it Ada's or about her."""

import json
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, GroupApprovalTask, Site, Workflow

from certificates.models import Certificate, FacilitatorSummary, Paper
from course.cohorts import joining
from course.cohorts.letter_tasks import STOP
from course.cohorts.models import (
    CalendarFeed,
    Cohort,
    Enrolment,
    Facilitation,
    Interest,
    LetterToSelf,
    LiveSession,
    Material,
    Message,
    Waiting,
)
from course.people import roles
from course.people.models import User
from course.places import accepting, buying, managing, tokens, transfer
from course.places.models import (
    Discount,
    Document,
    Manager,
    Organisation,
    Refund,
)
from course.programme.models import Signpost
from course.programme.permissions import let_edit
from reflections.models import SetAside
from sessions import attending, drawing
from sessions.models import AttendanceQuestion, Measure, ResourcePage, SessionPage, Thought
from tests.cast import CANARY, NOON, person, with_second_factor
from tests.certificates import group_paper
from tests.places.selling import bought, invited, token_of
from tests.reflections.test_saving import save, ticket_for

NEEDS = "Captions, please: the left ear hears little."
THOUGHT = "My words to the facilitators of this group"


@dataclass
class World:
    people: dict[str, User | None]
    things: dict[str, Any]  # by the name that the table uses


@pytest.fixture
def world(programme, sessions, cohort, ada, bea, cyn, flo, max, organisation, paid_cohort, root):
    """Made and asked about within one hour, so that every link in it is still good."""
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield build(
            programme, sessions, cohort, ada, bea, cyn, flo, max, organisation, paid_cohort, root
        )


def build(programme, sessions, cohort, ada, bea, cyn, flo, max, organisation, paid_cohort, root):
    User.objects.filter(pk=ada.pk).update(display_name="Adalina")
    let_edit(roles.facilitators(), programme=programme)
    people = {"anon": None, "ada": ada, "bea": bea, "cyn": cyn, "max": max, "flo": flo}
    people |= others(programme, cohort) | {"root": root}
    things = own_things(ada, cohort, sessions)
    things |= group_things(cohort, cyn)
    things |= bought_things(ada, max, organisation, paid_cohort)
    things |= workspace_things(programme, sessions, ada)
    for user in people.values():  # so that whatever refuses them is about rights
        if user and not roles.has_second_factor(user):
            with_second_factor(user)
    with_second_factor(ada)
    return World(people, things)


def others(programme, cohort) -> dict[str, User]:
    """Those with a role somewhere else, or a narrow one."""
    nia, gil, eve, fay = (with_second_factor(person(n)) for n in ("nia", "gil", "eve", "fay"))
    hal = person("hal")
    elsewhere = Organisation.objects.create(
        name="Other", billing_address="x", billing_email="x@other.example.org"
    )
    Manager.objects.create(organisation=elsewhere, user=nia, since=NOON)
    gil.groups.add(roles.facilitators())
    other = Cohort.objects.create(programme_id=programme.pk, title="Friday group")
    Facilitation.objects.create(cohort=other, user=gil)
    editors = Group.objects.create(name="Writers of pages")
    editors.permissions.add(Permission.objects.get(codename="access_admin"))
    let_edit(editors, programme=programme)
    eve.groups.add(editors)
    fay.groups.add(roles.finance())
    cohort.hosts.add(hal)
    return {"nia": nia, "gil": gil, "eve": eve, "fay": fay, "hal": hal}


def own_things(ada, cohort, sessions) -> dict[str, Any]:
    """What Ada wrote, did and was given."""
    ticket = ticket_for(ada, sessions[0])
    reflection = save(ticket, ada, CANARY, done=True).reflection
    save(ticket_for(ada, sessions[0]), ada, CANARY + ", aside")
    enrolment = Enrolment.objects.get(user=ada)
    Enrolment.objects.filter(pk=enrolment.pk).update(access_needs=NEEDS)
    thought = Thought.objects.create(
        enrolment=enrolment, for_whom=Thought.TO_FACILITATORS, words=THOUGHT, sent_at=NOON
    )
    for session in sessions[:6]:
        attending.work_through(enrolment, session=session, now=NOON)
    paper = {"content": b"%PDF-1.7 Ada Byron", "sha256": "0" * 64, "drawn_at": NOON}
    certificate, summary = Certificate.objects.get(), FacilitatorSummary.objects.get()
    for made in (certificate, summary):
        made.paper = Paper.objects.create(**paper)
        made.save()
    question = AttendanceQuestion.objects.create(enrolment=enrolment, number=7, asked_at=NOON)
    LetterToSelf.objects.create(enrolment=enrolment, asked_at=NOON, due_on=date(2027, 1, 5))
    passkey = Authenticator.objects.create(
        user=ada, type=Authenticator.Type.WEBAUTHN, data=a_passkey("Adalina’s key")
    )
    feed = CalendarFeed.objects.create(user=ada, made_at=NOON)
    return {
        "session key": sessions[0].key,
        "reflection": reflection.pk,
        "set aside": SetAside.objects.get().pk,
        "enrolment": enrolment.pk,
        "thought": thought.pk,
        "certificate": certificate.pk,
        "code": certificate.code,
        "summary": summary.pk,
        "question": question.pk,
        "passkey": passkey.pk,
        "calendar": feed.token,
        "stop link": signing.dumps(str(ada.pk), salt=STOP),
    }


def a_passkey(name: str) -> dict[str, Any]:
    """As a browser would have made it."""
    key = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    made = AttestedCredentialData.create(bytes(16), b"0123456789abcdef", key)
    facts = AuthenticatorData.create(bytes(32), 0x41, 0, made)
    shown = {"type": "webauthn.create", "challenge": "", "origin": "http://testserver"}
    response = {
        "clientDataJSON": websafe_encode(json.dumps(shown).encode()),
        "attestationObject": websafe_encode(AttestationObject.create("none", facts, {})),
    }
    pk = websafe_encode(made.credential_id)
    credential = {"type": "public-key", "id": pk, "rawId": pk, "response": response}
    return {"name": name, "credential": credential | {"clientExtensionResults": {}}}


def group_things(cohort, cyn) -> dict[str, Any]:
    """A meeting with its papers, a message, somebody who waits."""
    meeting = LiveSession.objects.create(
        cohort=cohort,
        number=1,
        day=date(2026, 11, 10),
        starts=time(10),
        joining_url="https://rooms.example.org/secret-door",
    )
    material = Material.objects.create(
        meeting=meeting,
        kind=Material.TRANSCRIPT,
        file=SimpleUploadedFile("said.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nWhat we said\n"),
        added_at=NOON,
    )
    facts = {"heading": "See you", "words": "On Tuesday", "sent_at": NOON}
    Message.objects.create(cohort=cohort, sender=cohort.facilitators.get(), **facts)
    waiting = Waiting.objects.create(cohort=cohort, user=cyn, since=NOON)
    interest = Interest.objects.create(
        programme_id=cohort.programme_id, email="soon@example.org", asked_at=NOON
    )
    measure = Measure.objects.create(slug="own-words", title="M", licence_confirmed_on=NOON.date())
    measure.cohorts.add(cohort)
    closing = group_paper.group_summary()
    closing.cohort, closing.summary_of = cohort, cohort.pk
    closing.save(force_insert=True)
    return {
        "cohort": cohort.pk,
        "meeting": meeting.pk,
        "material": material.pk,
        "waiting": waiting.pk,
        "measure": measure.slug,
        "group summary": closing.pk,
        "confirm": signing.dumps(str(interest.pk), salt=joining.CONFIRM),
        "stop": signing.dumps(str(interest.pk), salt=joining.STOP),
    }


def bought_things(ada, max, organisation, paid_cohort) -> dict[str, Any]:
    """An organisation's order with Ada in one of its places, and one that she made herself."""
    order = bought(max, organisation, paid_cohort)
    mine = invited(order, max, email=ada.email)
    accepting.accept(tokens.hash_of(token_of(mine)), user=ada, now=NOON)
    open_invitation = invited(order, max)
    link = accepting.open_join_link(order, cap=1, by=max, now=NOON)
    asked = managing.ask_to_manage(organisation, "next@example.org", by=max, now=NOON)
    papers_of = buying.start_order(
        max, cohort=paid_cohort, organisation=organisation, quantity=2, now=NOON
    )
    transfer.choose_transfer(papers_of, NOON)
    invoice = Document.objects.get(order=papers_of)
    Document.objects.filter(pk=invoice.pk).update(pdf=b"%PDF-1.7 1 Quiet Lane")
    later = Cohort.objects.create(
        programme_id=paid_cohort.programme_id,
        title="Summer group",
        joining=Cohort.OPEN,
        price_minor=9_000,
    )
    own = buying.start_order(ada, cohort=later, quantity=1, now=NOON)
    refund = Refund.objects.create(order=order, amount_minor=100, asked_at=NOON)
    discount = Discount.objects.create(code="SPRING15", kind=Discount.PERCENT, value=15)
    report = group_paper.report()
    report.organisation_id, report.report_of = organisation.pk, paid_cohort.pk
    report.save(force_insert=True)
    return {
        "organisation": organisation.pk,
        "order": order.pk,
        "place": mine.place_id,
        "invitation": token_of(open_invitation),
        "join link": tokens.token(tokens.JOIN_LINK, link.pk),
        "manager link": tokens.token(tokens.MANAGER, asked.pk),
        "paper": invoice.pk,
        "paid cohort": paid_cohort.pk,
        "later cohort": later.pk,
        "own order": own.pk,
        "refund": refund.pk,
        "discount": discount.pk,
        "report": report.pk,
    }


def workspace_things(programme, sessions, ada) -> dict[str, Any]:
    """One of each thing that Wagtail's own screens are about."""
    page = SessionPage.objects.get(pk=sessions[0].pk)
    revision = page.save_revision(user=None)
    image = get_image_model().objects.create(title="Kettle", file=get_test_image_file())
    document = get_document_model().objects.create(
        title="Plan", file=SimpleUploadedFile("plan.txt", b"a plan for tea")
    )
    task = GroupApprovalTask.objects.create(name="Look again")
    workflow = Workflow.objects.create(name="Two pairs of eyes")
    return {
        "the page": page.pk,
        "revision": revision.pk,
        "the programme": programme.pk,
        "image": image.pk,
        "the document": document.pk,
        "document file": document.filename,
        "collection": Collection.get_first_root_node().add_child(name="Pictures").pk,
        "task": task.pk,
        "workflow": workflow.pk,
        "redirect": Redirect.objects.create(old_path="/old", redirect_link="/").pk,
        "site": Site.objects.get().pk,
        "signpost": Signpost.objects.first().pk,
        "group": roles.facilitators().pk,
        "the user": ada.pk,
        "programme slug": programme.slug,
        "session slug": page.slug,
        "closed session": sessions[1].slug,
        "part with words": next(
            drawing.anchor_of(b) for b in sessions[1].body if b.block_type == "media"
        ),
        "sheet": ResourcePage.objects.filter(for_everyone=True).first().slug,
    }
