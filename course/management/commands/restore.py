from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from course.audit.recording import record
from course.backups.archive import BackupProblem, partner
from course.backups.restoring import Restored, restore
from course.dashboard.erasing import erase_again


class Command(BaseCommand):
    help = "Put a backup back into the configured databases, which have to be empty."
    requires_system_checks: list[str] = []  # the key file may come back after the rest

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("data", type=Path, help="the archive of data")
        words = "the archive of keys: of the same backup, or the newest there is"
        parser.add_argument("--keys", type=Path, help=words)

    def handle(self, *args: Any, data: Path, keys: Path | None, **options: Any) -> None:
        try:
            done = restore(data, keys or partner(data), erase=erase_again, now=timezone.now())
        except BackupProblem as problem:
            raise CommandError(f"Nothing was put back: {problem}.") from None
        record("backup.restored", actor=None, subject=f"backup:{data.name.rsplit('-', 1)[1]}")
        self._tell(done)

    def _tell(self, done: Restored) -> None:
        self.stdout.write(f"{done.rows} rows and {done.uploads} uploads are back, and counted.")
        self.stdout.write(f"{done.erased} people who had been erased were erased again.")
        if done.keyless:
            self.stdout.write(
                f"{done.keyless} texts need a key that was destroyed after the data was copied. "
                "They stay closed. Keys of the same backup would open them."
            )
        self.stdout.write("Now put the key file in its place, and run check_books.")
