"""The key file: read strictly, written whole or not at all, never without a key that it had."""

import base64
import binascii
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reflections.sealing import WritingUnreadable

HIGHEST_ID = 2**31 - 1  # what both the format and the column hold


class KeyFileProblem(WritingUnreadable):
    """The key file is missing or spoilt. Its text names the file's problem, never a key."""


def read_key_file(path: Path) -> dict[int, bytes]:
    """The KEKs by id. Raises KeyFileProblem."""
    try:
        text = path.read_bytes().decode("ascii")
        lines = [line.split() for line in text.splitlines() if line.strip()]
        pairs = [(int(number), _decoded(key)) for number, key in lines]
    except OSError:
        raise KeyFileProblem("the key file cannot be read") from None
    except (ValueError, binascii.Error):
        raise KeyFileProblem("the key file is not in the form “<id> <key>”") from None
    if not pairs:
        raise KeyFileProblem("the key file is empty")
    if len({number for number, _kek in pairs}) < len(pairs):
        raise KeyFileProblem("two keys in the key file have the same id")
    if not all(0 < number <= HIGHEST_ID for number, _kek in pairs):
        raise KeyFileProblem("an id in the key file is not a number from 1 on")
    if any(len(kek) != 32 for _number, kek in pairs):
        raise KeyFileProblem("a key in the key file is not 32 bytes long")
    return dict(pairs)


def _decoded(key: str) -> bytes:
    """Strict: a letter that base64 does not have must not pass as if it were not there."""
    bare = key.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def _new_line(number: int) -> str:
    return f"{number} {base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip('=')}\n"


def make_key_file(path: Path) -> None:
    """Write a first key file, for its owner alone to read. Raises FileExistsError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        raise FileExistsError(path)
    with _written_beside(path, _new_line(1), mode=0o600) as whole:
        os.link(whole, path)  # unlike a rename it never replaces what is there


def add_key(path: Path) -> int:
    """Add a new file key, which becomes the active one. Returns its id. Raises KeyFileProblem.

    Whoever reads the file meets the old one or the new one, whole.
    """
    path = path.resolve()
    with _alone_in(path.parent):
        for left in path.parent.glob(f".{path.name}.*"):
            left.unlink()  # by somebody who was stopped while adding one
        before = read_key_file(path)
        number = max(before) + 1
        facts = path.stat()
        text = path.read_text().rstrip("\n") + "\n" + _new_line(number)
        try:
            with _written_beside(path, text, mode=facts.st_mode & 0o777) as whole:
                if os.geteuid() == 0:
                    os.chown(whole, facts.st_uid, facts.st_gid)
                after = read_key_file(whole)
                if {n: after.get(n) for n in before} != before:
                    raise KeyFileProblem("the key file was not written as it should be")
                whole.replace(path)
        except OSError:
            raise KeyFileProblem("the key file’s folder cannot be written to") from None
        _to_disk(path.parent)
    return number


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two people who add a key in the same moment add two."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        raise KeyFileProblem("the key file cannot be read") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _written_beside(path: Path, text: str, *, mode: int) -> Iterator[Path]:
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    whole.unlink(missing_ok=True)
    handle = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        yield whole
        _to_disk(path.parent)
    finally:
        whole.unlink(missing_ok=True)


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
