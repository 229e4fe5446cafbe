import ast
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from course.variables import MEANINGS, SHOWN

READERS = {"env_text", "env_flag", "env_number", "env_steps", "database", "os.environ.get"}
PACKAGES = ("course", "sessions", "reflections", "certificates")
BEFORE = """# Every variable of the environment

Made by `python manage.py list_settings`, from the lines that read them. What each choice means for
running the site is in [README.md](README.md).
"""


class Command(BaseCommand):
    help = "Write deploy/environment.md from the code that reads the environment."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "deploy" / "environment.md"
        path.write_text(reference())
        self.stdout.write(f"Written: {path}")


def read_variables() -> dict[str, str]:
    """Every variable that the code reads, with its default as it is to be shown."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in READERS:
                    _add(node, found)
    return found


def _add(call: ast.Call, found: dict[str, str]) -> None:
    name, *others = call.args
    if isinstance(name, ast.Constant):
        said = SHOWN.get(name.value) or _default(call, others)
        found[name.value] = max(found.get(name.value, ""), said, key=len)


def _default(call: ast.Call, others: list[ast.expr]) -> str:
    reader = ast.unparse(call.func)
    given = others or [word.value for word in call.keywords if word.arg == "default"]
    if not given:
        return "`False`" if reader == "env_flag" else "**required**"
    if not isinstance(given[0], ast.Constant):
        return ""
    return f"`{given[0].value}`" if given[0].value != "" else "–"


def reference() -> str:
    defaults = read_variables()
    parts = [BEFORE]
    for title, meanings in MEANINGS.items():
        rows = [f"| `{name}` | {said} | {defaults[name]} |" for name, said in meanings.items()]
        parts.append(f"## {title}\n\n| variable | meaning | default |\n|---|---|---|")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts[:1]) + "\n" + "\n".join(parts[1:])
