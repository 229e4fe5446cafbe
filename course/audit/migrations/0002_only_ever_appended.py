"""The audit log is only ever appended to, whoever asks: the database itself refuses the rest (R74).

Deleting is possible while `audit_forgetting` holds a row, which only the retention job's
transaction ever sees (course/audit/forgetting.py). A later migration that rebuilds the table on
SQLite, as most changes of a column do, has to run `guard` again: the triggers go with the old one.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFUSAL = "the audit log is only ever appended to"
MARK = "CREATE TABLE audit_forgetting (since timestamp NOT NULL)"
SQLITE = [
    f"""CREATE TRIGGER audit_entry_keep BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER audit_entry_stay BEFORE DELETE ON audit_entry
        WHEN NOT EXISTS (SELECT 1 FROM audit_forgetting)
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
]
POSTGRESQL = [
    f"""CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM audit_forgetting) THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
    """CREATE TRIGGER audit_entry_stay BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()""",
]
BACK = {
    "sqlite": ["DROP TRIGGER audit_entry_keep", "DROP TRIGGER audit_entry_stay"],
    "postgresql": [
        "DROP TRIGGER audit_entry_keep ON audit_entry",
        "DROP TRIGGER audit_entry_stay ON audit_entry",
        "DROP FUNCTION audit_entry_refuse()",
    ],
}


def guard(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    on_postgres = editor.connection.vendor == "postgresql"
    for statement in [MARK, *(POSTGRESQL if on_postgres else SQLITE)]:
        editor.execute(statement)


def unguard(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in [*BACK[editor.connection.vendor], "DROP TABLE audit_forgetting"]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
