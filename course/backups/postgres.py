"""PostgreSQL: pg_dump of one snapshot; put back in one transaction, into a schema of its own.

Until the end the tables stay in a schema where the site does not look: a killed restore
leaves an empty database behind, and serves nobody's erased words.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from course.backups.archive import BackupProblem, Facts
from course.backups.counting import facts

PART = "database.dump"
HOME, STAGING = "public", "restoring"
PACKAGE = (
    "the PostgreSQL client is not on this machine. On Debian or Ubuntu: sudo apt-get install "
    "postgresql-client. On macOS: brew install libpq"
)
# What a killed restore had finished already, where `restoring` has seen that it is no more.
CLEAR = """
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = '{source}' LOOP
    EXECUTE pg_catalog.format('DROP TABLE {source}.%I CASCADE', one);
  END LOOP;
  FOR one IN {functions} LOOP
    EXECUTE pg_catalog.format('DROP FUNCTION %s', one);
  END LOOP;
END $$;
"""
MOVE = """
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = '{source}' LOOP
    EXECUTE pg_catalog.format('ALTER TABLE {source}.%I SET SCHEMA {target}', one);
  END LOOP;
  FOR one IN {functions} LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION %s SET SCHEMA {target}', one);
  END LOOP;
END $$;
"""
# What guards the audit log. What an extension brought belongs to that.
FUNCTIONS = """SELECT one.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc one
    WHERE one.pronamespace = '{source}'::pg_catalog.regnamespace AND NOT EXISTS
    (SELECT 1 FROM pg_catalog.pg_depend WHERE objid = one.oid AND deptype = 'e')"""


def _clear(source: str) -> str:
    return CLEAR.format(source=source, functions=FUNCTIONS.format(source=source))


def _move(source: str, target: str) -> str:
    functions = FUNCTIONS.format(source=source)
    return MOVE.format(source=source, target=target, functions=functions)


class PostgresStore:
    vendor = "postgresql"
    part = PART

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._facts = dict(connections[alias].get_connection_params())

    def dump(self, to: Path) -> Facts:
        """The rows that are counted are the very rows that are dumped: both see one snapshot."""
        with self._connected() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
            whole = ["--format=custom", "--no-owner", "--no-privileges", f"--schema={HOME}"]
            self._run("pg_dump", *whole, f"--snapshot={snapshot}", f"--file={to / PART}")
            return self._counted(connection, HOME)

    def is_empty(self) -> bool:
        with self._connected() as connection:
            return not self._tables(connection, HOME)

    def has_staging(self) -> bool:
        with self._connected() as connection:
            asked = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
            return bool(connection.execute(asked, [STAGING]).fetchall())

    def load(self, archive: Path) -> Facts:
        script = self._run(
            "pg_restore",
            "--file=-",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            str(archive / PART),
        )
        script = script.replace(f"CREATE SCHEMA {HOME};\n".encode(), b"")
        before = f"DROP SCHEMA IF EXISTS {STAGING} CASCADE; CREATE SCHEMA {STAGING};\n"
        before += _clear(HOME)
        after = _move(HOME, STAGING)
        self._run(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--file=-",
            "--set=ON_ERROR_STOP=1",
            given=before.encode() + script + after.encode(),
        )
        with self._connected() as connection:
            return self._counted(connection, STAGING)

    def use_staging(self) -> None:
        self._look_in(f"-c search_path={STAGING}")

    def finish(self) -> None:
        """What was restored becomes the database, in one transaction."""
        self._look_in(None)
        with self._connected() as connection, connection.transaction():
            connection.execute(_move(STAGING, HOME))
            connection.execute(f"DROP SCHEMA {STAGING}")

    def _look_in(self, options: str | None) -> None:
        connection = connections[self._alias]
        connection.close()
        kept = {k: v for k, v in connection.settings_dict["OPTIONS"].items() if k != "options"}
        connection.settings_dict["OPTIONS"] = kept | ({"options": options} if options else {})

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        names = ("host", "port", "user", "password", "dbname")
        facts = {name: self._facts[name] for name in names if self._facts.get(name)}
        with psycopg.connect(**facts, autocommit=True) as connection:
            yield connection

    def _tables(self, connection: psycopg.Connection, schema: str) -> list[str]:
        asked = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        return [name for (name,) in connection.execute(asked, [schema])]

    def _counted(self, connection: psycopg.Connection, schema: str) -> Facts:
        connection.execute(f"SET search_path = {schema}")
        tables = self._tables(connection, schema)
        return facts(lambda sql: connection.execute(sql).fetchall(), tables)

    def _run(self, program: str, *arguments: str, given: bytes | None = None) -> bytes:
        """Run a client program. Its secrets go by environment, where no list of processes shows
        them; of what it says only errors are told, never a row.
        """
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        names |= {"dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
        facts: dict[str, Any] = {
            v: str(self._facts[k]) for k, v in names.items() if self._facts.get(k)
        }
        try:
            done = subprocess.run(
                [program, *arguments],
                input=given,
                env=os.environ | facts,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise BackupProblem(PACKAGE) from None
        if done.returncode:
            said = [
                line
                for line in done.stderr.decode(errors="replace").splitlines()
                if "error:" in line.lower()
            ]
            raise BackupProblem(f"{program} stopped: {said[0] if said else done.returncode}")
        return done.stdout
