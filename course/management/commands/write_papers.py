"""The tables of docs/record-of-processing.md and docs/retention.md, drawn from the code."""

import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from course.dashboard import data_map, retaining

TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
PAPERS = {"record-of-processing.md": data_map.as_markdown, "retention.md": retaining.as_markdown}


class Command(BaseCommand):
    help = "Write the tables of the data-protection papers anew. Their other words stay."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, table in PAPERS.items():
            path = settings.BASE_DIR / "docs" / name
            words = table()
            path.write_text(TABLE.sub(lambda _old, words=words: words, path.read_text(), count=1))
            self.stdout.write(f"{path.name}: {len(words.splitlines()) - 2} rows")
