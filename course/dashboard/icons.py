"""What browsers and phones ask for by themselves: the sign of the site, at its usual addresses."""

from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control

from course.programme import context

IMAGES = settings.BASE_DIR / "course" / "static" / "course" / "img"
A_DAY = 24 * 60 * 60  # seconds


@lru_cache
def _image(name: str) -> bytes:
    return (IMAGES / name).read_bytes()


@cache_control(public=True, max_age=A_DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """Asked for by programs that read no page, such as feed readers and bookmarks."""
    return HttpResponse(_image("favicon.ico"), content_type="image/x-icon")


@cache_control(public=True, max_age=A_DAY)
def touch_icon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_image("touch-icon-180.png"), content_type="image/png")


@cache_control(public=True, max_age=A_DAY)
def manifest(request: HttpRequest) -> HttpResponse:
    """The site on a phone's first screen: its name, its sign, and the page it opens."""
    icons = [
        ("icon-192.png", "192x192", "any"),
        ("icon-512.png", "512x512", "any"),
        ("icon-maskable-512.png", "512x512", "maskable"),
    ]
    facts = {
        "name": context.site(request)["site"]["name"],
        "lang": "en-GB",
        "id": "/my/",
        "start_url": "/my/",
        "scope": "/",
        "display": "browser",
        "background_color": "#fbfaf6",
        "theme_color": "#fbfaf6",
        "icons": [
            {
                "src": staticfiles_storage.url(f"course/img/{name}"),
                "sizes": sizes,
                "type": "image/png",
                "purpose": purpose,
            }
            for name, sizes, purpose in icons
        ],
    }
    return JsonResponse(facts, content_type="application/manifest+json")
