"""Slides, recordings, captions and notes: taken by their content, given only to the group."""

import io
import struct
import zipfile
from datetime import date, time

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from course.cohorts import materials
from course.cohorts.meeting_forms import MaterialForm
from course.cohorts.models import LiveSession, Material
from course.cohorts.recognising import NotRecognised
from tests.cast import NOON, signed_in

pytestmark = pytest.mark.django_db

VTT = """WEBVTT

1
00:00.000 --> 00:04.000
<v Flo>Welcome. It is <i>good</i> that you are here.

00:04.500 --> 01:02:07.000
<v Flo>Tea &amp; a chair.

NOTE nothing

01:02:08.000 --> 01:02:09.500
<v Ada Byron>Thank you <script>alert(1)</script>.
"""


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4(brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand + b"\0" * 8) + box(b"moov", b"m" * 50) + box(b"mdat", b"d" * 900)


def pptx(*more: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in ("[Content_Types].xml", "ppt/presentation.xml", *more):
            file.writestr(name, "<x/>")
    return packed.getvalue()


PDF = b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF\n"
MP3 = b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x90\x64" + b"\0" * 400
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x18\x53\x80\x67" + b"\0" * 2000
GOOD = [
    ("slides", PDF, "pdf"),
    ("slides", pptx(), "pptx"),
    ("recording", mp4(), "mp4"),
    ("recording", mp4(b"M4A "), "m4a"),
    ("recording", MP3, "mp3"),
    ("recording", WEBM, "webm"),
    ("captions", VTT.encode(), "vtt"),
    ("transcript", b"\xef\xbb\xbf" + VTT.replace("\n", "\r\n").encode(), "vtt"),
    ("notes", PDF, "pdf"),
]
BAD = {
    "nothing": ("recording", b""),
    "random": ("recording", bytes(range(256)) * 20),
    "half a recording": ("recording", mp4()[:-100]),
    "no way to play it": ("recording", box(b"ftyp", b"isom") + box(b"mdat", b"d" * 90)),
    "a box of no size": ("recording", box(b"ftyp", b"isom") + struct.pack(">I4s", 3, b"moov")),
    "a web page": ("recording", b"<html><script>alert(1)</script></html>"),
    "a program": ("slides", b"MZ\x90\0" + b"\0" * 2000),
    "a picture": ("slides", b"\x89PNG\r\n\x1a\n" + b"\0" * 500),
    "another zip": ("slides", b"PK\x03\x04" + b"\0" * 500),
    "macros": ("slides", pptx("ppt/vbaProject.bin")),
    "half a pdf": ("slides", PDF[:-8]),
    "slides as a recording": ("recording", PDF),
    "words as captions": ("captions", b"Hello"),
    "captions without times": ("captions", b"WEBVTT\n\nHello\n"),
    "captions that end first": ("captions", b"WEBVTT\n\n00:05.000 --> 00:04.000\nHello\n"),
    "captions in another code": ("captions", VTT.encode("utf-16")),
    "captions with a broken byte": ("captions", VTT.encode() + b"\xff\xfe"),
    "a tag and no sound": ("recording", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\0" * 200),
}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def meeting(cohort) -> LiveSession:
    return LiveSession.objects.create(
        cohort=cohort, number=3, day=date(2026, 10, 20), starts=time(14)
    )


def a_file(content: bytes, name: str = "Ada's private name.exe") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/x-lies")


def add(meeting, kind: str, content: bytes) -> Material:
    return materials.add_material(meeting, kind=kind, file=a_file(content), by=None, now=NOON)


# --- Adding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "content", "ending"), GOOD)
def test_files_are_known_by_what_is_in_them(kind, content, ending, meeting, ada):
    material = add(meeting, kind, content)
    assert material.file.name.startswith(f"meetings/{meeting.pk}/{kind}-")
    assert material.file.name.endswith(f".{ending}")
    assert "private" not in material.file.name
    answer = signed_in(ada).get(reverse("material_file", args=[material.pk]))
    assert b"".join(answer.streaming_content) == content
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f'filename="session-3-{kind}.{ending}"' in answer["Content-Disposition"]
    downloaded = ending in {"pdf", "pptx"}
    assert answer["Content-Disposition"].startswith("attachment" if downloaded else "inline")
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("what", BAD)
def test_other_files_are_refused_and_nothing_is_kept(what, meeting):
    kind, content = BAD[what]
    with pytest.raises(NotRecognised):
        add(meeting, kind, content)
    assert not Material.objects.exists()
    assert not default_storage.exists("meetings")


def test_the_form_keeps_what_was_typed_and_says_what_to_do(meeting):
    kind, content = BAD["half a recording"]
    posted = {"kind": kind, "title": "The idea of the week"}
    form = MaterialForm(posted, {"file": a_file(content)})
    assert not form.is_valid()
    assert "damaged" in form.errors["file"][0]
    assert "Please choose the file again" in form.errors["file"][0]
    assert 'value="The idea of the week"' in form.as_div()


@pytest.mark.parametrize(
    ("given", "files", "field"),
    [
        ({}, False, "__all__"),
        ({"url": "https://video.example.net/1", "words": "And words"}, False, "__all__"),
        ({"words": "Words"}, False, "words"),
        ({"url": "javascript:alert(1)"}, False, "url"),
        ({"url": "https://video.example.net/1"}, True, "__all__"),
    ],
)
def test_one_of_three_is_asked_for(given, files, field):
    sent = {"file": a_file(mp4())} if files else {}
    form = MaterialForm({"kind": "recording"} | given, sent)
    assert not form.is_valid()
    assert field in form.errors


def test_too_large(meeting, monkeypatch):
    monkeypatch.setattr("course.cohorts.recognising.MEGABYTE", 1)
    with pytest.raises(NotRecognised, match="larger than 50 megabytes"):
        add(meeting, "slides", PDF)


def test_twice_is_once_and_removing_takes_the_file_too(meeting, django_capture_on_commit_callbacks):
    one, again = add(meeting, "slides", PDF), add(meeting, "slides", PDF)
    assert one == again
    name = one.file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            materials.remove_material(one, by=None, now=NOON)
    assert not Material.objects.exists()
    assert not default_storage.exists(name)


# --- Giving ------------------------------------------------------------------------------------------


def test_strangers_find_nothing(ada, cyn, flo, meeting):
    material = add(meeting, "transcript", VTT.encode())
    for name in ("material", "material_file"):
        url = reverse(name, args=[material.pk])
        assert signed_in(cyn).get(url).status_code == 404
        assert Client().get(url).status_code == 302
        for user in (ada, flo):
            answer = signed_in(user).get(url)
            assert answer.status_code == 200
            assert b"".join(answer)  # read to its end, which closes the file


@pytest.mark.parametrize(
    "way",
    ["/media/{}", "/media/images/../{}", "/media/images/%2e%2e/{}", "/media/images/x/../../{}"],
)
def test_no_public_address_leads_to_it(way, meeting):
    (django_settings.MEDIA_ROOT / "images").mkdir()
    material = add(meeting, "slides", PDF)
    answer = Client().get(way.format(material.file.name))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "span", "content"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{}", b"%PDF"),
        ("bytes=1-1", 206, "bytes 1-1/{}", b"P"),
        ("bytes=-6", 206, None, b"%%EOF\n"),
        ("bytes=0-99999", 206, None, PDF),
        ("bytes=99999-", 416, "bytes */{}", b""),
        ("bytes=5-2", 416, "bytes */{}", b""),
        ("bytes=-0", 416, "bytes */{}", b""),
        ("bytes=-", 200, None, PDF),
        ("bytes=0-1,4-5", 200, None, PDF),
        ("lines=1-2", 200, None, PDF),
    ],
)
def test_a_part_of_a_file(asked, status, span, content, ada, meeting):
    url = reverse("material_file", args=[add(meeting, "slides", PDF).pk])
    answer = signed_in(ada).get(url, headers={"range": asked, "accept-encoding": "gzip"})
    assert answer.status_code == status
    if span:
        assert answer["Content-Range"] == span.format(len(PDF))
    got = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert got == content
    assert "Content-Encoding" not in answer


def test_a_transcript_is_a_page(ada, meeting):
    material = add(meeting, "transcript", VTT.encode())
    html = signed_in(ada).get(reverse("material", args=[material.pk])).content.decode()
    assert "<strong>Flo:</strong> Welcome. It is good that you are here. Tea &amp; a chair." in html
    assert "<strong>Ada Byron:</strong> Thank you" in html
    assert "<script>alert" not in html
    assert "62:08" in html


def test_written_notes_are_a_page_and_a_pdf_is_not(ada, meeting):
    notes = materials.add_material(
        meeting, kind="notes", words="One <b>thing</b>.\n\nAnother.", by=None, now=NOON
    )
    html = signed_in(ada).get(reverse("material", args=[notes.pk])).content.decode()
    assert "<p>One &lt;b&gt;thing&lt;/b&gt;.</p>" in html
    assert signed_in(ada).get(reverse("material_file", args=[notes.pk])).status_code == 404
    slides = add(meeting, "slides", PDF)
    assert signed_in(ada).get(reverse("material", args=[slides.pk])).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_a_page_that_says_so(ada, meeting):
    material = add(meeting, "transcript", VTT.encode())
    default_storage.delete(material.file.name)
    for name in ("material", "material_file"):
        assert signed_in(ada).get(reverse(name, args=[material.pk])).status_code == 404


def test_the_meetings_page_offers_all_of_it(ada, meeting):
    recording = add(meeting, "recording", mp4())
    captions = add(meeting, "captions", VTT.encode())
    slides = add(meeting, "slides", PDF)
    link = materials.add_material(
        meeting, kind="recording", url="https://video.example.net/1", by=None, now=NOON
    )
    html = signed_in(ada).get(reverse("meeting", args=[meeting.pk])).content.decode()
    for one in (recording, captions, slides):
        assert reverse("material_file", args=[one.pk]) in html
    assert f'<a href="{link.url}" rel="noreferrer">' in html
    assert '<track kind="captions"' in html
    assert "Slides (PDF)" in html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello", "Line 1 "),
        ("WEBVTT\n\n", "no captions in this file yet"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nOne\n\n\n00:05,000 --> 00:06.000\nTwo", "Line 7:"),
        ("WEBVTT\r\n\r\n1\r\n00:05.000 --> 00:04.000\r\nOne", "Line 4: .*ends before it begins"),
        ("WEBVTT\n\nNOTE by ear\n\n00:00.000 --> 00:01.000\nOne\n\nand two", "Line 8: .*“and two”"),
    ],
)
def test_captions_that_cannot_be_read_name_the_line(text, said, meeting):
    with pytest.raises(NotRecognised, match=said):
        add(meeting, "captions", text.encode().replace(b"Hello", b"WEBVTTX"))
