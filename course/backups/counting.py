from collections.abc import Callable, Iterable

from course.backups.archive import Facts
from course.places.models import LedgerEntry

Query = Callable[[str], list[tuple]]


def facts(query: Query, tables: Iterable[str]) -> Facts:
    """Rows of each table, and the money in the books by kind and currency."""
    tables = sorted(tables)
    rows = {table: query(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}  # noqa: S608
    sums: dict[str, int] = {}
    ledger = LedgerEntry._meta.db_table
    if ledger in tables:
        asked = f'SELECT kind, currency, sum(amount_minor) FROM "{ledger}" GROUP BY 1, 2'  # noqa: S608
        sums = {f"{kind} {currency}": int(sum_) for kind, currency, sum_ in query(asked)}
    applied = query("SELECT app, name FROM django_migrations ORDER BY 1, 2")
    return Facts(rows, sums, [f"{app}.{name}" for app, name in applied])
