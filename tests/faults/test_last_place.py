"""Fifty people for the last places, by every road at once, with real processes (R44, I4, I5).

Twenty places. Ten belong to an organisation: five are offered to one address each, five to
whoever has the join link. Ten are on sale, for one person or for teams of three.
"""

import json
import subprocess

import pytest

from tests.databases import ROOT
from tests.running import still_site

PROCESSES, CAPACITY = 5, 20

PREPARE = """
import json
from datetime import timedelta
from allauth.account.models import EmailAddress
from django.utils import timezone
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import accepting, buying, inviting, managing
from course.places.models import Invitation, Order
from course.places.states import OrderStatus
from course.programme.models import ProgrammePage

now = timezone.now()
start = (now + timedelta(days=60)).date()
cohort = Cohort.objects.create(
    programme_id=ProgrammePage.objects.get().pk, title="The last places", joining="open",
    starts_on=start, price_minor=12000, team_price_minor=9500, capacity={capacity},
)
max = User.objects.get(email="max@example.org")
facts = dict(name="Last", billing_address="x", billing_email="pay@example.org")
organisation = managing.found_organisation(max, now=now, **facts)
order = buying.start_order(max, cohort=cohort, organisation=organisation, quantity=10, now=now)
buying.keep_places(order, status=OrderStatus.INVOICED, channel="transfer", now=now)
buying.fulfil(order, now=now)
inviting.invite(order, [f"asked{{n}}-{{cohort.pk}}@example.org" for n in range(5)], by=max, now=now)
link = accepting.open_join_link(order, cap=5, by=max, now=now)
for n in range(50):
    user, _made = User.objects.get_or_create(email=f"last{{n}}@example.org", defaults=dict(password="!"))
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
asked = list(Invitation.objects.filter(place__order=order).values_list("token_hash", flat=True))
print(json.dumps(dict(cohort=str(cohort.pk), order=str(order.pk), link=link.token_hash,
    organisation=str(organisation.pk), asked=asked)))
"""

# One process of five: each takes every fifth person, and all wait for the word to begin.
CLAIM = """
from django.utils import timezone
from course.cohorts import capacity, joining
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import accepting, buying, transfer
from course.places.models import Organisation

facts, mine = {facts!r}, {mine!r}
people = {{int(u.email[4:].split("@")[0]): u for u in User.objects.filter(email__startswith="last")}}
max = User.objects.get(email="max@example.org")
cohort = Cohort.objects.get(pk=facts["cohort"])
organisation = Organisation.objects.get(pk=facts["organisation"])

def claim(n):
    now = timezone.now()
    if n < 10:
        return accepting.accept(facts["asked"][n % 5], user=people[n], now=now)
    if n < 25:
        return accepting.accept(facts["link"], user=people[n], now=now)
    team = dict(organisation=organisation, quantity=3) if n >= 40 else dict(quantity=1)
    order = buying.start_order(max if n >= 40 else people[n], cohort=cohort, now=now, **team)
    return transfer.choose_transfer(order, now)

print("ready", flush=True)
input()
for n in mine:
    try:
        claim(n)
        print(n, "got")
    except (accepting.LinkNotGood, capacity.Full, joining.AlreadyIn):
        print(n, "none")
"""

COUNT = """
import json
from django.db.models import Sum
from course.cohorts.models import Cohort, Enrolment
from course.places.models import Invitation, JoinLink, Order, Place
cohort = Cohort.objects.get(pk={cohort!r})
places = Place.objects.filter(cohort=cohort)
kept = Order.objects.filter(cohort=cohort).exclude(status="draft")
print(json.dumps(dict(
    held=cohort.held, sold=cohort.sold,
    places=places.count(), ordered=kept.aggregate(sum=Sum("quantity"))["sum"],
    taken=places.filter(state="accepted").count(),
    enrolled=Enrolment.objects.filter(cohort=cohort).count(),
    asked=Invitation.objects.filter(place__cohort=cohort, state="accepted").count(),
    joined=JoinLink.objects.get(order__cohort=cohort).used,
)))
"""


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    with still_site(tmp_path_factory.mktemp("last-place")) as site:
        yield site


@pytest.mark.parametrize(
    "time", [1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 7))]
)
def test_fifty_claims_at_once_never_overbook(still, time):
    facts = json.loads(still.python(PREPARE.format(capacity=CAPACITY)).splitlines()[-1])
    got = claim_all_at_once(still, facts)
    counts = json.loads(still.python(COUNT.format(cohort=facts["cohort"])).splitlines()[-1])
    assert counts["held"] + counts["sold"] == CAPACITY  # full, and not one more
    assert counts["places"] == counts["ordered"] == CAPACITY
    assert (counts["asked"], counts["joined"]) == (5, 5)
    assert counts["taken"] == counts["enrolled"] == 10
    invited = [n for n in got if n < 10]
    assert sorted(n % 5 for n in invited) == [0, 1, 2, 3, 4]
    assert len([n for n in got if 10 <= n < 25]) == 5
    singles, teams = [n for n in got if 25 <= n < 40], [n for n in got if n >= 40]
    assert len(singles) + 3 * len(teams) == 10


def claim_all_at_once(still, facts) -> list[int]:
    """Five processes, ten claims each, in an order of their own. Returns whose claim succeeded."""
    import random

    shares = [list(range(start, 50, PROCESSES)) for start in range(PROCESSES)]
    for share in shares:
        random.shuffle(share)
    codes = [CLAIM.format(facts=facts, mine=share) for share in shares]
    lines = [line.split() for out in all_at_once(still, codes) for line in out.splitlines()]
    assert len(lines) == 50
    return [int(n) for n, what in lines if what == "got"]


def all_at_once(still, codes: list[str]) -> list[str]:
    """Run each in a process of its own; when all are ready, tell them to begin. Returns what they
    printed. (At a moment of the clock, a busy machine would not have them ready.)"""
    running = [
        subprocess.Popen(
            still.command(code),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for code in codes
    ]
    ready = [process.stdout.readline() for process in running]
    for process in running:
        process.stdin.write("begin\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=300) for process in running]
    assert ready == ["ready\n"] * PROCESSES, [err for _out, err in answers]
    assert [p.returncode for p in running] == [0] * PROCESSES, [err for _out, err in answers]
    return [out for out, _err in answers]


CLICK = """
from django.test import Client
from course.people.models import User
client = Client(HTTP_HOST="localhost")
client.force_login(User.objects.get(email="max@example.org"))
facts = {facts!r}
page = dict(cohort=facts["cohort"], quantity="2", key="3f1c9a52-8f0e-4b57-9a0d-55d6f3a3f6a1")
print("ready", flush=True)
input()
where = [client.post("/teams/%s/buy/" % facts["organisation"], page).url for _n in range(3)]
for _n in range(3):
    client.post(where[0], dict(road="transfer"))
print(*sorted(set(where)))
"""


@pytest.mark.soak
def test_many_fingers_on_one_button_make_one_order(still):
    """Five processes press “See the full price”, then “Order”, three times each."""
    facts = json.loads(still.python(PREPARE.format(capacity=CAPACITY)).splitlines()[-1])
    code = CLICK.format(facts=facts)
    where = {out.strip().splitlines()[-1] for out in all_at_once(still, [code] * PROCESSES)}
    assert len(where) == 1
    counted = still.python(
        "from course.places.models import Order; from course.cohorts.models import Cohort;"
        f"c = Cohort.objects.get(pk={facts['cohort']!r});"
        "print(Order.objects.filter(cohort=c, quantity=2).count(), c.sold + c.held)"
    )
    assert counted.split()[-2:] == ["1", "12"]  # ten from before, and two
