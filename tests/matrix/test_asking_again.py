"""Sensitive steps: a stale session is asked again, nothing happens, and what was typed is kept.

The table below and the one in course/people/asking_again.py name the same steps.
"""

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from course.audit.models import Entry
from course.people import asking_again, roles
from course.people.models import User
from course.places.models import ManagerInvitation, Refund
from course.places.states import OrderStatus
from reflections.models import Reflection
from tests.cast import PASSWORD, stale

pytestmark = pytest.mark.django_db


def give_password(client: Client, answer):
    """Type the password where the answer leads; returns what follows."""
    page = client.get(answer.headers["Location"])
    assert "Nothing you typed is lost" in page.content.decode()
    facts = {"password": PASSWORD, "next": page.context["redirect_field_value"]}
    return client.post(reverse("account_reauthenticate"), facts)


def steps(world):
    """(name, who, address, what is typed, whether it was done)."""
    people, things = world.people, world.things
    ada, fay, root, max = (people[n] for n in ("ada", "fay", "root", "max"))
    group = Group.objects.get(name=roles.FINANCE).pk
    rights = {"email": ada.email, "display_name": "A", "is_active": "on", "groups": [str(group)]}
    new = {"email": "new-one@example.org", "display_name": "N", "is_superuser": "on"}
    bulk = reverse("wagtail_bulk_action", args=["people", "user", "assign_role"])
    refund = Refund.objects.get(pk=things["refund"])
    order = refund.order
    return [
        (
            "wagtailusers_users:edit",
            root,
            reverse("wagtailusers_users:edit", args=[ada.pk]),
            rights,
            lambda: ada.groups.filter(pk=group).exists(),
        ),
        (
            "wagtailusers_users:add",
            root,
            reverse("wagtailusers_users:add"),
            new,
            lambda: User.objects.filter(email="new-one@example.org", is_superuser=True).exists(),
        ),
        (
            "wagtail_bulk_action",
            root,
            f"{bulk}?id={people['bea'].pk}&next=/cms/users/",
            {"role": str(group)},
            lambda: people["bea"].groups.filter(pk=group).exists(),
        ),
        (
            "wagtailusers_groups:delete",
            root,
            reverse("wagtailusers_groups:delete", args=[Group.objects.create(name="Old").pk]),
            {},
            lambda: not Group.objects.filter(name="Old").exists(),
        ),
        (
            "managers",
            max,
            reverse("managers", args=[things["organisation"]]),
            {"action": "ask", "email": "typed@example.org"},
            lambda: ManagerInvitation.objects.filter(email="typed@example.org").exists(),
        ),
        (
            "staff_act",
            fay,
            reverse("staff_act", args=[order.pk, "paid"]),
            {"on": "2026-11-03", "reference": "Typed", "amount": f"{order.total_minor / 100:.2f}"},
            lambda: type(order).objects.get(pk=order.pk).status == OrderStatus.PAID,
        ),
        (
            "staff_orders_export",
            fay,
            reverse("staff_orders_export") + "?q=Northmoor",
            {},
            lambda: Entry.objects.filter(action="orders.exported").exists(),
        ),
        (
            "withdraw_consent",
            ada,
            reverse("withdraw_consent"),
            {"choice": "delete"},
            lambda: not Reflection.objects.filter(owner=ada, deleted_at=None).exists(),
        ),
        (
            "account_email",
            ada,
            reverse("account_email"),
            {"action_add": "", "email": "typed@example.net"},
            lambda: EmailAddress.objects.filter(email="typed@example.net").exists(),
        ),
    ]


def test_each_step_waits_and_then_carries_what_was_typed(world):
    for name, who, address, typed, done in steps(world):
        client = stale(who)
        answer = client.post(address, typed)
        assert answer.status_code == 302, (name, answer.context and answer.context["form"].errors)
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/"), name
        assert not done(), f"{name} did not wait"
        onward = give_password(client, answer)
        assert onward.status_code in {200, 302}, (name, onward.status_code)
        if onward.streaming:
            assert b"".join(onward.streaming_content)
        assert done(), f"{name} lost what was typed"


def test_files_about_people_wait_as_well(world):
    people, things = world.people, world.things
    files = [
        (people["flo"], reverse("group_export", args=[things["cohort"]])),
        (people["root"], reverse("wagtailadmin_reports:site_history") + "?export=csv"),
    ]
    for who, address in files:
        client = stale(who)
        answer = client.get(address)
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/"), address
        assert not Entry.objects.filter(actor=str(who.pk), action__endswith="exported").exists()
        assert give_password(client, answer).headers["Location"] == address
        assert client.get(address).status_code == 200


def test_everything_that_is_sensitive_asks(world):
    """Every step of the table, and those of ours that ask by themselves, as who may do them."""
    people, things = world.people, world.things
    ids = {
        "wagtailusers_users:edit": [people["bea"].pk],
        "wagtailusers_groups:edit": [things["group"]],
        "wagtailusers_groups:delete": [things["group"]],
        "wagtail_bulk_action": ["people", "user", "assign_role"],
        "group_settings": [things["cohort"]],
        "managers": [things["organisation"]],
        "staff_act": [things["order"], "paid"],
        "staff_act_on_refund": [things["refund"], "agree"],
        "give_back": [things["own order"]],
    }
    more = {"withdraw_consent": {"choice": "delete"}}
    by_max = {"managers"}
    for name in [*asking_again.PRESSED, "my_everything", "erase_me"]:
        who = people["max" if name in by_max else "root"]
        typed = more.get(name, {"action": "ask", "email": "x@example.net"})
        answer = stale(who).post(reverse(name, args=ids.get(name, [])), typed)
        assert answer.headers.get("Location", "").startswith("/accounts/reauthenticate/"), name
    for name in ("mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        answer = stale(people["root"]).post(reverse(name))
        assert answer.headers.get("Location", "").startswith("/accounts/reauthenticate/"), name


def test_signing_in_counts_for_an_hour_and_no_longer(ada, client):
    with time_machine.travel(0, tick=False) as clock:
        client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
        address = reverse("download_reflections")
        clock.shift(59 * 60)
        assert client.post(address).status_code == 200
        clock.shift(2 * 60)
        assert "/reauthenticate/" in client.post(address).headers["Location"]


def test_a_wrong_password_does_nothing_and_the_right_one_still_carries_it(world):
    _name, who, address, typed, done = steps(world)[0]
    client = stale(who)
    where = client.post(address, typed).headers["Location"]
    facts = {"password": "not this one", "next": address}
    assert client.post(where, facts).status_code == 200
    assert not done()
    assert Entry.objects.filter(action="sign_in.failed", subject=f"person:{who.pk}").exists()
    client.post(where, facts | {"password": PASSWORD})
    assert done()
