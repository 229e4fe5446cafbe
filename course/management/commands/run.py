import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from course import pdf
from reflections.keys import checking
from reflections.keys.filing import make_key_file
from reflections.keys.models import WritingKey

PANGO = (
    "Drawing PDFs needs the Pango library. On Debian or Ubuntu: sudo apt-get install "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. On macOS: brew install pango."
)
PATIENCE = 30  # seconds that web server and worker get to finish what they are at


class Command(BaseCommand):
    help = "Prepare everything, then run web server and worker together until Ctrl-C."
    requires_system_checks: list[str] = []  # a spoilt key file must not close the whole site

    def handle(self, *args: Any, **options: Any) -> None:
        port = os.environ.get("PORT", "8000")
        self._need_port(port)
        self._need_pango()
        self._prepare()
        environment = os.environ | {
            "SITE_URL": os.environ.get("SITE_URL", f"http://localhost:{port}")
        }
        web = [sys.executable, "-m", "gunicorn", "course.wsgi", "--bind", f"{self._host()}:{port}"]
        web += ["--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        web += ["--workers", os.environ.get("WEB_CONCURRENCY", "1"), "--log-level", "warning"]
        web += ["--graceful-timeout", "25", "--timeout", "60"]
        worker = [sys.executable, "manage.py", "worker"]
        self._run_until_stopped([web, worker], environment, port)

    def _host(self) -> str:
        return os.environ.get("HOST", "127.0.0.1")

    def _need_port(self, port: str) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._host(), int(port)))
            except (OSError, ValueError, OverflowError):
                raise CommandError(
                    f"Port {port} cannot be used, perhaps because something else listens there. "
                    "Choose another one: make run PORT=8001"
                ) from None

    def _need_pango(self) -> None:
        try:
            pdf.warm_up()
        except OSError:
            raise CommandError(PANGO) from None

    def _prepare(self) -> None:
        """Folders, tables, a first key and the demo: made where missing, otherwise left alone."""
        for database in settings.DATABASES.values():
            if database["ENGINE"].endswith("sqlite3"):
                Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        for folder in (settings.MAIL_DIR, settings.MEDIA_ROOT):
            Path(folder).mkdir(parents=True, exist_ok=True)
        self.stdout.write("Preparing the databases …")
        call_command("migrate_all", verbosity=0, stdout=self.stdout)
        self._first_key()
        self._say_what_is_amiss()
        if settings.DEBUG:
            call_command("load_demo", stdout=self.stdout)

    def _first_key(self) -> None:
        """A key file is only ever made for an installation that has no keys to open."""
        if Path(settings.WRITING_KEY_FILE).exists():
            return
        if WritingKey.objects.exists():
            self.stderr.write(
                "The key file is missing, so private writing stays closed. Nothing is lost: "
                f"put the file back at {settings.WRITING_KEY_FILE}."
            )
            return
        make_key_file(Path(settings.WRITING_KEY_FILE))

    def _say_what_is_amiss(self) -> None:
        """The public site starts all the same: writing alone is closed until it is put right."""
        for one in [*checking.usable(), *([] if settings.DEBUG else checking.apart())]:
            self.stderr.write(f"{one.msg} {one.hint}")

    def _run_until_stopped(
        self, commands: list[list[str]], environment: dict[str, str], port: str
    ) -> None:
        # Sessions of their own: Ctrl-C reaches us alone, and we stop both in good order.
        processes = [
            subprocess.Popen(command, env=environment, start_new_session=True)
            for command in commands
        ]
        stopping: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _frame: stopping.append(number))
        self.stdout.write(f"\nReady at {environment['SITE_URL']} (Ctrl-C stops it)\n")
        self.stdout.flush()
        while not stopping and all(process.poll() is None for process in processes):
            time.sleep(0.2)
        failed = not stopping
        self.stdout.write("\nStopping: letting web server and worker finish what they are at …\n")
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        if failed:
            raise CommandError("The web server or the worker stopped by itself. See above.")
        self.stdout.write("Stopped. Everything that was saved is kept.\n")
