"""The rehearsal: copied under load, destroyed, put back, killed on the way there and back.

`python -m tests.backups.backup_lab [all]` in a site's environment; without `all` some of the
points are sampled. What it saw is the last line that it prints, as JSON.
"""

import base64
import json
import os
import shutil
import sys
from pathlib import Path

from tests import forking
from tests.reflections.key_lab import ada, command, load, texts, write

WHILE_COPYING = [
    ("course.backups.making:_with_keys", "before", 1),  # data there, keys not
    ("course.backups.media:dump", "before", 1),  # the database is copied, the uploads are not
    ("course.backups.archive:to_disk", "before", 2),  # in the middle of the parts
    ("pathlib:Path.rename", "before", 1),  # all of the data, under its unfinished name
    ("pathlib:Path.rename", "before", 2),  # all of the keys, under their unfinished name
]
WHILE_RESTORING = [
    ("{store}.finish", "before", 2),  # keys in place, data not
    ("course.backups.media:load", "after", 1),
    ("{store}.load", "after", 1),
    ("{store}.load", "after", 2),
    ("course.management.commands.restore:erase_again", "before", 1),
    ("course.management.commands.restore:erase_again", "after", 1),
    ("{store}.finish", "before", 1),
]
SAMPLED = 1 if "postgres" in os.environ.get("DATABASE_URL", "") else 2  # it takes its time


def main(everything: bool) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "course.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    root = Path(settings.WRITING_KEY_FILE).parent.parent
    seen: dict = {"kills": [], "said": {}}
    for name in ("images/one.png", "documents/deep/two.pdf"):
        default_storage.save(name, ContentFile(name.encode() * 2000))
    write("before the backup", number=2)
    first = copy_under_load(root, seen, points=WHILE_COPYING[: None if everything else SAMPLED])
    write("after the backup", number=3)
    erase("bea")
    second = said("backup", str(root / "later"))
    seen["said"]["not empty"] = said("restore", str(archive(root / "copies", "data")))
    destroy(root)
    later = archive(root / "later", "keys")
    put_back(first, later, seen, points=WHILE_RESTORING[: None if everything else SAMPLED])
    refusals(root, first, seen)
    seen["said"]["restored"] = said("restore", str(first), "--keys", str(later))
    assert "are back" in seen["said"]["restored"], seen["said"]
    assert "Keys:" in second, second
    look(root, seen)
    print(json.dumps(seen))


def said(*words: str) -> str:
    """What a command says, run in a process of its own, as it always is."""
    out = Path(os.environ["LOCAL_DIR"]) / "said"
    assert forking.run(lambda: out.write_text(command(*words))) == 0, words
    return out.read_text()


def archive(folder: Path, kind: str) -> Path:
    return max(folder.glob(f"resourced-{kind}-*"), key=lambda one: one.stat().st_mtime_ns)


def copy_under_load(root: Path, seen: dict, *, points: list) -> Path:
    folder = root / "copies"
    with load(root) as finish:
        for where, when, nth in points:
            copying = lambda: command("backup", str(folder))  # noqa: E731
            forking.killed_at(copying, where, when=when, nth=nth)
            pairs = {p.name.rsplit("-", 1)[1] for p in folder.glob("resourced-keys-*")}
            assert pairs == set(), "half a backup looks like a whole one"
            seen["kills"].append(f"backup {when} {where} {nth}")
        lone = list(folder.glob("resourced-data-*"))
        if lone:
            seen["said"]["no keys"] = said("restore", str(lone[0]))
        made = said("backup", str(folder))
        seen["said"]["made"] = made
        seen["load"] = finish()
    assert not list(folder.glob(".unfinished-*"))
    assert holds_no_key_file(folder)
    return archive(folder, "data")


def holds_no_key_file(folder: Path) -> bool:
    from django.conf import settings

    lines = Path(settings.WRITING_KEY_FILE).read_text().splitlines()
    keys = [line.split()[1] for line in lines]
    shapes = [k.encode() for k in keys] + [base64.urlsafe_b64decode(k + "==") for k in keys]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert files
    return not any(shape in whole for shape in shapes for whole in files)


def erase(name: str) -> None:
    from django.utils import timezone

    from course.dashboard import erasing
    from course.people.models import User

    user = User.objects.get(email=f"{name}@example.org")
    assert forking.run(lambda: _erased(erasing.erase(user, now=timezone.now()))) == 0


def _erased(done: bool) -> None:
    assert done


def destroy(root: Path) -> None:
    """The disk is gone: databases and uploads."""
    from django.conf import settings
    from django.db import connections

    for alias, database in settings.DATABASES.items():
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        else:
            for left in ("", "-wal", "-shm"):
                Path(str(database["NAME"]) + left).unlink(missing_ok=True)
    shutil.rmtree(settings.MEDIA_ROOT)


def put_back(data: Path, keys: Path, seen: dict, *, points: list) -> None:
    from course.backups.stores import store_for

    kind = type(store_for("default"))
    for where, when, nth in points:
        there = where.format(store=f"{kind.__module__}:{kind.__name__}")
        restoring = lambda: command("restore", str(data), "--keys", str(keys))  # noqa: E731
        forking.killed_at(restoring, there, when=when, nth=nth)
        assert store_for("default").is_empty(), "half a restore would be served"
        seen["kills"].append(f"restore {when} {where} {nth}")


def refusals(root: Path, first: Path, seen: dict) -> None:
    """What must not be put back: older keys, changed bytes, the wrong kind."""
    newer, older = archive(root / "later", "data"), archive(root / "copies", "keys")
    seen["said"]["older keys"] = said("restore", str(newer), "--keys", str(older))
    changed = shutil.copytree(first, root / "changed" / first.name)
    part = next(p for p in changed.iterdir() if p.name.startswith("database"))
    whole = bytearray(part.read_bytes())
    whole[len(whole) // 2] ^= 1
    part.write_bytes(bytes(whole))
    seen["said"]["changed"] = said("restore", str(changed), "--keys", str(older))
    seen["said"]["wrong kind"] = said("restore", str(older), "--keys", str(older))


def look(root: Path, seen: dict) -> None:
    """What a system administrator would look at before opening the doors again."""
    from django.conf import settings
    from django.core.files.storage import default_storage

    from course.people.models import User

    seen["books"] = said("check_books")
    seen["people"] = list(User.objects.order_by("email").values_list("email", flat=True))
    names = ("images/one.png", "documents/deep/two.pdf")
    seen["uploads"] = [default_storage.open(n).read() == n.encode() * 2000 for n in names]
    escrow = Path(settings.WRITING_KEY_FILE)
    away = escrow.rename(escrow.with_name("away"))  # as in a staging restore
    seen["staging"] = without_the_key_file()
    away.rename(escrow)
    seen["texts"] = texts()
    write("life goes on", number=4)
    seen["unfinished"] = [p.name for p in root.rglob("*restoring*")]


def without_the_key_file() -> dict:
    """Nothing opens, the page says so kindly, and a save leaves the sealed bytes as they are."""
    from django.test import Client

    from reflections.models import Reflection
    from reflections.sealing import WritingUnreadable
    from sessions.models import SessionPage
    from tests.reflections.test_saving import ticket_for

    client = Client(HTTP_HOST="localhost")
    client.force_login(ada())
    before = [bytes(r.sealed) for r in Reflection.objects.order_by("pk")]
    page = client.get("/my/reflections/")
    session = SessionPage.objects.get(number=2)
    ticket = ticket_for(ada(), session)
    box = next(p.key for p in ticket.asked if p.kind == "free_text")
    post = {"ticket": ticket.signed(), "version": 1, "step": 2, box: "typed in staging"}
    refused = client.post("/my/reflections/save/", post)
    try:
        opened = bool(texts())
    except WritingUnreadable:
        opened = False
    return {
        "page": page.status_code,
        "kind": "Nothing is lost" in page.content.decode(),
        "post": refused.status_code,
        "kept on the page": "typed in staging" in refused.content.decode(),
        "unchanged": before == [bytes(r.sealed) for r in Reflection.objects.order_by("pk")],
        "opened": opened,
    }


if __name__ == "__main__":
    main("all" in sys.argv[1:])
