"""Files in parts, as players ask for them: from the disk, or from a bucket that is asked in turn.

Whether someone may have the file is decided before this is called.
"""

import re
from collections.abc import Iterator

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response

# One part only: a player needs no more, and many small ones are a way to wear a server out.
ONE_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 256 * 1024

Answer = HttpResponse | StreamingHttpResponse


def answer(request: HttpRequest, file: FieldFile, *, content_type: str, mark: str) -> Answer:
    """The file, or the one part of it that was asked for. `mark` changes when its content does."""
    # Recordings are as small as they get, and a part of one must arrive as it is.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    try:
        size = file.storage.size(file.name)
    except FileNotFoundError:
        raise Http404 from None
    response = _answer(request, file, size=size, etag=f'"{mark}"')
    response["Content-Type"] = content_type
    response["ETag"] = f'"{mark}"'
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return get_conditional_response(request, etag=f'"{mark}"', response=response)


def _answer(request: HttpRequest, file: FieldFile, *, size: int, etag: str) -> Answer:
    if request.method == "HEAD":  # which is asked about the whole; a part is only ever fetched
        return HttpResponse(headers={"Content-Length": str(size)})
    part = _asked_for(request, size=size, etag=etag)
    if part is None:
        response = StreamingHttpResponse(_pieces(file, 0, size - 1))
        response["Content-Length"] = str(size)
        return response
    start, end = part
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(_pieces(file, start, end), status=206)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return response


def _asked_for(request: HttpRequest, *, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte, the first after the last where there is no such part; None for all.

    What cannot be read as one part is as if nothing had been asked, and so is a part of a file
    that has changed since.
    """
    asked = ONE_PART.fullmatch(request.headers.get("Range", "").strip())
    if not asked or asked.groups() == ("", "") or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(file: FieldFile, start: int, end: int) -> Iterator[bytes]:
    from_bucket = getattr(file.storage, "part", None)
    return from_bucket(file.name, start, end) if from_bucket else _from_disk(file, start, end)


def _from_disk(file: FieldFile, start: int, end: int) -> Iterator[bytes]:
    with file.storage.open(file.name) as opened:
        opened.seek(start)
        left = end - start + 1
        while left > 0 and (piece := opened.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
