"""Files that editors put beside a session or on a page: taken by what is in them (R66), and given
to those who may read the page that they are on."""

import zipfile
from pathlib import PurePath
from typing import BinaryIO

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex

from course.cohorts import recognising
from course.cohorts.models import Cohort, Enrolment
from course.cohorts.recognising import MEGABYTE, NotRecognised
from course.people.models import User
from sessions.blocks import measuring

RECOGNISED = {"pdf", "vtt", "mp3", "m4a", "mp4", "webm"}
PACKED = {"docx", "odt"}
LARGEST_TEXT, LARGEST_PACKED = 2 * MEGABYTE, 20 * MEGABYTE
UNPACKED, PARTS = 200 * MEGABYTE, 5_000  # what a word processor may be asked to unpack
ODT = b"application/vnd.oasis.opendocument.text"
MACROS = ("vbaProject.bin", "Basic/", "Scripts/")
NOT_TEXT = ("<!", "<html", "<script", "<?xml", "<svg", "<body", "%pdf")


class DocumentForm(BaseDocumentForm):
    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            try:
                check(file)
            except NotRecognised as error:
                raise forms.ValidationError(str(error)) from error
        return file

    def save(self, commit: bool = True) -> Document:
        document = super().save(commit)
        if commit:
            measuring.measure(document)
        return document


def check(file: UploadedFile) -> None:
    """Raise NotRecognised where what is in the file is not what its ending promises."""
    ending = PurePath(file.name).suffix.lstrip(".").lower()
    content = file.file
    if ending in RECOGNISED:
        found = recognising.recognise(content).ending
        if found != ending:
            facts = {"is": found.upper(), "says": ending.upper()}
            raise NotRecognised(_("This is a %(is)s file, though its name says %(says)s.") % facts)
    elif ending in PACKED:
        _check_packed(content, ending)
    else:
        _check_text(content)
    file.seek(0)


def _check_packed(content: BinaryIO, ending: str) -> None:
    """Nothing is unpacked here: the list of its parts says how large they would be."""
    damaged = NotRecognised(_("This file seems damaged, or is not what its ending says."))
    if _size(content) > LARGEST_PACKED:
        raise NotRecognised(_("This file is larger than %(most)s megabytes.") % {"most": 20})
    try:
        with zipfile.ZipFile(content) as packed:
            parts = packed.infolist()
            kind = _kind(packed)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise damaged from error
    content.seek(0)
    if kind != ending or content.read(4) != b"PK\x03\x04" or any(p.flag_bits & 1 for p in parts):
        raise damaged
    stored = sum(part.compress_size for part in parts)
    large = sum(part.file_size for part in parts) > UNPACKED or len(parts) > PARTS
    if large or stored > _size(content):  # parts that lie over each other
        raise NotRecognised(_("Unpacked, this file would be very large. Is it what you meant?"))
    if any(mark in part.filename for part in parts for mark in MACROS):
        raise NotRecognised(_("This file holds a program. Save it without macros, please."))


def _kind(packed: zipfile.ZipFile) -> str:
    names = set(packed.namelist())
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return "docx"
    first = packed.infolist()[0] if names else None
    if first and first.filename == "mimetype" and first.file_size == len(ODT):
        return "odt" if packed.read(first) == ODT else ""
    return ""


def _check_text(content: BinaryIO) -> None:
    if _size(content) > LARGEST_TEXT:
        raise NotRecognised(_("This file is larger than %(most)s megabytes.") % {"most": 2})
    content.seek(0)
    try:
        text = content.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotRecognised(_("Save it as plain text in UTF-8, please.")) from error
    control = any(c < " " and c not in "\t\r\n" for c in text)
    if control or text.lstrip().lower().startswith(NOT_TEXT):
        raise NotRecognised(_("This is not plain text, though its name says so."))


def _size(content: BinaryIO) -> int:
    return content.seek(0, 2)


# --- Who may open one ----------------------------------------------------------------------------


def may_open(document: Document, user: User) -> bool:
    """Whoever writes pages; everyone else where a page shows it that they may read."""
    if user.has_perm("wagtailadmin.access_admin"):
        return True
    of_pages = ContentType.objects.get_for_model(Page)
    uses = ReferenceIndex.get_references_to(document).filter(base_content_type=of_pages)
    numbers = set(uses.values_list("object_id", flat=True))
    pages = Page.objects.live().public().filter(pk__in=numbers).specific()
    return any(_may_read(page, user) for page in pages)


def _may_read(page: Page, user: User) -> bool:
    open_to_all = getattr(page, "open_to_all", getattr(page, "for_everyone", True))
    if open_to_all:
        return True
    if not user.is_authenticated:
        return False
    programme = page.get_parent().pk
    enrolled = Enrolment.objects.current().for_attendee(user).filter(cohort__programme_id=programme)
    runs = Cohort.objects.filter(programme_id=programme, facilitators=user)
    return enrolled.exists() or runs.exists()
