"""Makes one prepared installation in one process: `python -m tests.preparing pages` (or `demo`).

The environment says where. One process instead of five: each would load Django anew.
"""

import gc
import os
import sys
from datetime import timedelta
from pathlib import Path

FRESH = ("lou", "kit")  # for tests that change for good how somebody signs in


def main(what: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "course.settings"
    gc.disable()  # a short life with a great many classes: a quarter of the time
    import django

    django.setup()
    {"pages": make_pages, "demo": make_demo}[what]()


def make_pages() -> None:
    from django.conf import settings
    from django.core.management import call_command

    from reflections.keys.filing import make_key_file

    call_command("migrate", verbosity=0)
    call_command("migrate", "writing_keys", database="keys", verbosity=0)
    make_key_file(Path(settings.WRITING_KEY_FILE))
    call_command("load_demo", pages_only=True)


def make_demo() -> None:
    from django.core.management import call_command

    call_command("load_demo")
    add_people()
    let_the_past_rest()
    call_command("worker", once=True)


def add_people() -> None:
    from allauth.account.models import EmailAddress

    from course.people.models import User

    password = User.objects.get(email="ada@example.org").password
    for name in FRESH:
        facts = {"display_name": name.title(), "password": password, "is_adult": True}
        person = User.objects.create(email=f"{name}@example.org", **facts)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


def let_the_past_rest() -> None:
    """The closed group's papers and letters count as done: fifty documents that no test opens."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from course.outbox.models import Effect

    now = timezone.now()
    old = Effect.objects.filter(state=Effect.OWED, created_at__lt=now - timedelta(days=100))
    old.update(state=Effect.DONE, done_at=now, facts={})
    # The worker hands out again whatever is still owed.
    DBTaskResult.objects.filter(task_path="course.outbox.tasks.settle_effect").delete()


if __name__ == "__main__":
    main(sys.argv[1])
