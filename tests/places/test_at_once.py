"""Several processes at the same moment, on the real product's databases: papers, payments,
refunds and room stay whole, whichever database is behind."""

import json
import subprocess

import pytest

from tests.databases import ROOT
from tests.running import still_site

PROCESSES = 6
BEFORE = """
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import buying, offering, transfer
from course.places.models import Discount, Organisation
now = timezone.now()
max, root = User.objects.get(email="max@example.org"), User.objects.get(email="root@example.org")
cohort = Cohort.objects.create(programme_id=1, title="At once", joining="open",
    starts_on=now.date() + timedelta(days=60), ends_on=now.date() + timedelta(days=120),
    price_minor=100, team_price_minor=100)
offering.set_terms(cohort, price_minor=100, team_price_minor=100, currency="GBP", places=20,
    by=root, now=now)
Discount.objects.create(code="ATONCE", kind="percent", value=10, limit=4)
trust = Organisation.objects.get(managers__user=max)
order = buying.start_order(max, cohort=cohort, organisation=trust, quantity=4, now=now)
transfer.choose_transfer(order, now)
print(order.pk, cohort.pk)
"""
AT_ONCE = """
from contextlib import suppress
from django.utils import timezone
from course.cohorts import capacity
from course.cohorts.models import Cohort
from course.people.models import User
from course.places import buying, pricing, refunding, transfer
from course.places.models import Order, Organisation
max, root = User.objects.get(email="max@example.org"), User.objects.get(email="root@example.org")
order, cohort = Order.objects.get(pk="{order}"), Cohort.objects.get(pk="{cohort}")
trust = Organisation.objects.get(managers__user=max)
print("ready", flush=True)
input()
now = timezone.now()
done = dict(paid=0, invoices=0, refunds=0, full=0, codes=0)
facts = dict(by=root, reference="one and the same", on=now.date(), now=now)
done["paid"] += transfer.mark_paid(order, amount=order.total_minor, **facts)
with suppress(refunding.NothingToRefund):
    refunding.ask_refund(order, places=2, by=root, now=now)
    done["refunds"] += 1
for n in range(5):
    code = "ATONCE" if n < 2 else ""
    try:
        mine = buying.start_order(max, cohort=cohort, organisation=trust, quantity=1, code=code, now=now)
        transfer.choose_transfer(mine, now)
        done["invoices"] += 1
        done["codes"] += bool(code)
    except capacity.Full:
        done["full"] += 1
    except pricing.CodeNotValid:
        pass
import json
print(json.dumps(done))
"""
AFTER = """
import json
from course.cohorts.models import Cohort
from course.places.models import Discount, Document, LedgerEntry, Numbering, Order
cohort = Cohort.objects.get(pk="{cohort}")
counted = Numbering.objects.get(kind="invoice").last
numbers = sorted(Document.objects.filter(kind="invoice").values_list("number", flat=True))
print(json.dumps(dict(
    sold=cohort.sold, held=cohort.held, used=Discount.objects.get(code="ATONCE").used,
    gapless=[int(n[-4:]) for n in numbers] == list(range(1, counted + 1)),
    came=LedgerEntry.objects.filter(order="{order}", kind="paid").count(),
    went=LedgerEntry.objects.filter(order="{order}", kind="refunded").count(),
    receipts=Document.objects.filter(order="{order}", kind="receipt").count(),
)))
"""


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """The product's databases with the demo in them, and no process running."""
    with still_site(tmp_path_factory.mktemp("at-once")) as site:
        yield site


@pytest.mark.soak
def test_six_processes_at_once(still):
    order, cohort = still.python(BEFORE).split()
    code = AT_ONCE.format(order=order, cohort=cohort)
    running = [
        subprocess.Popen(still.command(code), cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, text=True)
        for _n in range(PROCESSES)
    ]
    ready = [process.stdout.readline() for process in running]
    for process in running:
        process.stdin.write("begin\n")
        process.stdin.flush()
    told = [process.communicate(timeout=300) for process in running]
    assert [error for _out, error in told if error] == []
    assert ready == ["ready\n"] * PROCESSES
    done = [json.loads(out.splitlines()[-1]) for out, _error in told]
    total = {name: sum(one[name] for one in done) for name in done[0]}
    after = json.loads(still.python(AFTER.format(order=order, cohort=cohort)))
    assert (total["paid"], after["came"], after["receipts"]) == (1, 1, 1)
    assert (total["refunds"], after["went"]) == (2, 2)  # two times two places, and then none
    assert total["codes"] == after["used"] == 4
    # Twenty places. Four were ordered first and given back; whoever came in between took others.
    assert after["sold"] == total["invoices"] <= 20
    assert after["held"] == 0
    assert after["gapless"]
    assert "Everything adds up." in still.manage("check_books")
