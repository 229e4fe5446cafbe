"""What search engines ask for: which pages there are, and which to leave alone."""

from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Site

KEPT_APART = [
    "/accounts/",
    "/calendar/",
    "/cms/",
    "/demo/",
    "/documents/",
    "/groups/stop/",
    "/groups/tell-me/",
    "/join/",
    "/my/",
    "/reading-settings/",
    "/search/",
    "/teams/",
    "/verify/",
]


def robots(request: HttpRequest) -> HttpResponse:
    context = {"kept_apart": KEPT_APART, "sitemap": urljoin(settings.SITE_URL, "/sitemap.xml")}
    return render(request, "programme/robots.txt", context, content_type="text/plain")


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every published page that a stranger may read, at the address that this site has."""
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    pages = site.root_page.get_descendants(inclusive=True).live().public().order_by("path")
    rows = [
        {"address": urljoin(settings.SITE_URL, page.url), "changed": page.last_published_at}
        for page in pages.defer_streamfields().specific()
        # A sheet may be kept for people with a place; such a page says so itself.
        if page.url and getattr(page, "for_everyone", True)
    ]
    return render(request, "programme/sitemap.xml", {"rows": rows}, content_type="application/xml")
