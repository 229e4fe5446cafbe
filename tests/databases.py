"""Databases made once for each shape of the schema, then copied: building one takes 20 seconds.

Two are kept: "pages" holds the starter programme, "demo" also its people and their history.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALIASES = {"default": "data", "keys": "keys"}
# Where these are kept. Whoever shares the tree with others has a folder of their own.
SCRATCH = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local") / "test"


@cache
def shape_of_the_schema() -> str:
    """A name for what the databases look like: it changes with migrations and demo content."""
    digest = hashlib.sha256()
    packages = [ROOT / name for name in ("course", "sessions", "reflections", "certificates")]
    files = [p for package in packages for p in package.rglob("migrations/0*.py")]
    files += [p for p in (ROOT / "course" / "demo").rglob("*.*") if p.suffix in {".py", ".toml"}]
    files.append(ROOT / "tests" / "preparing.py")
    for path in sorted(files):
        digest.update(path.read_bytes())
    if on_postgres():  # a server is shared even where folders are not
        digest.update(os.environ.get("LOCAL_DIR", "").encode())
    return digest.hexdigest()[:10]


def on_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def environment(folder: Path, addresses: dict[str, str]) -> dict[str, str]:
    """What a site's processes are given: their own databases, folder and key, and the demo."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO"))}
    return (
        env
        | addresses
        | {
            "DEBUG": "true",
            "SECRET_KEY": "only-for-tests-and-long-enough-to-pass-the-checks-0123456789",
            "SITE_URL": "http://localhost:8000",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "WRITING_KEY_FILE": str(folder / "secret" / "writing.key"),
            "LOCAL_DIR": str(folder),
        }
    )


@contextmanager
def a_site(folder: Path) -> Iterator[dict[str, str]]:
    """Databases of its own for one site, with the demo in them. Yields its environment."""
    made = _made("demo")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    names = {kind: f"resourced_site_{secrets.token_hex(4)}_{kind}" for kind in ALIASES.values()}
    if on_postgres():
        for kind, name in names.items():
            copy_on_server(_name("demo", kind), name)
    yield environment(folder, _addresses(folder, names))
    if on_postgres():
        _on_server(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names.values()))


def copy_pages(to: dict[str, str]) -> None:
    """Put the starter programme into the test databases: {alias: file or name on the server}."""
    made = _made("pages")
    for alias, kind in ALIASES.items():
        if on_postgres():
            copy_on_server(_name("pages", kind), to[alias])
        else:
            for left in ("-wal", "-shm", "-journal"):
                Path(to[alias] + left).unlink(missing_ok=True)
            shutil.copyfile(_file(made, kind), to[alias])


def _made(what: str) -> Path:
    """The folder of a prepared installation, made now if nobody has made it yet."""
    base = SCRATCH / shape_of_the_schema()
    folder = base / (what + "-on-server" if on_postgres() else what)
    base.mkdir(parents=True, exist_ok=True)
    before = None if what == "pages" else _made("pages")
    with (base / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes may ask at once
        if not (folder / "made").exists() or (on_postgres() and not _server_has(what)):
            shutil.rmtree(folder, ignore_errors=True)
            if before:
                shutil.copytree(before, folder, ignore=shutil.ignore_patterns("made"))
            _make(what, folder)
            (folder / "made").touch()
    return folder


def _make(what: str, folder: Path) -> None:
    for name in ("data", "keys", "mail", "media"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    names = {kind: _name(what, kind) for kind in ALIASES.values()}
    if on_postgres():
        for kind, name in names.items():
            copy_on_server(_name("pages", kind) if what == "demo" else "template0", name)
    env = environment(folder, _addresses(folder, names))
    done = subprocess.run(
        [sys.executable, "-m", "tests.preparing", what],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def make_everything_beside() -> subprocess.Popen:
    """Begin to make both in a process beside the tests; whoever needs one waits for it only."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.databases"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a failure is told by the test that comes to need it
        start_new_session=True,  # so that its own process can be ended with it
    )


def _file(folder: Path, kind: str) -> Path:
    return folder / kind / ("db.sqlite3" if kind == "data" else "keys.sqlite3")


def _name(what: str, kind: str) -> str:
    return f"resourced_made_{shape_of_the_schema()}_{what}_{kind}"


def _addresses(folder: Path, names: dict[str, str]) -> dict[str, str]:
    if on_postgres():
        base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
        data, keys = f"{base}/{names['data']}", f"{base}/{names['keys']}"
    else:
        data, keys = (f"sqlite:///{_file(folder, kind)}" for kind in ("data", "keys"))
    return {"DATABASE_URL": data, "KEYS_DATABASE_URL": keys}


def copy_on_server(source: str, name: str) -> None:
    from psycopg.errors import ObjectInUse

    end = time.monotonic() + 60
    while True:
        try:
            return _on_server(
                f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {source}",
            )
        except ObjectInUse:  # somebody else copies it at this moment
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def _server_has(what: str) -> bool:
    found = _on_server(f"SELECT 1 FROM pg_database WHERE datname = '{_name(what, 'keys')}'")
    return bool(found)


def _on_server(*statements: str) -> list[tuple]:
    """Run these on the PostgreSQL server; returns what the last one gives back."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


if __name__ == "__main__":
    _made("demo")
