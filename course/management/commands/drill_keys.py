from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from course.audit.recording import record
from reflections.drilling import Drilled, drill
from reflections.keys.filing import KeyFileProblem


class Command(BaseCommand):
    help = "Prove that an escrow copy of the key file opens what people wrote. Shows counts only."
    requires_system_checks: list[str] = []  # a drill may be held because something is amiss

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("copy", type=Path, help="the escrow copy, not the running file")
        parser.add_argument("--sample", type=int, default=20, help="keys to try of each file key")

    def handle(self, *args: Any, copy: Path, sample: int, **options: Any) -> None:
        running = Path(settings.WRITING_KEY_FILE)
        if running.exists() and copy.exists() and running.samefile(copy):
            raise CommandError("That is the running file itself. Try a copy from escrow.")
        try:
            seen = drill(copy, sample=max(1, sample))
        except KeyFileProblem as problem:
            record("keys.drilled", actor=None, result="not read")
            raise CommandError(
                f"The copy is not usable: {problem}. The site is as it was."
            ) from None
        record("keys.drilled", actor=None, result="sound" if seen.is_sound else "not sound")
        self._tell(seen)

    def _tell(self, seen: Drilled) -> None:
        self.stdout.write(f"{seen.keys} keys tried, {seen.keys - seen.keys_closed} opened.")
        self.stdout.write(f"{seen.texts} texts tried, {seen.texts - seen.texts_closed} opened.")
        if seen.missing:
            numbers = ", ".join(map(str, seen.missing))
            self.stdout.write(f"The copy lacks file key {numbers}, which is in use.")
        if not seen.is_sound:
            raise CommandError("This copy does not open everything. Make a new one from the file.")
        if not seen.keys:
            self.stdout.write("There was nothing to try yet.")
        self.stdout.write("The copy is good. Seal it again, and note the day.")
