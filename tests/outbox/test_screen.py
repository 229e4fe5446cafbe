"""What waits in the outbox, on a screen: who sees it, what it says, what a press does."""

import ast
import importlib
import inspect
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from course.audit.models import Entry
from course.dashboard import effect_tasks, effect_words, effects
from course.outbox.models import LONG, Effect
from course.outbox.settling import LEASE, TRIES
from tests.cast import CANARY, NOON, person, settle_everything, signed_in, with_second_factor

pytestmark = pytest.mark.django_db
REFUND, LETTER = "course.places.tasks.send_refund", "certificates.tasks.announce_certificate"


def effect(number: int = 0, **facts) -> Effect:
    now = timezone.now()
    given_up = {"task": LETTER, "state": Effect.DEAD, "attempts": TRIES, "not_before": now}
    given_up |= {"created_at": now - timedelta(days=1), "last_error": "ConnectionRefusedError"}
    key = f"x:{number}:{CANARY}"
    return Effect.objects.create(dedupe_key=key, facts={"sealed": CANARY}, **given_up | facts)


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_the_same_however_many_wait(number, root, django_assert_num_queries):
    for n in range(number):
        effect(n, task=[LETTER, REFUND, "old.release.do_it"][n])
    client = signed_in(root)
    client.get(reverse("effects"))
    with django_assert_num_queries(10) as seen:
        page = client.get(reverse("effects")).content.decode()
    ours = [q["sql"] for q in seen if 'FROM "outbox_effect"' in q["sql"]]
    assert len(ours) == 3  # the kinds, a count, a page of them
    assert page.count("Try again<") == number
    assert "Email: a certificate is ready" in page
    assert "ConnectionRefusedError" in page
    assert CANARY not in page
    assert LETTER.split(".")[2] not in page.replace(f'value="{LETTER}"', "")


def test_only_what_is_in_trouble_is_shown(root):
    now = timezone.now()
    owed = {"state": Effect.OWED, "attempts": 0, "last_error": ""}
    shown = [effect(1, **owed, not_before=now - LONG * 2), effect(2, **owed | {"attempts": 3})]
    quiet = [effect(3, **owed), effect(4, **owed, task=REFUND), effect(5, **owed | {"attempts": 1})]
    Effect.objects.filter(pk=quiet[1].pk).update(not_before=now + timedelta(days=3))
    page = signed_in(root).get(reverse("effects")).content.decode()
    assert all(str(one.pk) in page for one in shown)
    assert not any(str(one.pk) in page for one in quiet)
    assert "still being tried" in page


def test_others_do_not_find_it_and_an_operator_does(flo, root):
    one = effect()
    pages = [reverse("effects"), reverse("effect_again", args=[one.pk])]
    for address in [*pages, reverse("effects_of_kind_again")]:
        assert signed_in(flo).post(address).status_code == 404
    assert "What waits" not in signed_in(flo).get("/cms/").content.decode()
    operator = with_second_factor(person("operator"))
    for app, name in (("outbox", "change_effect"), ("wagtailadmin", "access_admin")):
        right = Permission.objects.get(content_type__app_label=app, codename=name)
        operator.user_permissions.add(right)
    assert signed_in(operator).get(pages[0]).status_code == 200
    assert signed_in(root).get(pages[1]).status_code == 405
    assert Effect.objects.get().state == Effect.DEAD
    page = signed_in(root).get(reverse("wagtailusers_groups:add")).content.decode()
    right = Permission.objects.get(codename="change_effect")
    assert f'value="{right.pk}"' in page  # a superuser can give it


def test_one_press_tries_again_at_once(root):
    one, other, queued = effect(1), effect(2), DBTaskResult.objects.count()
    client = signed_in(root)
    for _twice in range(2):  # pressed twice
        answer = client.post(reverse("effect_again", args=[one.pk]), follow=True)
        assert answer.status_code == 200
    assert "no longer waits" in answer.content.decode()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.attempts, other.state) == (Effect.OWED, 0, Effect.DEAD)
    assert DBTaskResult.objects.count() == queued + 1
    line = Entry.objects.get(action="effect.again")
    assert (line.actor, line.subject) == (str(root.pk), f"effect:{one.pk}")


def test_all_of_a_kind_again_leaves_others_and_what_is_in_hand(root):
    now = timezone.now()
    mine = [effect(n) for n in range(3)]
    held = effect(3, state=Effect.OWED, attempts=4, leased_until=now + timedelta(seconds=LEASE))
    other = effect(4, task=REFUND)
    address = reverse("effects_of_kind_again")
    answer = signed_in(root).post(address, {"task": LETTER}, follow=True)
    assert "3 are being tried again" in answer.content.decode()
    again = Effect.objects.filter(state=Effect.OWED, attempts=0)
    assert set(again) == set(mine)
    assert Effect.objects.get(pk=held.pk).attempts == 4
    assert Effect.objects.get(pk=other.pk).state == Effect.DEAD
    assert Entry.objects.get(action="effects.again").subject == "effects:tasks.announce_certificate"
    for nonsense in ({}, {"task": "x" * 500}, {"task": LETTER}):
        answer = signed_in(root).post(address, nonsense, follow=True)
        assert "Nothing of this kind waits" in answer.content.decode()


def test_the_first_page_says_so_to_those_who_may_look(flo, root):
    assert "could not be sent" not in signed_in(root).get("/cms/").content.decode()
    effect()
    page = signed_in(root).get("/cms/").content.decode()
    assert "1 email, paper or refund could not be sent" in page
    assert reverse("effects") in page
    assert "could not be sent" not in signed_in(flo).get("/cms/").content.decode()


# --- One letter a day ----------------------------------------------------------------------------


def test_one_letter_a_day_while_something_is_dead(settings):
    settings.OPERATOR_EMAIL = "nights@example.org"
    assert not effects.tell_of_dead(NOON)
    effect()
    for hour in range(3):
        assert effects.tell_of_dead(NOON + timedelta(hours=hour))
    settle_everything()
    (letter,) = mail.outbox
    assert letter.to == ["nights@example.org"]
    assert "/cms/effects/" in letter.body
    assert CANARY not in letter.message().as_string()
    effects.tell_of_dead(NOON + timedelta(days=1))
    assert Effect.objects.filter(dedupe_key__startswith="effects-wait").count() == 2


def test_a_letter_about_what_waits_is_no_reason_for_another(settings, programme):
    settings.OPERATOR_EMAIL = "nights@example.org"
    effect(task="course.dashboard.effect_tasks.say_effects_wait")
    assert not effects.tell_of_dead(timezone.now())
    settings.OPERATOR_EMAIL = ""
    effect(2)
    assert effects.tell_of_dead(timezone.now()) == bool(effect_tasks.help_address())


# --- Words for every kind ------------------------------------------------------------------------


def every_task() -> set[str]:
    """What stands first in a call of `owe`, and every function of the modules for tasks."""
    root = Path(settings.BASE_DIR)
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = next(c for c in contracts["contracts"] if c["name"] == "Tasks never import flows")
    found = {f"{name}.{task}" for name in contract["source_modules"] for task in tasks_of(name)}
    for package in ("course", "sessions", "certificates", "reflections"):
        for path in (root / package).rglob("*.py"):
            if "owe(" in (text := path.read_text()):
                module = ".".join(path.relative_to(root).with_suffix("").parts)
                found |= {f"{module}.{name}" for name in owed_by_name(ast.parse(text))}
    return found


def tasks_of(module: str) -> list[str]:
    """Functions of its own that take facts by name and nothing else."""
    return [
        function.__name__
        for function in vars(importlib.import_module(module)).values()
        if inspect.isfunction(function)
        and function.__module__ == module
        and not function.__name__.startswith("_")
        and (facts := inspect.signature(function).parameters.values())
        and all(fact.kind is fact.KEYWORD_ONLY for fact in facts)
    ]


def owed_by_name(tree: ast.Module) -> set[str]:
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.args]
    owed = [c.args[0] for c in calls if getattr(c.func, "id", "") == "owe"]
    return {first.id for first in owed if isinstance(first, ast.Name)} - {"task"}


def test_every_kind_of_effect_has_words():
    assert every_task() == set(effect_words.KINDS)
    for task in effect_words.KINDS:
        module, _dot, name = task.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))
    assert effect_words.in_words("old.release.do_it") == "Do it"
