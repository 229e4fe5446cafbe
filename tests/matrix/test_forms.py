"""Every form of the site: how it asks, and what it says to what it cannot use (ER1, ER2, FO7)."""

from http.cookies import SimpleCookie

import pytest
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

from tests.matrix.asking import TOKEN, address_of, asker, nothing_kept, routes
from tests.matrix.forms import Form, faults_in_asking, faults_in_refusing, forms_of, is_refused
from tests.matrix.table import OPEN, ROLES, ROWS
from tests.matrix.world import World

pytestmark = pytest.mark.django_db

NONSENSE = "a few words, and no more"
# What the writing of a reflection keeps is tests/reflections’: there a chosen answer that is to
# stand alone lets the others go.
OWN_RULES = {("reflect", "s1_reasons-other")}
# fmt: off
ASKING = {
    "account_email", "account_login", "account_change_password", "account_reauthenticate",
    "account_reset_password", "account_signup", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_edit_webauthn", "mfa_reauthenticate", "access_needs", "cpd_note", "erase_me", "names",
    "reminders", "time_zone", "reading_settings", "reflect", "send_thought", "certificate",
    "groups", "buy_for_self", "buy_for_team", "managers", "new_organisation",
    "organisation_details", "place", "team_order", "plan_group", "group_copy", "group_meeting",
    "group_meetings", "group_messages", "group_register", "group_settings", "ask_for_help", "staff_act",
    "staff_group", "letter",
}
# fmt: on
WITHOUT_SECOND_FACTOR = {"mfa_activate_totp": "cyn"}


class Walk:
    def __init__(self, world: World, *, thorough: bool) -> None:
        self.thorough = thorough
        self.clients = {role: asker(user) for role, user in world.people.items()}
        self.wrong: list[tuple] = []
        self.seen: set[tuple] = set()
        self.asking: set[str] = set()
        self.refused = 0

    def look(self, name: str, address: str) -> None:
        first = next(role for role in ROLES if ROWS[name].answers[role] == OPEN)
        client = self.clients[WITHOUT_SECOND_FACTOR.get(name, first)]
        with nothing_kept():
            page = client.get(address)
        if page.status_code != 200 or "html" not in page["Content-Type"]:
            return
        soup = BeautifulSoup(page.content, "html.parser")
        for form in forms_of(address, soup):
            self.asking.add(name)
            if (form.action, frozenset(form.names)) not in self.seen:
                self.seen.add((form.action, frozenset(form.names)))
                self.wrong += [(name, said) for said in faults_in_asking(form, soup)]
                turn = len(self.seen) % 2
                for words in ("", NONSENSE) if self.thorough else ("", NONSENSE)[turn : turn + 1]:
                    self.send(name, form, client, words)

    def send(self, name: str, form: Form, client: Client, words: str) -> None:
        sent = form.filled(words)
        with nothing_kept():
            answer = post(client, form.action, sent)
        if answer.status_code not in (200, 302, 422):
            self.wrong.append((name, words, answer.status_code))
        soup = BeautifulSoup(answer.content, "html.parser")
        if answer.status_code == 422 or is_refused(soup):
            self.refused += 1
            faults = faults_in_refusing(form, sent, soup)
            own = tuple(f"{box}:" for page, box in OWN_RULES if page == name)
            self.wrong += [(name, words, s) for s in faults if not (own and s.startswith(own))]


def post(client: Client, address: str, sent: dict[str, list[str]]) -> HttpResponse:
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    try:
        return client.post(address, sent, headers={"X-CSRFToken": TOKEN})
    finally:  # whatever signed out: as before
        client.cookies = SimpleCookie(cookies)


def walk(world: World, names: set[str], *, thorough: bool) -> Walk:
    walked = Walk(world, thorough=thorough)
    Authenticator.objects.filter(user=world.people["cyn"]).delete()
    for name, patterns in routes():
        if name in names:
            walked.look(name, address_of(name, patterns, world.things))
    assert not walked.wrong, "\n".join(map(str, walked.wrong))
    return walked


def test_every_form(world):
    """The matrix says which pages ask something, and whether one is absent from the list."""
    walked = walk(world, ASKING, thorough=False)
    assert walked.refused > 20, walked.refused


@pytest.mark.soak
def test_the_list_of_forms_is_whole(world):
    pages = {name for name, row in ROWS.items() if row.by == "get" and OPEN in row.answers.values()}
    assert walk(world, pages, thorough=True).asking == ASKING
