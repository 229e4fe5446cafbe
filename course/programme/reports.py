"""What browsers refused to load on our pages (R65). Of a report three facts are noted: the rule,
where from it was to be loaded, and which kind of page of ours it was. The rest may say who read
what, and is not looked at."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from course.headers import CONTENT_SECURITY_POLICY
from course.people.limiting import MINUTE, wait, who_asks

log = logging.getLogger("course.csp")

LARGEST = 16 * 1024  # bytes
AN_HOUR = 60 * 60
AT_MOST = 20  # reports in one message
# What a browser may name as a rule: ours, and the finer names that it has for two of them.
RULES = {*CONTENT_SECURITY_POLICY["DIRECTIVES"]} | {
    f"{kind}-src-{part}" for kind in ("script", "style") for part in ("elem", "attr")
}
WORDS = {"inline", "eval", "wasm-eval", "self", "data", "blob"}  # instead of an address


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Always the same empty answer, whatever was sent. The same fact is noted once an hour."""
    if wait("csp-report", who_asks(request), at_most=30, within=MINUTE):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    for rule, source, page in sorted(_facts(request)):
        if cache.add(f"csp:{rule}:{source}:{page}", True, timeout=AN_HOUR):
            log.warning("A page of %r was to load %s, against %s", page, source, rule)
    return HttpResponse(status=204)


def _facts(request: HttpRequest) -> set[tuple[str, str, str]]:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit() or int(length) > LARGEST:
        return set()
    try:
        sent = json.loads(request.read(LARGEST))
    except (ValueError, RecursionError):
        return set()
    reports = sent if isinstance(sent, list) else [sent]
    found = (_fact(report) for report in reports[:AT_MOST] if isinstance(report, dict))
    return {fact for fact in found if fact}


def _fact(report: dict[str, Any]) -> tuple[str, str, str] | None:
    """From one report, in the older form or in that of the Reporting API."""
    body = report.get("csp-report") or report.get("body")
    if not isinstance(body, dict):
        return None
    rule = _text(body, "effective-directive", "effectiveDirective", "violated-directive")
    rule = rule.partition(" ")[0]
    if rule not in RULES:
        return None
    source = _text(body, "blocked-uri", "blockedURL")
    page = _text(body, "document-uri", "documentURL")
    return rule, _origin(source), _kind_of_page(page)


def _text(body: dict[str, Any], *names: str) -> str:
    found = next((body[name] for name in names if body.get(name)), "")
    return found if isinstance(found, str) else ""


def _origin(address: str) -> str:
    """Scheme and host alone; a path or a question may hold words."""
    if address in WORDS:
        return address
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "?"
    known = host.isascii() and all(c.isalnum() or c in ".-" for c in host) and len(host) < 80
    scheme = parts.scheme if parts.scheme in {"http", "https", "ws", "wss"} | WORDS else "?"
    return f"{scheme}://{host}" if host and known else scheme


def _kind_of_page(address: str) -> str:
    """The pattern of our address: a path may hold an invitation's token."""
    try:
        return resolve(urlsplit(address).path).route
    except (Resolver404, ValueError):
        return "?"
