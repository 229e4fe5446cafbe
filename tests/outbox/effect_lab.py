"""Letters, papers and refunds, each killed at a named point of the outbox, in real processes.

Run inside a site's environment (tests/running.py): `told(kinds, times, path)` prints what it saw.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from tests import forking

POINTS = {
    "before the lease": ("course.outbox.models:EffectQuerySet.lease", "before"),
    "after the lease": ("course.outbox.models:EffectQuerySet.lease", "after"),
    "before the task": ("course.outbox.settling:import_string", "before"),
    "after the outward act": ("", "after"),  # another one for each kind
    "before done": ("course.outbox.settling:_mark_done", "before"),
    "after done": ("course.outbox.settling:_mark_done", "after"),
}
ACTS = {
    "letter": "django.core.mail.message:EmailMessage.send",
    "paper": "certificates.tasks:_keep_once",
    "refund": "course.places.gateway:refund",
}


def told(kinds: list[str], times: int, path: str) -> None:
    """Kill `times` workers at each point for each kind, then let one live. Prints JSON.
    At `path` are payments at Stripe, one for each refund."""
    from django.utils import timezone

    from certificates.models import Certificate, Paper

    _warm_up()
    now, order = timezone.now(), _order(timezone.now())
    _draw_in_no_time()
    intents = json.loads(Path(path).read_text())
    before, made = _stray(Paper, Certificate), {"letter": [], "paper": [], "refund": []}
    ways = {"letter": _letter, "paper": _paper, "refund": lambda n: _refund(n, order, intents)}
    sweep_and_work()  # whatever others left in the queue
    for where, when in POINTS.values():
        for kind in kinds:
            for _n in range(times):
                made[kind].append(ways[kind](now))
                forking.killed_at(work, where or ACTS[kind], when=when)
    found = sweep_and_work()
    drawn = Certificate.objects.filter(pk__in=made["paper"], paper__isnull=False).count()
    facts = {"tried": sum(map(len, made.values())), "swept": found, "owed": _owed()}
    facts |= {"swept_again": sweep_and_work(), "undrawn": len(made["paper"]) - drawn}
    facts |= {"stray": _stray(Paper, Certificate) - before}
    print(json.dumps(facts | made))


def _warm_up() -> None:
    """Load and look up once, here, what every process would do for itself."""
    import requests
    import stripe
    from django.core.mail import DNS_NAME

    from course import mail
    from course.places import gateway

    assert requests
    assert stripe
    assert gateway.client()
    assert str(DNS_NAME)
    mail.make_message("certificate_ready", to="a@example.org", key="x", context={"url": "/"})


def work() -> None:
    """What a worker does with its queue, until that is empty."""
    from django_tasks_db.management.commands.db_worker import Worker

    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"worker-{uuid4()}",
        excluded_queue_names=[],
    ).run()


def sweep_and_work() -> int:
    """Two minutes later, by another worker. Returns how many effects were handed out again."""
    from django.utils import timezone

    from course.outbox.models import Effect
    from course.outbox.sweeping import sweep

    past = timezone.now() - timedelta(seconds=1)
    Effect.objects.filter(leased_until__isnull=False).update(leased_until=past)
    found = sweep(timezone.now(), at_most=100_000)
    assert forking.run(work) == 0
    return found


def _owed() -> int:
    from course.outbox.models import Effect

    return Effect.objects.exclude(state=Effect.DONE).count()


def _draw_in_no_time() -> None:
    """The drawing itself has its tests; here it would be half a second for each of hundreds."""
    from certificates import drawing

    drawing.draw_certificate = lambda certificate: b"%PDF-1.7 " + certificate.pk.bytes


def _stray(papers, certificates) -> int:
    return papers.objects.count() - certificates.objects.filter(paper__isnull=False).count()


# --- One of each kind -------------------------------------------------------------------------


def _certificate(now) -> str:
    from certificates.models import Certificate

    found = Certificate.objects.filter(holder__isnull=False).order_by("issued_at").first()
    found.pk, found.code, found.completion_of, found.paper = uuid4(), uuid4().hex, uuid4(), None
    found.save(force_insert=True)
    return str(found.pk)


def _letter(now) -> str:
    from certificates.tasks import announce_certificate

    return _owed_for(announce_certificate, _certificate(now), "certificate")


def _paper(now) -> str:
    from certificates.tasks import draw_certificate

    return _owed_for(draw_certificate, _certificate(now), "certificate")


def _refund(now, order, intents: list[str]) -> str:
    from course.places.models import Payment, Refund
    from course.places.tasks import send_refund

    intent = intents.pop()
    facts = {"provider": "stripe", "kind": Payment.SESSION, "intent_id": intent, "status": "paid"}
    facts |= {"idempotency_key": intent, "amount_minor": 100, "currency": "GBP"}
    payment = Payment.objects.create(order=order, **facts, created_at=now)
    facts = {"order": order, "payment": payment, "amount_minor": 100}
    refund = Refund.objects.create(**facts, state=Refund.AGREED, asked_at=now)
    return _owed_for(send_refund, str(refund.pk), "refund")


def _owed_for(task: Callable[..., None], pk: str, name: str) -> str:
    from django.db import transaction

    from course.outbox.owing import owe

    with transaction.atomic():
        owe(task, key=f"lab:{task.__name__}:{pk}", **{name: pk})
    return pk


def _order(now):
    from course.cohorts.models import Cohort
    from course.people.models import User
    from course.places.models import Order

    facts = {"quantity": 1, "unit_minor": 100, "total_minor": 100, "currency": "GBP"}
    ada = User.objects.get(email="ada@example.org")
    return Order.objects.create(
        cohort=Cohort.objects.first(), buyer=ada, status="draft", created_at=now, **facts
    )
