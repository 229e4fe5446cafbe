"""Asking a person: two fields, one letter to whoever answers."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from course.outbox.owing import owe
from course.people.models import User
from course.programme import tasks
from course.programme.models import HelpRequest


@transaction.atomic
def ask_for_help(
    token: UUID, *, words: str, email: str, user: User | None, now: datetime
) -> HelpRequest:
    """Send someone's words to the site's help address. The same words of one form are sent once;
    other words of it, such as after going back in the browser, are a question of their own."""
    email = email.lower()  # as accounts have it, so that erasing one finds it
    facts = {"words": words, "email": email, "user": user, "asked_at": now}
    asked, made = HelpRequest.objects.get_or_create(
        pk=uuid5(token, f"{email}\n{words}"), defaults=facts
    )
    if made:
        key = f"help:{asked.pk}"
        owe(tasks.pass_on_help_request, key=key, urgent=True, now=now, request=str(asked.pk))
    return asked
