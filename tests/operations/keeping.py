"""Keeps a small installation as a release leaves it, for test_upgrade.py. Run it once for each
release, with that release's own code, on empty databases:

    python -m tests.operations.keeping 0.4     # in an environment with a folder of its own

Everyone and everything in it is made up. Its key file is for tests alone, and opens nothing else.
"""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

RELEASES = Path(__file__).parent / "releases"
WORDS = ["The heron stood so still that I did too.", "I left at five, and nothing fell down."]
PASSWORD = "eight-calm-sessions"


def main(release: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests import preparing

    kept = RELEASES / f"{release}.for-tests-only.key"
    if kept.exists():  # the second database of the same release
        Path(settings.WRITING_KEY_FILE).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, settings.WRITING_KEY_FILE)
        Path(settings.WRITING_KEY_FILE).chmod(0o600)
        call_command("migrate", verbosity=0)
        call_command("migrate", "writing_keys", database="keys", verbosity=0)
        call_command("load_demo", pages_only=True)
    else:
        preparing.make_pages()
        shutil.copy(settings.WRITING_KEY_FILE, kept)
    facts = make_people()
    settle_everything()
    facts["certificate_sha256"] = drop_bulk_and_read_certificate()
    engine = "postgres" if settings.DATABASES["default"]["ENGINE"].endswith("postgresql") else ""
    for alias, database in settings.DATABASES.items():
        (keep_postgres if engine else keep_sqlite)(release, alias, database)
    (RELEASES / f"{release}.{engine or 'sqlite'}.json").write_text(json.dumps(facts, indent=1))


def make_people() -> dict[str, object]:
    """The cast; ada with two reflections and a completion; an order with places, three taken."""
    from django.utils import timezone

    from course.cohorts import joining
    from course.cohorts.models import Cohort
    from course.demo.groups import announced
    from course.demo.people import load_people
    from course.demo.teams import load_teams
    from course.programme.models import ProgrammePage
    from sessions import attending
    from sessions.models import SessionPage

    people, programme, now = load_people(), ProgrammePage.objects.get(), timezone.now()
    pages = list(SessionPage.objects.live().order_by("number"))
    facts = {"first": None, "flo": people["flo"], "joining": Cohort.OPEN}
    cohort = announced(programme, "own-time", "In your own time", **facts)
    enrolment = joining.enrol(people["ada"], cohort=cohort, now=now)
    for page in pages[:6]:
        attending.open_session(enrolment, session=page, now=now)
        attending.work_through(enrolment, session=page, now=now)
    for page, words in zip(pages, WORDS, strict=False):
        write(people["ada"], page, words)
    load_teams(programme, people)
    return {"words": WORDS, "session": pages[2].url_path.split("/", 2)[2], "places": 14}


def write(owner: object, page: object, words: str) -> None:
    from django.utils import timezone

    from reflections import agreeing, saving, tickets
    from reflections.responses import Response

    agreeing.agree(owner, now=timezone.now())
    asked = page.questions()
    about = {"session": page.key, "number": page.number, "title": page.title, "turn": 1}
    ticket = tickets.Ticket(owner=owner.pk, window=tickets.new_window(), asked=asked, **about)
    first = next(q for q in asked if q.kind == "free_text")
    said = {first.key: Response(first, words)}
    saving.save(
        ticket, actor=owner, responses=said, version=0, step=1, done=True, now=timezone.now()
    )


def settle_everything() -> None:
    from course.outbox.models import Effect
    from course.outbox.settling import settle

    for effect in Effect.objects.filter(state=Effect.OWED):
        settle(effect.pk)


def drop_bulk_and_read_certificate() -> str:
    """The search index and the queue are made anew; nobody's fact is in them."""
    from django_tasks_db.models import DBTaskResult
    from wagtail.models import ReferenceIndex, Revision
    from wagtail.search.models import IndexEntry

    from certificates.models import Certificate
    from sessions.models import SessionPage

    ReferenceIndex.objects.all().delete()
    DBTaskResult.objects.all().delete()
    IndexEntry.objects.all().delete()
    third = SessionPage.objects.get(number=3).latest_revision_id
    Revision.objects.exclude(pk=third).update(content={})
    return hashlib.sha256(bytes(Certificate.objects.get().paper.content)).hexdigest()


def keep_sqlite(release: str, alias: str, database: dict) -> None:
    small = Path(database["NAME"]).with_suffix(".small")
    with sqlite3.connect(database["NAME"]) as connection:
        connection.execute("VACUUM INTO ?", [str(small)])
    packed = gzip.compress(small.read_bytes(), 9, mtime=0)
    (RELEASES / f"{release}.{alias}.sqlite3.gz").write_bytes(packed)


def keep_postgres(release: str, alias: str, database: dict) -> None:
    url = os.environ["DATABASE_URL" if alias == "default" else "KEYS_DATABASE_URL"]
    dump = ["pg_dump", "--inserts", "--rows-per-insert=500", "--no-owner", "--no-acl", url]
    done = subprocess.run(dump, capture_output=True, text=True, check=True)
    lines = [
        line
        for line in done.stdout.splitlines()
        if not line.startswith(("--", "\\", "SET ")) or line.startswith("SET check_function")
    ]
    packed = gzip.compress("\n".join(lines).encode(), 9, mtime=0)
    (RELEASES / f"{release}.{alias}.postgres.sql.gz").write_bytes(packed)


if __name__ == "__main__":
    main(sys.argv[1])
