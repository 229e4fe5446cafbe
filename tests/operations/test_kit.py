"""The files under deploy/ say what is true: variables, commands, headers."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from course.management.commands import list_settings
from course.variables import MEANINGS, SHOWN
from tests.databases import ROOT

DEPLOY = ROOT / "deploy"
KNOWN = {name for part in MEANINGS.values() for name in part}
NEEDED = {
    *("SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "KEYS_DATABASE_URL"),
    *("WRITING_KEY_FILE", "REDIS_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "TRUSTED_PROXY_COUNT"),
    *("SELLER", "BANK_DETAILS"),
}
THEIRS = {"POSTGRES_PASSWORD", "STORAGE_PASSWORD"}  # of the other services


def given(name: str) -> set[str]:
    lines = (DEPLOY / name).read_text().splitlines()
    return {line.split("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)}


def composed() -> str:
    """What every process of the site is given, from compose.yaml."""
    return re.search(
        r"^x-site:.*?^  environment:\n(.*?)^  volumes:", text("compose.yaml"), re.M | re.S
    )[1]


def text(name: str) -> str:
    return (DEPLOY / name).read_text()


def test_every_variable_has_a_meaning_and_every_meaning_a_variable():
    assert set(list_settings.read_variables()) == KNOWN
    assert set(SHOWN) <= KNOWN


def test_the_reference_is_as_the_code_is():
    made = "run `python manage.py list_settings`"
    assert text("environment.md") == list_settings.reference(), made


def test_the_kit_names_variables_that_exist_and_gives_all_that_are_needed():
    inside = set(re.findall(r"^    ([A-Z_0-9]+):", composed(), re.M))
    assert inside <= KNOWN
    assert inside >= NEEDED
    plain = given("systemd/resourced.env.example")
    assert plain <= KNOWN
    assert plain >= NEEDED
    asked = set(re.findall(r"\$\{([A-Z_]+)", text("compose.yaml")))
    assert asked == given("compose.env.example")
    assert given("compose.env.example") <= KNOWN | THEIRS


@pytest.mark.parametrize("path", [*DEPLOY.rglob("*.*"), ROOT / "README.md"], ids=lambda p: p.name)
def test_every_command_that_is_named_exists(path: Path):
    words = path.read_text()
    named = set(re.findall(r"manage\.py[\",\s]+\"?([a-z_]{4,})", words))
    assert named <= set(get_commands()), path
    for link in re.findall(r"\]\((?!http)([^)#]+)", words):
        assert (path.parent / link).exists(), link
    for file in re.findall(r"`((?:tests|course|deploy|reflections)/[\w/.]+\.\w+)`", words):
        assert (ROOT / file).exists(), file


def test_units_and_image_let_the_site_finish_what_it_is_at():
    for name in ("resourced-web", "resourced-worker"):
        unit = text(f"systemd/{name}.service")
        assert {"TimeoutStopSec=35", "KillMode=mixed", "Restart=always"} <= set(unit.splitlines())
        assert "User=resourced" in unit
    assert "stop_grace_period: 35s" in text("compose.yaml")
    for serving in (
        text("systemd/resourced-web.service"),
        text("Containerfile").replace('", "', " "),
    ):
        assert "--graceful-timeout 25" in serving.replace('",\n     "', " ")


def test_the_image_is_small_and_nobody_in_it_is_root():
    lines = text("Containerfile").splitlines()
    stages = [n for n, line in enumerate(lines) if line.startswith("FROM ")]
    assert len(stages) == 2
    last = "\n".join(lines[stages[1] :])
    assert not re.search(r"gcc|build-essential|-dev\b|pip install|USER root", last)
    assert "\nUSER resourced\n" in last
    assert "HEALTHCHECK" in last
    assert "--require-hashes" in text("Containerfile")
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD|_KEY)", text("Containerfile"), re.M)
    assert {".env", ".git", ".local"} <= set(text("Containerfile.dockerignore").splitlines())


def test_the_proxy_passes_on_nothing_that_a_visitor_made_up():
    words = text("nginx.conf")
    for header in (
        *("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto https"),
        *('X-Forwarded-Host ""', 'Forwarded ""', "X-Request-ID $request_id"),
    ):
        assert f"proxy_set_header {header};" in words
    form = re.search(r"log_format quiet '(.*)';", words)[1]
    assert not {"$request", "$request_uri", "$args", "$http_referer"} & set(form.split())
    assert "location = /metrics { return 404; }" in words


def test_secrets_are_left_empty_in_examples():
    for name in ("compose.env.example", "systemd/resourced.env.example"):
        for line in text(name).splitlines():
            if line.startswith(("SECRET_KEY", "METRICS_TOKEN", "POSTGRES_PASS", "STORAGE_PASS")):
                assert line.endswith("="), line
    assert settings.SECRET_KEY
