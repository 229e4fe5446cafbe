import logging
import sys
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from course import metrics, pdf, schedule

TICK = 20  # seconds between two looks at the clock
WITHOUT_DATABASE = 3  # seconds until it is tried again

log = logging.getLogger(__name__)


class PatientWorker(Worker):
    """Finishes what it is at, then stops; asked twice, it stops at once."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        # The library would leave at once between claiming a task and beginning it.
        if not self.running:
            sys.exit(1)
        self.running = False


class Command(BaseCommand):
    help = "Do what is owed: documents, letters, clean-ups. Stops cleanly on Ctrl-C and SIGTERM."
    requires_system_checks: list[str] = []  # a spoilt key file must not stop letters and papers

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="seconds of rest when idle")
        parser.add_argument("--once", action="store_true", help="do what is owed now, then stop")

    def handle(self, *args: Any, interval: float, once: bool, **options: Any) -> None:
        worker = PatientWorker(
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
        self._next_tick = 0.0
        while worker.running:
            try:
                self._turn(worker)
            except (OperationalError, InterfaceError) as error:
                if once:
                    raise
                log.error("The database is away (%s); trying again.", type(error).__name__)
                connections.close_all()
                self._rest(worker, WITHOUT_DATABASE)
            if once:
                return
            self._rest(worker, interval)

    def _turn(self, worker: Worker) -> None:
        if time.monotonic() >= self._next_tick:
            metrics.beat()
            schedule.tick(timezone.now())
            self._next_tick = time.monotonic() + TICK
        worker.run()

    def _rest(self, worker: Worker, seconds: float) -> None:
        """In short naps: a signal does not end a sleep."""
        end = time.monotonic() + seconds
        while worker.running and time.monotonic() < end:
            time.sleep(min(0.2, seconds))
