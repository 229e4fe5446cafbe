"""kill -9 between the steps of an erasure, with real processes and real commits."""

import json
import subprocess

import pytest

from course.dashboard import erasing
from tests.databases import ROOT
from tests.faults.test_killed import still  # noqa: F401 -- a fixture

STEPS = ["key", *(step.__name__ for step in erasing.STEPS)]
SAMPLED = {"_documents"}

LEAVE = """
import os, signal
from django.utils import timezone
from course.dashboard import erasing
from course.people.models import User
import reflections.about_me

def dying(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

point = {point!r}
if point == "key":
    reflections.about_me.tombstones.erect = dying
else:
    at = [step.__name__ for step in erasing.STEPS].index(point)
    erasing.STEPS[at] = dying
from allauth.account.models import EmailAddress
from certificates.models import Certificate
from course.cohorts.models import Cohort, Enrolment
from reflections import agreeing
from sessions import attending
from sessions.models import SessionPage
now = timezone.now()
user = User.objects.create_user({name!r} + "@example.org", None, display_name={name!r})
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
agreeing.agree(user, now=now)
cohort = Cohort.objects.get(title="In your own time")
enrolment = Enrolment.objects.create(user=user, cohort=cohort, enrolled_at=now)
for session in SessionPage.objects.order_by("number")[:6]:
    attending.work_through(enrolment, session=session, now=now)
print(user.pk, flush=True)
erasing.erase(user, now=now)
"""

GO_ON = """
import json
from datetime import timedelta
from django.utils import timezone
from certificates.models import Certificate, FacilitatorSummary
from course.cohorts.models import Enrolment
from course.dashboard import erasing
from course.outbox.models import Effect
from course.people.models import Erasure, User
from reflections.keys.models import Tombstone, WritingKey
owner = {owner!r}
before = list(WritingKey.objects.filter(owner_id=owner).values_list("wrapped", flat=True))
for _twice in range(2):
    erasing.finish_begun(timezone.now() + timedelta(minutes=5))
print(json.dumps({{
    "key_then": [bool(w) for w in before],
    "key_now": WritingKey.objects.filter(owner_id=owner, wrapped__isnull=False).count(),
    "stones": Tombstone.objects.filter(owner_id=owner).count(),
    "people": User.objects.filter(pk=owner).count() + Erasure.objects.count(),
    "enrolments": Enrolment.objects.filter(user=owner).count(),
    "summaries": FacilitatorSummary.objects.exclude(
        completion_of__in=Enrolment.objects.values("pk")).count(),
    "goodbyes": Effect.objects.filter(dedupe_key__startswith="goodbye").count(),
}}))
"""


@pytest.mark.parametrize(
    "point", [p if p in SAMPLED else pytest.param(p, marks=pytest.mark.soak) for p in STEPS]
)
def test_what_was_begun_is_finished(still, point):  # noqa: F811
    before = int(
        still.python(
            "from course.outbox.models import Effect; print(Effect.objects"
            ".filter(dedupe_key__startswith='goodbye').count())"
        )
    )
    code = LEAVE.format(point=point, name="leaving-" + point.strip("_"))
    died = subprocess.run(
        still.command(code), cwd=ROOT, capture_output=True, check=False, timeout=300
    )
    assert died.returncode == -9, died.stdout.decode() + died.stderr.decode()
    owner = died.stdout.decode().split()[-1]
    state = json.loads(still.python(GO_ON.format(owner=owner)).splitlines()[-1])
    assert state == {
        "key_then": [False],
        "key_now": 0,
        "stones": 1,
        "people": 0,
        "enrolments": 0,
        "summaries": 0,
        "goodbyes": before + 1,
    }
