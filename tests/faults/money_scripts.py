"""What the processes of tests/faults/test_money.py are given to run."""

BEGIN = """
import importlib, json, os, signal, sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from django.db import connection
from django.test import Client
from django.utils import timezone
from course.cohorts import capacity
from course.cohorts.models import Cohort
from course.outbox.models import Effect
from course.outbox.settling import settle
from course.people.models import User
from course.places import buying, card, gateway, jobs
from course.places.models import *
from course.places.reconciling import reconcile

name = {name!r}

def in_threads(do, rows, fingers):
    def one(row):
        try:
            return do(row)
        finally:
            connection.close()
    with ThreadPoolExecutor(fingers) as pool:
        return list(pool.map(one, rows))

def post(sent):
    body, header = sent
    client = Client(headers={{"Stripe-Signature": header}}, SERVER_NAME="localhost")
    return client.post(
        "/stripe/webhook/", body.encode(), content_type="application/json"
    ).status_code

def settle_all(fingers=1):
    Effect.objects.filter(leased_until__isnull=False).update(leased_until=None)
    owed = list(Effect.objects.filter(state="owed").exclude(task__contains="draw_paper")
        .exclude(task__contains="letters").values_list("pk", flat=True))
    later = timezone.now() + timedelta(days=1)
    in_threads(lambda pk: settle(pk, now=later), owed, fingers)

def group(capacity=20):
    return Cohort.objects.get_or_create(title=name, defaults=dict(
        programme_id=Cohort.objects.first().programme_id, joining="open", capacity=capacity,
        starts_on=date(2040, 1, 2), ends_on=date(2040, 3, 2), team_price_minor=9500,
        price_minor=12000))[0]

def team_order():
    max = User.objects.get(email="max@example.org")
    org = Organisation.objects.for_manager(max).first() or Organisation.objects.create(
        name="Northmoor", billing_address="1 Lane", billing_email="pay@example.org")
    return buying.start_order(max, cohort=group(), organisation=org, quantity=6, bursaries=1,
        now=timezone.now())

def state():
    order = Order.objects.get(cohort__title=name)
    cohort = order.cohort
    return {{
        "status": order.status,
        "ledger": sorted(order.ledger.values_list("kind", "amount_minor")),
        "places": sorted(order.places.values_list("state", flat=True)),
        "room": [cohort.held, cohort.sold, cohort.bursaries],
        "receipts": order.documents.filter(kind="receipt").count(),
        "letters": Effect.objects.filter(
            task__endswith="send_receipt",
            dedupe_key__in=[f"paper:{{d.pk}}:letter" for d in order.documents.all()]).count(),
        "refunds": order.refunds.count(),
    }}
"""

DIE = """
module, attribute, when = {point!r}
place = importlib.import_module(module)
whole = getattr(place, attribute)
def dying(*args, **kwargs):
    if when == "after":
        whole(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(place, attribute, dying)
"""
