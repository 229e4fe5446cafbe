"""The facilitators' workspace: what each person may open, and what editing leaves alone."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.admin.icons import get_icons
from wagtail.test.utils.form_data import nested_form_data, streamfield

from certificates.models import FacilitatorSummary
from course.audit.models import Entry
from course.cohorts.models import Cohort, Enrolment, Facilitation
from course.people import roles
from course.people.models import User
from sessions import attending
from sessions.blocks import SessionBody
from sessions.models import SessionPage, Thought
from sessions.questions import PromptStream
from tests.cast import NOON, enrolled, person, signed_in, with_second_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def gil(db) -> User:
    """Another facilitator, with a group of her own."""
    gil = person("gil", document_name="Gil Moss")
    gil.groups.add(roles.facilitators())
    return with_second_factor(gil)


@pytest.fixture
def other_cohort(programme, gil) -> Cohort:
    other = Cohort.objects.create(programme_id=programme.pk, title="Friday group")
    Facilitation.objects.create(cohort=other, user=gil)
    return other


@pytest.fixture
def summary(ada, sessions) -> FacilitatorSummary:
    enrolment = Enrolment.objects.get(user=ada)
    for session in sessions[:6]:
        attending.work_through(enrolment, session=session, now=NOON)
    return FacilitatorSummary.objects.get()


def status(user: User, address: str) -> int:
    return signed_in(user).get(address).status_code


# --- Groups and summaries ------------------------------------------------------------------


def test_a_group_opens_for_its_facilitators_and_for_nobody_else(cohort, flo, gil, ada, root):
    address = reverse("facilitator_group", args=[cohort.pk])
    assert [status(user, address) for user in (flo, gil, root)] == [200, 404, 200]
    assert status(ada, address) == 302  # no second factor, and no workspace either
    assert status(with_second_factor(ada), address) == 302


def test_a_summary_opens_for_its_facilitators_and_for_nobody_else(summary, flo, gil, ada):
    with_second_factor(ada)
    for name in ("facilitator_summary", "facilitator_summary_pdf"):
        address = reverse(name, args=[summary.pk])
        assert status(gil, address) == 404
        assert status(ada, address) == 302
    assert not Entry.objects.filter(action__startswith="summary.").exists()
    assert status(flo, reverse("facilitator_summary", args=[summary.pk])) == 200


def test_opening_a_summary_leaves_one_line_in_the_audit_log(summary, flo):
    assert status(flo, reverse("facilitator_summary", args=[summary.pk])) == 200
    entry = Entry.objects.get(action="summary.opened")
    assert (entry.actor, entry.subject) == (str(flo.pk), f"summary:{summary.pk}")


def test_my_groups_lists_my_own(cohort, other_cohort, flo, gil):
    page = signed_in(flo).get(reverse("facilitator_groups")).content.decode()
    assert "Tuesday group" in page
    assert "Friday group" not in page


def test_a_facilitator_without_groups_is_met_kindly(gil):
    page = signed_in(gil).get(reverse("facilitator_groups")).content.decode()
    assert "You do not run a group yet" in page


def test_a_group_page_shows_what_was_done_and_sent(summary, cohort, ada, bea, flo):
    mine = Enrolment.objects.get(user=ada)
    Enrolment.objects.filter(user=ada).update(
        access_needs="A quiet room", access_needs_sent_at=NOON
    )
    Enrolment.objects.filter(user=bea).update(access_needs="Never sent")
    Thought.objects.create(enrolment=mine, for_whom="facilitators", words="Thank you", sent_at=NOON)
    Thought.objects.create(
        enrolment=mine, for_whom="facilitators", words="Gone", sent_at=NOON, taken_back_at=NOON
    )
    client = signed_in(flo)
    people, sent = (
        client.get(reverse(name, args=[cohort.pk])).content.decode()
        for name in ("group_people", "group_sent")
    )
    assert reverse("facilitator_summary", args=[summary.pk]) in people
    assert all(words in people for words in ("Ada Byron", "caught up"))
    assert all(words in sent for words in ("A quiet room", "Thank you", "Unsigned"))
    for page in (people, sent):
        assert "Never sent" not in page
        assert "Gone" not in page
        assert "@example.org" not in page.split("<main", 1)[1]


# What Wagtail's own frame asks, whatever stands in it: session, person, permissions, menu.
FRAME = 11


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize(
    ("name", "ours"),
    # the group, meetings, titles, counts; the group, count, people, attendances, summaries;
    # the group, needs, questions, count, thoughts
    [("facilitator_group", 4), ("group_people", 5), ("group_sent", 4)],
)
def test_a_groups_pages_ask_the_same_of_the_database_however_many_people(
    people, name, ours, cohort, flo, django_assert_num_queries
):
    for n in range(people):
        one = enrolled(person(f"p{n}"), cohort)
        Enrolment.objects.filter(pk=one.pk).update(access_needs="x", access_needs_sent_at=NOON)
    client = signed_in(flo)
    address = reverse(name, args=[cohort.pk])
    client.get(address)
    with django_assert_num_queries(FRAME + ours):
        client.get(address)


# --- What a facilitator's workspace leaves out ---------------------------------------------

CLOSED = [
    "users/",
    "users/new/",
    "users/edit/{root}/",
    "users/delete/{ada}/",
    "groups/new/",
    "groups/edit/{group}/",
    "bulk/people/user/delete/?id={ada}",
    "settings/programme/sitesettings/",
    "settings/programme/sitesettings/{site}/",
    "redirects/",
    "redirects/add/",
    "sites/",
    "collections/",
    "workflows/list/",
    "workflows/edit/1/",
    "reports/locked/",
    "snippets/programme/signpost/add/",
    "pages/{home}/edit/",
]


def test_no_users_groups_or_settings_for_a_facilitator(flo, ada, root, programme):
    client = signed_in(flo)
    facts = {"root": root.pk, "ada": ada.pk, "group": Group.objects.get(name="Facilitators").pk}
    facts |= {"home": programme.get_parent().pk, "site": programme.get_site().pk}
    opened = [a for a in CLOSED if client.get("/cms/" + a.format(**facts)).status_code == 200]
    assert opened == []
    assert client.post(f"/cms/users/delete/{ada.pk}/").status_code == 404
    assert User.objects.filter(pk=ada.pk).exists()


def test_the_menu_holds_what_is_needed(flo, root):
    def names(user):
        from wagtail.admin.menu import admin_menu

        request = signed_in(user).get("/cms/").wsgi_request
        return [item.name for item in admin_menu.menu_items_for_request(request)]

    own = {"explorer", "my-groups", "images", "documents", "signposts", "glossary"}
    own |= {"style-guide", "reading-settings"}
    assert set(names(flo)) == own
    assert {"reports", "settings"} <= set(names(root))


def test_private_models_are_nowhere_in_the_admin(root):
    from wagtail.admin.viewsets import viewsets
    from wagtail.snippets.models import get_snippet_models

    models = [getattr(v, "model", "") for v in viewsets.viewsets] + get_snippet_models()
    shown = {m if isinstance(m, str) else m._meta.label for m in models}
    assert "people.User" in shown
    assert not [name for name in shown if name.startswith(("reflections", "writing_keys"))]


# --- People, for superusers ----------------------------------------------------------------


def test_root_makes_and_changes_people_without_setting_a_password(root, ada):
    client = signed_in(root)
    assert "first_name" not in client.get("/cms/users/new/").content.decode()
    facts = {"email": "new@example.org", "display_name": "New", "password1": "x" * 20}
    assert client.post("/cms/users/new/", facts | {"password2": "x" * 20}).status_code == 302
    assert not User.objects.get(email="new@example.org").has_usable_password()
    old = ada.password
    facts = {"email": "taken@example.org", "display_name": "Ada L", "is_active": "on"}
    facts |= {"password1": "x" * 20, "password2": "x" * 20}
    assert client.post(f"/cms/users/edit/{ada.pk}/", facts).status_code == 302
    ada.refresh_from_db()
    assert (ada.display_name, ada.email, ada.password) == ("Ada L", "ada@example.org", old)


def test_the_account_page_can_be_saved(flo):
    page = signed_in(flo).get("/cms/account/")
    facts = {"name_email-display_name": "Flora", "theme-theme": "system"}
    facts |= {"theme-density": "default", "theme-contrast": "system"}
    assert "first_name" not in page.content.decode()
    assert signed_in(flo).post("/cms/account/", facts).status_code == 302
    flo.refresh_from_db()
    assert flo.display_name == "Flora"


# --- Editing a session ---------------------------------------------------------------------


def question(key: str, label: str, **more) -> dict:
    return {"key": key, "label": label, "help": "", "revisits": "", **more}


def posted(page: SessionPage, questions: list[tuple[str, dict]], **more) -> dict:
    """The editor's form for a session, with these questions in this order."""
    names = ["title", "slug", "number", "summary", "aim", "outcomes", "minutes", "you_need"]
    names += ["five_minutes", "content_note", "content_note_alternative"]
    nobody = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""}
    facts = {name: getattr(page, name) for name in names}
    facts |= {"comments": nobody, "body": streamfield([("pause", {"text": "Look up."})])}
    return nested_form_data(facts | {"prompts": streamfield(questions)} | more)


def test_questions_keep_their_keys_when_reworded_moved_and_duplicated(flo, sessions):
    page = sessions[0]
    page.prompts = [("checkin", question("old_a", "A")), ("free_text", question("old_b", "B"))]
    page.save_revision().publish()
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    new = [
        ("free_text", question("old_b", "B, in better words")),
        ("checkin", question("", "A")),  # the duplicate, as the editor's script leaves it
        ("checkin", question("old_a", "A")),
        ("checkin", question("old_a", "A")),  # a duplicate without that script
    ]
    form = posted(page, new, **{"action-publish": "action-publish"})
    assert signed_in(flo).post(address, form).status_code == 302
    page.refresh_from_db()
    first, second, third, fourth = page.questions()
    assert [first.key, third.key] == ["old_b", "old_a"]
    assert first.label == "B, in better words"
    assert len({first.key, second.key, third.key, fourth.key}) == 4
    assert page.get_latest_revision_as_object().questions() == page.questions()


def test_a_copied_session_is_a_session_of_its_own(root, sessions, programme):
    facts = {"new_title": "Again", "new_slug": "again", "new_parent_page": programme.pk}
    address = reverse("wagtailadmin_pages:copy", args=[sessions[0].pk])
    assert signed_in(root).post(address, facts).status_code == 302
    copy = SessionPage.objects.get(slug="again")
    assert copy.key != sessions[0].key
    assert copy.questions() == sessions[0].questions()


def test_a_preview_shows_the_whole_session_published_or_not(flo, sessions, programme):
    page = sessions[0]
    page.unpublish()
    client = signed_in(flo)
    fresh = reverse(
        "wagtailadmin_pages:preview_on_add", args=["course_sessions", "sessionpage", programme.pk]
    )
    for address in (reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]), fresh):
        form = posted(page, [("checkin", question("", "How are you?"))], slug="fresh")
        answer = client.post(address, form).json()
        assert answer["is_valid"], answer
        shown = client.get(address).content.decode()
        assert "This is a preview" in shown
        assert "Look up." in shown


def test_every_icon_exists():
    blocks = [*SessionBody().child_blocks.values(), *PromptStream().child_blocks.values()]
    known = get_icons()
    missing = [b.meta.icon for b in blocks if f'id="icon-{b.meta.icon}"' not in known]
    assert missing == []
