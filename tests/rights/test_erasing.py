"""Erasing everything: the key first, then all of it, once, whatever is killed on the way."""

import json
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from certificates.models import Certificate, CohortSummary, FacilitatorSummary
from course.audit.models import Entry
from course.cohorts.models import Cohort, Message, Waiting
from course.dashboard import erasing
from course.outbox.models import Effect
from course.people.models import Erasure, User
from course.places import books
from course.places.models import Invitation, Manager, Order, Organisation, Place
from course.places.states import PlaceState
from reflections import saving
from reflections.keys import keeping
from reflections.keys.models import Tombstone, WritingKey
from reflections.models import Reflection
from reflections.responses import Response
from reflections.sealing import WritingUnreadable
from tests.cast import CANARY, NOON, settle_everything, signed_in, stale
from tests.reflections.test_saving import text_prompt, ticket_for
from tests.rights.a_life import OTHER, WORDS
from tests.rights.test_everything import just_signed_in

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
PAGE = "/my/data/erase/"

# Where a number in place of the person may stay, as data_map says; and the books with the name.
MAY_HOLD_THE_NUMBER = {
    "audit_entry",
    "outbox_effect",  # keys of what was done once
    "writing_keys_writingkey",
    "writing_keys_tombstone",
    "wagtailcore_pagelogentry",
    "wagtailcore_modellogentry",
    "wagtailcore_revision",  # the page's own text says who owned it
    "django_tasks_database_dbtaskresult",
}
MAY_HOLD_THE_ADDRESS = {"places_order", "places_document"}  # books, as tax law asks
MAY_HOLD_HER_WORDS = {
    "cohorts_message",  # what she wrote to a group as its facilitator
    "wagtaildocs_document",  # the site's files
    "wagtailsearch_indexentry",  # the same files' titles
    "wagtailsearch_indexentry_fts",
}


def tables_with(*needles: str) -> set[str]:
    """Every table of both databases in which one of these stands anywhere."""
    found = set()
    for alias in ("default", "keys"):
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                text = "\n".join(str(row) for row in cursor.fetchall()).lower()
                if any(needle.lower() in text for needle in needles):
                    found.add(table)
    return {t for t in found if "_fts_" not in t}


def numbers_of(user) -> list[str]:
    return [str(user.pk), user.pk.hex]


def test_nothing_of_a_whole_life_is_left(everywhere, cohort):
    numbers = numbers_of(everywhere)
    assert len(tables_with(*numbers)) > 30  # the hunt can find something
    assert erasing.erase(everywhere, now=LATER)
    settle_everything()
    assert tables_with(*numbers) <= MAY_HOLD_THE_NUMBER
    assert tables_with("ada@example.org", OTHER) <= MAY_HOLD_THE_ADDRESS
    assert tables_with(WORDS) <= MAY_HOLD_HER_WORDS
    assert tables_with(CANARY, "192.0.2.7", "Ada Byron") == set()
    assert list(WritingKey.objects.values_list("wrapped", flat=True)) == [None]
    assert str(Tombstone.objects.get().owner_id) == numbers[0]
    assert not Erasure.objects.exists()


def test_what_stays_is_what_the_page_says(everywhere, cohort, max):
    number, order = everywhere.pk, Order.objects.get(buyer=everywhere)
    papers = list(order.documents.values_list("facts", flat=True))
    pulse = CohortSummary.objects.get().facts["thoughts"][0]["words"]
    erasing.erase(everywhere, now=LATER)
    settle_everything()
    order.refresh_from_db()
    assert order.buyer is None
    assert list(order.documents.values_list("facts", flat=True)) == papers
    assert Message.objects.get().sender is None
    assert Cohort.objects.filter(title="Other group").exists()
    said = CohortSummary.objects.get()
    assert said.facts["thoughts"] == [{"words": pulse, "name": ""}]
    drawn = "".join(p.extract_text() for p in PdfReader(BytesIO(bytes(said.paper.content))).pages)
    assert pulse in drawn
    assert "Ada Byron" not in drawn
    assert not FacilitatorSummary.objects.exists()
    assert Entry.objects.filter(actor=str(number)).exists()
    assert Manager.objects.get().user == max


def test_places_go_back_or_stay_used(everywhere, cohort, paid_cohort, max):
    """Her own, not started: free again for a person to decide about. Invitations: withdrawn."""
    before = set(books.breaches())  # the cast's shortcuts, and no more
    own = Place.objects.get(order__buyer=everywhere)
    team = Place.objects.get(cohort__title="Other group")
    Place.objects.filter(pk=team.pk).update(state=PlaceState.STARTED)
    full = Cohort.objects.get(title="Full group")
    assert full.held == 1
    erasing.erase(everywhere, now=LATER)
    for place in (own, team, full):
        place.refresh_from_db()
    assert (own.state, own.holder) == (PlaceState.AVAILABLE, None)
    assert (team.state, team.holder) == (PlaceState.STARTED, None)
    assert full.held == 0  # what was kept for her on the waiting list
    assert not Waiting.objects.exists()
    assert not Invitation.objects.filter(state=Invitation.PENDING).exists()
    assert set(Invitation.objects.values_list("email", flat=True)) == {""}
    page = signed_in(max).get(reverse("organisation", args=[team.order.organisation_id]))
    assert page.status_code == 200
    assert set(books.breaches()) <= before


@pytest.mark.parametrize("keep", [False, True])
def test_the_certificate_does_as_its_holder_chose(everywhere, client, keep):
    code = Certificate.objects.get().code
    erasing.erase(everywhere, now=LATER, keep_certificates=keep)
    answer = client.get(reverse("verify", args=[code]))
    page = answer.content.decode()
    assert answer.status_code == (200 if keep else 410)
    assert ("Ada Byron" in page) == keep
    assert ("no longer available" in page) == (not keep)
    assert Certificate.objects.get().holder is None
    assert (Certificate.objects.get().paper is not None) == keep


def test_the_goodbye_is_sent_once_and_its_address_goes_with_it(ada):
    erasing.erase(ada, now=LATER)
    owed = Effect.objects.get(task="course.people.letters.say_goodbye", state=Effect.OWED)
    assert "ada@" not in json.dumps(owed.facts)  # sealed while it waits
    mail.outbox.clear()
    settle_everything()
    assert [letter.to for letter in mail.outbox] == [["ada@example.org"]]
    assert "our last email" in mail.outbox[0].body
    owed.refresh_from_db()
    assert owed.facts == {}
    assert tables_with("ada@example.org") == set()


# --- The page ---------------------------------------------------------------------------------------


def test_pressing_it(everywhere, bea):
    client, elsewhere = just_signed_in(everywhere), signed_in(everywhere)
    page = client.get(PAGE).content.decode()
    assert page.index("Take a copy of everything") < page.index("What goes at once")
    for words in ("What stays, and why", "Tax law", "certificate", "365 days"):
        assert words in page
    missing = client.post(PAGE, {"keep": "yes"})
    assert missing.status_code == 422
    assert "Nothing was erased" in missing.content.decode()
    assert User.objects.filter(pk=everywhere.pk).exists()
    gone = client.post(PAGE, {"sure": "yes", "keep": "yes"}, follow=True)
    assert "Everything is erased" in gone.content.decode()
    assert not User.objects.filter(pk=everywhere.pk).exists()
    assert User.objects.filter(pk=bea.pk).exists()
    for browser in (client, elsewhere):
        assert browser.get("/my/").status_code == 302  # signed out everywhere
    assert Certificate.objects.get().facts


def test_it_asks_who_is_there_first(ada):
    assert Client().get(PAGE)["Location"].startswith("/accounts/login/")
    assert "reauthenticate" in stale(ada).get(PAGE)["Location"]
    assert "reauthenticate" in stale(ada).post(PAGE, {"sure": "yes"})["Location"]
    assert User.objects.filter(pk=ada.pk).exists()


def test_the_last_manager_is_told_kindly_what_to_do_first(everywhere, max):
    Manager.objects.exclude(user=max).delete()
    client = just_signed_in(max)
    page = client.get(PAGE).content.decode()
    assert "You alone look after the places" in page
    assert reverse("managers", args=[Organisation.objects.get().pk]) in page
    assert "Erase it now" not in page
    client.post(PAGE, {"sure": "yes"})
    assert User.objects.filter(pk=max.pk).exists()
    with pytest.raises(erasing.LeftAlone):
        erasing.erase(max, now=LATER)
    assert User.objects.get(pk=max.pk).is_active


def test_an_organisation_that_never_ordered_goes_with_its_only_manager(max, organisation):
    erasing.erase(max, now=LATER)
    assert not Organisation.objects.exists()


# --- Killed on the way, and after a restore -----------------------------------------------------------


class Killed(BaseException):
    """As kill -9 is: no `except Exception` sees it."""


@pytest.mark.parametrize("dies_after", range(len(erasing.STEPS) + 1))
def test_killed_between_any_two_steps_and_finished_by_the_clock(ada, bea, monkeypatch, dies_after):
    """What each step did is committed. Nobody signs in meanwhile, and nothing can be opened."""
    steps, number = list(erasing.STEPS), ada.pk

    def die(wish, now):
        raise Killed

    monkeypatch.setattr(erasing, "STEPS", [*steps[:dies_after], die])
    with pytest.raises(Killed):
        erasing.erase(ada, now=LATER)
    assert WritingKey.objects.get(owner_id=number).wrapped is None
    assert Tombstone.objects.filter(owner_id=number).exists()
    assert signed_in(bea).get("/my/").status_code == 200
    monkeypatch.setattr(erasing, "STEPS", steps)
    for _twice in range(2):
        erasing.finish_begun(LATER + timedelta(minutes=5))
    assert tables_with(str(number), number.hex) <= MAY_HOLD_THE_NUMBER
    assert Effect.objects.filter(dedupe_key__startswith="goodbye").count() == 1
    assert list(books.breaches()) == []


def test_killed_before_the_key_was_destroyed(ada, monkeypatch):
    """The wish stands, the account is closed, and the clock destroys the key."""

    def die(owner_id, **facts):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("reflections.about_me.destroy_key", die)
        with pytest.raises(Killed):
            erasing.erase(ada, now=LATER)
    assert not User.objects.get(pk=ada.pk).is_active
    assert signed_in(ada).get("/my/").status_code == 302
    assert erasing.finish_begun(LATER) == 0  # whoever pressed may be at it just now
    assert erasing.finish_begun(LATER + timedelta(minutes=3)) == 1
    assert WritingKey.objects.get().wrapped is None
    assert not User.objects.filter(pk=ada.pk).exists()


def test_a_step_that_fails_is_gone_on_with(ada, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError

    client = just_signed_in(ada)
    with monkeypatch.context() as patched:
        patched.setattr("course.people.about_me.letters.post_goodbye", fail)
        page = client.post(PAGE, {"sure": "yes"}, follow=True).content.decode()
    assert "The erasing has begun" in page
    assert erasing.finish_begun(timezone.now() + timedelta(minutes=5)) == 1
    assert not User.objects.filter(pk=ada.pk).exists()


def test_after_a_restore_they_are_erased_again_without_a_letter(everywhere, bea):
    """The copy brought back the person, the rows and even the key."""
    mail.outbox.clear()
    assert erasing.erase_again(everywhere.pk, now=LATER) is True
    settle_everything()
    assert not [m for m in mail.outbox if "last email" in m.body]
    assert tables_with(*numbers_of(everywhere)) <= MAY_HOLD_THE_NUMBER
    assert erasing.erase_again(everywhere.pk, now=LATER) is False
    assert Tombstone.objects.count() == 1
    assert User.objects.filter(pk=bea.pk).exists()


@pytest.mark.parametrize("keeps", [True, False])
def test_a_restore_does_with_certificates_what_was_asked_when_they_left(everywhere, keeps):
    """The choice stands on the stone, beside the keys: an older copy of the data knows nothing."""
    owner = everywhere.pk
    codes = list(Certificate.objects.filter(holder=owner).values_list("code", flat=True))
    assert codes
    with transaction.atomic():
        erasing.erase(everywhere, now=LATER, keep_certificates=keeps)
        transaction.set_rollback(True)  # of the data alone: as an older copy has it
    assert Tombstone.objects.get().keeps_certificates == keeps
    assert erasing.erase_again(owner, now=LATER)
    for certificate in Certificate.objects.filter(code__in=codes):
        assert (certificate.holder, bool(certificate.paper)) == (None, keeps)
        assert ("Ada" in str(certificate.facts)) == keeps


def test_every_step_holds_the_person_before_it_touches_a_row(ada, monkeypatch):
    """As a save does: on PostgreSQL neither waits for rows that the other has."""
    held, seen = [], []
    monkeypatch.setattr(erasing, "hold", lambda owner: held.append(owner))
    steps = [lambda wish, now: seen.append(len(held))]
    monkeypatch.setattr(erasing, "STEPS", steps * 3)
    erasing.erase(ada, now=LATER)
    assert seen == [1, 2, 3]
    assert set(held) == {ada.pk}


def test_a_key_that_a_restore_brought_back_is_destroyed_though_nobody_is_there(db):
    owner = uuid.uuid4()
    keeping.make_key(owner, now=NOON)
    assert erasing.erase_again(owner, now=LATER) is False
    assert WritingKey.objects.get(owner_id=owner).wrapped is None


def test_a_late_post_after_erasing_writes_nothing(ada, sessions):
    ticket, prompt = ticket_for(ada, sessions[0]), text_prompt(sessions[0])
    erasing.erase(ada, now=LATER)
    words = {prompt.key: Response(prompt, CANARY)}
    with pytest.raises((WritingUnreadable, saving.NoConsent)):
        saving.save_late(ticket, responses=words, version=0, now=LATER)
    assert not Reflection.objects.exists()
