from datetime import datetime

from course.cohorts.models import Enrolment
from sessions.models import Thought


def send(
    enrolment: Enrolment, *, for_whom: str, words: str, with_name: bool, now: datetime
) -> Thought:
    """Send a thought to people who will read it. Sending the same words twice is sending once."""
    thought, _made = Thought.objects.get_or_create(
        enrolment=enrolment,
        for_whom=for_whom,
        words=words,
        taken_back_at=None,
        defaults={"with_name": with_name, "sent_at": now},
    )
    return thought


def take_back(thought: Thought, *, now: datetime) -> bool:
    """Take a thought back. A summary that was already made keeps it, and the page says so."""
    return bool(Thought.objects.filter(pk=thought.pk, taken_back_at=None).update(taken_back_at=now))
