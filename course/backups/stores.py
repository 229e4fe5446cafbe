from pathlib import Path
from typing import Protocol

from django.db import connections

from course.backups.archive import BackupProblem, Facts
from course.backups.postgres import PostgresStore
from course.backups.sqlite import SqliteStore


class Store(Protocol):
    """One database, to be copied or put back. What is put back is staged until `finish`."""

    vendor: str
    part: str

    def dump(self, to: Path) -> Facts: ...

    def is_empty(self) -> bool: ...

    def has_staging(self) -> bool: ...

    def load(self, archive: Path) -> Facts: ...

    def use_staging(self) -> None: ...

    def finish(self) -> None: ...


def store_for(alias: str) -> Store:
    match connections[alias].vendor:
        case "sqlite":
            return SqliteStore(alias)
        case "postgresql":
            return PostgresStore(alias)
        case vendor:
            raise BackupProblem(f"there is no way here to back up {vendor}")
