"""A small cast: ada and bea share a group, cyn is a stranger, flo facilitates,
max manages an organisation's places, root is root."""

import time
from datetime import UTC, date, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from course.cohorts.models import Cohort, Enrolment, Facilitation
from course.outbox.models import Effect
from course.outbox.settling import settle
from course.people import roles
from course.people.models import User
from course.places.models import Manager, Organisation
from course.programme.models import ProgrammePage
from reflections import agreeing
from sessions.models import SessionPage

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PASSWORD = "eight-calm-sessions"
CANARY = "the kingfisher over the wet allotment"


def person(name: str, **facts) -> User:
    user = User.objects.create_user(
        f"{name}@example.org", PASSWORD, display_name=name.title(), **facts
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def signed_in(user: User, *, hours_ago: float = 0, **options) -> Client:
    """As after giving the password: within the hour, sensitive steps do not ask again."""
    client = Client(**options)
    client.force_login(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    given = {"method": "password", "at": time.time() - hours_ago * 3600}
    session["account_authentication_methods"] = [given]
    session.save()
    return client


def stale(user: User) -> Client:
    """Signed in an hour and a minute ago: sensitive steps ask once more who it is."""
    return signed_in(user, hours_ago=61 / 60)


def settle_everything() -> int:
    """Do all that is owed, as a worker would. Returns how many effects were settled."""
    owed = list(Effect.objects.filter(state=Effect.OWED).values_list("pk", flat=True))
    return sum(settle(pk) for pk in owed)


@pytest.fixture
def programme(db) -> ProgrammePage:
    return ProgrammePage.objects.get()


@pytest.fixture
def sessions(programme) -> list[SessionPage]:
    return list(SessionPage.objects.order_by("number"))


@pytest.fixture
def cohort(programme, flo) -> Cohort:
    cohort = Cohort.objects.create(
        programme_id=programme.pk,
        title="Tuesday group",
        starts_on=date(2026, 10, 6),
        ends_on=date(2026, 12, 1),
    )
    Facilitation.objects.create(cohort=cohort, user=flo)
    return cohort


def enrolled(user: User, cohort: Cohort) -> Enrolment:
    return Enrolment.objects.create(user=user, cohort=cohort, enrolled_at=NOON)


@pytest.fixture
def ada(db, cohort) -> User:
    """Enrolled, and has agreed to writing."""
    ada = person("ada", document_name="Ada Byron", is_adult=True)
    enrolled(ada, cohort)
    agreeing.agree(ada, now=NOON)
    return ada


@pytest.fixture
def bea(db, cohort) -> User:
    bea = person("bea", document_name="Beatrix Nowak", is_adult=True)
    enrolled(bea, cohort)
    agreeing.agree(bea, now=NOON)
    return bea


@pytest.fixture
def cyn(db) -> User:
    return person("cyn")


@pytest.fixture
def flo(db, programme) -> User:
    flo = person("flo", document_name="Flora Adeyemi")
    flo.groups.add(roles.facilitators())
    with_second_factor(flo)
    return flo


@pytest.fixture
def max(db, organisation) -> User:
    """Manages an organisation's places, and has none of his own."""
    max = with_second_factor(person("max", is_adult=True))
    Manager.objects.create(organisation=organisation, user=max, since=NOON)
    return max


@pytest.fixture
def organisation(db) -> Organisation:
    return Organisation.objects.create(
        name="Northmoor Trust",
        billing_address="1 Quiet Lane\nNorthmoor\nNM1 1AA",
        billing_email="invoices@northmoor.example.org",
    )


@pytest.fixture
def paid_cohort(programme, flo) -> Cohort:
    """Twenty places at 120 pounds for a person, 95 for a team, open to anyone."""
    cohort = Cohort.objects.create(
        programme_id=programme.pk,
        title="Spring group",
        starts_on=date(2027, 3, 2),
        ends_on=date(2027, 4, 27),
        joining=Cohort.OPEN,
        price_minor=12_000,
        team_price_minor=9_500,
        capacity=20,
    )
    Facilitation.objects.create(cohort=cohort, user=flo)
    return cohort


@pytest.fixture
def root(db) -> User:
    return with_second_factor(person("root", is_superuser=True))


def with_second_factor(user: User) -> User:
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"}
    )
    return user
