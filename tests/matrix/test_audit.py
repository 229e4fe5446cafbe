"""What staff do, and what anyone was refused, leaves one line each in the audit log (R52, R74)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from course.audit.models import Entry
from course.cohorts import changing_terms
from course.people import roles
from tests.cast import CANARY, NOON, PASSWORD, signed_in
from tests.matrix.asking import asker
from tests.matrix.world import World

pytestmark = pytest.mark.django_db


def lines(action: str, actor: Any = None, subject: str = "") -> int:
    found = Entry.objects.filter(action=action)
    found = found.filter(actor=str(actor.pk)) if actor else found
    return (found.filter(subject=subject) if subject else found).count()


def pressed(world: World, who: str, name: str, about: list[str], **typed: Any) -> None:
    address = reverse(name, args=[world.things.get(one, one) for one in about])
    answer = signed_in_now(world.people[who]).post(address, typed)
    assert answer.status_code < 400, (name, answer.status_code)
    if answer.streaming:
        b"".join(answer.streaming_content)


def opened(world: World, who: str, name: str, about: list[str]) -> None:
    address = reverse(name, args=[world.things.get(one, one) for one in about])
    assert signed_in_now(world.people[who]).get(address).status_code == 200, name


def signed_in_now(user: Any) -> Client:
    client = asker(user)
    client.handler.enforce_csrf_checks = False
    return client


def new_leaders(world: World) -> None:
    cohort = world.people["flo"].facilitates.get(pk=world.things["cohort"])
    terms = {name: getattr(cohort, name) for name in changing_terms.TERMS}
    leaders = {"facilitators": [*cohort.facilitators.all(), world.people["gil"]], "hosts": []}
    changing_terms.change_terms(cohort, **terms, **leaders, by=world.people["flo"], now=NOON)


# Each line: what is written down, by whom, and how it is done.
ACTIONS: list[tuple[str, str, Callable[[World], None]]] = [
    ("attendance.exported", "flo", lambda w: opened(w, "flo", "group_export", ["cohort"])),
    ("summary.opened", "flo", lambda w: opened(w, "flo", "facilitator_summary", ["summary"])),
    (
        "summary.downloaded",
        "flo",
        lambda w: opened(w, "flo", "facilitator_summary_pdf", ["summary"]),
    ),
    ("group_summary.opened", "flo", lambda w: opened(w, "flo", "group_summary", ["group summary"])),
    (
        "run_sheet.opened",
        "flo",
        lambda w: opened(w, "flo", "group_run_sheet", ["cohort", "meeting"]),
    ),
    (
        "meeting.cancelled",
        "flo",
        lambda w: pressed(w, "flo", "group_cancel_meeting", ["cohort", "meeting"], seen="0"),
    ),
    (
        "material.removed",
        "flo",
        lambda w: pressed(w, "flo", "group_take_material", ["cohort", "meeting", "material"]),
    ),
    (
        "message.sent",
        "flo",
        lambda w: pressed(
            w,
            "flo",
            "group_messages",
            ["cohort"],
            heading="H",
            words="W",
            id=str(uuid4()),
            action="send",
        ),
    ),
    ("cohort.leaders_changed", "flo", new_leaders),
    ("signpost.checked", "flo", lambda w: pressed(w, "flo", "signpost_checked", ["signpost"])),
    ("orders.exported", "fay", lambda w: pressed(w, "fay", "staff_orders_export", [])),
    (
        "organisation.manager_asked",
        "max",
        lambda w: pressed(
            w, "max", "managers", ["organisation"], action="ask", email="x@example.org"
        ),
    ),
    (
        "place.taken_back",
        "max",
        lambda w: pressed(w, "max", "place", ["place"], action="take_back"),
    ),
    (
        "order.join_link_closed",
        "max",
        lambda w: pressed(w, "max", "join_link", ["order"], action="close"),
    ),
    (
        "place.invited",
        "max",
        lambda w: pressed(w, "max", "invite", ["order"], people="third@example.org"),
    ),
    (
        "person.rights_changed",
        "root",
        lambda w: pressed(
            w,
            "root",
            "wagtailusers_users:edit",
            ["the user"],
            email="x@example.org",
            display_name="A",
            is_active="on",
            is_superuser="on",
        ),
    ),
    (
        "group.deleted",
        "root",
        lambda w: pressed(w, "root", "wagtailusers_groups:delete", ["group"]),
    ),
    (
        "account.totp_deactivated",
        "bea",
        lambda w: pressed(w, "bea", "mfa_deactivate_totp", []),
    ),
]


def test_each_action_leaves_its_line(world):
    missing = []
    for action, who, do in ACTIONS:
        before = lines(action, world.people[who])
        do(world)
        if lines(action, world.people[who]) != before + 1:
            missing.append(action)
    assert missing == []


def test_roles_given_to_several_and_groups_leave_a_line_for_each(world):
    root, ada, bea = (world.people[name] for name in ("root", "ada", "bea"))
    group = Group.objects.get(name=roles.FINANCE)
    address = reverse("wagtail_bulk_action", args=["people", "user", "assign_role"])
    query = f"?id={ada.pk}&id={bea.pk}&next=/cms/users/"
    signed_in_now(root).post(address + query, {"role": str(group.pk)})
    for one in (ada, bea):
        assert lines("person.rights_changed", root, f"person:{one.pk}") == 1
    facts = {"email": "made@example.org", "display_name": "M"}
    signed_in_now(root).post(reverse("wagtailusers_users:add"), facts)
    assert lines("person.made", root) == 1
    form = {"name": "Helpers"}
    for prefix in ("page_permissions", "collection_permissions", "image_permissions"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    for prefix in ("document_permissions", "collection_mgmt_permissions"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    form |= {"permissions": []}
    answer = signed_in_now(root).post(reverse("wagtailusers_groups:add"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    made = Group.objects.get(name="Helpers")
    assert lines("group.rights_changed", root, f"group:{made.pk}") == 1


def test_whatever_is_refused_leaves_a_line_with_ids_and_no_words(world):
    things = world.things
    refused = [
        ("root", "read_reflection", ["reflection"], things["reflection"]),
        ("bea", "certificate_pdf", ["certificate"], things["certificate"]),
        ("nia", "team_order", ["order"], things["order"]),
        ("gil", "group_people", ["cohort"], things["cohort"]),
        ("flo", "staff_order", ["order"], things["order"]),
        ("fay", "wagtailusers_users:edit", ["the user"], things["the user"]),
        ("cyn", "facilitator_summary", ["summary"], things["summary"]),
    ]
    for who, name, about, pk in refused:
        address = reverse(name, args=[things[one] for one in about])
        signed_in(world.people[who]).get(address)
        line = Entry.objects.get(action="access.denied", actor=str(world.people[who].pk))
        assert line.result == "denied", name
        assert str(pk)[:30] in line.subject, name
    client = asker(world.people["max"])
    client.cookies["csrftoken"] = "z" * 32  # a token that is not the one in the header
    client.post(reverse("managers", args=[things["organisation"]]), {"action": "ask"})
    assert lines("access.denied", world.people["max"]) == 1
    told = " ".join(f"{e.action} {e.subject}" for e in Entry.objects.all())
    for words in (CANARY, things["invitation"], "example.org"):
        assert words not in told


def test_signing_in_that_fails_is_noted_without_what_was_typed(ada, client):
    for login in (ada.email, "nobody@example.org"):
        client.post(reverse("account_login"), {"login": login, "password": "not this one at all"})
    found = Entry.objects.filter(action="sign_in.failed").order_by("at")
    assert {e.subject for e in found} == {f"person:{ada.pk}", "person:"}
    assert {e.actor for e in found} == {"system"}


def test_a_slip_of_the_pen_and_a_visitor_leave_none(world, client):
    client.get(reverse("read_reflection", args=[world.things["reflection"]]))
    signed_in(world.people["ada"]).get("/no/such/page/")
    assert lines("access.denied") == 0


def test_people_are_told_when_how_they_sign_in_is_changed(ada, mailoutbox):
    from tests.cast import settle_everything, with_second_factor

    with_second_factor(ada)
    client = signed_in_now(ada)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=ada).exists()
    facts = {"oldpassword": PASSWORD, "password1": "a kettle and two birds"}
    client.post(reverse("account_change_password"), facts | {"password2": facts["password1"]})
    settle_everything()
    assert len(mailoutbox) == 2
    assert {tuple(m.to) for m in mailoutbox} == {(ada.email,)}
