"""Editorial pictures are public: their smaller copies are served by us where no bucket does it."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest
from django.utils.cache import patch_cache_control
from django.views.static import serve


def picture(request: HttpRequest, name: str) -> FileResponse:
    """A rendition made by Wagtail. What was uploaded, and every document, is elsewhere."""
    # The folder itself is the root: “images/../” in an address must not lead out of it.
    try:
        response = serve(request, name, document_root=settings.MEDIA_ROOT / "images")
    except SuspiciousFileOperation:
        raise Http404 from None
    patch_cache_control(response, public=True, max_age=int(timedelta(days=7).total_seconds()))
    return response
