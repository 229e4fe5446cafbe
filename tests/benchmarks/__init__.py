"""Measurements, as commands that print ratios of figures taken in one run. No test fails on time."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def prepare() -> Path:
    """A fresh installation with the demo in it, for this process. Returns its folder."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    os.environ |= {
        "DEBUG": "true",
        "SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789",
        "LOCAL_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "KEYS_DATABASE_URL": f"sqlite:///{folder}/keys.sqlite3",
        "WRITING_KEY_FILE": str(folder / "secret" / "writing.key"),
        "ALLOWED_HOSTS": "testserver,localhost",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "course.settings",
    }
    make_key = (
        "from pathlib import Path; from django.conf import settings;"
        "from reflections.keys.filing import make_key_file;"
        "make_key_file(Path(settings.WRITING_KEY_FILE))"
    )
    for command in (
        ["migrate", "-v0"],
        ["migrate", "writing_keys", "--database", "keys", "-v0"],
        ["shell", "--no-imports", "-c", make_key],
        ["load_demo"],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, check=True, capture_output=True
        )
    import django

    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # queries are not recorded, as in production
    return folder


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """CPU milliseconds of this process for one call."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) * 1000 / times


def side_by_side(
    works: dict[str, Callable[[], object]], *, rounds: int = 9, times: int = 40
) -> dict[str, list[float]]:
    """Measure several works in turn, A B A B, so that a slow moment hits them alike."""
    figures: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(rounds):
        for name, work in works.items():
            figures[name].append(cpu_ms(work, times))
    return figures


def show(figures: dict[str, list[float]], *, base: str) -> None:
    middle = statistics.median(figures[base])
    for name, all_of_them in figures.items():
        median = statistics.median(all_of_them)
        spread = f"{min(all_of_them):.2f}–{max(all_of_them):.2f}"
        print(f"{name:44}{median:8.2f} ms CPU ({spread}){median / middle:8.2f}x")
