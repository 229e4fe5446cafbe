"""Uploads in an S3-compatible bucket: served by us alone, and kindly missed while it is away.

The bucket is a small one of our own. With AWS_S3_ENDPOINT_URL in the environment, the same is
asked of the server there, apart from failing.
"""

import gc
import os
from datetime import date, time
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image as Picture
from wagtail.images import get_image_model

from course.cohorts import materials
from course.cohorts.models import Cohort, LiveSession, Material
from course.environment import uploads
from tests.cast import NOON, signed_in
from tests.operations.bucket_server import Shelf, a_bucket

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves its copy of what it measured to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PDF = b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF\n"


@pytest.fixture
def bucket(settings, monkeypatch):
    with a_bucket() as shelf:
        real = shelf.real = os.environ.get("AWS_S3_ENDPOINT_URL")
        monkeypatch.setenv("AWS_S3_ENDPOINT_URL", real or shelf.address)
        for name, value in {
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_S3_REGION_NAME": "eu-west-2",
        }.items():
            monkeypatch.setenv(name, os.environ.get(name, value))
        settings.STORAGES = settings.STORAGES | {"default": uploads("resourced-test")}
        if real:
            make_bucket()
        yield shelf
    gc.collect()  # of what Wagtail left open: here, and not in somebody else's test


def make_bucket() -> None:
    client = default_storage.connection.meta.client
    if "resourced-test" not in [one["Name"] for one in client.list_buckets()["Buckets"]]:
        where = {"LocationConstraint": "eu-west-2"}
        client.create_bucket(Bucket="resourced-test", CreateBucketConfiguration=where)


def a_meeting(cohort: Cohort) -> LiveSession:
    when = {"day": date(2026, 10, 20), "starts": time(14)}
    return LiveSession.objects.create(cohort=cohort, number=3, **when)


def mood(shelf: Shelf, words: str) -> None:
    """From now on. A real server is never asked to fail."""
    if shelf.real:
        pytest.skip("a real server is only asked to work")
    shelf.mood = words


def a_picture(name: str = "wet-allotment.png") -> SimpleUploadedFile:
    out = BytesIO()
    Picture.new("RGB", (40, 30), "teal").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def upload(client: Client):
    form = {"title": "An allotment", "file": a_picture(), "collection": "1"}
    return client.post(reverse("wagtailimages:add"), form)


def test_a_picture_is_kept_in_the_bucket_and_served_by_us(bucket, root, client):
    assert upload(signed_in(root)).status_code == 302
    image = get_image_model().objects.get()
    small = image.get_rendition("width-20")
    assert small.url.startswith("/media/images/")
    answer = client.get(small.url)
    with Picture.open(BytesIO(b"".join(answer.streaming_content))) as shown:
        assert shown.size == (20, 15)
    assert "max-age=604800" in answer["Cache-Control"]
    assert client.get(image.file.url).status_code == 404  # what was uploaded is for editors
    sneaky = f"/media/images/%2e%2e/{image.file.name}"
    assert client.get(sneaky).status_code == 404
    page = signed_in(root).get(reverse("wagtailimages:edit", args=[image.pk])).content.decode()
    assert "127.0.0.1" not in page
    assert "X-Amz" not in page


def test_a_file_of_a_meeting_is_for_its_group(bucket, cohort, ada, cyn):
    meeting = a_meeting(cohort)
    file = SimpleUploadedFile("slides of Ann.pdf", PDF)
    slides = materials.add_material(meeting, kind="slides", file=file, by=None, now=NOON)
    address = reverse("material_file", args=[slides.pk])
    answer = signed_in(ada).get(address)
    assert b"".join(answer.streaming_content) == PDF
    before = bucket.given
    part = signed_in(ada).get(address, headers={"range": "bytes=-8"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, PDF[-8:])
    assert bucket.given - before in {8, 0}  # and no more of it; a real server does not count
    assert signed_in(cyn).get(address).status_code == 404
    assert Client().get(slides.file.url).status_code == 404
    default_storage.delete(slides.file.name)
    assert signed_in(ada).get(address).status_code == 404


@pytest.mark.parametrize("how", ["failing", "refusing"])
def test_a_bucket_that_fails_is_not_the_fault_of_a_file(bucket, root, how):
    mood(bucket, how)
    client = signed_in(root)
    answer = upload(client)
    words = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "There is nothing wrong with your file." in words
    assert "Everything that was saved before is safe." in words
    assert not get_image_model().objects.exists()
    mood(bucket, "")
    assert upload(client).status_code == 302
    assert get_image_model().objects.count() == 1


def test_a_bucket_that_is_gone_loses_nothing(bucket, cohort, ada, monkeypatch):
    meeting = a_meeting(cohort)
    file = SimpleUploadedFile("slides.pdf", PDF)
    slides = materials.add_material(meeting, kind="slides", file=file, by=None, now=NOON)
    mood(bucket, "failing")
    answer = signed_in(ada).get(reverse("material_file", args=[slides.pk]))
    assert answer.status_code == 503
    assert signed_in(ada).get("/my/").status_code == 200
    mood(bucket, "")
    assert signed_in(ada).get(reverse("material_file", args=[slides.pk])).status_code == 200
    assert Material.objects.get() == slides


@pytest.mark.soak
def test_a_bucket_that_dawdles_is_given_up(bucket, root, monkeypatch):
    mood(bucket, "slow")
    monkeypatch.setattr(default_storage.client_config, "read_timeout", 1)
    assert upload(signed_in(root)).status_code == 503
    assert not get_image_model().objects.exists()
