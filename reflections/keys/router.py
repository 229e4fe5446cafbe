from typing import Any

from django.db.models import Model

KEYS_APP = "writing_keys"


class KeysApart:
    """Writing keys live in the `keys` database; everything else never does."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "keys" if model._meta.app_label == KEYS_APP else None

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        apps = {one._meta.app_label, other._meta.app_label}
        return False if KEYS_APP in apps and len(apps) > 1 else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "keys") == (app_label == KEYS_APP)
