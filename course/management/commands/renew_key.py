from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from course.audit.recording import record
from course.people.models import User
from reflections.keys.keeping import KeyGone
from reflections.renewing import renew_key
from reflections.sealing import WritingUnreadable


class Command(BaseCommand):
    help = "Give one person a new writing key. Stopped anywhere, run it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="an id or an e-mail address")

    def handle(self, *args: Any, person: str, **options: Any) -> None:
        user = _found(person)
        try:
            renewed = renew_key(user.pk, now=timezone.now())
        except KeyGone:
            raise CommandError(
                "This person has no writing key, so there is none to renew."
            ) from None
        except WritingUnreadable:
            record("keys.renewed", actor=None, subject=f"person:{user.pk}", result="stopped")
            raise CommandError(
                "Stopped: something does not open now, so the old key is kept. Nothing is lost. "
                "Check the key file, then run this again."
            ) from None
        record("keys.renewed", actor=None, subject=f"person:{user.pk}")
        self.stdout.write(
            f"Done: everything is sealed under a new key, and {renewed.destroyed} old key was "
            "destroyed. Make a backup now: older ones hold bytes that only the old key opens."
        )


def _found(person: str) -> User:
    try:
        known = {"pk": UUID(person)}
    except ValueError:
        known = {"email__iexact": person}
    user = User.objects.filter(**known).first()
    if user is None:
        raise CommandError("Nobody here has that id or e-mail address.")
    return user
