"""SQLite: copied by its online backup, put back beside the target, then renamed into place."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connections

from course.backups.archive import BackupProblem, Facts, to_disk
from course.backups.counting import facts

PART = "database.sqlite3"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


class SqliteStore:
    vendor = "sqlite"
    part = PART

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._file = Path(str(connections[alias].settings_dict["NAME"]))
        self._staging = self._file.with_name(self._file.name + ".restoring")

    def dump(self, to: Path) -> Facts:
        if not self._file.exists():
            raise BackupProblem(f"there is no {self._alias} database yet")
        source = closing(sqlite3.connect(self._file, timeout=30))
        with source as live, closing(sqlite3.connect(to / PART)) as copy:
            live.backup(copy)  # in one step: writers go on, and none of it is half seen
            copy.execute("PRAGMA journal_mode = DELETE")
        return _sound(to / PART)

    def is_empty(self) -> bool:
        if not self._file.exists() or not self._file.stat().st_size:
            return True
        with closing(sqlite3.connect(self._file)) as connection:
            return not connection.execute(TABLES).fetchall()

    def has_staging(self) -> bool:
        return self._staging.exists()

    def load(self, archive: Path) -> Facts:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        for left in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._staging}{left}").unlink(missing_ok=True)
        half = self._staging.with_suffix(".half")
        shutil.copyfile(archive / PART, half)
        to_disk(half)
        half.rename(self._staging)
        return _sound(self._staging)

    def use_staging(self) -> None:
        self._point_at(self._staging)

    def finish(self) -> None:
        """What was restored becomes the database, in one rename."""
        self._point_at(self._file)
        with closing(sqlite3.connect(self._staging)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # all of it into the one file
        to_disk(self._staging)
        for left in ("-wal", "-shm", "-journal"):
            Path(f"{self._file}{left}").unlink(missing_ok=True)
        self._staging.replace(self._file)
        to_disk(self._file.parent)

    def _point_at(self, file: Path) -> None:
        connections[self._alias].close()
        connections[self._alias].settings_dict["NAME"] = str(file)


def _sound(file: Path) -> Facts:
    with closing(sqlite3.connect(file)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise BackupProblem(f"{file.name} does not pass SQLite’s own check")
        tables = [name for (name,) in connection.execute(TABLES)]
        return facts(lambda sql: connection.execute(sql).fetchall(), tables)
