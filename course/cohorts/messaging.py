"""A message from the facilitators to their whole group, as a letter to each and on a page."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from course.audit.recording import record
from course.cohorts import audience, letter_tasks, times
from course.cohorts.models import Cohort, Message
from course.cohorts.quiet import allowed_from
from course.outbox.owing import owe
from course.people.models import User


class CannotSend(Exception):
    """The group is over, or this person does not facilitate it. Nothing was sent."""


def readers(cohort: Cohort) -> list[User]:
    """Who gets it: everyone with a place who has not paused, and whoever runs the group."""
    return list(User.objects.filter(pk__in=audience.everyone_in(cohort.pk)).order_by("pk"))


@transaction.atomic
def send(
    cohort: Cohort, *, pk: UUID, sender: User, heading: str, words: str, now: datetime
) -> Message:
    """Send it once. `pk` comes with the form: pressing twice is sending once.

    Letters wait for the morning where it is night. Raises CannotSend.
    """
    cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    runs = Cohort.objects.for_facilitator(sender).filter(pk=cohort.pk).exists()
    if not runs or not audience.is_running(cohort):
        raise CannotSend
    facts = {"cohort": cohort, "sender": sender, "heading": heading, "words": words}
    message, made = Message.objects.get_or_create(pk=pk, defaults=facts | {"sent_at": now})
    if (message.cohort_id, message.sender_id) != (cohort.pk, sender.pk):
        raise CannotSend
    if made:
        record("message.sent", actor=sender.pk, subject=f"message:{message.pk}", at=now)
        for reader in readers(cohort):
            _owe(message, reader, now=now)
    return message


def _owe(message: Message, reader: User, *, now: datetime) -> None:
    wait = allowed_from(now, times.zone_for(reader, message.cohort)) - now
    owe(
        letter_tasks.send_message,
        key=f"message:{message.pk}:{reader.pk}",
        after=wait,
        now=now,
        message=str(message.pk),
        user=str(reader.pk),
    )
