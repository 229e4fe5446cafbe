"""How long what is kept: the nightly job, and in words what each period means.

Every rule may run again at any time, and says only how many it found. Nothing is counted here
that could not be said aloud.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from certificates.models import FacilitatorSummary, Paper
from course.audit import forgetting
from course.audit.models import Entry
from course.cohorts.models import Enrolment, Facilitation, Interest, Waiting
from course.dashboard import erasing
from course.outbox.models import Effect
from course.people import quiet_accounts
from course.people.models import User
from course.places.models import Invitation, Manager, ManagerInvitation
from course.programme.models import HelpRequest

log = logging.getLogger(__name__)

AT_MOST = 50  # accounts a night: a wrong clock or setting must not empty the house
# Lines that prove the books, and stay with them (course/places/books.py).
OF_THE_BOOKS = ("order.", "refund.", "dispute.", "invoice.", "place.", "stripe.", "books.")


@dataclass(frozen=True)
class Rule:
    """One period, by the name of its setting; what it covers, and when its days begin."""

    setting: str
    what: str | Promise
    begins: str | Promise
    keep: Callable[[datetime, datetime], int]  # (before this moment, now) -> how many

    @property
    def variable(self) -> str:
        return f"RETAIN_{self.setting.upper()}_DAYS"


def keep_to_periods(now: datetime) -> dict[str, int]:
    """The nightly job. Returns, and logs, how many each rule found. One that fails stops none."""
    report = {}
    for rule in RULES:
        before = now - timedelta(days=settings.RETENTION[rule.setting])
        try:
            report[rule.setting] = rule.keep(before, now)
        except Exception as error:
            log.error("Retention of %s ended in %s", rule.setting, type(error).__name__)
    log.info("Retention: %s", report)
    return report


def _gone(rows: QuerySet[Any]) -> int:
    """Delete these. Returns how many of them there were, without what went along."""
    _all, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)


# --- Accounts ----------------------------------------------------------------------------------


def quiet(before: datetime, now: datetime) -> int:
    """Write twice, then erase. Certificates stay checkable: nobody asked to have them gone."""
    quiet_accounts.note_who_was_here(now)
    quiet_accounts.forget_letters()
    nearly = _without_duties(quiet_accounts.quiet_since(before + quiet_accounts.FIRST_LETTER))
    for person in quiet_accounts.to_write_to(nearly, now)[:AT_MOST]:
        quiet_accounts.write_to(person, now=now)
    over = _without_duties(quiet_accounts.quiet_since(before))
    people = list(quiet_accounts.to_erase(over, now)[:AT_MOST])
    return sum(erasing.erase(person, now=now, keep_certificates=True) for person in people)


def _without_duties(people: QuerySet[User]) -> QuerySet[User]:
    """Nobody who looks after places or a group, and nobody whose group still meets."""
    running = Q(cohort__closed_at=None, cohort__cancelled_at=None)
    runs = Facilitation.objects.filter(running, user=OuterRef("pk"))
    manages = Manager.objects.filter(user=OuterRef("pk"))
    dated = Q(cohort__starts_on__isnull=False)
    meets = Enrolment.objects.current().filter(running, dated, user=OuterRef("pk"))
    return people.filter(~Exists(runs), ~Exists(manages), ~Exists(meets))


def unconfirmed(before: datetime, now: datetime) -> int:
    """Without a letter: the address may be someone else's."""
    people = User.objects.filter(pk__in=quiet_accounts.never_confirmed(before)[:AT_MOST])
    return sum(erasing.erase(person, now=now, quietly=True) for person in people)


# --- What hangs on a place ------------------------------------------------------------------------


def access_needs(before: datetime, now: datetime) -> int:
    """The words people wrote about what they need; not that they had a place."""
    over = Q(cohort__ends_on__lte=before.date()) | Q(cohort__closed_at__lte=before)
    over |= Q(cohort__cancelled_at__lte=before) | Q(ended_at__lte=before)
    said = Enrolment.objects.filter(over).exclude(access_needs="")
    return said.update(access_needs="", access_needs_sent_at=None)


@transaction.atomic
def summaries(before: datetime, now: datetime) -> int:
    old = FacilitatorSummary.objects.filter(made_at__lte=before)
    papers = [pk for pk in old.values_list("paper", flat=True) if pk]
    gone = _gone(old)
    Paper.objects.filter(pk__in=papers).delete()
    return gone


def interests(before: datetime, now: datetime) -> int:
    old = Q(confirmed_at__lte=before) | Q(stopped_at__isnull=False, stopped_at__lte=now)
    return _gone(Interest.objects.filter(old))


def questions(before: datetime, now: datetime) -> int:
    """Only what has left the outbox: a question that still waits for its letter stays."""
    waiting = Effect.objects.exclude(state=Effect.DONE).filter(dedupe_key__startswith="help:")
    still = [key.removeprefix("help:") for key in waiting.values_list("dedupe_key", flat=True)]
    return _gone(HelpRequest.objects.filter(asked_at__lte=before).exclude(pk__in=still))


def waiting(before: datetime, now: datetime) -> int:
    return _gone(Waiting.objects.filter(Q(left_at__lte=before) | Q(accepted_at__lte=before)))


def invitations(before: datetime, now: datetime) -> int:
    """The addresses of people who never came."""
    still = [Invitation.PENDING, Invitation.ACCEPTED]
    old = Invitation.objects.filter(invited_at__lte=before).exclude(state__in=still)
    asked = ManagerInvitation.objects.filter(invited_at__lte=before)
    open_ones = Q(state=ManagerInvitation.PENDING, expires_at__gt=now)
    return _gone(old) + _gone(asked.exclude(open_ones))


# --- The machinery ----------------------------------------------------------------------------


def audit(before: datetime, now: datetime) -> int:
    of_the_books = Q()
    for beginning in OF_THE_BOOKS:
        of_the_books |= Q(action__startswith=beginning)
    return forgetting.forget(Entry.objects.filter(at__lte=before).exclude(of_the_books))


def done_effects(before: datetime, now: datetime) -> int:
    """Their rows say that something was done once. What they were about went when it was done."""
    return _gone(Effect.objects.filter(state=Effect.DONE, done_at__lte=before))


def dead_effects(before: datetime, now: datetime) -> int:
    return _gone(Effect.objects.filter(state=Effect.DEAD, not_before__lte=before))


def deliveries(before: datetime, now: datetime) -> int:
    """The queue's own notes, and where people were signed in that has ended."""
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    ended = _gone(UserSession.objects.exclude(session_key__in=live))
    return ended + _gone(DBTaskResult.objects.filter(finished_at__lte=before))


RULES = [
    Rule(
        "quiet_accounts",
        _("An account that nobody uses, with all that hangs on it"),
        _("the last visit; letters come 30 and 7 days before"),
        quiet,
    ),
    Rule(
        "unconfirmed_accounts",
        _("An account whose address was never confirmed"),
        _("the day it was made"),
        unconfirmed,
    ),
    Rule(
        "access_needs",
        _("What someone wrote about their access needs"),
        _("the end of the group, or of the place"),
        access_needs,
    ),
    Rule(
        "summaries",
        _("A facilitator’s summary of one person, with its PDF"),
        _("the day it was made"),
        summaries,
    ),
    Rule(
        "interests",
        _("An address to tell of new groups; at once when it is stopped"),
        _("the day it was confirmed"),
        interests,
    ),
    Rule(
        "questions",
        _("A question that was sent to the help address"),
        _("the day it was asked"),
        questions,
    ),
    Rule(
        "waiting",
        _("A line of a waiting list that is over"),
        _("the day it was left, or a place was taken"),
        waiting,
    ),
    Rule(
        "invitations",
        _("An invitation that was not taken up, with its address"),
        _("the day it was written"),
        invitations,
    ),
    Rule(
        "audit",
        _("A line of the audit that is not about the books"),
        _("the day it was written"),
        audit,
    ),
    Rule(
        "done_effects",
        _("That a letter or paper was sent; its words go at once"),
        _("the day it was done"),
        done_effects,
    ),
    Rule(
        "dead_effects",
        _("A letter or paper that could not be sent"),
        _("the last try"),
        dead_effects,
    ),
    Rule(
        "deliveries",
        _("The queue’s own notes; ended sign-ins go each night"),
        _("the day it was done"),
        deliveries,
    ),
]


def as_markdown() -> str:
    """The table of docs/retention.md."""
    lines = ["| setting | what | days begin with | days |", "|---|---|---|---|"]
    for rule in RULES:
        days = settings.RETENTION[rule.setting]
        lines.append(f"| `{rule.variable}` | {rule.what} | {rule.begins} | {days} |")
    return "\n".join(lines) + "\n"
