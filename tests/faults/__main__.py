"""`python -m tests.faults`: the whole fault suite and its table; `--quick`: a sample of it."""

import subprocess
import sys

from tests.faults.families import FAMILIES, as_page


def main(*words: str) -> int:
    if words == ("--page",):
        print(as_page(), end="")
        return 0
    chosen = "not soak" if "--quick" in words else "soak or not soak"
    tests = sorted({test for family in FAMILIES.values() for test in family.tests()})
    more = [word for word in words if word != "--quick"]
    command = [sys.executable, "-m", "pytest", "-p", "tests.faults.table", "-m", chosen]
    return subprocess.call([*command, *more, *tests])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
