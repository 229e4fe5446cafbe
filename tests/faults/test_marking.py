"""Two facilitators note one meeting at the same moment, with real processes: nothing is lost.

Sixteen people. Both send a register that they opened while it was empty: they differ about
half of the people, and each has some that the other left out. An attendee ticks meanwhile.
"""

import json
import subprocess

import pytest

from tests.databases import ROOT
from tests.running import still_site

PREPARE = """
import json
from datetime import time, timedelta
from django.utils import timezone
from course.cohorts.models import Cohort, Enrolment, LiveSession
from course.people.models import User
from course.programme.models import ProgrammePage
now = timezone.now()
cohort = Cohort.objects.create(programme_id=ProgrammePage.objects.get().pk, title="At once")
meeting = LiveSession.objects.create(
    cohort=cohort, number=1, day=(now - timedelta(days=1)).date(), starts=time(10))
people = [User.objects.create(email=f"once{n}@example.org", password="!", display_name=f"P{n:02}")
    for n in range(16)]
for person in people:
    Enrolment.objects.create(user=person, cohort=cohort, enrolled_at=now - timedelta(days=9))
print(json.dumps(dict(meeting=str(meeting.pk), cohort=str(cohort.pk))))
"""

# Each has its page open before anyone sends, however slowly the processes start.
TOGETHER = """
import time, pathlib
def wait(name):
    here = pathlib.Path({here!r})
    (here / name).touch()
    while len(list(here.iterdir())) < 3:
        time.sleep(0.01)
"""

SEND = """
import json
from django.utils import timezone
from course.cohorts.models import LiveSession
from course.people.models import User
from sessions.register import Register
by = User.objects.get(email={by!r})
meeting = LiveSession.objects.select_related("cohort").get(pk={meeting!r})
posted = {{}}
for n, row in enumerate(Register(meeting).rows):
    state = {choices!r}[n]
    if state:
        posted[row.field] = next(c.value for c in row.choices if c.state == state)
wait({by!r})
sent = Register(meeting).send(posted, by=by, now=timezone.now())
print(json.dumps(dict(changed=sent.marked.changed, conflicts=[c.name for c in sent.marked.conflicts])))
"""

TICK = """
from django.utils import timezone
from course.cohorts.models import Enrolment
from sessions import attending
from sessions.models import SessionPage
places = list(Enrolment.objects.filter(cohort={cohort!r}).order_by("user__display_name")[:4])
session = SessionPage.objects.defer("body", "prompts").get(number=1)
wait("tick")
for place in places:
    attending.work_through(place, session=session, now=timezone.now())
print("{{}}")
"""

COUNT = """
import json
from sessions.models import Attendance
rows = Attendance.objects.filter(enrolment__cohort={cohort!r}).order_by("enrolment__user__display_name")
print(json.dumps([[a.state, a.live_minutes, a.own_minutes] for a in rows]))
"""


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    with still_site(tmp_path_factory.mktemp("marking")) as site:
        yield site


def test_two_registers_and_a_tick_at_once_lose_nothing(still, tmp_path):
    facts = json.loads(still.python(PREPARE).splitlines()[-1])
    flo = ["present"] * 12 + [""] * 4
    root = [""] * 4 + ["present"] * 4 + ["not_this_time"] * 4 + ["present"] * 4
    codes = [
        SEND.format(by=f"{who}@example.org", choices=choices, **facts)
        for who, choices in (("flo", flo), ("root", root))
    ]
    together = TOGETHER.format(here=str(tmp_path))
    codes = [together + code for code in [*codes, TICK.format(**facts)]]
    *sent, _tick = at_once(still, codes)
    rows = json.loads(still.python(COUNT.format(**facts)).splitlines()[-1])
    # Everyone is noted, by whoever came first where the two differ.
    assert len(rows) == 16
    assert all(row[:2] == ["present", 80] for row in rows[:8] + rows[12:])
    assert len({tuple(row) for row in rows[8:12]}) == 1
    # Nobody's own minutes are gone, and whoever came second was told about each.
    assert all(row[2] > 0 for row in rows[:4])
    told = sorted(len(one["conflicts"]) for one in sent)
    assert told == [0, 4]
    assert next(one["conflicts"] for one in sent if one["conflicts"]) == [
        "P08",
        "P09",
        "P10",
        "P11",
    ]


def at_once(still, codes: list[str]) -> list[dict]:
    """Run each in a process of its own. Returns what each printed last."""
    running = [
        subprocess.Popen(
            still.command(code),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for code in codes
    ]
    answers = [process.communicate(timeout=180) for process in running]
    assert [p.returncode for p in running] == [0] * len(codes), [err for _out, err in answers]
    return [json.loads(out.strip().splitlines()[-1]) for out, _err in answers]
