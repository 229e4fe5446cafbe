"""What the worker's clock calls. Every job is idempotent, so that two workers, a killed
one or a clock that jumps do no harm."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.core.management import call_command

from course.cohorts import (
    confirming,
    joining,
    letters_to_self,
    releasing,
    reminding,
    telling,
    waiting,
)
from course.cohorts.models import Cohort
from course.dashboard.effects import tell_of_dead
from course.dashboard.erasing import finish_begun
from course.dashboard.retaining import keep_to_periods
from course.outbox.sweeping import sweep
from course.places import jobs as money
from course.places.comparing import compare_with_stripe
from course.places.inviting import expire_invitations
from course.places.quoting import end_old_quotes
from course.places.reminding import remind_of_invoices
from course.programme.reminding import remind_of_signposts
from reflections.deleting import purge_deleted, purge_withdrawn
from sessions import closing
from sessions.completing import complete_waiting

log = logging.getLogger(__name__)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def publish_scheduled(now: datetime) -> None:
    """Wagtail's own: pages whose hour has come go live, others expire."""
    call_command("publish_scheduled", verbosity=0)


def tell_of_new_groups(now: datetime) -> None:
    """Write to those who asked to be told, each once for each group that was opened lately."""
    for cohort in Cohort.objects.to_join(now.date()).filter(announced_at__gte=now - 2 * DAY):
        joining.tell_of_cohort(cohort, now=now)


def forget_unconfirmed_addresses(now: datetime) -> None:
    joining.forget_unconfirmed(now=now)


def forget_ended_sessions(now: datetime) -> None:
    call_command("clearsessions", verbosity=0)


JOBS: list[tuple[Callable[[datetime], object], timedelta]] = [
    (sweep, MINUTE / 3),
    (tell_of_dead, HOUR),
    (closing.close_due, HOUR),
    (telling.tell_of_changes, MINUTE),
    (reminding.remind_the_day_before, MINUTE),
    (reminding.remind_the_hour_before, MINUTE),
    (reminding.remind_after_meetings, 10 * MINUTE),
    (reminding.tell_of_open_modules, 10 * MINUTE),
    (reminding.ask_for_ways_in, 10 * MINUTE),
    (letters_to_self.send_due, HOUR),
    (publish_scheduled, MINUTE),
    (money.end_holds, MINUTE),
    (money.finish_invoices, MINUTE),
    (money.note_overdue, HOUR),
    (money.look_at_everything, DAY),
    (compare_with_stripe, DAY),
    (money.forget_old_events, DAY),
    (remind_of_invoices, HOUR),
    (end_old_quotes, HOUR),
    (money.void_what_was_called_off, HOUR),
    (waiting.expire_offers, MINUTE),
    (waiting.offer_free_places, MINUTE),
    (releasing.open_due, MINUTE),
    (confirming.confirm_tentative, HOUR),
    (tell_of_new_groups, HOUR),
    (expire_invitations, HOUR),
    (complete_waiting, MINUTE),
    (purge_deleted, HOUR),
    (purge_withdrawn, HOUR),
    (finish_begun, MINUTE),
    (keep_to_periods, DAY),
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
