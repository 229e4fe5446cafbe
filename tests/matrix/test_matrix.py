"""Every address, asked as every role: who sees what, and who changes nothing (R53)."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.cast import CANARY
from tests.matrix import forms
from tests.matrix.asking import METHODS, ask, asker, fits, nothing_kept, routes, row_of, whole
from tests.matrix.asking import address_of as address_for
from tests.matrix.table import ANY, OPEN, ROLES, ROWS, STAFF, Row
from tests.matrix.test_forms import ASKING
from tests.matrix.wagtails import BREAKS, GROUPS
from tests.matrix.world import NEEDS, THOUGHT, World

pytestmark = [
    pytest.mark.django_db,
    # Wagtail's list of images leaves the small pictures it draws to the collector.
    pytest.mark.filterwarnings(
        "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
    ),
]

# Who may ever read what. Writing has one reader.
READERS = {
    CANARY: {"ada"},
    THOUGHT: {"ada", "flo", "root"},
    NEEDS: {"ada", "flo", "root"},
    "ada@example.org": {"ada", "max", "flo", "fay", "root"},  # finance knows who is billed
    "Ada Byron": {"ada", "max", "flo", "root"},
    "Adalina": {"ada", "flo", "root"},
    "bea@example.org": {"bea", "flo", "root"},
    "cyn@example.org": {"cyn", "flo", "root"},
    "new@example.org": {"max"},
    "1 Quiet Lane": {"max", "fay", "root"},
    "secret-door": {"ada", "bea", "hal", "flo", "root"},
}
OUTSIDE = ("anon", "cyn")  # in the short run these stand for everyone without the workspace
NEAR = ("anon", "bea", "root")  # and these are asked about everything of ours


def test_every_address_has_a_row_and_every_row_an_address():
    names = {name for name, _patterns in routes()}
    assert {name for name in names if row_of(name) is None} == set()
    assert set(ROWS) - names == set()
    assert {start for start in GROUPS if not any(n.startswith(start) for n in names)} == set()


class Table:
    """What was asked, and whatever did not come out as it is written."""

    def __init__(self, world: World) -> None:
        self.clients = {role: asker(user) for role, user in world.people.items()}
        self.wrong: list[tuple] = []
        self.counts: Counter = Counter()

    def ask(self, name: str, row: Row, address: str, role: str, method: str) -> None:
        expected = row.answers[role]
        with nothing_kept() as written:
            answer = ask(self.clients[role], method, address)
            body = whole(answer)
        refused = expected not in (OPEN, ANY)
        self.counts["cells"] += 1
        self.counts["refusals"] += refused
        first = method == row.by
        fine = fits(expected, answer, method, row) if first or refused else answer.status_code < 500
        if not fine and not (name in BREAKS and role in STAFF):
            where = answer.headers.get("Location", "")
            self.wrong.append((name, role, method, expected, answer.status_code, where))
        if written and refused:
            self.wrong.append((name, role, method, "wrote", written))
        seen = [text for text in READERS if text in body and not may_read(text, role, row)]
        if method == "get" and name in ROWS and name not in ASKING and forms.asks(body):
            self.wrong.append((name, role, "has a form: test_forms.py lists them", ""))
        if seen:
            self.wrong.append((name, role, method, "shows", seen))


def may_read(text: str, role: str, row: Row) -> bool:
    return role in READERS[text] or (row.names and text == "Ada Byron")


def cells(name: str, row: Row, *, turn: int, thorough: bool) -> Iterator[tuple[str, str]]:
    """(role, method). The short run asks a part of the roles, others for each address, and one
    more method of those who are refused."""
    inside = [role for role in ROLES if row.answers[role] == OPEN]
    ours = name in ROWS
    for place, role in enumerate(ROLES):
        if thorough:
            yield from ((role, method) for method in {row.by, "get", *METHODS})
        elif not ours and turn % 3:  # Wagtail's own, by turns
            continue
        elif row.answers[role] == OPEN:
            if role == inside[0] or (turn % 3 == 0 and role == inside[turn % len(inside)]):
                yield role, row.by
        elif role in NEAR if ours else role == OUTSIDE[turn % 2]:
            yield role, row.by
        elif ours and (turn + place) % 5 == 0:
            yield role, row.by
            yield role, METHODS[(turn + place) // 5 % len(METHODS)]


def ask_everyone(world: World, *, thorough: bool) -> Table:
    table = Table(world)
    for turn, (name, patterns) in enumerate(routes()):
        row = row_of(name)
        if row is None:
            continue
        address = address_for(name, patterns, world.things)
        for role, method in cells(name, row, turn=turn, thorough=thorough):
            table.ask(name, row, address, role, method)
    return table


def test_the_matrix(world):
    table = ask_everyone(world, thorough=False)
    assert not table.wrong, "\n".join(map(str, table.wrong))
    assert table.counts["refusals"] > 600, table.counts


@pytest.mark.soak
def test_the_matrix_whole(world, capsys):
    table = ask_everyone(world, thorough=True)
    with capsys.disabled():
        print(f"\nmatrix: {table.counts['cells']} cells, {table.counts['refusals']} refusals")
    assert not table.wrong, "\n".join(map(str, table.wrong))


def test_a_superuser_finds_no_writing_of_someone_else(world):
    """Each address of private writing that is about Ada's, by every method, as root."""
    table = Table(world)
    found = dict(routes())
    private = [n for n, p in found.items() if p[-1].lookup_str.startswith("reflections.")]
    asked = [name for name in private if ROWS[name].about]
    assert {"read_reflection", "delete_reflection", "choose_version", "reflect"} <= set(asked)
    for name in asked:
        address = address_for(name, found[name], world.things)
        for method in ("get", *METHODS):
            table.ask(name, ROWS[name], address, "root", method)
    assert not table.wrong, "\n".join(map(str, table.wrong))
