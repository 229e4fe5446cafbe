"""Keys under load, killed at named points: `python -m tests.reflections.key_lab <what> …`.

The environment says in which site. What it saw is the last line that it prints, as JSON.
"""

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from tests import forking

PEOPLE = int(os.environ.get("LAB_PEOPLE", "60"))


def main(*what: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "course.settings"
    import django

    django.setup()
    tried = {"rotation": rotation, "renewal": renewal, "in_flight": in_flight}
    print(json.dumps({one: tried[one]() for one in what}))


# --- Someone who writes all the while -------------------------------------------------------------


def ada():
    from course.people.models import User

    return User.objects.get(email="ada@example.org")


def write(words: str, *, number: int = 1, window=None, version: int = 0, step: int = 0):
    from django.utils import timezone

    from reflections import saving
    from reflections.responses import Response
    from sessions.models import SessionPage
    from tests.reflections.test_saving import ticket_for

    session = SessionPage.objects.get(number=number)
    ticket = ticket_for(ada(), session, window=window)
    prompt = next(p for p in ticket.asked if p.kind == "free_text")
    saved = saving.save(
        ticket,
        actor=ada(),
        responses={prompt.key: Response(prompt, words)},
        version=version,
        step=step,
        done=False,
        now=timezone.now(),
    )
    return saved.reflection


def texts() -> list[str]:
    """Everything that ada wrote, what is set aside too. Raises when anything does not open."""
    from reflections import writing
    from reflections.models import Reflection

    found = []
    for row in Reflection.objects.filter(owner=ada()).order_by("pk"):
        pages = [writing.open_reflection(row, actor=ada())]
        pages += [
            writing.open_set_aside(a, reflection=row, actor=ada()) for a in row.set_aside.all()
        ]
        found += [str(r.answer) for p in pages for r in p.responses.values()]
    return sorted(found)


@contextlib.contextmanager
def load(folder: Path) -> Iterator[Callable[[], dict]]:
    """One process that saves, opens, and lets newcomers agree, until it is told to stop."""
    from django.utils import timezone

    from reflections.keys import keeping

    stop, told = folder / "stop", folder / "told.json"

    def work() -> None:
        seen = {"saved": 0, "failed": [], "agreed": 0}
        window = uuid4()
        version = write("load 0", number=8, window=window).version
        while not stop.exists():
            try:
                step = seen["saved"] + 1
                row = write(f"load {step}", number=8, window=window, version=version, step=step)
                version, seen["saved"] = row.version, step
                assert f"load {step}" in texts()
                if step % 3 == 0:
                    keeping.active_key(_agree(timezone.now()))
                    seen["agreed"] += 1
            except Exception as error:
                seen["failed"].append(repr(error))
        told.write_text(json.dumps(seen))

    for old in (stop, told):
        old.unlink(missing_ok=True)
    pid = forking.child(work)

    def finish() -> dict:
        time.sleep(0.3)  # the load sees the end state as well
        stop.touch()
        assert forking.ended(pid) == 0
        return json.loads(told.read_text())

    try:
        yield finish
    finally:
        stop.touch()


def _agree(now):
    from reflections.keys import keeping

    owner = uuid4()
    keeping.make_key(owner, now=now)
    return owner


def every_key_opens() -> int:
    from reflections.keys import keeping
    from reflections.keys.models import WritingKey

    return len([keeping.unwrapped(key) for key in WritingKey.objects.live()])


def command(*words: str) -> str:
    """Run a management command here; returns what it says, a refusal too."""
    from django.core.management import CommandError, call_command

    out = io.StringIO()
    try:
        call_command(*words, stdout=out)
    except CommandError as refusal:
        out.write(str(refusal))
    return out.getvalue()


# --- What is tried --------------------------------------------------------------------------------


def rotation() -> dict:
    from django.conf import settings
    from django.utils import timezone

    from reflections.keys.filing import read_key_file
    from reflections.keys.rewrapping import in_use

    path = Path(settings.WRITING_KEY_FILE)
    folder = path.parent.parent
    path.chmod(0o640)
    for _one in range(PEOPLE):
        _agree(timezone.now())
    write("before the rotation")
    whole = path.read_text()
    seen: dict = {"kills": 0, "counts": []}
    few = ("rewrap_keys", "--batch", "10")

    def killed(*words: str, **point) -> None:
        forking.killed_at(lambda: command(*words), **point)
        seen["kills"] += 1
        seen["counts"].append(in_use())
        assert every_key_opens() >= PEOPLE
        assert "before the rotation" in texts()

    with load(folder) as finish:
        # While the file is written: it is the old one, whole, and then the new one, whole.
        killed(*few, "--new", where="pathlib:Path.replace")
        assert path.read_text() == whole
        killed(*few, "--new", where="reflections.keys.filing:_to_disk", nth=2)
        assert path.read_text().startswith(whole)
        assert sorted(read_key_file(path)) == [1, 2]
        # While keys are wrapped anew: between two batches, and inside one, before its commit.
        killed(*few, where="reflections.keys.keeping:rewrap", nth=3)
        killed(
            *few,
            where="reflections.keys.models:WritingKeyQuerySet.update",
            when="after",
            nth=15,
        )
        seen["said"] = command(*few)
        seen["load"] = finish()
    seen["again"] = command(*few)
    seen["mode"] = oct(path.stat().st_mode & 0o777)
    seen["left_beside"] = [p.name for p in path.parent.iterdir() if p.name != path.name]
    seen["opened"] = every_key_opens()
    path.write_text(path.read_text().splitlines()[1] + "\n")  # the old line is taken out
    assert every_key_opens() == seen["opened"]
    assert "before the rotation" in texts()
    return seen


STEPS = {
    "new key committed": ("reflections.keys.keeping:replace_key", "after", 1),
    "half of the texts sealed anew": ("reflections.writing:sealed_anew", "after", 2),
    "texts committed": ("reflections.renewing:seal_anew", "after", 1),
    "before the old key goes": ("reflections.keys.keeping:destroy_retired", "before", 1),
    "after the old key went": ("reflections.keys.keeping:destroy_retired", "after", 1),
}


def renewal() -> dict:
    from django.conf import settings

    from reflections.keys import keeping
    from reflections.keys.models import WritingKey
    from reflections.models import Reflection, SetAside

    for number in (1, 2, 3):
        write(f"written {number}", number=number)
    write("from another window", number=3)
    assert SetAside.objects.filter(reflection__owner=ada()).exists()
    before = [t for t in texts() if "load" not in t]
    mine = WritingKey.objects.filter(owner_id=ada().pk)
    seen: dict = {"kills": 0, "keys": []}
    with load(Path(settings.WRITING_KEY_FILE).parent.parent) as finish:
        for where, when, nth in STEPS.values():
            first, _dek = keeping.active_key(ada().pk)
            renewing = lambda: command("renew_key", "ada@example.org")  # noqa: E731
            forking.killed_at(renewing, where, when=when, nth=nth)
            seen["kills"] += 1
            assert [t for t in texts() if "load" not in t] == before
            seen["keys"].append((mine.live().count(), mine.active().count()))
            said = command("renew_key", "ada@example.org")
            assert "Done" in said, said
            assert mine.live().count() == mine.active().count() == 1
            assert mine.get(pk=first).wrapped is None
            assert [t for t in texts() if "load" not in t] == before
        seen["load"] = finish()
    last, _dek = keeping.active_key(ada().pk)
    rows = Reflection.objects.filter(owner=ada())
    seen["sealed_by_others"] = sum(bytes(r.sealed)[2:18] != last.bytes for r in rows)
    seen["versions"] = sorted(rows.exclude(pk=None).values_list("version", flat=True))[:3]
    return seen


def in_flight() -> dict:
    """A save has fetched the old key, and sleeps. The renewal may not take the key meanwhile."""
    from django.utils import timezone

    from reflections import sealing
    from reflections.renewing import renew_key

    write("before", number=4)

    def slowly() -> None:
        whole = sealing.seal

        def late(*args, **kwargs):
            time.sleep(0.5)
            return whole(*args, **kwargs)

        sealing.seal = late
        write("in flight", number=5)  # seals twice: the empty page, then the words

    saver = forking.child(slowly)
    time.sleep(0.3)
    owner = ada().pk
    assert forking.run(lambda: renew_key(owner, now=timezone.now() + timedelta(seconds=1))) == 0
    assert forking.ended(saver) == 0
    return {"texts": texts()}


if __name__ == "__main__":
    main(*sys.argv[1:])
