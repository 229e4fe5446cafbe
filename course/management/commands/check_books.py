from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from course.places import comparing, gateway
from course.places.amounts import plain
from course.places.books import breaches
from course.places.models import Difference, Place
from course.places.states import PlaceState


class Command(BaseCommand):
    help = "Prove that orders, money, papers and places add up. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        days = comparing.LATELY.days
        words = f"compare also with what Stripe says of the last {days} days"
        parser.add_argument("--stripe", action="store_true", help=words)

    def handle(self, *args: Any, stripe: bool, **options: Any) -> None:
        found = 0
        lines = [*breaches(), *started_places_were_left_alone()]
        for line in [*lines, *(what_stripe_says() if stripe else [])]:
            self.stdout.write(line)
            found += 1
        if found:
            raise CommandError(f"{found} things do not add up.")
        self.stdout.write("Everything adds up.")


def started_places_were_left_alone() -> Iterator[str]:
    """I10, seen from above: nobody's place was withdrawn after they had opened a session."""
    gone = Place.objects.filter(state=PlaceState.REVOKED, enrolment__progress__isnull=False)
    for place in gone.distinct():
        yield f"place {place.pk}: I10: was withdrawn after it had been started"


def what_stripe_says() -> Iterator[str]:
    """I7: payments and refunds at Stripe are those in the ledger."""
    if not gateway.is_configured():
        raise CommandError("There is no Stripe key, so there is nothing to compare with.")
    words = {
        Difference.UNKNOWN: "is at Stripe, and no order knows it",
        Difference.UNWRITTEN: "is at Stripe, and not in the books",
        Difference.AMOUNT: "has another sum in the books",
        Difference.NOT_THERE: "is in the books, and not at Stripe",
    }
    try:
        for one in comparing.differences(timezone.now()):
            about = f"order {one.order_id}: " if one.order_id else ""
            sums = [plain(m, one.currency) for m in (one.at_stripe_minor, one.in_books_minor)]
            both = f"{sums[0]} there, {sums[1]} here, {one.currency}"
            yield f"{about}I7: {one.object_id} {words[one.kind]}: {both}"
    except (gateway.Unreachable, gateway.Refused) as error:
        raise CommandError(f"Stripe could not be asked: {error}") from error
