"""Putting a backup back: staged, counted, brought up to this release, tombstones replayed, and
only then where the site looks. Killed anywhere, it is run again and begins anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from course.backups import archive, media
from course.backups.archive import DATA, KEYS, BackupProblem, Facts, Manifest
from course.backups.stores import Store, store_for
from reflections import sealing
from reflections.keys import tombstones
from reflections.keys.models import WritingKey
from reflections.models import Reflection

Erase = Callable[..., bool]  # (owner id, now=…), and whether there still was someone


@dataclass(frozen=True)
class Restored:
    """What was put back, in numbers."""

    rows: int
    uploads: int
    erased: int  # people whose tombstone was replayed
    keyless: int  # texts whose key has been destroyed since the data was copied


def restore(data: Path, keys: Path, *, erase: Erase, now: datetime) -> Restored:
    """Raises BackupProblem, before anything is where the site would look."""
    manifests = archive.read(data, DATA), archive.read(keys, KEYS)
    _belong_together(*manifests)
    here, keys_here = store_for("default"), store_for("keys")
    _fit(manifests[0], here)
    _fit(manifests[1], keys_here)
    resumed = here.has_staging()  # made only once everything was seen to be empty
    if not here.is_empty() or not (resumed or keys_here.is_empty()):
        raise BackupProblem("a database here is not empty. Nothing in it was touched")
    if not resumed and media.differing(default_storage, data):
        raise BackupProblem("there are other uploads here already. None of them was touched")
    _same(here.load(data), manifests[0].facts)
    uploads = media.load(default_storage, data)
    _same(keys_here.load(keys), manifests[1].facts)
    for store in (here, keys_here):
        store.use_staging()
    call_command("migrate", verbosity=0)
    call_command("migrate", "writing_keys", database="keys", verbosity=0)
    erased = sum(erase(owner_id, now=now) for owner_id in tombstones.all_owners())
    keyless = _texts_without_a_key()
    keys_here.finish()
    here.finish()
    return Restored(sum(manifests[0].facts.rows.values()), uploads, erased, keyless)


def _belong_together(data: Manifest, keys: Manifest) -> None:
    """Keys of a later backup know who was erased since; keys of an earlier one lack newer keys."""
    older = datetime.fromisoformat(keys.made_at) <= datetime.fromisoformat(data.made_at)
    if keys.backup != data.backup and older:
        raise BackupProblem("these keys are older than that data, so new writing would not open")


def _fit(manifest: Manifest, store: Store) -> None:
    if manifest.vendor != store.vendor:
        raise BackupProblem(f"this is a backup of {manifest.vendor}, and here is {store.vendor}")
    known = MigrationLoader(None).disk_migrations
    if {tuple(name.split(".", 1)) for name in manifest.facts.migrations} - set(known):
        raise BackupProblem("this backup was made by a newer release. Install that one first")


def _same(found: Facts, expected: Facts) -> None:
    if found != expected:
        raise BackupProblem("what was put back does not count the same as what was copied")


def _texts_without_a_key() -> int:
    live = set(WritingKey.objects.live().values_list("pk", flat=True))
    texts = Reflection.objects.values_list("sealed", flat=True).iterator()
    return sum(sealing.key_of(sealed) not in live for sealed in texts)
