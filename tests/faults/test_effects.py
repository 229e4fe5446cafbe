"""Killed at every named point of the outbox: nothing is lost, nothing doubled in effect (R76)."""

import json
from collections import Counter

import pytest

from tests.outbox.effect_lab import POINTS
from tests.outbox.post_office import PostOffice
from tests.running import still_site
from tests.stripe.server import KEY, SECRET, FakeStripe


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The product's databases, and a mail server and a Stripe that outlive its processes."""
    folder = tmp_path_factory.mktemp("effects")
    with still_site(folder) as found, FakeStripe() as stripe, PostOffice() as office:
        found.env |= {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_ADDRESS": stripe.address,
            "EMAIL_URL": f"smtp://127.0.0.1:{office.port}",
            "LOG_LEVEL": "ERROR",
        }
        found.stripe, found.office = stripe, office
        yield found


ALL = ["letter", "paper", "refund"]


@pytest.mark.parametrize(
    ("kinds", "times"),
    # 201 at each point
    [(ALL, 1), *(pytest.param([kind], 67, marks=pytest.mark.soak) for kind in ALL)],
)
def test_killed_at_every_point_each_effect_happens_once(site, kinds, times, record_property):
    each, tried = len(POINTS) * times, len(POINTS) * times * len(kinds)
    charges = [site.stripe.objects.charge_by_hand(100) for _one in range(each)]
    intents = [charge["payment_intent"] for charge in charges]
    (site.folder / "intents.json").write_text(json.dumps(intents))
    site.office.taken.clear()
    path = str(site.folder / "intents.json")
    code = f"from tests.outbox import effect_lab; effect_lab.told({kinds}, {times}, {path!r})"
    seen = json.loads(site.python(code).splitlines()[-1])
    assert (seen["tried"], seen["owed"], seen["swept_again"]) == (tried, 0, 0)
    assert seen["swept"] == tried - len(kinds) * times  # all but those that were marked as done
    assert (seen["undrawn"], seen["stray"]) == (0, 0)  # each certificate has one paper

    copies = site.office.copies()
    assert len(copies) == len(set(seen["letter"]))
    # Once more where the letter had gone and nobody could note it, under the same Message-ID.
    extra = 2 * times if "letter" in kinds else 0
    assert sum(copies.values()) - len(copies) == extra
    assert max(copies.values(), default=1) <= 2

    sent = [r for r in site.stripe.objects.of_kind("refund") if r["payment_intent"] in intents]
    assert Counter(r["metadata"]["refund"] for r in sent) == Counter(seen["refund"])
    record_property("faults", tried)


# What a page answers during each: those that can still be read are.
READABLE = {"locked", "only read", "disk full", "log full", "taken over"}


def test_a_database_or_disk_that_is_away_loses_nothing(site, record_property):
    told = site.python("from tests.faults import outage_lab; outage_lab.told()")
    outages = json.loads(told.splitlines()[-1])
    for name, seen in outages.items():
        assert seen.pop("ended") == 0, (name, told)
        page, during = seen.pop("page"), seen.pop("during")
        assert page == ([200, False, ""] if name in READABLE else [503, True, "10"]), name
        assert during == (200 if name == "log full" else 503), name
        fine = {"before": 200, "after": 200, "alive": 200, "words": "two", "aside": 0, "owed": True}
        assert seen == fine, name
    assert len(outages) >= 4
    record_property("faults", 2 * len(outages))
