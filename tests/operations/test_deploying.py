"""An environment as for real people passes Django's own checks and ours, without a word."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ROOT

REAL = {
    "DEBUG": "false",
    "SECRET_KEY": "a-long-and-random-line-that-nobody-else-has-0123456789-abcdefghij",
    "SITE_URL": "https://www.example.org",
    "ALLOWED_HOSTS": "www.example.org,localhost",
    "TRUSTED_PROXY_COUNT": "1",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "REDIS_URL": "redis://127.0.0.1:6379/9",
    "AWS_STORAGE_BUCKET_NAME": "resourced",
    "AWS_S3_REGION_NAME": "eu-west-2",
    "SELLER": "Resourced|1 Quiet Lane|Northmoor",
    "BANK_DETAILS": "Quiet Bank|GB00 0000 0000",
    "LOG_FORMAT": "json",
    "METRICS_TOKEN": "another-long-line",
}
LOOK = """
import os, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from reflections.keys.filing import make_key_file
from pathlib import Path
make_key_file(Path(settings.WRITING_KEY_FILE))
for folder in ("data", "keys"):
    (Path(settings.LOCAL_DIR) / folder).mkdir(parents=True)
call_command("migrate", "writing_keys", database="keys", verbosity=0)
call_command("check", deploy=True, fail_level="WARNING")
from django.test import Client
client = Client(headers={"host": "www.example.org"})
print("/livez", client.get("/livez").status_code)
away = client.get("/my/")
print(away.status_code, away["Location"], settings.SESSION_COOKIE_NAME)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "elsewhere" / "writing.key"
    folders = {"LOCAL_DIR": str(tmp_path / "local"), "WRITING_KEY_FILE": str(secret)}
    return {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "course.settings"} | REAL | folders


def run(environment: dict[str, str], code: str = LOOK) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code]
    facts = {"capture_output": True, "text": True, "check": False, "timeout": 120}
    return subprocess.run(command, cwd=ROOT, env=environment, **facts)


def test_a_real_environment_is_checked_without_a_word(environment):
    done = run(environment)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[-3] == "System check identified no issues (1 silenced)."
    assert said[-2] == "/livez 200"
    assert said[-1] == "301 https://www.example.org/my/ __Host-sessionid"
