"""For editors: help beside every field, previews, pictures with words, and the way back."""

import gc

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape
from wagtail import blocks
from wagtail.admin.icons import get_icons
from wagtail.admin.panels import FieldPanel, get_edit_handler
from wagtail.blocks.field_block import FieldBlock
from wagtail.fields import StreamField
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, get_page_models
from wagtail.snippets.models import get_snippet_models

from course.audit.models import Entry
from course.demo import restoring, words
from course.demo.pages import session_page
from course.programme.models import ProgrammePage, PublicPage
from course.programme.sections import Sections
from reflections import earlier, writing
from reflections.models import Reflection
from sessions.blocks import SessionBody
from sessions.meeting_again import earlier_questions
from sessions.models import SessionPage
from sessions.questions import HiddenKeyBlock, PromptStream
from tests.cast import CANARY, person, signed_in
from tests.dashboard.test_workspace import posted, question
from tests.reflections.test_saving import save, text_prompt, ticket_for, words_of

pytestmark = pytest.mark.django_db


# --- Help, icons and previews ----------------------------------------------------------------


def fields_shown(panel):
    if isinstance(panel, FieldPanel):
        yield panel.field_name
    for child in getattr(panel, "children", []):
        yield from fields_shown(child)


OURS = ("programme", "course_sessions")
WAGTAILS_OWN = {"title", "slug", "seo_title", "search_description", "show_in_menus", "comments"}
WAGTAILS_OWN |= {"go_live_at", "expire_at"}


def own_models():
    settings = apps.get_model("programme", "SiteSettings")
    models = [*get_page_models(), *get_snippet_models(), settings]
    return [model for model in models if model._meta.app_label in OURS]


def handler_of(model):
    return model.get_edit_handler() if issubclass(model, Page) else get_edit_handler(model)


def test_every_field_that_editors_meet_has_a_helpful_word():
    bare = []
    for model in own_models():
        for name in sorted(set(fields_shown(handler_of(model))) - WAGTAILS_OWN):
            field = model._meta.get_field(name)
            if not field.help_text and not isinstance(field, StreamField):
                bare.append(f"{model.__name__}.{name}")
    assert bare == []


def parts_of(block, path=""):
    path = f"{path}.{block.name}" if path else type(block).__name__
    yield path, block
    children = getattr(block, "child_blocks", {})
    for child in children.values():
        yield from parts_of(child, path)
    if isinstance(block, blocks.ListBlock):
        yield from parts_of(block.child_block, path)


ALL_BLOCKS = [
    (f"{model.__name__}.{path}", block)
    for model in own_models()
    for field in model._meta.local_fields
    if isinstance(field, StreamField)
    for path, block in parts_of(field.stream_block)
]


def test_every_field_of_every_part_has_a_helpful_word():
    bare = [
        path
        for path, block in ALL_BLOCKS
        if isinstance(block, FieldBlock)
        and not isinstance(block, HiddenKeyBlock)
        and not (block.field.help_text or getattr(block.meta, "help_text", ""))
    ]
    assert bare == []


def test_every_part_has_an_icon_and_a_description():
    known = get_icons()
    plain = [
        path
        for path, block in ALL_BLOCKS
        if isinstance(block, blocks.StructBlock)
        and (
            block.meta.icon == "placeholder"
            or f'id="icon-{block.meta.icon}"' not in known
            or not block.get_description()
        )
    ]
    assert plain == []


KINDS = [*SessionBody().child_blocks, *PromptStream().child_blocks]


@pytest.mark.parametrize("kind", KINDS)
def test_the_block_chooser_can_show_every_part(kind, flo):
    fields = {name: SessionPage._meta.get_field(name).stream_block for name in ("body", "prompts")}
    both = fields["body"].child_blocks | fields["prompts"].child_blocks
    block = both[kind]
    assert block.is_previewable
    address = reverse("wagtailadmin_block_preview")
    answer = signed_in(flo).get(address, {"id": block.definition_prefix})
    page = answer.content.decode()
    assert answer.status_code == 200
    shown = block.get_preview_value()
    said = shown.get("title") or shown.get("label") or shown.get("text") or "A menu to print"
    assert str(said) in page
    assert "course/css/site.css" in page


@pytest.mark.parametrize("kind", [*Sections().child_blocks])
def test_the_block_chooser_can_show_every_section_of_a_public_page(kind, flo):
    block = PublicPage._meta.get_field("sections").stream_block.child_blocks[kind]
    assert block.is_previewable
    address = reverse("wagtailadmin_block_preview")
    answer = signed_in(flo).get(address, {"id": block.definition_prefix})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert escape(block.get_preview_value()["heading"]) in page
    assert "course/css/public.css" in page
    assert ("<input" in page) == (kind == "calculator")


# --- Pictures --------------------------------------------------------------------------------


@pytest.fixture
def image(db, settings, tmp_path) -> Image:
    settings.MEDIA_ROOT = tmp_path
    file = get_test_image_file("mugs.png", size=(1600, 900))
    return Image.objects.create(title="IMG_2041", file=file)


def picture(image, **more):
    block = SessionBody().child_blocks["picture"]
    facts = {"title": "On the sill", "image": image, "description": "", "decorative": False}
    return block, block.normalize(facts | {"caption": "", "credit": ""} | more)


def test_a_picture_needs_words_or_a_plain_no(image):
    block, bare = picture(image)
    with pytest.raises(ValidationError) as refused:
        block.clean(bare)
    assert list(refused.value.block_errors) == ["description"]
    with pytest.raises(ValidationError) as refused:
        block.clean(picture(image, description="Two mugs", decorative=True)[1])
    assert list(refused.value.block_errors) == ["decorative"]
    assert block.clean(picture(image, description="Two mugs")[1])["description"] == "Two mugs"
    assert block.clean(picture(image, decorative=True)[1])["decorative"]


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # Wagtail’s, while drawing
def test_a_picture_is_drawn_small_with_words_and_a_size(image, sessions, flo):
    facts = {"title": "On the sill", "image": image.pk, "description": "Two “mugs”"}
    facts |= {"decorative": False, "caption": "Tea", "credit": "The team"}
    page = sessions[0]
    page.body = [("picture", SessionBody().child_blocks["picture"].to_python(facts))]
    page.save_revision().publish()
    shown = signed_in(flo).get(page.url).content.decode()
    assert 'alt="Two “mugs”"' in shown
    assert 'loading="lazy"' in shown
    assert 'width="544"' in shown
    assert 'height="306"' in shown
    assert "1088w" in shown
    assert ".webp" in shown
    assert "IMG_2041" not in shown
    assert "Credit: The team" in shown
    address = shown.split('src="/media/')[1].split('"')[0]
    answer = signed_in(person("cyn")).get(f"/media/{address}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    b"".join(answer.streaming_content)
    assert signed_in(flo).get(f"/media/{image.file.name}").status_code == 404
    assert signed_in(flo).get("/media/images/../original_images/x").status_code == 404
    gc.collect()


# --- Meets again -----------------------------------------------------------------------------


def test_meets_again_offers_the_questions_by_their_words(sessions, django_assert_num_queries):
    with django_assert_num_queries(1):
        choices = dict(earlier_questions())
    menu = next(q for q in sessions[1].questions() if q.key == "s2_menu")
    assert choices["s2_menu"] == f"Session 2: {menu.label}"
    assert len(choices) == 49


def test_a_key_that_is_no_longer_there_is_kept_and_shown_as_such(flo, sessions):
    page = sessions[0]
    page.prompts = [("checkin", question("mine", "How is it?", revisits="long_gone"))]
    page.save_revision()  # only in a draft
    assert "no longer there (long_gone)" in dict(earlier_questions())["long_gone"]
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "no longer there (long_gone)" in signed_in(flo).get(address).content.decode()
    same = [("checkin", question("mine", "How are you?", revisits="long_gone"))]
    form = posted(page, same, **{"action-publish": "action-publish"})
    assert signed_in(flo).post(address, form).status_code == 302
    page.refresh_from_db()
    assert [(q.key, q.revisits) for q in page.questions()] == [("mine", "long_gone")]


def test_an_empty_thread_stays_empty_and_a_chosen_one_is_stored_as_its_key():
    block = PromptStream().child_blocks["free_text"].child_blocks["revisits"]
    for value in ("", "s2_menu"):
        typed = block.value_from_datadict({"x": value}, MultiValueDict(), "x")
        assert block.get_prep_value(block.clean(typed)) == value


def test_reading_a_session_asks_nothing_about_threads(sessions, django_assert_num_queries):
    with django_assert_num_queries(1):
        SessionPage.objects.get(pk=sessions[1].pk).questions()


# --- The style guide -------------------------------------------------------------------------


def test_editors_have_a_style_guide_and_others_do_not(flo, ada):
    page = signed_in(flo).get(reverse("style_guide")).content.decode()
    assert "How we write" in page
    assert "Learned from experience" in page
    assert signed_in(ada).get(reverse("style_guide")).status_code == 302


def test_the_style_guide_keeps_its_own_rules():
    from course.programme import style_guide as guide

    said = [*guide.LEAVE_OUT, *guide.EXAMPLES.values()]
    for chapter in guide.CHAPTERS:
        said += [chapter.lead, *chapter.points]
        said += [part for pair in chapter.pairs for part in (pair.write, pair.because)]
    sentences = [s for text in said for s in str(text).replace("? ", ". ").split(". ")]
    assert [s for s in sentences if len(s.split()) > 20] == []


# --- Restore the original --------------------------------------------------------------------


def changed(page: SessionPage) -> SessionPage:
    page.title = "As an editor likes it"
    page.prompts = [("checkin", question("new_one", "And you?"))]
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def test_restoring_makes_a_draft_and_publishes_nothing(flo, sessions):
    page = changed(sessions[1])
    key, slug, history = page.key, page.slug, page.revisions.count()
    address = reverse("restore_session", args=[page.pk])
    client = signed_in(flo)
    assert "Nothing is published until" in client.get(address).content.decode()
    assert page.revisions.count() == history  # asking changes nothing
    assert client.post(address).status_code == 302
    page.refresh_from_db()
    assert (page.title, page.key, page.slug) == ("As an editor likes it", key, slug)
    assert page.has_unpublished_changes
    draft = page.get_latest_revision_as_object()
    original = words.load_all("sessions")[1]
    assert draft.title == original["title"]
    assert [q.key for q in draft.questions()] == [p["key"] for p in original["prompts"]]
    assert [b.block_type for b in draft.body] == [b["type"] for b in original["blocks"]]
    assert page.revisions.count() == history + 1
    entry = Entry.objects.get(action="session.restored")
    assert (entry.actor, entry.subject) == (str(flo.pk), f"session:{key}")
    client.post(address)  # a second press finds the same draft
    assert page.revisions.count() == history + 1
    draft.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.questions() == list(session_page(original).questions())


def test_restoring_keeps_where_a_session_stands(flo, sessions):
    page = sessions[1]
    page.number, page.open_to_all, page.title = 7, True, "As an editor likes it"
    page.save_revision().publish()
    draft = restoring.restore(page, actor=flo).as_object()
    assert draft.title == words.load_all("sessions")[1]["title"]
    assert (draft.number, draft.open_to_all) == (7, True)


def test_the_way_back_is_offered_where_it_leads_somewhere(flo, root, ada, sessions, programme):
    page = sessions[0]
    address = reverse("restore_session", args=[page.pk])
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert address in signed_in(flo).get(edit).content.decode()
    own = page.copy(update_attrs={"slug": "own", "title": "Own"}, user=root)
    mine = reverse("restore_session", args=[own.pk])
    assert signed_in(flo).get(mine).status_code == 404
    edit = reverse("wagtailadmin_pages:edit", args=[own.pk])
    assert mine not in signed_in(flo).get(edit).content.decode()
    assert signed_in(ada).get(address).status_code == 302
    with_no_rights = person("gil")
    assert signed_in(with_no_rights).post(address).status_code == 302
    assert not Entry.objects.filter(action="session.restored").exists()


def test_a_locked_page_is_left_alone(flo, root, sessions):
    page = sessions[0]
    page.locked, page.locked_by = True, root
    page.save()
    answer = signed_in(flo).post(reverse("restore_session", args=[page.pk]))
    assert "Nothing was changed" in answer.content.decode()
    assert not Entry.objects.filter(action="session.restored").exists()


# --- Whatever happens to a session, people’s answers stay -----------------------------------


def move(page, root):
    other = ProgrammePage(title="Another", slug="another", lead="Also")
    page.get_parent().get_parent().add_child(instance=other)
    address = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, other.pk])
    assert signed_in(root).post(address).status_code == 302
    assert Page.objects.get(pk=page.pk).get_parent().pk == other.pk


def duplicate(page, root):
    facts = {"new_title": "Again", "new_slug": "again", "new_parent_page": page.get_parent().pk}
    address = reverse("wagtailadmin_pages:copy", args=[page.pk])
    assert signed_in(root).post(address, facts).status_code == 302
    assert SessionPage.objects.get(slug="again").key != page.key


def unpublish_and_publish(page, root):
    address = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
    assert signed_in(root).post(address).status_code == 302
    assert not SessionPage.objects.get(pk=page.pk).live
    SessionPage.objects.get(pk=page.pk).get_latest_revision().publish()


def restore(page, root):
    changed(page)
    assert signed_in(root).post(reverse("restore_session", args=[page.pk])).status_code == 302
    SessionPage.objects.get(pk=page.pk).get_latest_revision().publish()


@pytest.mark.parametrize("what", [move, duplicate, unpublish_and_publish, restore])
def test_nothing_that_is_done_to_a_session_breaks_an_answer(what, ada, root, sessions):
    page = sessions[1]
    asked = text_prompt(page)
    reflection = save(ticket_for(ada, page), ada, CANARY).reflection
    what(page, root)
    kept = SessionPage.objects.get(pk=page.pk)
    assert kept.live
    assert kept.key == reflection.session_key
    assert [q.key for q in kept.questions()] == [q.key for q in page_as_it_came()]
    row = Reflection.objects.get(pk=reflection.pk)
    assert CANARY in words_of(row, ada)
    answered = writing.open_reflection(row, actor=ada).responses[asked.key].prompt
    assert answered == asked  # with the words it was given to
    offered = earlier.earlier_answers(ada, prompts=kept.questions(), besides=None)
    assert offered[asked.key].response.answer == CANARY
    shown = signed_in(ada).get(reverse("read_reflection", args=[row.pk])).content.decode()
    assert CANARY in shown


def page_as_it_came():
    return session_page(words.load_all("sessions")[1]).questions()
