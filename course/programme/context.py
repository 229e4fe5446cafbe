from typing import Any

from django.conf import settings as django_settings
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from course.programme.models import PublicPage, Signpost, SiteSettings

KEEP = 60  # seconds that an edited helpline or footer link may take to appear


def site(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs. Read at most once a minute, and only when drawn."""
    return {"site": SimpleLazyObject(lambda: cache.get_or_set("site-frame", _read, KEEP))}


def _read() -> dict[str, Any]:
    home = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    settings = SiteSettings.for_site(home) if home else SiteSettings()
    # Plain facts, since a cache gives those back many times faster than model instances.
    facts = ("need", "organisation", "contact", "link", "note", "last_checked")
    signposts = list(Signpost.objects.filter(in_footer=True).values(*facts))
    checked = [post["last_checked"] for post in signposts if post["last_checked"]]
    pages = _public_pages()
    frame = {
        "name": settings.name,
        "address": django_settings.SITE_URL,
        "issuer": settings.issuer,
        "help_name": settings.help_name,
        "help_email": settings.help_email,
        "help_hours": settings.help_hours,
        "signposts": signposts,
        "signposts_checked": min(checked) if checked and len(checked) == len(signposts) else None,
        "masthead_pages": [page for page in pages if page["in_masthead"]],
        "footer_groups": [
            {"key": key, "title": title, "pages": [p for p in pages if p["footer"] == key]}
            for key, title in PublicPage.FOOTER
        ],
    }
    return frame | {
        "head": render_to_string("components/head.html"),
        "masthead": _masthead(frame),
        "footer": _footer(frame, signed_in=False),
        "footer_signed_in": _footer(frame, signed_in=True),
    }


def _public_pages() -> list[dict[str, Any]]:
    """Every page that the frame may link to, in the order of the page tree."""
    return [
        {"title": p.title, "url": p.url, "in_masthead": p.in_masthead, "footer": p.footer}
        for p in PublicPage.objects.live().order_by("path").defer("sections")
    ]


# A path that no page has; the tag `on_page` puts the page's own in its place.
SOME_PAGE = "/some-page-of-ours/"


def _masthead(facts: dict[str, Any]) -> dict[str, str]:
    """The head of every page for someone signed in, by path: those it links to mark themselves."""
    who = {"is_authenticated": True}
    paths = ["/my/", "/my/reflections/", "/reading-settings/", reverse("account_logout"), SOME_PAGE]
    return {
        path: render_to_string(
            "components/masthead.html", {"site": facts, "user": who, "request": {"path": path}}
        )
        for path in paths
    }


def _footer(facts: dict[str, Any], *, signed_in: bool) -> str:
    """The foot of every page, drawn once a minute for each of the two kinds of visitor."""
    who = {"is_authenticated": signed_in}
    return render_to_string("components/footer.html", {"site": facts, "user": who})
