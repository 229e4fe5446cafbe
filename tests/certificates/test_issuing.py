"""Certificates: frozen when issued, corrected by a new one, and always true to their code."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from certificates import about_me, issuing
from certificates.facts import SessionFact, Taken
from certificates.models import Certificate, Paper
from course.audit.models import Entry
from course.cohorts.models import Enrolment
from tests.cast import NOON, settle_everything, signed_in

pytestmark = pytest.mark.django_db


def taken(name="Ada Byron"):
    return Taken(
        name=name,
        programme="Resourced",
        cohort="Tuesday group",
        first_day=date(2026, 10, 6),
        last_day=date(2026, 12, 1),
        live_minutes=480,
        own_minutes=83,
        issuer="A charity",
        facilitators=["Flora Adeyemi"],
        sessions=[
            SessionFact(n, f"Session {n}", date(2026, 10, 6), "present") for n in range(1, 7)
        ],
    )


@pytest.fixture
def certificate(ada):
    return issuing.issue(Enrolment.objects.get(user=ada), facts=taken(), now=NOON)


def test_issuing_twice_is_issuing_once(ada, certificate):
    again = issuing.issue(Enrolment.objects.get(user=ada), facts=taken("Other"), now=NOON)
    assert again == certificate
    assert again.facts["name"] == "Ada Byron"


def test_codes_are_long_and_from_no_fact():
    codes = {issuing.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {26}


@pytest.mark.parametrize("typed", ["{}", "{} ", " {}", "{}-"])
def test_a_code_can_be_typed_with_little_care(client, certificate, typed):
    code = "-".join(certificate.code[i : i + 4] for i in range(0, 26, 4)).lower()
    response = client.get(reverse("verify", args=[typed.format(code)]))
    assert "Ada Byron" in response.content.decode()


def test_a_correction_supersedes_and_the_old_code_says_so(client, ada, certificate):
    new = issuing.correct_name(certificate, name="Ada Lovelace", now=NOON, actor=ada)
    assert (new.version, new.facts["name"]) == (2, "Ada Lovelace")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.facts["name"]) == ("replaced", "Ada Byron")
    old_page = client.get(reverse("verify", args=[certificate.code])).content.decode()
    assert "replaced" in old_page
    assert "Ada" not in old_page
    assert "Ada Lovelace" in client.get(reverse("verify", args=[new.code])).content.decode()
    assert Entry.objects.filter(action="certificate.replaced").count() == 1


def test_correcting_twice_with_the_same_name_is_once(ada, certificate):
    new = issuing.correct_name(certificate, name="Ada Lovelace", now=NOON, actor=ada)
    assert issuing.correct_name(new, name="Ada Lovelace", now=NOON, actor=ada) == new
    assert issuing.correct_name(certificate, name="Late", now=NOON, actor=ada) == new


def test_an_unprintable_name_changes_nothing(ada, certificate):
    with pytest.raises(ValidationError):
        issuing.correct_name(certificate, name="Ada\u202eBob", now=NOON, actor=ada)
    assert Certificate.objects.count() == 1


def test_revoked_unknown_and_gone_are_said_plainly(client, ada, flo, certificate):
    issuing.revoke(certificate, now=NOON, actor=flo)
    page = client.get(reverse("verify", args=[certificate.code])).content.decode()
    assert "Ada Byron" not in page
    assert client.get(reverse("verify", args=["NOSUCHCODE"])).status_code == 404
    about_me.erase(ada, keep_certificates=False, now=NOON)
    assert client.get(reverse("verify", args=[certificate.code])).status_code == 410


def test_the_public_page_shows_no_more_than_the_paper(client, ada, certificate):
    response = client.get(reverse("verify", args=[certificate.code]))
    page = response.content.decode()
    for private in (ada.email, str(ada.pk), str(certificate.pk), "Tuesday group"):
        assert private not in page
    assert "noindex" in response.headers["X-Robots-Tag"]
    signed_in(ada).post(reverse("certificate_shows_name", args=[certificate.pk]), {"show": "no"})
    assert (
        "Ada Byron" not in client.get(reverse("verify", args=[certificate.code])).content.decode()
    )


def test_the_database_refuses_two_valid_certificates_of_one_completion(certificate):
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            code="X" * 26,
            completion_of=certificate.completion_of,
            version=2,
            issued_at=NOON,
            facts=certificate.facts,
        )


def test_only_the_holder_opens_it(ada, bea, flo, certificate):
    settle_everything()
    for name in ("certificate", "certificate_pdf"):
        address = reverse(name, args=[certificate.pk])
        assert signed_in(ada).get(address).status_code == 200
        for stranger in (bea, flo):
            assert signed_in(stranger).get(address).status_code == 404


def test_a_download_reads_the_stored_bytes_and_draws_nothing(ada, certificate, monkeypatch):
    settle_everything()
    from course import pdf

    monkeypatch.setattr(pdf, "write", lambda *a, **k: pytest.fail("drawn again"))
    client = signed_in(ada)
    address = reverse("certificate_pdf", args=[certificate.pk])
    certificate.refresh_from_db()
    assert (
        client.get(address).content
        == client.get(address).content
        == bytes(certificate.paper.content)
    )


def test_drawing_twice_keeps_the_first_paper(certificate):
    from certificates import tasks

    tasks.draw_certificate(certificate=str(certificate.pk))
    tasks.draw_certificate(certificate=str(certificate.pk))
    assert Paper.objects.count() == 1


def test_it_outlives_its_cohort_holder_and_page(ada, cohort, certificate, sessions):
    for session in sessions:
        session.delete()
    ada.delete()
    cohort.delete()
    certificate.refresh_from_db()
    assert certificate.facts["name"] == "Ada Byron"
