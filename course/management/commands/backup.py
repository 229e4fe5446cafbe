from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from course.audit.recording import record
from course.backups.archive import BackupProblem
from course.backups.making import make_backup

KEEP_KEYS = 14  # days


class Command(BaseCommand):
    help = "Copy data, uploads and keys into two archives. The site can go on meanwhile."
    requires_system_checks: list[str] = []  # a spoilt key file is no reason to have no backup

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keys-to", type=Path, help="another folder for the keys")
        words = "days until an archive of keys is deleted; with it go the erased people’s keys"
        parser.add_argument("--keep-keys", type=int, default=KEEP_KEYS, help=words)

    def handle(
        self, *args: Any, folder: Path, keys_to: Path | None, keep_keys: int, **options: Any
    ) -> None:
        keep = timedelta(days=max(0, keep_keys))
        keys_folder, now = keys_to or folder, timezone.now()
        try:
            made = make_backup(folder, keys_folder=keys_folder, keep_keys=keep, now=now)
        except BackupProblem as problem:
            raise CommandError(f"No backup was made: {problem}. The site is as it was.") from None
        record("backup.made", actor=None, subject=f"backup:{made.data.name.rsplit('-', 1)[1]}")
        self.stdout.write(f"Data and {made.uploads} uploads: {made.data}")
        self.stdout.write(f"Keys: {made.keys}")
        if made.forgotten:
            self.stdout.write(f"{made.forgotten} archives of keys were old enough to be deleted.")
        self.stdout.write("The key file is in neither. It has escrow copies of its own.")
