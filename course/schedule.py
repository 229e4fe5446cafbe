"""What the worker's clock calls. Every job is idempotent, so that two workers, a killed
one or a clock that jumps do no harm."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.core.management import call_command

from course.cohorts import joining
from course.cohorts.models import Cohort
from course.outbox.sweeping import sweep
from course.places import jobs as money
from course.places.comparing import compare_with_stripe
from course.places.inviting import expire_invitations
from course.places.quoting import end_old_quotes
from course.places.reminding import remind_of_invoices
from course.programme.reminding import remind_of_signposts
from reflections.deleting import purge_deleted, purge_withdrawn

log = logging.getLogger(__name__)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def publish_scheduled(now: datetime) -> None:
    """Wagtail's own: pages whose hour has come go live, others expire."""
    call_command("publish_scheduled", verbosity=0)


def tell_of_new_groups(now: datetime) -> None:
    """Write to those who asked to be told, each once for each group that was opened lately."""
    for cohort in Cohort.objects.to_join(now.date()).filter(created_at__gte=now - 2 * DAY):
        joining.tell_of_cohort(cohort, now=now)


def forget_unconfirmed_addresses(now: datetime) -> None:
    joining.forget_unconfirmed(now=now)


def forget_ended_sessions(now: datetime) -> None:
    call_command("clearsessions", verbosity=0)


JOBS: list[tuple[Callable[[datetime], object], timedelta]] = [
    (sweep, MINUTE / 3),
    (publish_scheduled, MINUTE),
    (money.end_holds, MINUTE),
    (money.finish_invoices, MINUTE),
    (money.note_overdue, HOUR),
    (money.look_at_everything, DAY),
    (compare_with_stripe, DAY),
    (money.forget_old_events, DAY),
    (remind_of_invoices, HOUR),
    (end_old_quotes, HOUR),
    (tell_of_new_groups, HOUR),
    (expire_invitations, HOUR),
    (purge_deleted, HOUR),
    (purge_withdrawn, HOUR),
    (forget_ended_sessions, DAY),
    (forget_unconfirmed_addresses, DAY),
    (remind_of_signposts, DAY),
]


def tick(now: datetime) -> None:
    """Run what is due. A failing job is logged by its kind of error; the rest go on."""
    for job, every in JOBS:
        # The cache only spares work: when it forgets, a job runs once more.
        if not cache.add(f"job:{job.__name__}", True, timeout=every.total_seconds() - 1):
            continue
        try:
            job(now)
        except Exception as error:  # the clock must go on
            log.error("Job %s ended in %s", job.__name__, type(error).__name__)
