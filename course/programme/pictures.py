"""Editorial pictures are public: their smaller copies are served by us where no bucket does it."""

from datetime import timedelta

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.utils.cache import patch_cache_control
from django.views.static import serve


def picture(request: HttpRequest, name: str) -> FileResponse:
    """A rendition made by Wagtail. What was uploaded, and every document, is elsewhere."""
    response = serve(request, f"images/{name}", document_root=settings.MEDIA_ROOT)
    patch_cache_control(response, public=True, max_age=int(timedelta(days=7).total_seconds()))
    return response
