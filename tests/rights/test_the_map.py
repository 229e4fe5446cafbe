"""Where personal data is: no model and no road to a person is left out, and the papers say so."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from course.cohorts.models import Enrolment, Guest
from course.dashboard import data_map, retaining
from course.dashboard.data_map import GOES, NAMELESS, NOT_PERSONAL, PERSONAL, STAYS
from course.people.models import User
from reflections.models import Reflection

DOCS = Path(settings.BASE_DIR) / "docs"
BY_MODEL = {row.model: row for row in PERSONAL}
SOMEBODYS = {User, Enrolment, Guest, Reflection}  # each row of these is one person's
WORDS_FOR_PEOPLE = {"owner_id", "user_id", "person_id", "holder_id", "completion_of", "actor"}


def roads_to_people(model: type[models.Model]) -> set[str]:
    """Fields that lead to somebody: by a key, by a number kept as a value, by an address."""
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return {
        field.name
        for field in fields
        if (field.is_relation and field.related_model in SOMEBODYS)
        or isinstance(field, models.EmailField | models.GenericIPAddressField)
        or (not field.is_relation and field.name in WORDS_FOR_PEOPLE)
    }


EVERY_MODEL = apps.get_models(include_auto_created=True)


def test_every_model_is_decided_about():
    """R15: a new model fails this until it is in course/dashboard/data_map.py."""
    content = {f"{app}.{name}" for app, names in NOT_PERSONAL.items() for name in names}
    known = BY_MODEL.keys() | content
    assert {model._meta.label for model in EVERY_MODEL} - known == set()
    assert len(PERSONAL) == len(BY_MODEL)  # each is decided about once
    assert not BY_MODEL.keys() & content


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_every_road_to_a_person_is_on_the_map(model):
    row = BY_MODEL.get(model._meta.label)
    assert roads_to_people(model) == set(row.points if row else ())


def test_each_is_given_out_or_says_why_not_and_goes_or_says_why_it_stays():
    for row in PERSONAL:
        assert row.given_as or row.withheld, row.model
        assert row.on_erasure in {GOES, NAMELESS, STAYS}
        assert row.why, row.model


# --- The papers ------------------------------------------------------------------------------------


def test_the_record_of_processing_is_what_the_map_says():
    """Change the map, then run `python manage.py write_papers`."""
    assert data_map.as_markdown() in (DOCS / "record-of-processing.md").read_text()


def test_the_table_of_periods_is_what_the_settings_say():
    assert retaining.as_markdown() in (DOCS / "retention.md").read_text()
    assert {rule.setting for rule in retaining.RULES} == settings.RETENTION.keys()


@pytest.mark.parametrize("paper", ["dpia.md", "privacy-notice.md", "privacy-by-design.md"])
def test_the_papers_lead_to_each_other(paper):
    text = (DOCS / paper).read_text()
    for link in ("record-of-processing.md", "retention.md"):
        assert link in text
