"""Taking a copy of everything: all of it, readable, for its owner alone, and never stored."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course.audit.models import Entry
from course.dashboard import exporting
from course.dashboard.data_map import PERSONAL
from reflections.keys.models import WritingKey
from reflections.models import Reflection
from tests.cast import CANARY, PASSWORD, signed_in, stale
from tests.rights.a_life import OTHER, WORDS

pytestmark = pytest.mark.django_db
PAGE = "/my/data/everything/"


def just_signed_in(user) -> Client:
    client = signed_in(user)
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def unpacked(answer) -> dict[str, bytes]:
    assert answer.streaming
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert packed.testzip() is None
        return {name.split("/", 1)[1]: packed.read(name) for name in packed.namelist()}


def take(client) -> dict[str, bytes]:
    answer = client.post(PAGE)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    return unpacked(answer)


@pytest.fixture
def copy(everywhere) -> dict[str, bytes]:
    return take(just_signed_in(everywhere))


def test_it_holds_every_model_that_leads_to_a_person(copy):
    whole = json.loads(copy["everything.json"])
    missing = [
        (row.model, part) for row in PERSONAL for part in row.given_as if not whole.get(part)
    ]
    assert missing == []
    assert set(whole) - {"made_at", "site"} == {part for row in PERSONAL for part in row.given_as}


def test_it_holds_all_the_words_and_no_secret(copy, everywhere):
    page, data = (copy[f"everything.{kind}"].decode() for kind in ("html", "json"))
    for text in (page, data):
        for number in ("0", "1", "aside"):
            assert f"{CANARY} {number}" in text
        for what in (
            *("asked", "facilitators", "next_cohort", "pulse", "practice", "a quiet room"),
            *("as a guest", "to a group", "sent", "a file", "a comment", "an answer"),
        ):
            assert f"{WORDS}: {what}" in text, what
        assert OTHER in text
        for secret in ("s3cr3t-of-ada", everywhere.password, everywhere.calendar.token, "a" * 64):
            assert secret not in text
    whole = json.loads(data)
    assert [bool(one["deleted"]) for one in whole["reflections"]].count(True) == 1
    assert whole["who_opened_what"][0]["by"] == "a facilitator of your group"
    assert "Flora" not in json.dumps(whole["who_opened_what"])
    assert whole["consents"][0]["version"]
    assert whole["group_figures"]
    assert sorted(name for name in copy if name.endswith(".pdf"))[0].startswith("certificates/")
    assert sum(name.startswith("papers/") for name in copy) == 2
    assert all(content[:5] == b"%PDF-" for name, content in copy.items() if name.endswith(".pdf"))


def test_the_page_stands_alone(copy):
    """No script, nothing from elsewhere, and every document it names lies beside it."""
    page = copy["everything.html"].decode()
    assert "<script" not in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "").replace(
        "http://testserver", ""
    )
    for name in copy:
        assert name.startswith("everything.") or f'href="{name}"' in page
    assert "&lt;" not in page
    assert "None" not in page


def test_nothing_is_stored(everywhere, settings):
    before = set(Path(settings.MEDIA_ROOT).rglob("*"))
    take(just_signed_in(everywhere))
    assert set(Path(settings.MEDIA_ROOT).rglob("*")) == before
    assert Entry.objects.get(action=exporting.TAKEN).subject == ""


def test_it_is_ones_own_alone(everywhere, bea):
    assert Client().post(PAGE).status_code == 302
    theirs = b"".join(take(just_signed_in(bea)).values()).decode(errors="ignore")
    for words in (CANARY, WORDS, OTHER, "Ada Byron"):
        assert words not in theirs


def test_after_an_hour_it_asks_who_is_there_and_then_goes_on(ada):
    client = just_signed_in(ada)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        asked = client.post(PAGE)
        assert asked.status_code == 302
        assert "reauthenticate" in asked["Location"]
        wrong = client.post(asked["Location"], {"password": "not it"})
        assert wrong.status_code == 200
        assert "everything.json" in unpacked(client.post(asked["Location"], {"password": PASSWORD}))
    assert "reauthenticate" in stale(ada).get(PAGE)["Location"]


def test_three_a_day_and_kind_words_after(ada):
    client = just_signed_in(ada)
    for _ in range(3):
        take(client)
    later = client.post(PAGE)
    assert later.status_code == 429
    assert 86_000 < int(later["Retry-After"]) <= 86_400
    assert "Nothing is lost" in later.content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=5)):
        take(just_signed_in(ada))


def test_a_key_that_cannot_be_opened_breaks_nothing(everywhere):
    """All else is given; the writing says that it could not be opened, and stays as it is."""
    WritingKey.objects.update(kek_id=99)
    copy = take(just_signed_in(everywhere))
    whole = json.loads(copy["everything.json"])
    assert [one["answers"] for one in whole["reflections"]] == [[], [], []]
    assert all("could not be opened" in one["problem"] for one in whole["reflections"])
    assert f"{WORDS}: pulse" in copy["everything.html"].decode()
    assert Reflection.objects.count() == 2


def test_one_spoilt_reflection_spoils_no_other(everywhere):
    spoilt = Reflection.objects.filter(deleted_at=None).get()
    Reflection.objects.filter(pk=spoilt.pk).update(sealed=bytes(spoilt.sealed)[:-1] + b"!")
    text = take(just_signed_in(everywhere))["everything.html"].decode()
    assert f"{CANARY} 0" in text
    assert f"{CANARY} 1" not in text
    assert "could not be opened" in text


def test_markup_in_words_stays_words(ada):
    ada.display_name = "<script>alert(1)</script>"
    ada.save()
    page = take(just_signed_in(ada))["everything.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


# --- /my/data/ ------------------------------------------------------------------------------------


def test_my_data_says_who_opened_what_and_leads_everywhere(everywhere, django_assert_num_queries):
    client = just_signed_in(everywhere)
    client.get("/my/data/")
    with django_assert_num_queries(10):
        page = client.get("/my/data/").content.decode()
    assert "Your summary was opened by a facilitator of your group" in page
    for way in (PAGE, reverse("erase_me"), "30 days"):
        assert way in page


def test_taking_the_yes_back_offers_a_copy_and_then_deletion(ada):
    """R13: the page of reflections/agreeing.py offers export first, then deleting."""
    page = signed_in(ada).get(reverse("withdraw_consent")).content.decode()
    copy, close, delete = (page.index(w) for w in ("Take a copy", "Close my", "Delete everything"))
    assert copy < close < delete


def test_the_shop_window_says_the_same(client):
    page = client.get("/privacy/").content.decode()
    told = ("quiet_accounts", "access_needs", "summaries", "audit", "interests", "invitations")
    for days in (settings.RETENTION[name] for name in (*told, "unconfirmed_accounts")):
        assert f"{days} days" in page
    assert "kept in plain" in page
