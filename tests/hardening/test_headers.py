"""R64, R65: what every kind of page tells the browser, and what the browser tells us back."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from course.headers import CONTENT_SECURITY_POLICY
from course.programme.models import SiteSettings
from tests.cast import CANARY, signed_in

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/",
    "/resourced/",
    "/resourced/starting-with-you/",
    "/resourced/noticing-your-own-state/",
    "/resourced/sheets/",
    "/resourced/menu/",
    "/groups/",
    "/help/",
    "/privacy/",
    "/verify/",
    "/verify/AAAA-BBBB-CCCC/",
    "/business-case/",
    "/reading-settings/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/teams/",
    "/join/",
    "/nothing-here/",
    "/robots.txt",
    "/sitemap.xml",
    "/livez",
    "/site.webmanifest",
    "/.well-known/change-password",
    "/my/",
    "/my/data/",
    "/cms/",
    "/calendar/nothing.ics",
    "/csp-report/",
    "/documents/1/none.pdf",
    "/media/images/none.png",
]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "frame-src 'self' https://www.youtube-nocookie.com https://player.vimeo.com",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'self'",
    "report-uri /csp-report/",
}
OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}


def wrong(answer) -> list[str]:
    """How this answer's headers differ from the snapshot above."""
    sent = answer.headers.get("Content-Security-Policy", "")
    nonces = re.findall(r"'nonce-([^']+)'", sent)
    plain = {part.strip() for part in re.sub(r" 'nonce-[^']+'", "", sent).split(";") if part}
    found = [f"policy: {part}" for part in plain ^ POLICY]
    found += [f"weak: {word}" for word in ("unsafe", "*") if word in sent]
    found += [
        f"{n}: {answer.headers.get(n)}" for n, v in OTHERS.items() if answer.headers.get(n) != v
    ]
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    body = answer.content.decode() if html and not answer.streaming else ""
    used = set(re.findall(r'nonce="([^"]+)"', body))
    found += ["a nonce that the policy does not name"] if used - set(nonces) else []
    found += (
        ["Permissions-Policy"] if "camera=()" not in answer.headers["Permissions-Policy"] else []
    )
    return found + [n for n in ("Server", "X-Powered-By", "X-Generator") if n in answer.headers]


def test_every_kind_of_page_says_the_same(client, ada, root):
    asked = [(client, path) for path in PUBLIC]
    asked += [(signed_in(ada), f"/my/{name}") for name in ("", "data/", "reflections/", "names/")]
    asked += [(signed_in(root), path) for path in ("/cms/", "/cms/pages/", "/cms/images/")]
    seen = {path: wrong(who.get(path)) for who, path in asked}
    assert {path: found for path, found in seen.items() if found} == {}


def test_a_nonce_is_good_for_one_answer(client):
    policies = {client.get("/").headers["Content-Security-Policy"] for _time in range(3)}
    nonces = [re.findall(r"'nonce-([^']+)'", policy) for policy in policies]
    assert len({tuple(n) for n in nonces}) == len(policies)


# --- What browsers report ---------------------------------------------------------------------------

ADDRESS = "https://ours.example/join/a-secret-token/?words=" + CANARY.replace(" ", "+")
OLD = {
    "document-uri": ADDRESS,
    "referrer": ADDRESS,
    "violated-directive": "script-src-elem",
    "effective-directive": "script-src-elem",
    "original-policy": "default-src 'none'",
    "blocked-uri": "https://evil.example/x.js?words=private",
    "script-sample": CANARY,
    "source-file": ADDRESS,
}
NEW = {
    "type": "csp-violation",
    "url": ADDRESS,
    "user_agent": CANARY,
    "body": {
        "documentURL": ADDRESS,
        "effectiveDirective": "img-src",
        "blockedURL": "https://user:pass@pictures.example:8443/private.png",
        "sample": CANARY,
    },
}


def report(client, content, **facts):
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    kind = facts.pop("content_type", "application/csp-report")
    return client.post(reverse("csp_report"), body, content_type=kind, **facts)


def test_three_facts_are_noted_and_no_word_besides(ada, caplog):
    client = signed_in(ada, enforce_csrf_checks=True)
    assert report(client, {"csp-report": OLD}).status_code == 204
    assert report(client, [NEW, NEW], content_type="application/reports+json").status_code == 204
    assert [r.getMessage() for r in caplog.records if r.name == "course.csp"] == [
        "A page of 'join/<str:token>/' was to load https://evil.example, against script-src-elem",
        "A page of 'join/<str:token>/' was to load https://pictures.example, against img-src",
    ]
    for word in ("secret-token", "private", CANARY, str(ada.pk), "user:pass", "127.0.0.1"):
        assert word not in caplog.text
    report(client, {"csp-report": OLD})
    assert len([r for r in caplog.records if r.name == "course.csp"]) == 2  # once an hour


def test_nothing_that_is_sent_there_breaks_or_forges_a_line(client, caplog):
    forged = OLD | {"blocked-uri": "https://evil\n.example/", "document-uri": "/\nERROR forged"}
    sent = [
        b"", b"\xff\xfe", "null", "[]", "{}", '"x"', "[1, 2]", "[" * 5000, {"csp-report": []},
        {"csp-report": {"effective-directive": 7}}, {"csp-report": OLD | {"blocked-uri": None}},
        {"csp-report": OLD | {"effective-directive": "script-src\nERROR forged"}},
        {"csp-report": forged}, {"csp-report": OLD | {"blocked-uri": "http://[::1"}},
        {"csp-report": OLD | {"blocked-uri": "https://large.example/", "sample": "x" * 20_000}},
    ]  # fmt: skip
    for one in sent:
        assert report(client, one).status_code == 204, one
    assert "forged" not in caplog.text
    assert "\n.example" not in caplog.text
    assert "large.example" not in caplog.text  # longer than any report of a browser
    assert client.get(reverse("csp_report")).status_code == 405


def test_many_reports_are_too_many(client, caplog, still_clock):
    answers = [report(client, {"csp-report": OLD}) for _time in range(31)]
    assert [a.status_code for a in answers] == [204] * 30 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert len(caplog.records) <= 2


def test_the_rules_that_can_be_reported_are_those_of_the_policy():
    from course.programme.reports import RULES

    assert set(CONTENT_SECURITY_POLICY["DIRECTIVES"]) <= RULES


# --- Fixed addresses ---------------------------------------------------------------------------------


def test_security_txt_is_from_the_settings_and_never_out_of_date(client, settings):
    from datetime import datetime, timedelta

    from django.utils import timezone

    settings.SITE_URL = "https://ours.example"
    SiteSettings.objects.update_or_create(site_id=1, defaults={"help_email": ""})
    assert client.get("/.well-known/security.txt").status_code == 404
    SiteSettings.objects.update(help_email="safe@ours.example")
    answer = client.get("/.well-known/security.txt", headers={"host": "testserver"})
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    facts = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert facts["Contact"] == "mailto:safe@ours.example"
    assert facts["Canonical"] == "https://ours.example/.well-known/security.txt"
    left = datetime.fromisoformat(facts["Expires"]) - timezone.now()
    assert timedelta(days=300) < left < timedelta(days=365)
    leads = Client().get("/.well-known/change-password")
    assert leads.headers["Location"] == reverse("account_change_password")
