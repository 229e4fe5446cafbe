"""kill -9 around a payment, and many at once, with real processes on the real database: nobody
pays without a place or a refund due, nobody has a place unpaid, nothing is doubled."""

import json
import subprocess

import pytest

from tests.databases import ROOT
from tests.faults.money_scripts import BEGIN, DIE
from tests.running import Site, still_site
from tests.stripe.server import KEY, SECRET, FakeStripe

# Where the process dies: (module, attribute, before or after it ran).
PAID = {
    "message checked": ("course.places.jobs", "take_in", "before"),
    "message kept": ("course.places.jobs", "take_in", "after"),
    "looked at Stripe": ("course.places.reconciling", "look", "after"),
    "money written": ("course.places.accounting", "_enter", "after"),
    "order paid": ("course.places.reconciling", "move", "after"),
    "places open": ("course.places.buying", "fulfil", "after"),
    "receipt numbered": ("course.places.papers", "receipt", "after"),
    "all committed": ("course.places.jobs", "reconcile", "after"),
}
LATE = {
    "refund written": ("course.places.accounting", "send_back", "after"),
    "refund asked": ("course.places.gateway", "refund", "before"),
    "refund sent": ("course.places.gateway", "refund", "after"),
}
SAMPLED = {"money written"}

SETTLED = {
    "status": "paid",
    "ledger": [["paid", 66_500]],
    "places": ["available"] * 6,
    "room": [1, 6, 1],
    "receipts": 1,
    "letters": 1,
    "refunds": 0,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The product's databases with test keys, and a Stripe that outlives its processes."""
    folder = tmp_path_factory.mktemp("money")
    with still_site(folder) as found, FakeStripe() as stripe:
        found.env |= {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_ADDRESS": stripe.address,
            "LOG_LEVEL": "ERROR",
        }
        found.stripe = stripe
        yield found


def told(site: Site, name: str, code: str) -> dict:
    """Run it in a process of its own; what it prints last."""
    return json.loads(site.python(BEGIN.format(name=name) + code).splitlines()[-1])


def dies(site: Site, name: str, point: tuple, code: str) -> None:
    whole = BEGIN.format(name=name) + DIE.format(point=point) + code
    died = subprocess.run(
        site.command(whole),
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert died.returncode == -9, died.stdout.decode() + died.stderr.decode()


def messages(site: Site, since: int = 0) -> list:
    signed = [site.stripe.signed(event) for event in site.stripe.objects.events[since:]]
    return [(body.decode(), header) for body, header in signed]


OPEN_PAGE = """
order = team_order()
card.choose_card(order, now=timezone.now())
print(json.dumps({"session": order.payments.get().object_id}))
"""
HEAR = "[post(sent) for sent in {sent!r}]; settle_all()\n"
TELL = "print(json.dumps(state()))\n"


def sampled(points: dict) -> list:
    slow = pytest.mark.soak
    return [p if p in SAMPLED else pytest.param(p, marks=slow) for p in points]


@pytest.mark.parametrize("point", sampled(PAID))
def test_killed_between_payment_and_places(site, point):
    """Stripe sends again, the worker starts again; it ends as if nothing had happened."""
    name = "killed " + point
    before = len(site.stripe.objects.events)
    session = told(site, name, OPEN_PAGE)["session"]
    site.stripe.objects.pay(session)
    hear = HEAR.format(sent=messages(site, before))
    dies(site, name, PAID[point], hear)
    assert told(site, name, hear + TELL) == SETTLED


@pytest.mark.parametrize("point", sampled(LATE))
def test_killed_while_late_money_goes_back(site, point):
    """The group is full when the money comes: it goes back once, whoever dies meanwhile."""
    name = "late " + point
    before = len(site.stripe.objects.events)
    session = told(site, name, OPEN_PAGE)["session"]
    told(
        site,
        name,
        "order = Order.objects.get(cohort__title=name)\n"
        "card.end_hold(order, now=timezone.now())\n"
        "Cohort.objects.filter(title=name).update(capacity=6)\n" + TELL,
    )
    page = site.stripe.objects.find(session, "checkout.session")
    page["status"] = "open"
    site.stripe.objects.pay(session)
    hear = HEAR.format(sent=messages(site, before)) + "settle_all()\n"
    dies(site, name, LATE[point], hear)
    told(site, name, hear + TELL)
    refunds = [r for r in site.stripe.objects.of_kind("refund") if _is_for(site, r, session)]
    assert len(refunds) == 1
    end = told(site, name, HEAR.format(sent=messages(site, before)) + TELL)
    assert end == {
        "status": "refunded",
        "ledger": [["paid", 66_500], ["refunded", -66_500]],
        "places": ["released"] * 6,
        "room": [0, 0, 0],
        "receipts": 0,
        "letters": 0,
        "refunds": 1,
    }


def _is_for(site: Site, refund: dict, session: str) -> bool:
    page = site.stripe.objects.find(session, "checkout.session")
    return refund["payment_intent"] == page["payment_intent"]


def test_the_same_message_twenty_times_at_once(site):
    name = "twenty"
    before = len(site.stripe.objects.events)
    session = told(site, name, OPEN_PAGE)["session"]
    site.stripe.objects.pay(session)
    (first, _second) = messages(site, before)
    kept = told(
        site,
        name,
        f"answers = in_threads(post, [{first!r}] * 20, 20)\n"
        "kept = StripeEvent.objects.filter(object_id="
        f"{session!r}).count()\n"
        "settle_all(8)\n"
        "print(json.dumps({'answers': answers, 'kept': kept} | state()))",
    )
    assert kept.pop("answers") == [200] * 20
    assert kept.pop("kept") == 1
    assert kept == SETTLED


def test_twenty_looks_at_once_and_from_two_processes(site):
    """Webhook, page and night together: one set of places, one line of money, one receipt."""
    name = "looks"
    session = told(site, name, OPEN_PAGE)["session"]
    site.stripe.objects.pay(session)
    looking = BEGIN.format(name=name) + (
        "def look(_n):\n"
        "    order = Order.objects.get(cohort__title=name)\n"
        "    try:\n"
        "        return reconcile(order, now=timezone.now()).status\n"
        "    except Exception as error:\n"
        "        return type(error).__name__\n"
        "print(json.dumps(in_threads(look, range(10), 10)))"
    )
    two = [
        subprocess.Popen(site.command(looking), cwd=ROOT, stdout=subprocess.PIPE)
        for _process in range(2)
    ]
    said = [answer for process in two for answer in json.loads(process.communicate()[0])]
    assert set(said) <= {"paid", "LookAgain"}  # who always came second is asked again later
    assert said.count("paid") >= 2
    assert told(site, name, TELL) == SETTLED


def test_eight_fingers_on_one_button(site):
    """One page is opened, and all are led to it."""
    name = "fingers"
    before = len(site.stripe.objects.of_kind("checkout.session"))
    pages = told(
        site,
        name,
        "order = team_order()\n"
        "press = lambda _n: card.choose_card(Order.objects.get(pk=order.pk), now=timezone.now())\n"
        "print(json.dumps(in_threads(press, range(8), 8)))",
    )
    assert len(set(pages)) == 1
    assert len(site.stripe.objects.of_kind("checkout.session")) == before + 1


def test_fifty_buyers_for_the_last_place(site):
    """One gets a page to pay on. The others hear that it is full before they pay anything."""
    name = "last"
    said = told(
        site,
        name,
        """
cohort = group(capacity=1)
people = [User.objects.create(email=f"last{n}@example.org", display_name="x") for n in range(50)]
orders = [buying.start_order(u, cohort=cohort, quantity=1, now=timezone.now()) for u in people]
def press(order):
    try:
        card.choose_card(order, now=timezone.now())
        return "page"
    except capacity.Full:
        return "full"
said = in_threads(press, orders, 25)
cohort.refresh_from_db()
print(json.dumps({"page": said.count("page"), "full": said.count("full"), "held": cohort.held}))
""",
    )
    assert said == {"page": 1, "full": 49, "held": 1}
