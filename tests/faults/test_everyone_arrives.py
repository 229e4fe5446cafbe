"""Everybody of a group opens the meeting's page in the same minute, and goes in.

With the real product and real connections: the page, its style sheets, then the way in. How
long each took is counted from the moment they wanted to come, so that queueing counts too.
"""

import http.client
import json
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.running import Site, running_site

AT_ONCE = 64  # threads; a computer of the test's size has no more to spare
ROOM = "https://rooms.example.org/everyone"

# People, their places, and web sessions as if they had signed in this morning.
PREPARE = """
import json
from datetime import timedelta
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from course.cohorts.models import Cohort, Enrolment, LiveSession
from course.people.models import User
from course.programme.models import ProgrammePage

now, number = timezone.now(), {number}
start = now + timedelta(minutes=5)
cohort = Cohort.objects.create(
    programme_id=ProgrammePage.objects.get().pk, title="Everyone", zone="UTC",
    starts_on=start.date(), ends_on=start.date() + timedelta(days=60),
)
meeting = LiveSession.objects.create(
    cohort=cohort, number=1, day=start.date(), starts=start.time().replace(second=0, microsecond=0),
    joining_url={room!r}, recorded="no", who="Two of us.", running_order="0 Welcome\\n40 Break",
)
people = User.objects.bulk_create(
    User(email=f"all{{n}}-{{cohort.pk}}@example.org", password="!", display_name=f"P{{n}}")
    for n in range(number)
)
Enrolment.objects.bulk_create(
    Enrolment(cohort=cohort, user=user, enrolled_at=now) for user in people
)
store, backend, rows = SessionStore(), settings.AUTHENTICATION_BACKENDS[-1], []
for user in people:
    facts = {{
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }}
    name = store._get_new_session_key()
    rows.append(
        Session(session_key=name, session_data=store.encode(facts),
                expire_date=now + timedelta(hours=24))
    )
Session.objects.bulk_create(rows)
from sessions.models import SessionPage
print(json.dumps(dict(meeting=str(meeting.pk), cookie=settings.SESSION_COOKIE_NAME,
    session=SessionPage.objects.get(number=1).url, keys=[row.session_key for row in rows])))
"""


class Came(NamedTuple):
    """One person's way: what each answer was, where they ended, and how long it all took."""

    statuses: list[int]
    ended_at: str
    seconds: float


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("everyone"), prepared=True) as site:
        yield site


def arrive(site: Site, facts: dict, key: str, when: float, *, page: str = "") -> Came:
    """A browser of someone's own: one connection, the page, what it links, and the way in, if it
    has one. Without another page, it is the meeting's."""
    time.sleep(max(0, when - time.monotonic()))
    statuses, ended_at = [], ""
    connection = http.client.HTTPConnection("localhost", int(site.env["PORT"]), timeout=60)

    def get(path: str) -> tuple[http.client.HTTPResponse, str]:
        connection.request("GET", path, headers={"Cookie": f"{facts['cookie']}={key}"})
        answer = connection.getresponse()
        body = answer.read().decode()
        statuses.append(answer.status)
        return answer, body

    try:
        page = page or f"/my/meetings/{facts['meeting']}/"
        answer, body = get(page)
        for sheet in re.findall(r'href="(/static/[^"]+\.css)"', body):
            get(sheet)
        if f'href="{page}in/"' in body:
            answer, _body = get(f"{page}in/")
            ended_at = answer.headers.get("Location", "")
        elif answer.status == 200 and "Session 1 of 8" in body:
            ended_at = page
    except OSError as error:
        ended_at = type(error).__name__
    finally:
        connection.close()
    return Came(statuses, ended_at, time.monotonic() - when)


@pytest.mark.parametrize(
    ("people", "within", "longest"),
    [(12, 0, 20), pytest.param(500, 45, 60, marks=pytest.mark.soak)],
)
def test_everyone_ends_in_the_room(site, people, within, longest, record_property):
    come(site, people, within, longest, page="")
    record_property("faults", people)


@pytest.mark.soak
def test_everyone_opens_the_first_session_at_nine(site, record_property):
    """Five hundred within half a minute, on one small host (family 12)."""
    come(site, 500, 30, 45, page="session")
    record_property("faults", 500)


def come(site: Site, people: int, within: float, longest: float, *, page: str) -> None:
    prepared = PREPARE.format(number=people, room=ROOM)
    facts = json.loads(site.python(prepared).splitlines()[-1])
    goal = facts[page] if page else ROOM
    begin, chance = time.monotonic() + 0.5, random.Random(people)
    moments = sorted(begin + chance.uniform(0, within) for _one in range(people))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        going = [
            threads.submit(arrive, site, facts, key, when, page=facts.get(page, ""))
            for key, when in zip(facts["keys"], moments, strict=True)
        ]
        came = [one.result(timeout=180) for one in going]
    took = time.monotonic() - begin
    seconds = sorted(one.seconds for one in came)
    wrong = [one for one in came if one.ended_at != goal]
    print(
        f"{people} people: p50 {seconds[people // 2]:.2f} s, p95 {seconds[people * 95 // 100]:.2f} s,"
        f" longest {seconds[-1]:.2f} s, all in after {took:.1f} s, {len(wrong)} not in"
    )
    assert not wrong, wrong[:3]
    assert all(status < 400 for one in came for status in one.statuses)
    assert took < 60
    assert seconds[-1] < longest
