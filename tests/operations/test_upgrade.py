"""What the last release stored opens under this one. `keeping.py` made what is read here."""

import gzip
import json
import secrets
import shutil
import subprocess
import sys

import pytest

from tests.databases import ROOT, _addresses, _on_server, environment, on_postgres
from tests.operations.keeping import PASSWORD, RELEASES

RELEASE = "0.4"

LOOK = """
import gc, hashlib, io, json, sys
gc.disable()
import django
django.setup()
from django.core.management import call_command
call_command("migrate_all", verbosity=0)
said = io.StringIO()
call_command("check_books", stdout=said)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)

from django.test import Client
from django.urls import reverse
from certificates.models import Certificate
from course.places.models import Place
from reflections.models import Reflection

facts = json.loads(sys.argv[1])
client = Client(headers={"host": "localhost"})
client.post(reverse("account_login"), {"login": "ada@example.org", "password": sys.argv[2]})
pages = [client.get(reverse("my_reflections")).content.decode()]
for one in Reflection.objects.all():
    pages.append(client.get(reverse("read_reflection", args=[one.pk])).content.decode())
paper = client.get(reverse("certificate_pdf", args=[Certificate.objects.get().pk]))
print(json.dumps({
    "books": said.getvalue().strip(),
    "words": [w for w in facts["words"] if any(w in page for page in pages)],
    "certificate_sha256": hashlib.sha256(paper.content).hexdigest(),
    "places": Place.objects.count(),
    "my": client.get("/my/").status_code,
    "session": client.get("/" + facts["session"]).status_code,
    "ready": client.get("/readyz").status_code,
}))
"""


@pytest.fixture
def stored(tmp_path):
    """The last release's databases, fresh from the shelf, and the key file beside them."""
    shutil.copytree(RELEASES, tmp_path / "secret", ignore=shutil.ignore_patterns("*.gz", "*.json"))
    (tmp_path / "secret" / f"{RELEASE}.for-tests-only.key").rename(tmp_path / "secret/writing.key")
    (tmp_path / "secret/writing.key").chmod(0o600)
    names = {kind: f"resourced_kept_{secrets.token_hex(4)}_{kind}" for kind in ("data", "keys")}
    addresses = _addresses(tmp_path, names)
    env = environment(tmp_path, addresses) | {"DJANGO_SETTINGS_MODULE": "course.settings"}
    if on_postgres():
        put_on_server(names, addresses)
    else:
        for alias, kind, file in (("default", "data", "db"), ("keys", "keys", "keys")):
            (tmp_path / kind).mkdir()
            packed = (RELEASES / f"{RELEASE}.{alias}.sqlite3.gz").read_bytes()
            (tmp_path / kind / f"{file}.sqlite3").write_bytes(gzip.decompress(packed))
    yield env
    if on_postgres():
        _on_server(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names.values()))


def put_on_server(names, addresses):
    import psycopg

    _on_server(*(f"CREATE DATABASE {name} TEMPLATE template0" for name in names.values()))
    for alias, variable in (("default", "DATABASE_URL"), ("keys", "KEYS_DATABASE_URL")):
        packed = (RELEASES / f"{RELEASE}.{alias}.postgres.sql.gz").read_bytes()
        with psycopg.connect(addresses[variable]) as connection:
            connection.execute(gzip.decompress(packed).decode())


def test_what_the_last_release_stored_opens_under_this_one(stored):
    kind = "postgres" if on_postgres() else "sqlite"
    facts = json.loads((RELEASES / f"{RELEASE}.{kind}.json").read_text())
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(facts), PASSWORD],
        cwd=ROOT,
        env=stored,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found == facts | {
        "books": "Everything adds up.",
        "my": 200,
        "session": 200,
        "ready": 200,
    }
