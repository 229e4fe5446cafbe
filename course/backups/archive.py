"""An archive is a folder with a manifest, written last: without one it is not an archive."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import django

FORMAT = 1
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
DATA, KEYS = "data", "keys"


class BackupProblem(Exception):
    """Why a backup was not made, or not put back. Says what is safe."""


@dataclass(frozen=True)
class Facts:
    """What is in one database, to be compared after it was put back."""

    rows: dict[str, int]
    sums: dict[str, int]
    migrations: list[str]


@dataclass(frozen=True)
class Manifest:
    kind: str  # DATA or KEYS
    backup: str  # the same for both archives of one backup
    made_at: str
    vendor: str
    facts: Facts
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)  # name: sha256, bytes
    versions: dict[str, str] = field(
        default_factory=lambda: {"django": django.__version__, "python": platform.python_version()}
    )
    format: int = FORMAT

    @property
    def name(self) -> str:
        stamp = datetime.fromisoformat(self.made_at).strftime("%Y%m%d-%H%M%S")
        return f"resourced-{self.kind}-{stamp}-{self.backup}"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time. What a killed one left behind is cleared away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupProblem("another backup into this folder is under way") from None
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(handle)


def write(folder: Path, fill: Callable[[Path], Manifest]) -> Path:
    """Let `fill` write the parts under a name that nobody takes for a backup, then rename."""
    making = folder / f"{UNFINISHED}{os.getpid()}"
    making.mkdir(mode=0o700)
    try:
        manifest = fill(making)
        for part in sorted(making.iterdir()):
            part.chmod(0o600)
            to_disk(part)
            size = part.stat().st_size
            manifest.parts[part.name] = {"sha256": digest(part), "bytes": size}
        (making / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2, sort_keys=True))
        to_disk(making / MANIFEST)
        to_disk(making)
        made = folder / manifest.name
        making.rename(made)
        to_disk(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return made


def read(archive: Path, kind: str) -> Manifest:
    """The manifest, once every part is there and is what it was. Raises BackupProblem."""
    try:
        facts = json.loads((archive / MANIFEST).read_text())
        manifest = Manifest(**facts | {"facts": Facts(**facts["facts"])})
    except (OSError, ValueError, TypeError, KeyError):
        raise BackupProblem(f"{archive.name} is not a whole backup") from None
    if manifest.format != FORMAT or manifest.kind != kind:
        raise BackupProblem(f"{archive.name} is not an archive of {kind}")
    for name, part in manifest.parts.items():
        path = archive / name
        if not path.is_file() or digest(path) != part["sha256"]:
            raise BackupProblem(f"{name} in {archive.name} is missing or was changed")
    return manifest


def partner(data: Path) -> Path:
    """Where the keys of the same backup lie, if they are still beside it."""
    return data.with_name(data.name.replace(f"-{DATA}-", f"-{KEYS}-", 1))


def made_at(archive: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads((archive / MANIFEST).read_text())["made_at"])
    except (OSError, ValueError, KeyError):
        return None


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
