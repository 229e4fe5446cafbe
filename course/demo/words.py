"""The starter programme, read from its files in `content/`."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import markdown

CONTENT = Path(__file__).parent / "content"


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text())


def load_all(folder: str) -> list[dict[str, Any]]:
    """Every file of a folder, in the order of their names."""
    return [tomllib.loads(path.read_text()) for path in sorted((CONTENT / folder).glob("*.toml"))]


def rich(text: str) -> str:
    """Markdown as the rich text that editors go on editing."""
    return markdown.markdown(text.strip())


def stable_id(*parts: str) -> UUID:
    """The same id for the same words on every machine, so that loading twice is loading once."""
    return uuid5(NAMESPACE_URL, "resourced:" + ":".join(parts))
