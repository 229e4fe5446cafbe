"""kill -9 at named points, with real processes: nothing is lost, nothing doubled in effect."""

import http.client
import json
import os
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.running import Site, running_site, soon, still_site

# Where the process dies: (module, object or None, attribute, before or after it ran).
POINTS = {
    "attendance written": ("sessions.attending", None, "complete_if_ready", "before"),
    "completion written": ("certificates.issuing", None, "issue", "before"),
    "certificate written": ("certificates.issuing", None, "issue", "after"),
    "summary written": ("certificates.summarising", None, "summarise", "after"),
    "all committed": ("sessions.completing", None, "complete_if_ready", "after"),
    "paper drawn": ("certificates.drawing", None, "draw_certificate", "after"),
    "paper stored": ("certificates.tasks", None, "_keep_once", "after"),
    "letter sent": ("course.mail", None, "certificate_ready", "after"),
    "summary drawn": ("certificates.drawing", None, "draw_summary", "after"),
    "summary letter sent": ("course.mail", None, "summary_ready", "after"),
}
SAMPLED = {"certificate written"}

JOURNEY = """
import importlib, os, signal, sys
from datetime import timedelta
from django.utils import timezone
from course.cohorts.models import Cohort, Enrolment
from course.outbox.models import Effect
from course.outbox.settling import settle
from course.people.models import User
from sessions import attending
from sessions.models import SessionPage

point, name = {point!r}, {name!r}
if point:
    module, _none, attribute, when = point
    place = importlib.import_module(module)
    whole = getattr(place, attribute)
    def dying(*args, **kwargs):
        if when == "after":
            whole(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(place, attribute, dying)
    for other in list(sys.modules.values()):
        if getattr(other, attribute, None) is whole:
            setattr(other, attribute, dying)

user, _made = User.objects.get_or_create(
    email=name + "@example.org", defaults={{"display_name": name, "password": "!"}}
)
cohort = Cohort.objects.get(title="In your own time")
enrolment, _made = Enrolment.objects.get_or_create(
    user=user, cohort=cohort, ended_at=None, defaults={{"enrolled_at": timezone.now()}}
)
for session in SessionPage.objects.order_by("number")[:6]:
    attending.work_through(enrolment, session=session, now=timezone.now())
Effect.objects.filter(leased_until__isnull=False).update(leased_until=None)
for effect in Effect.objects.filter(state="owed"):
    settle(effect.pk, now=timezone.now() + timedelta(seconds=1))
"""

STATE = """
import json
from certificates.models import Certificate, FacilitatorSummary, Paper
from course.cohorts.models import Enrolment
from course.outbox.models import Effect
from sessions.models import Attendance, Completion
enrolment = Enrolment.objects.get(user__email={name!r} + "@example.org")
mine = Certificate.objects.filter(completion_of=enrolment.pk)
print(json.dumps({{
    "attended": Attendance.objects.filter(enrolment=enrolment).count(),
    "completions": Completion.objects.filter(enrolment=enrolment).count(),
    "certificates": mine.count(),
    "drawn": mine.filter(paper__isnull=False).count(),
    "summaries": FacilitatorSummary.objects.filter(completion_of=enrolment.pk).count(),
    "stray": Paper.objects.count()
    - Certificate.objects.filter(paper__isnull=False).count()
    - FacilitatorSummary.objects.filter(paper__isnull=False).count(),
    "owed": Effect.objects.exclude(state="done").count(),
}}))
"""


WORK = "from django.core.management import call_command; call_command('worker', once=True)"


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """The product's databases with the demo in them, and no process running."""
    with still_site(tmp_path_factory.mktemp("still")) as site:
        yield site


@pytest.mark.parametrize(
    "point",
    [p if p in SAMPLED else pytest.param(p, marks=pytest.mark.soak) for p in POINTS],
)
def test_a_journey_killed_anywhere_ends_as_if_it_had_not_been(still, point):
    name = "killed-" + point.replace(" ", "-")
    journey = JOURNEY.format(point=POINTS[point], name=name)
    died = subprocess.run(
        still.command(journey),
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert died.returncode == -9, died.stdout.decode() + died.stderr.decode()
    again = JOURNEY.format(point=None, name=name)  # the person presses once more
    state = json.loads(still.python(again + STATE.format(name=name)))
    assert state == {
        "attended": 6,
        "completions": 1,
        "certificates": 1,
        "drawn": 1,
        "summaries": 1,
        "stray": 0,
        "owed": 0,
    }
    letters = [m for m in sent(still.folder) if m["To"] == f"{name}@example.org"]
    ready = [m for m in letters if "/my/certificates/" in m.get_body(("plain",)).get_content()]
    assert 1 <= len(ready) <= 2  # a letter may go twice, but it is the same letter
    assert len({m["Message-ID"] for m in ready}) == 1


def test_two_workers_share_the_work(still):
    """Three people finish; two workers start at the same moment: each thing happens once."""
    names = [f"shared-{n}" for n in range(3)]
    pressing = JOURNEY.split("Effect.objects.filter(leased")[0]
    still.python("\n".join(pressing.format(point=None, name=name) for name in names))
    workers = [subprocess.Popen(still.command(WORK), cwd=ROOT) for _two in range(2)]
    assert [worker.wait(300) for worker in workers] == [0, 0]
    letters = sent(still.folder)
    states = still.python("\n".join(STATE.format(name=name) for name in names)).splitlines()
    for name, state in zip(names, map(json.loads, states), strict=True):
        assert (state["certificates"], state["drawn"], state["summaries"]) == (1, 1, 1)
        assert (state["stray"], state["owed"]) == (0, 0)
        mine = [m for m in letters if m["To"] == f"{name}@example.org"]
        ready = [m for m in mine if "/my/certificates/" in m.get_body(("plain",)).get_content()]
        assert len(ready) == 1


def sent(folder: Path) -> list[EmailMessage]:
    found = []
    for path in (folder / "mail").glob("*.log"):
        for raw in path.read_bytes().split(b"-" * 79 + b"\n"):
            if raw.strip():
                found.append(message_from_bytes(raw, policy=policy.default))
    return found


# --- The running product -------------------------------------------------------------------------


class Browser:
    """Just enough of one to sign in and post forms."""

    def __init__(self, address: str) -> None:
        self.address, self.jar = address, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        return self.opener.open(self.address + path, timeout=120).read().decode()

    def post(self, path: str, data: dict, **headers: str) -> str:
        token = next((c.value for c in self.jar if c.name == "csrftoken"), "")
        body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(self.address + path, body, headers)
        return self.opener.open(request, timeout=120).read().decode()

    def sign_in(self, name: str) -> None:
        self.get("/accounts/login/")
        facts = {"login": f"{name}@example.org", "password": "eight-calm-sessions"}
        self.post("/accounts/login/", facts)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("product"), prepared=True) as site:
        yield site


def test_one_button_pressed_many_times_at_once_is_one_press(product):
    """Six sessions, each pressed by five impatient fingers in parallel: one certificate."""
    browser = Browser(product.address)
    browser.sign_in("cyn")
    group = browser.get("/groups/").split('action="/groups/')[1].split('"')[0]
    with ThreadPoolExecutor(10) as fingers:
        list(fingers.map(lambda _n: browser.post(f"/groups/{group}", {}), range(5)))
        slugs = re.findall(r'href="(/resourced/(?!sheets)[a-z-]+/)', browser.get("/my/"))
        slugs = sorted(set(slugs))[:6]
        pages = [browser.get(slug) for slug in slugs]
        forms = [re.search(r'action="(/sessions/[^"]+/worked-through/)', p)[1] for p in pages]
        answers = list(fingers.map(lambda n: browser.post(forms[n % 6], {}), range(30)))
    assert len(answers) == 30
    counted = product.python(
        "from course.cohorts.models import Enrolment; from certificates.models import Certificate;"
        "from sessions.models import Attendance; who = 'cyn@example.org';"
        "print(Enrolment.objects.filter(user__email=who).count(),"
        "Attendance.objects.filter(enrolment__user__email=who).count(),"
        "Certificate.objects.filter(holder__email=who).count())"
    )
    assert counted.split() == ["1", "6", "1"]


def test_what_was_acknowledged_survives_a_killed_web_server(product):
    """P6: kill -9 in the middle of saving: every acknowledged save is there afterwards."""
    site = product
    browser = Browser(site.address)
    browser.sign_in("ada")
    links = [w for w in browser.get("/my/reflections/").split('"') if "/session/" in w]
    page = browser.get(next(w for w in links if w.endswith("/")))
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    box = page.split("<textarea")[1].split('name="')[1].split('"')[0]
    acknowledged = 0
    for step in range(1, 40):
        data = {"ticket": ticket, "version": step - 1, "step": step, box: f"sentence {step}"}
        if step == 25:
            server, worker = site.children()["web"], site.children()["worker"]
            for pid in (server, worker, *site.children(of=server).values()):
                os.kill(pid, 9)
        try:
            answer = browser.post("/my/reflections/save/", data, Accept="application/json")
        except (OSError, http.client.HTTPException):
            break
        acknowledged = step if json.loads(answer)["saved"] else acknowledged
    assert acknowledged >= 20
    site.process.wait(120)
    site.start()
    again = browser.get(next(w for w in links if w.endswith("/")))
    assert f"sentence {acknowledged}" in again or f"sentence {acknowledged + 1}" in again


def test_ctrl_c_stops_both_cleanly_and_a_second_start_changes_nothing(product):
    site = product
    count = (
        "from wagtail.models import Page, Revision; from course.people.models import User;"
        "from certificates.models import Certificate;"
        "print([m.objects.count() for m in (Page, Revision, User, Certificate)])"
    )
    site.python(
        "from sessions.models import SessionPage; p = SessionPage.objects.get(number=1);"
        "p.title = 'As an editor likes it'; p.save_revision().publish()"
    )
    before = site.python(count)
    children = site.children()
    assert set(children) == {"web", "worker"}
    assert site.stop() == 0
    assert soon(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()))
    site.start()
    assert site.python(count) == before
    assert "As an editor likes it" in Browser(site.address).get("/resourced/")
    assert soon(lambda: _ready(site) == "ready", seconds=120)


def _ready(site: Site) -> str:
    try:
        return Browser(site.address).get("/readyz")
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError as error:  # a busy machine takes a moment to answer
        return str(error)
