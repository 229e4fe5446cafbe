"""Uploads, from whatever storage they are in, into one tar file and back."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from course.backups.archive import BackupProblem

PART = "media.tar"


def dump(storage: Storage, to: Path) -> int:
    """Every upload. Returns how many. One that is deleted meanwhile is left out."""
    count = 0
    with tarfile.open(to / PART, "w") as tar:
        for name in sorted(_names(storage, "")):
            try:
                with storage.open(name) as file:
                    body = file.read()
            except FileNotFoundError:
                continue
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(body), 0o600
            tar.addfile(entry, io.BytesIO(body))
            count += 1
    return count


def _names(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever uploaded
        return
    for file in files:
        yield f"{folder}{file}"
    for one in folders:
        yield from _names(storage, f"{folder}{one}/")


def differing(storage: Storage, archive: Path) -> list[str]:
    """Uploads that are there already, and are not those of the backup."""
    return [name for name, body in _entries(archive) if _held(storage, name) not in (None, body)]


def load(storage: Storage, archive: Path) -> int:
    """Put every upload back; one that is there and differs is half a file of a killed restore."""
    count = 0
    for name, body in _entries(archive):
        held = _held(storage, name)
        if held is not None and held != body:
            storage.delete(name)
        if held != body and storage.save(name, ContentFile(body)) != name:
            raise BackupProblem(f"the upload {name} cannot be put back under its name")
        count += 1
    return count


def _entries(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive / PART) as tar:
        for entry in tar:
            body = tar.extractfile(entry) if entry.isfile() else None
            if body is None or entry.name.startswith("/") or ".." in Path(entry.name).parts:
                raise BackupProblem(f"{PART} holds something that is not an upload")
            yield entry.name, body.read()


def _held(storage: Storage, name: str) -> bytes | None:
    if not storage.exists(name):
        return None
    with storage.open(name) as file:
        return file.read()
