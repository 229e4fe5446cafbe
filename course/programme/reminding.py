"""Signposts are looked after: checked by a person, and asked about when nobody has."""

import hashlib
from collections import defaultdict
from datetime import datetime

from django.core.cache import cache
from django.db import transaction

from course.audit import recording
from course.outbox.owing import owe
from course.people.models import User
from course.programme import tasks
from course.programme.models import Signpost
from course.programme.models.signposts import PERIOD


@transaction.atomic
def mark_checked(signpost: Signpost, *, actor: User, now: datetime) -> Signpost:
    """Someone here has tried it today. It waits again in three months."""
    signpost.last_checked = now.date()
    signpost.save(update_fields=["last_checked"])
    recording.record("signpost.checked", actor=actor.pk, subject=f"signpost:{signpost.pk}", at=now)
    cache.delete("site-frame")  # readers see the new date at once
    return signpost


@transaction.atomic
def remind_of_signposts(now: datetime) -> int:
    """Owe one letter to each person whose signposts wait, once for each signpost and period.

    A signpost's next date moves in the same transaction, so two clocks make one letter. Without
    anybody's address nothing is owed, and the date waits too. Returns how many letters.
    """
    today = now.date()
    fallback = tasks.help_address()
    waiting: dict[str, list[Signpost]] = defaultdict(list)
    for signpost in Signpost.objects.select_for_update().to_remind(today):
        address = signpost.owner_email or fallback
        if address:
            waiting[address].append(signpost)
    for signposts in waiting.values():
        ids = [signpost.pk for signpost in signposts]
        facts = "-".join(f"{post.pk}:{post.remind_on:%Y%m%d}" for post in signposts)
        key = f"signposts:{hashlib.sha256(facts.encode()).hexdigest()[:24]}"
        owe(tasks.ask_to_check_signposts, key=key, now=now, signposts=ids, letter=key)
        Signpost.objects.filter(pk__in=ids).update(remind_on=today + PERIOD)
    return len(waiting)
