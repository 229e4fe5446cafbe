"""Rotation, renewal, drill, backup and restore on 10,000 reflections of 2,500 people, reported."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from tests.benchmarks import ROOT, prepare

PEOPLE, EACH = 2_500, 4


def main() -> None:
    folder = prepare()
    timed(f"write {PEOPLE * EACH:,} reflections", fill)
    timed("rotation: rewrap_keys --new", lambda: manage("rewrap_keys", "--new"))
    timed("rotation again, nothing to do", lambda: manage("rewrap_keys"))
    one = f"person-{PEOPLE // 2}@example.org"
    timed("renewal of one person", lambda: manage("renew_key", one))
    copy = folder / "copy.key"
    copy.write_bytes((folder / "secret" / "writing.key").read_bytes())
    timed("drill with 100 keys", lambda: manage("drill_keys", str(copy), "--sample", "100"))
    timed("backup", lambda: manage("backup", str(folder / "backups")))
    made = next((folder / "backups").glob("resourced-data-*"))
    size = sum(path.stat().st_size for path in made.iterdir())
    elsewhere = {
        "DATABASE_URL": f"sqlite:///{folder}/again/data/db.sqlite3",
        "KEYS_DATABASE_URL": f"sqlite:///{folder}/again/keys/keys.sqlite3",
    }
    timed("restore", lambda: manage("restore", str(made), **elsewhere))
    opened = manage("drill_keys", str(copy), "--sample", "100", **elsewhere)
    print(f"{'size of the archive of data':44}{size / 1e6:8.1f} MB")
    print("opened from what was restored:", opened.splitlines()[1])


def timed(what: str, work: Callable[[], object]) -> None:
    start = time.monotonic()
    work()
    print(f"{what:44}{time.monotonic() - start:8.2f} s")


def manage(*words: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | env,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def fill() -> None:
    from django.utils import timezone

    from course.people.models import User
    from reflections import sealing
    from reflections.keys import keeping
    from reflections.keys.models import WritingKey
    from reflections.models import Reflection
    from reflections.responses import Pages, to_text
    from sessions.models import SessionPage

    now, sessions = timezone.now(), list(SessionPage.objects.order_by("number")[:EACH])
    people = [User(email=f"person-{n}@example.org", password="!") for n in range(PEOPLE)]
    User.objects.bulk_create(people)
    keys = [keeping._fresh(user.pk, now=now) for user in people]
    WritingKey.objects.bulk_create(keys)
    rows = []
    for key in keys:
        dek = keeping.unwrapped(key)
        for session in sessions:
            row = Reflection(owner_id=key.owner_id, session_key=session.key, updated_at=now)
            text = to_text(Pages(session.number, session.title))
            row.sealed = sealing.seal(text, dek=dek, dek_id=key.pk, place=row.place)
            rows.append(row)
    Reflection.objects.bulk_create(rows, batch_size=500)


if __name__ == "__main__":
    main()
