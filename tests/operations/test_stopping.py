"""SIGTERM loses no request and no job (R79). Real processes, stopped as systemd stops them."""

import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress

import pytest

from tests.databases import ROOT
from tests.faults.test_killed import Browser
from tests.running import free_port, soon, still_site

WORDS = "The gate clicked shut, and I let it."
# A worker whose certificates take a second more: time enough to be asked to stop meanwhile.
SLOW_WORKER = """
import os, time
from certificates import drawing
from django.core.management import call_command
whole = drawing.draw_certificate
def slow(*args, **kwargs):
    print(os.getpid(), flush=True)
    time.sleep(1)
    return whole(*args, **kwargs)
drawing.draw_certificate = slow
call_command("worker")
"""
COMPLETE = """
from django.utils import timezone
from course.cohorts.models import Cohort, Enrolment
from course.people.models import User
from sessions import attending
from sessions.models import SessionPage
now = timezone.now()
user = User.objects.create(email="{name}@example.org", display_name="Stop", password="!")
cohort = Cohort.objects.get(title="In your own time")
enrolment = Enrolment.objects.create(user=user, cohort=cohort, enrolled_at=now)
for session in SessionPage.objects.order_by("number")[:6]:
    attending.work_through(enrolment, session=session, now=now)
"""
AFTERWARDS = """
import json
from certificates.models import Certificate
from course.cohorts.models import Enrolment
from course.outbox.models import Effect
from django_tasks_db.models import DBTaskResult
people = [f"{{n}}@example.org" for n in {names!r}]
enrolments = Enrolment.objects.filter(user__email__in=people).values("pk")
mine = Certificate.objects.filter(completion_of__in=enrolments)
print(json.dumps({{
    "certificates": mine.count(),
    "drawn": mine.filter(paper__isnull=False).count(),
    "leased": Effect.objects.filter(state="owed", leased_until__isnull=False).count(),
    "running": DBTaskResult.objects.filter(status="RUNNING").count(),
}}))
"""


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    with still_site(tmp_path_factory.mktemp("stopping")) as site:
        yield site


@contextmanager
def replicas(site, number: int):
    """Web servers of one site, each with a port of its own, as behind a balancer."""
    found = []
    try:
        for _ in range(number):
            port = free_port()
            web = [sys.executable, "-m", "gunicorn", "course.wsgi", "--bind", f"127.0.0.1:{port}"]
            web += ["--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
            web += ["--graceful-timeout", "25", "--timeout", "60", "--log-level", "warning"]
            env = site.env | {"SITE_URL": f"http://localhost:{port}"}
            process = subprocess.Popen(web, cwd=ROOT, env=env, start_new_session=True)
            found.append((process, f"http://localhost:{port}"))
            assert soon(lambda at=port: answers(f"http://127.0.0.1:{at}"), 60)
        yield found
    finally:
        for process, _address in found:
            process.terminate()
        for process, _address in found:
            process.wait(40)


def answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address + "/livez", timeout=5) as answer:
        return answer.status == 200
    return False


def half_sent(browser: Browser, words: str) -> tuple[http.client.HTTPConnection, bytes]:
    """A save of which only half has arrived. Returns the connection, and the other half."""
    links = [w for w in browser.get("/my/reflections/").split('"') if "/session/" in w]
    page = browser.get(next(w for w in links if w.endswith("/")))
    box = page.split("<textarea")[1].split('name="')[1].split('"')[0]
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    data = {"version": version, "step": int(version) + 1, box: words}
    data["ticket"] = page.split('name="ticket" value="')[1].split('"')[0]
    body = urllib.parse.urlencode(data).encode()
    return half(browser, "/my/reflections/save/", body, "application/x-www-form-urlencoded")


def half(
    browser: Browser, path: str, body: bytes, kind: str, **more: str
) -> tuple[http.client.HTTPConnection, bytes]:
    """Begin to send this: the connection, and the other half of the body."""
    connection = http.client.HTTPConnection(
        urllib.parse.urlsplit(browser.address).netloc, timeout=40
    )
    connection.putrequest("POST", path)
    for name, value in {
        "Accept": "application/json",
        "Content-Type": kind,
        "Content-Length": str(len(body)),
        "Cookie": "; ".join(f"{c.name}={c.value}" for c in browser.jar),
        "Connection": "close",
        **more,
    }.items():
        connection.putheader(name, value)
    connection.endheaders(body[: len(body) // 2])
    return connection, body[len(body) // 2 :]


def stopped_while_saving(site, *, servers: int, words: str) -> None:
    with replicas(site, servers) as found:
        stopping, address = found[0]
        browser = Browser(address)
        browser.sign_in("ada")
        connection, rest = half_sent(browser, words)
        time.sleep(0.5)
        failures, done = [], threading.Event()
        others = [there for _process, there in found[1:]]
        asking = threading.Thread(target=ask_all_the_time, args=(others, failures, done))
        asking.start()
        began = time.monotonic()
        stopping.send_signal(signal.SIGTERM)
        time.sleep(1)
        connection.send(rest)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["saved"]) == (200, True)
        assert stopping.wait(25) == 0
        assert time.monotonic() - began < 25
        assert not answers(address)
        done.set()
        asking.join(10)
        assert failures == []


def ask_all_the_time(others: list[str], failures: list[str], done: threading.Event) -> None:
    while not done.is_set():
        failures += [there for there in others if not answers(there)]
        time.sleep(0.1)


@pytest.mark.soak
def test_a_save_that_is_half_sent_arrives_although_the_server_is_asked_to_stop(still):
    stopped_while_saving(still, servers=1, words=WORDS)
    code = "from reflections.models import Reflection; print(Reflection.objects.filter("
    assert int(still.python(code + "owner__email='ada@example.org').count())")) >= 1


@pytest.mark.soak
def test_the_other_server_answers_meanwhile_and_what_was_saved_is_there(still):
    for turn in range(3):
        stopped_while_saving(still, servers=2, words=f"{WORDS} {turn}")
    with replicas(still, 1) as [(_process, address)]:
        browser = Browser(address)
        browser.sign_in("ada")
        links = [w for w in browser.get("/my/reflections/").split('"') if "/session/" in w]
        page = browser.get(next(w for w in links if w.endswith("/")))
    assert f"{WORDS} 2" in page


def start_worker(site, code: str) -> subprocess.Popen:
    pipes = {"stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(site.command(code), cwd=ROOT, **pipes)


def ended(worker: subprocess.Popen, pid: int) -> int:
    """How it ended; by force where it did not end by itself, so that nothing is left behind."""
    try:
        worker.communicate(timeout=25)
    except subprocess.TimeoutExpired:
        os.kill(pid, signal.SIGKILL)
        worker.communicate(timeout=10)
    return worker.returncode


def test_a_worker_finishes_the_paper_it_draws(still):
    still.python(COMPLETE.format(name="stop"))
    worker = start_worker(still, SLOW_WORKER)
    pid = int(worker.stdout.readline())
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    assert ended(worker, pid) == 0
    assert 0.5 < time.monotonic() - began < 25
    found = json.loads(still.python(AFTERWARDS.format(names=["stop"])).splitlines()[-1])
    assert found == {"certificates": 1, "drawn": 1, "leased": 0, "running": 0}


@pytest.mark.soak
def test_two_workers_share_what_is_owed_and_lose_nothing_when_both_are_stopped(still):
    names = [f"many{n}" for n in range(6)]
    for name in names:
        still.python(COMPLETE.format(name=name))
    workers = [start_worker(still, SLOW_WORKER) for _ in range(2)]
    pids = [int(worker.stdout.readline()) for worker in workers]
    assert len(set(pids)) == 2  # both have a certificate of their own in hand
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    for worker, pid in zip(workers, pids, strict=True):
        assert ended(worker, pid) == 0
    part = json.loads(still.python(AFTERWARDS.format(names=names)).splitlines()[-1])
    assert part["drawn"] >= 2
    assert part["leased"] == part["running"] == 0
    still.python(
        "from django.core.management import call_command; call_command('worker', once=True)"
    )
    found = json.loads(still.python(AFTERWARDS.format(names=names)).splitlines()[-1])
    assert found == {"certificates": 6, "drawn": 6, "leased": 0, "running": 0}


def stopped_while_sending(site, send) -> http.client.HTTPResponse:
    """Whatever `send` begins is finished, although the server is asked to stop meanwhile."""
    with replicas(site, 1) as [(server, address)]:
        connection, rest = send(Browser(address))
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        time.sleep(1)
        connection.send(rest)
        answer = connection.getresponse()
        answer.read()
        assert server.wait(25) == 0
    return answer


@pytest.mark.soak
def test_an_event_of_stripe_that_is_half_sent_is_taken_in(still):
    still.env |= {
        "STRIPE_SECRET_KEY": "sk_test_stopping",
        "STRIPE_WEBHOOK_SECRET": "whsec_stopping",
    }
    event = {"id": "evt_stopping", "object": "event", "type": "payment_intent.succeeded"}
    event |= {"created": int(time.time()), "livemode": False, "api_version": None}
    event |= {"data": {"object": {"id": "pi_stopping", "object": "payment_intent"}}}
    body = json.dumps(event).encode()
    stamp = str(int(time.time()))
    sum_ = hmac.new(b"whsec_stopping", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    header = {"Stripe-Signature": f"t={stamp},v1={sum_}"}

    def send(browser: Browser):
        return half(browser, "/stripe/webhook/", body, "application/json", **header)

    assert stopped_while_sending(still, send).status == 200
    code = "from course.places.models import StripeEvent as E; print(E.objects.filter("
    assert still.python(code + "event_id='evt_stopping').count())").split()[-1] == "1"


@pytest.mark.soak
def test_a_file_that_is_half_uploaded_is_kept_whole(still):
    edge, words = "edge-of-a-part", b"One line of words, and another.\n" * 9_000

    def send(browser: Browser):
        browser.sign_in("flo")
        page = browser.get("/cms/documents/add/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        fields = {"csrfmiddlewaretoken": token, "title": "Half way", "tags": "", "collection": "1"}
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        start = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n'
        start += "Content-Type: text/plain\r\n\r\n"
        body = "".join(parts).encode() + start.encode() + words + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        return half(browser, "/cms/documents/add/", body, kind, Accept="text/html")

    assert stopped_while_sending(still, send).status == 302
    code = "from wagtail.documents.models import Document as D; d = D.objects.get(title='Half way')"
    assert still.python(code + "; print(d.file.size)").split()[-1] == str(len(words))
