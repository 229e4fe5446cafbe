"""From frozen facts to paper: the same facts give the same bytes."""

import hashlib
from contextlib import suppress
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from certificates.facts import thaw
from certificates.models import Certificate, FacilitatorSummary, Paper
from course import mail, names, pdf
from course.programme import printed, spiral

# Ways to lay a certificate out: a class of paper.css, and the name's size in points. The
# first that fits on one page is taken. "close" gives the words the whole width.
LAYOUTS = [("roomy", size) for size in (56, 48, 41, 35, 29)]
LAYOUTS += [("close", size) for size in (46, 36, 27, 20)]
NAME_WIDTH = 480  # points; a letter is at least about half as wide as it is high
LONG_TITLE = 36  # letters; a longer one needs a second line in "roomy"


SPIRAL = "spiral.svg"


def certificate_context(certificate: Certificate) -> dict[str, Any]:
    """What the certificate's page and its paper both show."""
    address = mail.link(reverse("verify", args=[certificate.code]))
    return {
        "certificate": certificate,
        "facts": thaw(certificate.facts),
        "face": names.face(certificate.facts["name"]),
        "address": address,
        "short_address": mail.link(reverse("find_certificate")).partition("://")[2].rstrip("/"),
        "spelled_code": "-".join(_in_groups(certificate.code)),
        "site_name": settings.WAGTAIL_SITE_NAME,
    }


def layouts_for(facts: dict[str, Any]) -> list[tuple[str, int]]:
    """The layouts worth trying: a name on one line, or else in 36 points and smaller."""
    long_titles = sum(len(session["title"]) > LONG_TITLE for session in facts["sessions"])
    return [
        (layout, size)
        for layout, size in LAYOUTS
        if (layout == "close" or long_titles < 3)
        and (size <= 36 or len(facts["name"]) * size / 2 <= NAME_WIDTH)
    ]


def _in_groups(code: str) -> list[str]:
    return [code[i : i + 4] for i in range(0, len(code), 4)]


def draw_certificate(certificate: Certificate) -> bytes:
    """One page, always: a certificate that would need two is drawn with a smaller name."""
    context = certificate_context(certificate) | {"qr": _qr(certificate)}
    for layout, size in layouts_for(certificate.facts):
        tried = context | {"layout": layout, "size": size}
        html = render_to_string("certificates/certificate_paper.html", tried)
        with suppress(pdf.TooLong):
            return pdf.write(html, identifier=certificate.code, most_pages=1)
    raise pdf.TooLong


def _qr(certificate: Certificate) -> SafeString:
    """The verification address as inline SVG with words of its own. segno escapes them."""
    address = mail.link(reverse("verify", args=[certificate.code]))
    words = _("QR code that opens %(address)s") % {"address": address}
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=0, omitsize=True, title=words, svgclass=None, lineclass=None
    )
    return mark_safe(drawn)


pdf.drawings[SPIRAL] = spiral.paper_drawing().encode()


def draw_summary(summary: FacilitatorSummary) -> bytes:
    html = render_to_string("certificates/summary_paper.html", summary_context(summary))
    return pdf.write(html, identifier=str(summary.pk))


def summary_context(summary: FacilitatorSummary) -> dict[str, Any]:
    return {
        "summary": summary,
        "facts": thaw(summary.facts),
        "face": names.face(summary.facts["name"]),
        "station": printed.station(None),
        "site_name": settings.WAGTAIL_SITE_NAME,
    }


def keep(content: bytes) -> Paper:
    digest = hashlib.sha256(content).hexdigest()
    return Paper.objects.create(content=content, sha256=digest, drawn_at=timezone.now())
