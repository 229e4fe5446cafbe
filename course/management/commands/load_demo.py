from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from course.demo.history import load_history
from course.demo.pages import load_pages
from course.demo.people import CAST, PASSWORD, load_past_attendees, load_people
from course.demo.teams import load_teams


class Command(BaseCommand):
    help = "Load the starter programme, the demo's people and their history. Safe to repeat."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--pages-only", action="store_true", help="the programme, no people")

    def handle(self, *args: Any, pages_only: bool, **options: Any) -> None:
        programme = load_pages()
        if pages_only:
            return
        if not settings.DEBUG:
            raise CommandError("Demo people are only made while DEBUG is on.")
        people = load_people()
        load_history(programme, people, load_past_attendees())
        load_teams(programme, people)
        self.stdout.write(f"\nDemo people, all with the password {PASSWORD}\n")
        for name, (_display, _document, who) in CAST.items():
            self.stdout.write(f"  {name + '@example.org':<18} {who}")
