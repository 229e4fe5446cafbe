from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from course.places.books import breaches
from course.places.models import Place
from course.places.states import PlaceState


class Command(BaseCommand):
    help = "Prove that orders, money, papers and places add up. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for line in [*breaches(), *started_places_were_left_alone()]:
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
