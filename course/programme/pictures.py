"""Editorial pictures: drawn afresh when they come in (R66), and public once they are here. Their
smaller copies are served by us where no bucket does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import FileResponse, Http404, HttpRequest
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy
from django.views.static import serve
from PIL import Image, ImageOps
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

# What comes out for what comes in. Anything else is refused, whatever its name says.
KINDS = {"JPEG": ("JPEG", "jpg"), "PNG": ("PNG", "png"), "WEBP": ("WEBP", "webp")}


UNREADABLE = gettext_lazy("We could not read this picture. Save it as PNG or JPEG, please.")
MOVES = gettext_lazy("This picture moves, and nothing here moves by itself. Choose a still one.")
TOO_LARGE = gettext_lazy("This picture is very large. 4,000 pixels wide is plenty.")


class PictureField(WagtailImageField):
    """Looks at the head of a picture before anything unpacks it."""

    def to_python(self, data: UploadedFile | None) -> UploadedFile | None:
        if isinstance(data, UploadedFile):
            with opened(data):
                pass
        return super().to_python(data)

    def check_image_pixel_size(self, f: UploadedFile) -> None:
        try:
            super().check_image_pixel_size(f)
        except OSError as error:  # half a picture
            raise ValidationError(UNREADABLE) from error


class PictureForm(BaseImageForm):
    """Only the picture itself is kept: not where and when it was taken, and nothing behind it."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        if "file" in self.fields:
            was = self.fields["file"]
            facts = {"label": was.label, "required": was.required, "widget": was.widget}
            self.fields["file"] = PictureField(**facts)

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data.get("file")
        return drawn_afresh(file) if isinstance(file, UploadedFile) else file


def drawn_afresh(file: UploadedFile) -> UploadedFile:
    """The same picture from its colours alone. Raises ValidationError with words for an editor."""
    with opened(file) as found:
        kind, ending = KINDS[found.format]
        content = _encoded(ImageOps.exif_transpose(found), kind)
    name = f"{PurePath(file.name).stem}.{ending}"
    return SimpleUploadedFile(name, content, content_type=f"image/{kind.lower()}")


@contextmanager
def opened(file: UploadedFile) -> Iterator[Image.Image]:
    """A picture of one of our kinds, of which only the head was read yet."""
    try:
        file.seek(0)
        with Image.open(file, formats=list(KINDS)) as found:
            width, height = found.size
            if width * height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                raise ValidationError(TOO_LARGE)
            if getattr(found, "is_animated", False):
                raise ValidationError(MOVES)
            yield found
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError(UNREADABLE) from error
    finally:
        file.seek(0)


def _encoded(picture: Image.Image, kind: str) -> bytes:
    """Colours as they are seen, without a word of what the file said about itself."""
    see_through = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    plain = picture.convert("RGBA" if see_through and kind != "JPEG" else "RGB")
    plain.info.clear()
    out = BytesIO()
    plain.save(out, kind, **({} if kind == "PNG" else {"quality": 90}))
    return out.getvalue()


def picture(request: HttpRequest, name: str) -> FileResponse:
    """A rendition made by Wagtail. What was uploaded, and every document, is elsewhere."""
    if isinstance(default_storage, FileSystemStorage):
        response = _from_folder(request, name)
    else:
        response = _from_bucket(name)
    patch_cache_control(response, public=True, max_age=int(timedelta(days=7).total_seconds()))
    return response


def _from_folder(request: HttpRequest, name: str) -> FileResponse:
    # The folder itself is the root: “images/../” in an address must not lead out of it.
    try:
        return serve(request, name, document_root=settings.MEDIA_ROOT / "images")
    except SuspiciousFileOperation:
        raise Http404 from None


def _from_bucket(name: str) -> FileResponse:
    if {"", ".", ".."} & set(name.split("/")):
        raise Http404
    try:
        return FileResponse(default_storage.open(f"images/{name}"), filename=name)
    except FileNotFoundError:
        raise Http404 from None
