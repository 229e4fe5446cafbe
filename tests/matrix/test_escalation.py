"""Nobody gives themselves a right: every screen of the workspace is tried by every lesser role."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.urls import reverse

from course.people.models import User
from tests.matrix.asking import address_of, ask, asker, nothing_kept, routes, row_of, whole
from tests.matrix.wagtails import BREAKS

pytestmark = [
    pytest.mark.django_db,
    # Wagtail's list of images leaves the small pictures it draws to the collector.
    pytest.mark.filterwarnings(
        "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
    ),
]

# Who may do what is in these tables, and nowhere else.
RIGHTS = {
    "people_user",
    "people_user_groups",
    "people_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "wagtailcore_grouppagepermission",
    "wagtailcore_groupcollectionpermission",
    "wagtailcore_site",
    "cohorts_facilitation",
    "cohorts_cohort_hosts",
    "places_manager",
}
LESSER = ("flo", "eve", "fay", "hal")
PRIVATE = ("reflection", "writingkey", "consent", "authenticator", "setaside")


def typed(world) -> dict[str, str]:
    """Whatever a screen about rights might read."""
    everything = [str(pk) for pk in Group.objects.values_list("pk", flat=True)]
    rights = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)[:400:8]]
    return {
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
        "groups": everything,
        "group": everything[0],
        "role": everything[0],
        "permissions": rights,
        "user_permissions": rights,
        "email": "mine@example.org",
        "name": "Mine",
        "display_name": "Mine",
        "confirm": "on",
        "action": "assign_role",
        "next": "/cms/",
    }


def rights() -> dict[str, list]:
    """All that says who may do what."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(RIGHTS):
            columns = "id, is_superuser, is_active, email" if table == "people_user" else "*"
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def try_all(world, roles, *, part: int, of: int) -> list[tuple]:
    """Each screen of the workspace, opened and pressed; returns what should not have been."""
    wrong = []
    facts = typed(world)
    clients = {role: asker(world.people[role]) for role in roles}
    before = rights()
    for turn, (name, patterns) in enumerate(routes()):
        row = row_of(name)
        address = address_of(name, patterns, world.things) if row else ""
        if not address.startswith("/cms/") or "logout" in address:
            continue
        for place, role in enumerate(roles):
            if (turn + place) % of != part:
                continue
            with nothing_kept() as written:
                query = f"?id={world.people[role].pk}&id={world.people['ada'].pk}"
                answers = [ask(clients[role], "get", address)]
                answers.append(clients[role].post(address + query, facts, headers=CSRF))
                if RIGHTS & set(written) and rights() != before:
                    wrong.append((name, role, "changed", sorted(RIGHTS & set(written))))
            broken = [a.status_code for a in answers if a.status_code >= 500]
            read = " ".join(map(whole, answers)).lower()
            shown = [word for word in PRIVATE if f"/{word}/" in read]
            if (broken and name not in BREAKS) or shown:
                wrong.append((name, role, broken, shown))
    return wrong


CSRF = {"X-CSRFToken": "0123456789abcdefghijklmnopqrstuv"}


def test_no_screen_of_the_workspace_gives_a_right(world):
    wrong = try_all(world, LESSER, part=0, of=18)
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.soak
def test_no_screen_of_the_workspace_gives_a_right_to_any_role(world):
    wrong = try_all(world, (*LESSER, "gil", "max", "ada"), part=0, of=1)
    assert not wrong, "\n".join(map(str, wrong))


def test_nor_do_ones_own_forms(world, client):
    facts = typed(world)
    before = rights()
    for role in (*LESSER, "ada"):
        for name in ("names", "time_zone", "reading_settings", "reminders", "wagtailadmin_account"):
            with nothing_kept():
                asker(world.people[role]).post(reverse(name), facts, headers=CSRF)
                assert rights() == before, (role, name)
    new = {"email": "new-one@example.org", "password1": "a kettle and two birds", "is_adult": "on"}
    client.post(reverse("account_signup"), facts | new)
    made = User.objects.get(email="new-one@example.org")
    assert not made.is_superuser
    assert not made.groups.exists()
    assert not made.user_permissions.exists()


def test_what_the_groups_may_do_is_this_and_no_more(world):
    """A snapshot: a new right for a group is a decision, and stands here."""
    held = {
        group.name: sorted(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.filter(name__in=["Facilitators", "Finance"])
    }
    assert held == {
        "Facilitators": [
            "access_admin",
            *("add_glossaryterm", "change_glossaryterm", "change_signpost"),
            *("view_glossaryterm", "view_signpost"),
        ],
        "Finance": [
            "access_admin",
            "add_discount",
            "change_discount",
            "change_order",
            "view_discount",
            "view_order",
        ],
    }
