"""One place becomes free while everybody moves at once, with real processes (R44).

Eight wait for a group of one. In each process the clock runs, people walk in, four of those
who wait decline and the fifth accepts or says nothing, all at the same moment.
"""

import json

import pytest

from tests.faults.test_last_place import PROCESSES, all_at_once
from tests.running import still_site

PREPARE = """
import json
from django.utils import timezone
from course.cohorts import joining, waiting
from course.cohorts.models import Cohort
from course.people.models import User
from course.programme.models import ProgrammePage

now = timezone.now()
cohort = Cohort.objects.create(
    programme_id=ProgrammePage.objects.get().pk, title="One place", joining="open", capacity=1,
)
people = []
for n in range(20):
    email = f"freed{n}@example.org"
    people.append(User.objects.get_or_create(email=email, defaults=dict(password="!"))[0])
joining.join(people[0], cohort=cohort, now=now)
for user in people[1:9]:
    waiting.ask(user, cohort=cohort, now=now)
print(json.dumps(dict(cohort=str(cohort.pk))))
"""

# Process 0 gives the place back; each runs the clock, and two people of its own knock.
MOVE = """
from contextlib import suppress
from django.utils import timezone
from course.cohorts import capacity, joining, waiting
from course.cohorts.models import Cohort, Enrolment, Waiting
from course.people.models import User

number = {number}
cohort = Cohort.objects.get(pk={cohort!r})
people = {{u.email: u for u in User.objects.filter(email__startswith="freed")}}
walk_ins = [people[f"freed{{n}}@example.org"] for n in (9 + 2 * number, 10 + 2 * number)]
decliners = [people[f"freed{{n}}@example.org"] for n in (1, 2, 3, 4)]
here = Enrolment.objects.current().filter(cohort=cohort)
print("ready", flush=True)
input()
if number == 0:
    from django.db import transaction
    with transaction.atomic():
        mine = here.get()
        joining.end_enrolments([mine.pk], now=timezone.now())
        capacity.give_back(cohort.pk)
for _round in range(6):
    now = timezone.now()
    waiting.offer_free_places(now)
    waiting.expire_offers(now)
    for user in walk_ins:
        with suppress(capacity.Full):
            joining.join(user, cohort=cohort, now=now)
            print("passed", user.email)
    for wait in Waiting.objects.offered().filter(cohort=cohort).select_related("user"):
        with suppress(waiting.OfferOver):
            if wait.user in decliners:
                waiting.decline(wait, now=now)
            elif {accept}:
                waiting.accept(wait, now=now)
"""

COUNT = """
import json
from course.cohorts.models import Cohort, Enrolment, Waiting
cohort = Cohort.objects.get(pk={cohort!r})
waits = Waiting.objects.filter(cohort=cohort)
print(json.dumps(dict(
    held=cohort.held, sold=cohort.sold,
    offered=waits.offered().count(), accepted=waits.filter(accepted_at__isnull=False).count(),
    people=waits.values("user").distinct().count(), rows=waits.count(),
    enrolled=Enrolment.objects.current().filter(cohort=cohort).count(),
)))
"""


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    with still_site(tmp_path_factory.mktemp("freed-place")) as site:
        yield site


@pytest.mark.parametrize("accept", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_one_freed_place_is_offered_once_at_a_time(still, accept):
    facts = json.loads(still.python(PREPARE).splitlines()[-1]) | {"accept": accept}
    codes = [MOVE.format(number=n, **facts) for n in range(PROCESSES)]
    said = all_at_once(still, codes)
    assert "passed" not in "".join(said)  # no walk-in came before those who wait
    counts = json.loads(still.python(COUNT.format(**facts)).splitlines()[-1])
    assert counts["held"] + counts["sold"] == 1
    assert counts["held"] == counts["offered"]
    assert counts["sold"] == counts["enrolled"] == counts["accepted"]
    assert counts["people"] == counts["rows"] == 8
