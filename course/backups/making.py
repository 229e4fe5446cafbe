from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

from django.conf import settings
from django.core.files.storage import default_storage

from course.backups import archive, media
from course.backups.archive import DATA, KEYS, BackupProblem, Manifest
from course.backups.stores import store_for
from reflections.keys.models import WritingKey

TRIES = 3


@dataclass(frozen=True)
class Made:
    data: Path
    keys: Path
    uploads: int
    forgotten: int  # archives of keys that were old enough to go


class _Renewed(Exception):
    """Somebody's key was renewed between the two copies, which then do not belong together."""


def make_backup(folder: Path, *, keys_folder: Path, keep_keys: timedelta, now: datetime) -> Made:
    """Data first, keys second, into two archives. Raises BackupProblem."""
    for one in (folder, keys_folder):
        _refuse_the_key_file(one)
    for _try in range(TRIES):
        try:
            data, uploads = _with_data(folder, now=now)
            keys = _with_keys(keys_folder, data=data, now=now)
        except _Renewed:
            continue
        return Made(data, keys, uploads, forget_keys(keys_folder, before=now - keep_keys))
    raise BackupProblem("people’s keys kept being renewed. Nothing is lost: run it again")


def _with_data(folder: Path, *, now: datetime) -> tuple[Path, int]:
    counted: list[int] = []

    def fill(making: Path) -> Manifest:
        store = store_for("default")
        facts = store.dump(making)
        counted.append(media.dump(default_storage, making))
        return Manifest(DATA, token_hex(4), now.isoformat(), store.vendor, facts)

    with archive.alone_in(folder):
        return archive.write(folder, fill), counted[0]


def _with_keys(folder: Path, *, data: Path, now: datetime) -> Path:
    def fill(making: Path) -> Manifest:
        store = store_for("keys")
        facts = store.dump(making)
        if WritingKey.objects.exclude(retired_at=None).filter(destroyed_at__gte=now).exists():
            raise _Renewed
        return Manifest(KEYS, data.name.rsplit("-", 1)[1], now.isoformat(), store.vendor, facts)

    try:
        with archive.alone_in(folder):
            return archive.write(folder, fill)
    except BaseException:
        rmtree(data)  # without its keys it would be taken for a backup, and is none
        raise


def _refuse_the_key_file(folder: Path) -> None:
    path = Path(settings.WRITING_KEY_FILE).resolve()
    if path.is_relative_to(folder.resolve()):
        raise BackupProblem("the key file lies in that folder, and belongs in no backup")
    if path.is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise BackupProblem("the key file lies among the uploads, and belongs in no backup")


def forget_keys(folder: Path, *, before: datetime) -> int:
    """Let old archives of keys go, so that what was erased cannot be opened from them. The
    newest one stays, however old it is. Returns how many went.
    """
    gone = 0
    for one in sorted(folder.glob(f"resourced-{KEYS}-*"))[:-1]:
        made_at = archive.made_at(one)
        if made_at and made_at < before:
            rmtree(one)
            gone += 1
    return gone
