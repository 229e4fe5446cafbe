"""One question at a time: each page saves what it asks, and touches nothing that others hold."""

import re

import pytest
from django.urls import reverse

from reflections import writing
from reflections.form import one_of
from reflections.models import Reflection
from tests.cast import CANARY, signed_in

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def page(ada, sessions):
    """The second session's form in a browser, by address."""
    client, address = signed_in(ada), reverse("reflect", args=[sessions[1].key])

    def look(question=""):
        reply = client.get(address, {"question": question} if question else {})
        return client, reply.content.decode()

    return look


def press(client, html, **fields):
    """Send the form of this page with these fields, as a browser without a script would."""
    main = html[html.index("data-autosave") : html.index("</form>", html.index("data-autosave"))]
    return client.post(reverse("save_reflection"), dict(HIDDEN.findall(main)) | fields)


def answers(ada):
    pages = writing.open_reflection(Reflection.objects.get(owner=ada), actor=ada)
    return {key: response.answer for key, response in pages.responses.items()}


def boxes(html):
    return re.findall(r'<h2 id="q-([\w]+)"', html)


@pytest.fixture
def keys(sessions):
    return [question.key for question in sessions[1].questions()]


def test_saving_one_question_empties_no_other(ada, page, keys):
    client, html = page("all")
    assert boxes(html) == keys
    press(client, html, **{keys[0]: "4", keys[2]: CANARY, keys[3]: "7"}, action="stay")
    before = answers(ada)
    client, html = page(keys[4])
    assert boxes(html) == [keys[4]]
    press(client, html, **{keys[4]: "a window that opens"}, go=keys[5])
    assert answers(ada) == before | {keys[4]: "a window that opens"}
    assert before[keys[2]] == CANARY
    client, html = page(keys[2])
    assert CANARY in html
    press(client, html, **{keys[2]: ""}, go=keys[1])  # and its own box may be emptied
    assert answers(ada) == before | {keys[4]: "a window that opens", keys[2]: ""}


def test_fields_of_a_question_that_the_page_did_not_ask_are_ignored(ada, page, keys):
    client, html = page(keys[2])
    press(client, html, **{keys[2]: "mine", keys[4]: "slipped in"}, go=keys[3])
    assert answers(ada) == {keys[2]: "mine"}


def test_back_and_continue_save_and_walk_from_first_to_last(ada, page, keys):
    client, html = page(keys[0])
    for number, key in enumerate(keys, 1):
        assert boxes(html) == [key]
        assert f"Question {number} of {len(keys)}." in html
        on = re.search(r'name="go" value="(\w+)">Continue', html)
        if number < len(keys):
            assert "I’ve taken my time with this" not in html
            reply = press(client, html, go=on.group(1))
            html = client.get(reply["Location"]).content.decode()
    assert on is None
    back = re.search(r'name="go" value="(\w+)">Back', html).group(1)
    assert back == keys[-2]
    assert press(client, html, action="done")["Location"] == reverse("my_programme")
    assert Reflection.objects.get(owner=ada).done_at


def test_a_box_with_a_problem_comes_back_by_itself_with_what_was_typed(ada, page, keys):
    client, html = page(keys[3])
    reply = press(client, html, **{keys[3]: "eleven"}, go=keys[4])
    again = reply.content.decode()
    assert reply.status_code == 422
    assert boxes(again) == [keys[3]]
    assert 'value="eleven"' in again
    assert f"Question 4 of {len(keys)}." in again
    press(client, again, **{keys[3]: "5"}, go=keys[4])
    assert answers(ada)[keys[3]] == 5


def test_hiding_a_question_leads_to_the_one_beside_it(ada, page, keys):
    client, html = page(keys[1])
    reply = press(client, html, hide=keys[1])
    assert boxes(client.get(reply["Location"]).content.decode()) == [keys[2]]


def test_an_autosave_of_one_question_says_as_much_as_ever(ada, page, keys):
    client, html = page(keys[2])
    hidden = dict(HIDDEN.findall(html[html.index("data-autosave") :]))
    sent = hidden | {keys[2]: CANARY, "step": "1"}
    reply = client.post(reverse("save_reflection"), sent, headers={"Accept": "application/json"})
    assert reply.json()["saved"]
    assert CANARY not in reply.content.decode()
    assert answers(ada) == {keys[2]: CANARY}


def test_the_reading_setting_asks_one_at_a_time_and_the_address_wins(sessions):
    prompts = sessions[1].questions()
    assert one_of(prompts, wanted="", always=False) is None
    assert one_of(prompts, wanted="", always=True)["number"] == 1
    assert one_of(prompts, wanted="all", always=True) is None
    assert one_of(prompts, wanted="gone", always=False)["number"] == 1
    assert one_of([], wanted="gone", always=True) is None
