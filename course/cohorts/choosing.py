"""What someone wants to be written to about. All of it is theirs to change and to stop."""

from datetime import datetime

from django.core import signing
from django.db import transaction

from course.cohorts.letter_tasks import STOP
from course.cohorts.models import LetterToSelf, Reminders
from course.people.models import User

KINDS = ("day_before", "hour_before", "module_opens", "after_meeting", "messages")
WAYS = ("by_email", "in_calendar")


@transaction.atomic
def choose(user: User, *, choices: dict[str, bool]) -> Reminders:
    """Write someone's choices down. Whatever they do not name is off."""
    facts = {name: choices.get(name, False) for name in (*KINDS, *WAYS)}
    chosen, _made = Reminders.objects.update_or_create(
        user=user, defaults=facts | {"stopped_at": None}
    )
    return chosen


@transaction.atomic
def stop_all(user: User, *, now: datetime) -> None:
    """One press: nothing optional is sent any more, a letter to oneself included."""
    off = dict.fromkeys((*KINDS, "in_calendar"), False)
    Reminders.objects.update_or_create(user=user, defaults=off | {"stopped_at": now})
    LetterToSelf.objects.filter(enrolment__user=user, sent_at=None).delete()


def reader_behind(token: str) -> User | None:
    """Whose letters the link in a letter stops. It needs no signing in, and never runs out."""
    try:
        pk = signing.loads(token, salt=STOP)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()
