"""A letter's HTML in a frame on one of our pages: no scripts, no forms, nothing loaded."""

import base64
import hashlib
import re

from django.http import HttpResponse

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def framed(html: str, *, links_lead_out: bool = False) -> HttpResponse:
    """Only the letter's own styles apply, known by their hash. Its links do nothing, unless
    they may take the whole window along."""
    allowed = " allow-top-navigation-by-user-activation" if links_lead_out else ""
    hashes = " ".join(f"'sha256-{_hash(style)}'" for style in _STYLE.findall(html)) or "'none'"
    target = "_top" if links_lead_out else "_blank"
    response = HttpResponse(html.replace("<head>", f'<head><base target="{target}">', 1))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {hashes}; form-action 'none'; base-uri 'none'; "
        f"frame-ancestors 'self'; sandbox{allowed}"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
