import pytest

from tests.rights import a_life


@pytest.fixture
def everywhere(ada, cohort, sessions, paid_cohort, organisation, max, root, flo):
    """Ada, with a row in every table that can hold one."""
    facts = {"paid_cohort": paid_cohort, "organisation": organisation, "max": max}
    a_life.live(ada, cohort=cohort, sessions=sessions, root=root, flo=flo, **facts)
    return ada
