import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from course import pdf, schedule

TICK = 20  # seconds between two looks at the clock


class Command(BaseCommand):
    help = "Do what is owed: documents, letters, clean-ups. Stops cleanly on Ctrl-C and SIGTERM."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="seconds of rest when idle")
        parser.add_argument("--once", action="store_true", help="do what is owed now, then stop")

    def handle(self, *args: Any, interval: float, once: bool, **options: Any) -> None:
        worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"worker-{time.time_ns()}",
        )
        worker.configure_signals()
        pdf.warm_up()
        next_tick = 0.0
        while worker.running:
            if time.monotonic() >= next_tick:
                schedule.tick(timezone.now())
                next_tick = time.monotonic() + TICK
            worker.run()
            if once:
                return
            time.sleep(interval)
