"""The page of components: a living one, so whatever there is stands on it."""

import re
from collections import Counter

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from course.dashboard import gallery, gallery_samples
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def test_every_component_is_shown_or_says_where_it_is():
    chapters = [*gallery.BEFORE_FORMS, *gallery.AFTER_FORMS]
    shown = {state.template for chapter in chapters for state in chapter.states}
    shown |= {"components/error_summary.html"}  # above the form that comes back
    there_is = {p.stem for p in (settings.BASE_DIR / "templates" / "components").glob("*.html")}
    named = {name.removeprefix("components/").removesuffix(".html") for name in shown}
    assert there_is - named - set(gallery_samples.FRAME) == set()
    assert set(gallery_samples.FRAME) - there_is == set()
    kinds = {
        p.stem
        for p in (settings.BASE_DIR / "templates" / "reflections" / "prompts").glob("[a-z]*.html")
    }
    assert (
        kinds
        - {state.template.rpartition("/")[2][:-5] for state in gallery_samples.QUESTIONS.states}
        == set()
    )


def test_it_is_there_for_those_who_write_and_for_nobody_else(ada, flo, root):
    address = reverse("components")
    assert Client().get(address).status_code == 404
    assert signed_in(ada).get(address).status_code == 404
    assert signed_in(root).get(address).status_code == 200
    page = signed_in(flo).get(address).content.decode()
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, times in ids.items() if times > 1] == []
    assert "There is a problem" in page
    assert "This field is required" not in page
