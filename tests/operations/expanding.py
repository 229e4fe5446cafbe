"""Which migrations let the last release go on beside this one (R78): only those that expand.

No older release can be checked out where the tests run, so what would break one is refused by
kind: whatever an old process reads must stay, and whatever it inserts must still be accepted.
"""

from collections.abc import Iterator

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

SAFE = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RemoveConstraint,  # what was refused is allowed
    migrations.RemoveIndex,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)


def refusals(
    migration: migrations.Migration, before: ProjectState | None = None
) -> Iterator[tuple[str, str]]:
    """What in it an older release would not survive: (operation, why)."""
    new = {o.name_lower for o in migration.operations if isinstance(o, migrations.CreateModel)}
    for operation in migration.operations:
        why = refused(operation, new=new, before=before, app=migration.app_label)
        if why:
            yield operation.describe(), why
        if before is not None:
            operation.state_forwards(migration.app_label, before)


def refused(
    operation: Operation, *, new: set[str], before: ProjectState | None, app: str = ""
) -> str:
    """Why not, or nothing."""
    model = getattr(operation, "model_name", "").lower()
    if isinstance(operation, SAFE) or model in new:
        return ""
    if isinstance(operation, migrations.AddField):
        return _added(operation.field)
    if isinstance(operation, migrations.AlterField):
        old = before.models[app, model].get_field(operation.name) if before else None
        return _altered(old, operation.field)
    if isinstance(operation, migrations.AddIndex):
        return "locks the table while it is built: AddIndexConcurrently"
    if isinstance(operation, (migrations.RunPython, migrations.RunSQL)):
        return "" if operation.reversible else "has no way back"
    return "takes away, renames or tightens what an older release relies on"


def _added(field: models.Field) -> str:
    if field.many_to_many or field.null or field.db_default is not NOT_PROVIDED:
        return "" if not field.unique else "is unique, so that building it locks the table"
    return "is required, and an older release inserts without it: null or db_default"


def _altered(old: models.Field | None, new: models.Field) -> str:
    if old is None or old.get_internal_type() != new.get_internal_type():
        return "changes its type"
    if old.null and not new.null:
        return "must not be empty any more"
    if new.unique and not old.unique:
        return "becomes unique"
    if (new.max_length or 10**9) < (old.max_length or 10**9):
        return "becomes shorter"
    return ""
