"""R66: what comes in is known by its content, drawn afresh or refused, and given out harmless."""

import gc
import io
import struct
import warnings
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image as Pillow
from PIL import ImageFile
from PIL.PngImagePlugin import PngInfo
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import ReferenceIndex

from sessions.blocks.uploads import UNPACKED
from tests.cast import signed_in
from tests.cohorts.test_materials import MP3, PDF, VTT, mp4

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves what was uploaded open until it is collected.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]
PLACE = b"51 deg 30 N, at the wet allotment"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    yield
    with warnings.catch_warnings(action="ignore"):
        gc.collect()


def bytes_of(kept) -> bytes:
    with kept.file.open("rb") as file:
        return file.read()


def encoded(kind: str, *, size=(60, 40), **options) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def with_words_in_it(kind: str) -> bytes:
    """A picture that says where it was taken, in each way that its kind has."""
    exif = Pillow.Exif()
    exif[0x010E], exif[0x0112] = PLACE.decode(), 6  # described, and lying on its side
    if kind == "PNG":
        told = PngInfo()
        told.add_text("Comment", PLACE.decode())
        return encoded(kind, exif=exif, pnginfo=told) + PLACE
    more = {"comment": PLACE} if kind == "JPEG" else {"xmp": PLACE}
    return encoded(kind, exif=exif, **more) + PLACE


def vast_png() -> bytes:
    """20,000 by 20,000 pixels, said in its head, in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    rows = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + rows


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_PICTURES = {
    "gif and script.png": b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)//",
    "gif.gif": encoded("GIF"),
    "svg as png.png": SVG,
    "svg.svg": SVG,
    "html.jpg": b"<!doctype html><script>alert(1)</script>",
    "jpeg as png.png": encoded("JPEG"),
    "bitmap.png": encoded("BMP"),
    "vast.png": vast_png(),
    "large.png": encoded("PNG", size=(9_000, 5_000)),
}


def send_picture(client, name: str, content: bytes):
    file = SimpleUploadedFile(name, content)
    return client.post(
        reverse("wagtailimages:add"), {"title": "The view", "file": file, "collection": 1}
    )


def test_pictures_are_drawn_afresh_without_a_word_about_themselves(flo):
    client = signed_in(flo)
    for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")):
        sent = with_words_in_it(kind) + b"<script>alert(1)</script>"
        assert send_picture(client, f"view.{ending}", sent).status_code == 302
        kept = Image.objects.latest("pk")
        content = bytes_of(kept)
        for hidden in (PLACE, b"<script>", b"Exif", b"XMP"):
            assert hidden not in content, (kind, hidden)
        shown = Pillow.open(io.BytesIO(content))
        assert (shown.format, shown.size) == (kind, (40, 60))  # standing up, as a camera meant it
        assert (kept.width, kept.height) == (40, 60)
        assert not shown.getexif()
        assert abs(shown.convert("RGB").getpixel((5, 5))[1] - 128) < 4


def test_everything_else_is_refused_in_words_and_leaves_nothing(flo, tmp_path):
    client = signed_in(flo)
    for name, content in NO_PICTURES.items():
        answer = send_picture(client, name, content)
        assert answer.status_code == 200, name
        assert answer.context["form"].errors["file"], name
    assert not Image.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_picture_that_moves_is_refused_and_says_why(flo):
    frames = [Pillow.new("RGB", (40, 30), colour) for colour in ("teal", "navy")]
    for kind, ending in (("WEBP", "webp"), ("PNG", "png"), ("GIF", "gif")):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
        answer = send_picture(signed_in(flo), f"moving.{ending}", out.getvalue())
        said = answer.context["form"].errors["file"][0]
        assert ("nothing here moves by itself" in said) == (kind != "GIF"), kind
    assert not Image.objects.exists()


@pytest.mark.parametrize("patient", [False, True])
def test_half_a_picture_is_refused_or_made_whole_and_never_an_error(flo, monkeypatch, patient):
    """WeasyPrint, once it is loaded, makes Pillow fill up what is missing, in the whole process."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", patient)
    half = encoded("PNG", size=(900, 900))[:300]
    answer = send_picture(signed_in(flo), "half.png", half)
    assert answer.status_code == (302 if patient else 200)
    for kept in Image.objects.all():
        assert Pillow.open(io.BytesIO(bytes_of(kept))).size == (900, 900)


# --- Documents -------------------------------------------------------------------------------------


def packed(parts: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


WORD = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"}
OPEN = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}


def bomb() -> bytes:
    """Some hundred kilobytes that say they unpack to more than a word processor should."""
    ten = packed(WORD | {f"word/media/{n}": b"\0" * 10_000_000 for n in range(2)})
    return ten.replace(struct.pack("<I", 10_000_000), struct.pack("<I", UNPACKED))


def overlapping() -> bytes:
    """Parts that say they take more room in the file than the whole file has."""
    honest = packed(WORD | {"word/media/1": b"x" * 12_345}, stored=True)
    return honest.replace(struct.pack("<I", 12_345), struct.pack("<I", 1_000_000))


GOOD = {
    "plan.pdf": PDF,
    "plan.docx": packed(WORD),
    "plan.odt": packed(OPEN, stored=True),
    "words.txt": "Tea and a chair – at three.\r\n".encode(),
    "rows.csv": b"name,hours\nAda,3\n",
    "words.vtt": VTT.encode(),
    "voice.mp3": MP3,
    "film.mp4": mp4(),
}
BAD = {
    "html.pdf": b"<html><script>alert(1)</script></html>",
    "html before pdf.pdf": b"<html><script>alert(1)</script>" + PDF,
    "script.txt": b"<script>alert(1)</script>",
    "html.csv": b"\n <!DOCTYPE html><p>x",
    "svg.txt": SVG,
    "pdf.txt": PDF,
    "zeros.txt": b"a\0b",
    "windows.txt": b"caf\xe9",
    "pdf as word.docx": PDF,
    "word as pdf.pdf": packed(WORD),
    "open as word.docx": packed(OPEN, stored=True),
    "macros.docx": packed(WORD | {"word/vbaProject.bin": b"x"}),
    "basic.odt": packed(OPEN | {"Basic/Standard/x.xml": b"x"}, stored=True),
    "something.docx": packed({"a.txt": b"x"}),
    "script before zip.docx": b"MZ" + packed(WORD),
    "bomb.docx": bomb(),
    "overlapping.docx": overlapping(),
    "many.docx": packed(WORD | {f"{n}": b"" for n in range(5_100)}),
    "half.docx": packed(WORD)[:-30],
    "film as sound.mp3": mp4(),
    "program.exe": b"MZ\x90\0",
    "page.html": b"<p>x",
    "drawing.svg": SVG,
    "no ending": PDF,
}


def send_document(client, name: str, content: bytes):
    file = SimpleUploadedFile(name, content)
    return client.post(
        reverse("wagtaildocs:add"), {"title": "A file", "file": file, "collection": 1}
    )


def test_documents_are_what_their_ending_says_or_refused(flo, tmp_path):
    client = signed_in(flo)
    for name, content in BAD.items():
        answer = send_document(client, name, content)
        assert answer.status_code == 200, name
        assert answer.context["form"].errors["file"], name
    assert not Document.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    for name, content in GOOD.items():
        assert send_document(client, name, content).status_code == 302, name
        assert bytes_of(Document.objects.latest("pk")) == content


def test_the_screen_for_many_at_once_looks_as_closely(flo):
    client = signed_in(flo)
    ways = {
        "wagtailimages:add_multiple": ("files[]", "vast.png", NO_PICTURES["vast.png"]),
        "wagtaildocs:add_multiple": ("files[]", "html.pdf", BAD["html.pdf"]),
    }
    for address, (field, name, content) in ways.items():
        file = SimpleUploadedFile(name, content)
        answer = client.post(
            reverse(address), {field: file}, headers={"x-requested-with": "XMLHttpRequest"}
        )
        assert answer.json()["success"] is False, address
    assert not Image.objects.exists()
    assert not Document.objects.exists()


# --- Giving them out --------------------------------------------------------------------------------


@pytest.fixture
def document(flo) -> Document:
    send_document(signed_in(flo), "plan.pdf", PDF)
    return Document.objects.get()


def answers(document, people) -> list[int]:
    got = [client.get(document.url) for client in people]
    for answer in got:
        b"".join(getattr(answer, "streaming_content", ()))  # which closes the file
    return [answer.status_code for answer in got]


def test_a_file_is_as_open_as_the_pages_it_is_on(document, sessions, ada, cyn, flo):
    people = [Client(), signed_in(cyn), signed_in(ada), signed_in(flo)]
    assert answers(document, people) == [404, 404, 404, 200]  # on no page yet
    page = next(s for s in sessions if not s.open_to_all)
    kept = [("resources", {"items": [{"title": "The plan", "document": document.pk}]})]
    page.body = page.body.stream_block.to_python(
        [{"type": kind, "value": value} for kind, value in kept]
    )
    page.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(page)
    assert answers(document, people) == [404, 404, 200, 200]
    page.open_to_all = True
    page.save_revision().publish()
    assert answers(document, people) == [200, 200, 200, 200]
    page.unpublish()
    assert answers(document, people) == [404, 404, 404, 200]


def test_a_file_is_downloaded_and_never_shown_as_a_page(document, flo):
    answer = signed_in(flo).get(document.url)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert Client().get(f"/media/{document.file.name}").status_code == 404
    assert Client().get(f"/media/images/../{document.file.name}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "span", "content"),
    [
        ({"range": "bytes=0-3"}, 206, "bytes 0-3/{}", b"%PDF"),
        ({"range": "bytes=-6"}, 206, None, b"%%EOF\n"),
        ({"range": f"bytes=-{len(PDF) + 5}"}, 206, None, PDF),
        ({"range": "bytes=4-"}, 206, None, PDF[4:]),
        ({"range": "bytes=0-0,-1"}, 200, None, PDF),  # one part at a time
        ({"range": "bytes=a-b"}, 200, None, PDF),
        ({"range": "bytes=" + "9" * 400 + "-"}, 200, None, PDF),
        ({"range": "bytes=99999-"}, 416, "bytes */{}", b""),
        ({"range": "bytes=-0"}, 416, "bytes */{}", b""),
        ({"range": "bytes=0-3", "if-range": '"{mark}"'}, 206, None, b"%PDF"),
        ({"range": "bytes=0-3", "if-range": '"before"'}, 200, None, PDF),
        ({"if-none-match": '"{mark}"'}, 304, None, b""),
    ],
)
def test_a_player_may_ask_for_one_part(document, flo, asked, status, span, content):
    mark = document.get_file_hash()
    sent = {name: value.replace("{mark}", mark) for name, value in asked.items()}
    answer = signed_in(flo).get(document.url, headers=sent | {"accept-encoding": "gzip"})
    got = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert (answer.status_code, got) == (status, content)
    assert "Content-Encoding" not in answer
    assert answer["Cache-Control"] == "no-store, private"
    if status in {200, 206}:
        assert answer["Accept-Ranges"] == "bytes"
        assert int(answer["Content-Length"]) == len(content)
    if span:
        assert answer["Content-Range"] == span.format(len(PDF))


def test_asking_only_about_a_file_opens_nothing_and_hides_as_much(document, flo):
    answer = signed_in(flo).head(document.url, headers={"range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) == len(PDF)
    for headers in ({}, {"range": "bytes=0-3"}, {"if-none-match": "*"}):
        assert Client().get(document.url, headers=headers).status_code == 404
        assert Client().head(document.url, headers=headers).status_code == 404
