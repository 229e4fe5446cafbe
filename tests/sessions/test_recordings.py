"""Recordings: captions, words and a length; what they cannot be published without; and each
reader's own way of having them."""

import io
import struct
import wave

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.models import Document
from wagtail.models import ReferenceIndex
from wagtail.test.utils.form_data import rich_text, streamfield

from sessions.blocks import SessionBody, measuring
from sessions.blocks.media import in_words
from sessions.blocks.plain import plain
from sessions.blocks.settled import as_chosen
from tests.cast import signed_in
from tests.cohorts.test_materials import VTT, box
from tests.dashboard.test_workspace import posted

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]
MEDIA = SessionBody().child_blocks["media"]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def wav(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(100)
        sound.writeframes(b"\x80" * 100 * seconds)
    return out.getvalue()


def mp4(seconds: int) -> bytes:
    """Its boxes are real, and hold no picture: enough to say how long it is."""
    clock = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\0" * 80
    return box(b"ftyp", b"isom" + b"\0" * 8) + box(b"moov", box(b"mvhd", clock)) + box(b"mdat")


def webm(seconds: int) -> bytes:
    """The head of one, as Chromium's own recorder writes it."""
    ticks = b"\x44\x89\x88" + struct.pack(">d", seconds * 1000)
    return (
        b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x15\x49\xa9\x66\x2a\xd7\xb1\x83\x0f\x42\x40" + ticks
    )


def kept(name: str, content: bytes) -> Document:
    document = Document.objects.create(title=name, file=ContentFile(content, name))
    measuring.measure(document)
    return document


def part(**facts):
    given = {"title": "One shift", "minutes": 4, "medium": "audio", "intro": "<p>x</p>"}
    given |= {"transcript": "<p>Every word.</p>"} | facts
    given = {k: getattr(v, "pk", v) for k, v in given.items()}
    return MEDIA.to_python(given)


@pytest.mark.parametrize(("ending", "made"), [("wav", wav), ("mp4", mp4), ("webm", webm)])
def test_a_length_is_read_from_the_file(ending, made):
    assert kept(f"one.{ending}", made(340)).recording.seconds == 340
    broken = kept(f"two.{ending}", made(340)[:20] + b"\xff" * 60)
    assert not hasattr(broken, "recording")  # nobody knows, and the editor's guess is shown


def test_lengths_are_said_in_words():
    assert [in_words(n) for n in (340, 60, 41, 361)] == [
        "5 minutes 40 seconds",
        "1 minute",
        "41 seconds",
        "6 minutes 1 second",
    ]


def refused(**facts) -> set[str]:
    try:
        MEDIA.clean(part(**facts))
    except StructBlockValidationError as error:
        return set(error.block_errors)
    return set()


def test_a_recording_is_published_with_captions_words_and_who_checked_them():
    sound, captions = kept("one.wav", wav(2)), kept("one.vtt", VTT.encode())
    assert refused() == set()  # words alone are enough
    assert refused(recording=sound) == {"captions"}
    assert refused(recording=sound, captions=sound, captions_by="Flo") == {"captions"}
    assert refused(recording=sound, captions=captions) == {"captions_by"}
    assert refused(recording=sound, captions=captions, captions_by="Flo") == set()
    assert refused(transcript="<p> </p>") == {"transcript"}
    assert refused(recording=sound, medium="slides") == set()
    assert MEDIA.clean_deferred(part(recording=sound, transcript=""))  # a draft is kept


def drawn(**facts) -> str:
    sound, captions = kept("one.wav", wav(340)), kept("one.vtt", VTT.encode())
    music = kept("music.wav", wav(340))
    value = part(recording=sound, music=music, captions=captions, captions_by="Flo", **facts)
    return MEDIA.render(value, {"anchor": "part-1"})


def test_nothing_plays_by_itself_and_everything_is_there_without_a_script():
    html = drawn()
    assert 'controls preload="none"' in html
    assert "autoplay" not in html
    assert "Audio, 5 minutes 40 seconds, or read it" in html
    assert '<details class="transcript" open>' in html
    assert "Captions checked by ear: Flo" in html


def test_each_reader_has_it_as_they_chose():
    html = drawn()
    assert as_chosen(html, {}) == html
    assert as_chosen(html, {"voice": "voice", "captions": "on", "transcript": "open"}) == html
    assert 'captions" default' in html
    assert 'captions" default' not in as_chosen(html, {"captions": "off"})
    assert 'class="transcript" open' not in as_chosen(html, {"transcript": "closed"})
    music = as_chosen(html, {"voice": "music"})
    source = music.split("<audio")[1].split('src="')[1].split('"')[0]
    assert source.endswith("music.wav")
    assert f'<option value="{source}" selected>' in music
    words = as_chosen(html, {"voice": "text"})
    assert words.index("Every word.") < words.index("<audio")
    assert '<details class="recording"><summary>The recording, 5 minutes 40 seconds' in words


def test_words_cannot_forge_where_a_recording_begins():
    forged = "<p>a<!--sound x--><!--words--><!--end--></p>"
    html = drawn(transcript=forged)
    assert html.count("<!--sound") == html.count("<!--end-->") == 1


def test_the_words_can_be_kept_as_a_plain_file(sessions, ada):
    page = next(s for s in sessions if not s.open_to_all)
    page.body = [("media", part(transcript="<p>One &amp; two.</p><ul><li>three</li></ul>"))]
    page.save_revision().publish()
    shown = signed_in(ada).get(page.url).content.decode()
    link = shown.split('href="words/')[1].split('"')[0]
    answer = signed_in(ada).get(f"{page.url}words/{link}")
    assert answer.content.decode() == "One shift\n\nOne & two.\n\n- three\n"
    assert answer["Content-Disposition"] == 'attachment; filename="one-shift.txt"'
    assert Client().get(f"{page.url}words/{link}").status_code == 404


def test_plain_words_have_no_markup():
    assert plain("<h3>A</h3><p>b<br>c &lt;d&gt;</p>") == "A\n\nb\nc <d>\n"


def test_a_page_loads_the_player_only_where_there_is_something_to_play(sessions, flo):
    page = sessions[2]
    assert "player.js" not in signed_in(flo).get(page.url).content.decode()
    captions = kept("one.vtt", VTT.encode())
    page.body = [("media", part(recording=kept("a.wav", wav(2)), captions=captions))]
    page.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(page)
    assert "player.js" in signed_in(flo).get(page.url).content.decode()


def test_a_long_recording_is_mentioned_when_it_is_saved_and_is_published(sessions, flo):
    page = sessions[1]
    sound, captions = kept("talk.wav", wav(361)), kept("talk.vtt", VTT.encode())
    sound.recording.delete()  # as for a file that came in before lengths were read
    media = {"title": "Talk", "minutes": "7", "medium": "audio", "intro": rich_text("<p>x</p>")}
    media |= {"recording": sound.pk, "captions": captions.pk, "captions_by": "Flo", "film": ""}
    media |= {"music": "", "transcript": rich_text("<p>Words.</p>"), "evidence": ""}
    media |= {"what_you_see": rich_text(""), "evidence_note": ""}
    form = posted(page, [], body=streamfield([("media", media)]))
    form["action-publish"] = "action-publish"
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = signed_in(flo).post(address, form, follow=True).content.decode()
    assert "“Talk” is 6 minutes 1 second long." in shown
    assert "has been published" in shown
