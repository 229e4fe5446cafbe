from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from course.audit.recording import record
from reflections.keys.filing import KeyFileProblem, add_key, make_key_file
from reflections.keys.models import WritingKey
from reflections.keys.rewrapping import BATCH, in_use, rewrap_all
from reflections.keys.wrapping import OURS, KeysOutOfReach, wrapper
from reflections.sealing import WritingUnreadable


class Command(BaseCommand):
    help = "Wrap everyone's key under the newest file key. Stopped anywhere, run it again."
    requires_system_checks: list[str] = []  # they may be what this is there to mend

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", action="store_true", help="first add a new file key")
        parser.add_argument("--batch", type=int, default=BATCH, help="keys in one go")

    def handle(self, *args: Any, new: bool, batch: int, **options: Any) -> None:
        try:
            if new:
                self._add()
            done = closed = 0
            for one in rewrap_all(max(1, batch)):
                done, closed = done + one.done, closed + one.closed
            self._tell(done, closed)
        except KeyFileProblem as problem:
            raise CommandError(f"Stopped: {problem}. Nothing is lost.") from None
        except KeysOutOfReach:
            words = "Stopped: the service that opens keys does not answer. Nothing is lost. "
            raise CommandError(words + "Run this again when it does.") from None
        except WritingUnreadable:
            raise CommandError(
                "Stopped at a key that does not open with its file key. Nothing is lost and "
                "nothing was overwritten. Look for the file key that belongs to this database."
            ) from None

    def _add(self) -> None:
        if settings.WRITING_KEY_WRAPPER != OURS:
            raise CommandError(
                "File keys come from a service here. Ask that service for a new one."
            )
        path = Path(settings.WRITING_KEY_FILE)
        if path.exists():
            number = add_key(path)
        elif WritingKey.objects.live().exists():
            raise KeyFileProblem("the key file is missing, and there are keys that need it")
        else:
            make_key_file(path)
            number = 1
        record("keys.file_key_added", actor=None, subject=f"file-key:{number}")
        self.stdout.write(
            f"File key {number} is added. Put a sealed copy of the file in escrow now."
        )

    def _tell(self, done: int, closed: int) -> None:
        active, counts = wrapper().active, in_use()
        if done:
            record("keys.rewrapped", actor=None, subject=f"file-key:{active}")
        self.stdout.write(f"{done} keys were wrapped anew; file key {active} is the active one.")
        for number, count in counts.items():
            self.stdout.write(f"  file key {number}: {count} keys")
        if closed:
            raise CommandError(
                f"{closed} keys need a file key that is not in this file. Nothing is lost: put "
                "that line back, then run this again. Do not take any line out."
            )
        if old := sorted(set(counts) - {active}):
            raise CommandError(
                f"Do not take file key {', '.join(map(str, old))} out yet: keys still need it. "
                "Run this again."
            )
        if unused := sorted(set(_in_the_file()) - set(counts) - {active}):
            self.stdout.write(
                f"File key {', '.join(map(str, unused))} wraps nothing any more. It can be taken "
                "out of the running file. Keep it in escrow until the last backup of the keys "
                "from before today is gone."
            )


def _in_the_file() -> list[int]:
    return list(getattr(wrapper(), "ids", []))
