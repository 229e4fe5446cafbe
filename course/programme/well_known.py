"""Fixed addresses that others look for: whom to tell of a weakness, and where passwords change."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from wagtail.models import Site

from course.programme.models import SiteSettings

GOOD_FOR = timedelta(days=364)  # RFC 9116 asks for less than a year


def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. Without an address that someone reads, there is none to give."""
    site = Site.objects.get(is_default_site=True)
    address = SiteSettings.for_site(site).help_email
    if not address:
        raise Http404
    until = (timezone.now() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{address}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers look for the page on which a password is changed."""
    return redirect("account_change_password")
