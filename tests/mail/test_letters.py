"""Every letter: one topic, a neutral subject, the same words twice, and links nobody can lose."""

import ast
import html
import inspect
import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from course import mail
from course.audit.models import Entry
from course.dashboard.letter_samples import BY_NAME, KINDS, OURS
from course.dashboard.letters import sample_of
from course.people import roles
from course.people.models import User
from course.programme.letters import EVERY_LETTER, LetterWords, rewrite, words_for
from tests.cast import person, settle_everything, signed_in, with_second_factor

pytestmark = pytest.mark.django_db
TEMPLATES = Path(settings.BASE_DIR) / "templates"
LETTERS = list(BY_NAME.values())
EDITABLE = [letter for letter in LETTERS if letter.editable]
every_letter = pytest.mark.parametrize("letter", LETTERS, ids=lambda found: found.name)
every_editable_letter = pytest.mark.parametrize("letter", EDITABLE, ids=lambda found: found.name)

ONLY_WITH_A_BUTTON = "If the button does not work, copy this address:"
# A subject is read over a shoulder, and on a locked screen.
TELLING = re.compile(
    r"wellbeing|session|resourced|reflect|certificate|summary|programme|course|group|training|"
    r"password|passkey|code|private|feel|stress|burn|neuro|health|support|help",
    re.IGNORECASE,
)
PRIVATE = re.compile(r"diagnos|neurodiver|burnout|access needs|ada|bea|you wrote", re.IGNORECASE)
HOSTILE = (
    "<script>alert(1)</script>\r\nBcc: thief@example.net\r\n\r\n"
    "{{ url }}{% include 'x' %} %(name)s </p><a href='//evil.test'>&amp;"
)


def html_of(message) -> str:
    return message.alternatives[0][0]


def read(page: str) -> str:
    """What someone reads of the HTML part, without the line that only a button needs."""
    body = re.sub(r"<!--.*?-->|<(title|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body)).replace(ONLY_WITH_A_BUTTON, " ")


def words(text: str) -> list[str]:
    return re.findall(r"[\w’@.:/-]+", text)


def links(text: str) -> set[str]:
    return set(re.findall(r"http://testserver[^\s<\"]*", text))


# --- The registry ---------------------------------------------------------------------------


def test_every_function_that_sends_a_letter_has_a_sample():
    files = Path(mail.__file__).parent.glob("*.py")
    trees = [ast.parse(path.read_text()) for path in files]
    sent = {
        call.args[0].value
        for tree in trees
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "make_message"
    }
    folders = {path.parent.name for path in (TEMPLATES / "email").glob("*/subject.txt")}
    ours = {letter.name for letter in LETTERS if letter.folder == OURS}
    assert sent
    assert sent | folders == ours


def test_every_letter_of_an_account_has_our_words_and_a_sample():
    theirs = Path(allauth.__file__).parent / "templates"
    found = {
        (folder, path.name.removesuffix("_subject.txt"))
        for folder in ("account/email", "mfa/email")
        for root in (theirs, TEMPLATES)
        for path in (root / folder).glob("*_subject.txt")
    }
    switched_off = {("account/email", name) for name in ("login_code", "password_reset_code")}
    assert found - switched_off == {
        (letter.folder, letter.name) for letter in LETTERS if letter.folder in {f for f, _ in found}
    }


def test_nothing_of_wagtails_own_look_is_left_to_send():
    import wagtail.admin

    theirs = Path(wagtail.admin.__file__).parent / "templates/wagtailadmin/notifications"
    ours = TEMPLATES / "wagtailadmin/notifications"
    assert {p.name for p in theirs.iterdir()} - {p.name for p in ours.iterdir()} == set()
    assert settings.WAGTAILADMIN_NOTIFICATION_USE_HTML


def test_the_samples_hold_all_facts():
    for letter in LETTERS:
        used = set()
        for part in letter.parts():
            words = (TEMPLATES / part).read_text()
            used |= set(re.findall(r"{{ *(\w+) *}}|with url=(\w+)|{% include [^%]*button", words))
            assert "email/button" not in words or "url=" in words or "url" in letter.facts
        needed = {name for pair in used for name in pair if name}
        assert needed <= set(letter.facts), letter.name


def test_names_of_letters_are_their_own():
    names = [letter.name for _kind, letters in KINDS for letter in letters]
    assert len(names) == len(set(names))
    assert EVERY_LETTER not in names


@pytest.mark.parametrize("name", [n for n, found in BY_NAME.items() if found.folder == OURS])
def test_what_is_sent_is_what_is_shown(name):
    send = getattr(mail, name)
    facts = BY_NAME[name].facts
    given = {
        asked: facts[asked.replace("path", "url")]
        for asked in inspect.signature(send).parameters
        if asked not in {"to", "key"}
    }
    paths = {k: v.removeprefix(settings.SITE_URL) for k, v in given.items() if k.endswith("path")}
    send(to="ada@example.org", key="sample:1", **given | paths)
    sent, shown = django_mail.outbox[0], sample_of(BY_NAME[name])
    assert (sent.subject, sent.body, html_of(sent)) == (shown.subject, shown.body, html_of(shown))
    assert sent.extra_headers["Message-ID"] == "<sample.1@testserver>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


# --- Each letter ----------------------------------------------------------------------------


@every_letter
def test_both_parts_say_the_same(letter):
    message = sample_of(letter)
    text = message.body.replace("\n--\n", "\n")
    # A button names its address once more; text says “label:” before it.
    plain = [w.rstrip(":") for w in words(text)]
    shown = [w.rstrip(":") for w in words(read(html_of(message)))]
    assert [w for w in shown if w != "Resourced"] == [w for w in plain if w != "Resourced"]
    assert links(text) == links(html_of(message))


@every_letter
def test_subjects_are_neutral_short_and_one_line(letter):
    subject = sample_of(letter).subject
    assert len(subject.splitlines()) == 1
    assert 5 < len(subject) < 50
    assert not TELLING.search(subject), subject
    assert "testserver" not in subject


@every_letter
def test_no_letter_holds_anything_private(letter):
    message = sample_of(letter)
    assert not PRIVATE.search(re.sub(r"http\S+", "", message.body))


@every_letter
def test_letters_are_short_and_plain(letter):
    text = re.sub(r"http\S+|\S+@\S+", "", sample_of(letter).body)
    for sentence in re.split(r"[.?!:]\s|\n", text):
        assert len(sentence.split()) <= 20, sentence
    assert len(text.split()) < 140


@every_letter
def test_letters_are_one_column_without_anything_to_load(letter):
    page = html_of(sample_of(letter))
    assert '<html lang="en-GB">' in page
    assert page.count("<h1>") == 1
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 560px" in page
    assert not re.search(r"<(img|script|link|form|iframe)|url\(|style=", page)


# --- Words that editors changed ---------------------------------------------------------------


def stored(letter: str, **facts) -> None:
    """Past every check, as a careless script would."""
    LetterWords.objects.update_or_create(letter=letter, defaults=facts)


@every_editable_letter
def test_changed_words_take_the_place_of_ours_and_every_link_stays(letter):
    ours = sample_of(letter)
    stored(letter.name, opening="A kettle & two birds.\n\nIt’s raining.", closing="The last of it.")
    stored(EVERY_LETTER, greeting="Good day,", sign_off="Yours,\nthe team")
    theirs = sample_of(letter)
    for part in (theirs.body, read(html_of(theirs))):
        for said in ("A kettle & two birds.", "It’s raining.", "The last of it.", "Good day,"):
            assert said in part
        assert "Hello," not in part
    assert "<p>A kettle &amp; two birds.</p>" in html_of(theirs)
    assert links(theirs.body) == links(ours.body)
    assert links(html_of(theirs)) == links(html_of(ours))
    assert theirs.subject == ours.subject


@every_editable_letter
def test_hostile_words_do_nothing(letter):
    ours = sample_of(letter)
    for name in (letter.name, EVERY_LETTER):
        stored(name, greeting=HOSTILE[:60], opening=HOSTILE, closing=HOSTILE, sign_off=HOSTILE)
    theirs = sample_of(letter)
    page = html_of(theirs)
    assert "<script" not in page
    assert "<a href='//evil" not in page
    assert "{{ url }}" in page  # shown, never filled in
    assert theirs.subject == ours.subject
    assert set(theirs.message().keys()) == set(ours.message().keys())
    assert theirs.recipients() == ours.recipients()
    assert links(theirs.body) == links(ours.body)
    buttons = re.compile(r'class="button" href="([^"]+)"')
    assert buttons.findall(page) == buttons.findall(html_of(ours))


@pytest.mark.parametrize(
    "typed",
    [
        "{{ url }}", "{% now %}", "%(name)s", "<b>bold</b>", "<!-- x", "https://evil.test",
        "www.evil.test", "mailto:x@example.org", "a\x00b", "a\u202eb", "x" * 601,
    ],
)  # fmt: skip
def test_what_an_editor_may_not_type(typed, root):
    client = signed_in(root)
    address = reverse("letter", args=["place_confirmed"])
    answer = client.post(address, {"opening": typed, "closing": ""})
    assert answer.status_code == 200
    assert "w-field__errors" in answer.content.decode()
    assert not LetterWords.objects.exists()


def test_a_greeting_is_one_line():
    with pytest.raises(ValidationError):
        LetterWords(letter="x", greeting="Hello,\nBcc: x").full_clean()


def test_words_survive_as_they_were_typed_but_tidy(root):
    rewrite("place_confirmed", words={"opening": " One. \r\n\r\n\r\n\r\nTwo < three. "}, by=root.pk)
    assert words_for("place_confirmed") == {"opening": "One.\n\nTwo < three."}
    assert words_for("summary_ready") == {}


# --- Letters that allauth and Wagtail send ------------------------------------------------------


def test_an_account_letter_has_the_editors_words_and_no_host_in_its_subject(client):
    stored("password_reset_key", opening="Here is your way back.")
    person("ada")
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    settle_everything()
    sent = django_mail.outbox[0]
    assert sent.subject == "A link you asked for"
    assert "Here is your way back." in sent.body
    assert re.search(r"http://testserver/accounts/password/reset/key/\S+", sent.body)
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_page_sent_for_a_second_look_names_no_page(root, flo, sessions):
    from wagtail.models import Workflow

    page = sessions[0]
    page.save_revision(user=flo)
    Workflow.objects.first().start(page, flo)
    assert django_mail.outbox
    for sent in django_mail.outbox:
        assert sent.subject == "Something waits for you"
        assert page.title not in sent.body + html_of(sent)
        assert "Flo" not in sent.body
        assert f"http://testserver/cms/pages/{page.pk}/edit/" in sent.body
        assert "With good wishes" in html_of(sent)


# --- The page for editors -------------------------------------------------------------------


def status(user: User, address: str) -> int:
    return signed_in(user).get(address).status_code


def addresses() -> list[str]:
    one = [reverse(n, args=["place_confirmed"]) for n in ("letter", "letter_shown")]
    return [reverse("letters"), reverse("letter", args=[EVERY_LETTER]), *one]


def test_who_may_open_the_letters(ada, cyn, flo, root):
    with_second_factor(ada)
    for address in addresses():
        assert status(ada, address) == 302  # no workspace
        assert status(cyn, address) == 302
        assert Client().get(address).status_code == 302
        assert status(flo, address) == 404
        assert status(root, address) == 200
    again = reverse("letter_again", args=["place_confirmed"])
    assert signed_in(flo).post(again).status_code == 404
    assert signed_in(root).get(again).status_code == 405
    assert status(root, reverse("letter", args=["nothing-like-it"])) == 404


def test_a_group_of_editors_can_be_given_the_letters(flo):
    group = Group.objects.create(name="Editors in charge")
    group.permissions.add(Permission.objects.get(codename="change_letterwords"))
    flo.groups.add(group)
    assert status(flo, reverse("letters")) == 200
    assert roles.facilitators().permissions.filter(codename="change_letterwords").count() == 0


def test_the_permission_is_among_those_a_superuser_can_give(root):
    page = signed_in(root).get("/cms/groups/new/").content.decode()
    assert "words of an email" in page.lower()


@pytest.mark.parametrize("changed", [1, 3])
def test_the_list_asks_the_same_of_the_database_however_much_was_changed(
    changed, root, django_assert_num_queries
):
    for letter in EDITABLE[:changed]:
        stored(letter.name, opening="Ours.")
    client = signed_in(root)
    client.get(reverse("letters"))
    with django_assert_num_queries(LIST_QUERIES) as seen:
        page = client.get(reverse("letters")).content.decode()
    assert len([q for q in seen if 'FROM "programme_letterwords"' in q["sql"]]) == 1
    assert page.count("your words") == changed


LIST_QUERIES = 8  # session, person, rights (2), second factor, profile, sites, changed words


def test_changing_and_taking_back_shows_at_once_and_leaves_a_line_each(root):
    client = signed_in(root)
    address = reverse("letter", args=["place_confirmed"])
    client.post(address, {"opening": "Come in, it is warm.", "closing": ""})
    page = client.get(address).content.decode()
    shown = client.get(reverse("letter_shown", args=["place_confirmed"])).content.decode()
    assert "Come in, it is warm." in shown
    assert page.count("Come in, it is warm.") == 2  # in the field and in the text
    assert "Use our words again" in page
    client.post(reverse("letter_again", args=["place_confirmed"]))
    assert "Come in" not in client.get(address).content.decode()
    entries = Entry.objects.filter(action__startswith="letter.").order_by("at")
    assert [(e.action, e.actor, e.subject) for e in entries] == [
        ("letter.rewritten", str(root.pk), "letter:place_confirmed"),
        ("letter.restored", str(root.pk), "letter:place_confirmed"),
    ]


def test_workspace_letters_cannot_be_changed(root):
    address = reverse("letter", args=["workflow_state_approved"])
    assert "Its words are fixed" in signed_in(root).get(address).content.decode()
    signed_in(root).post(address, {"opening": "Mine"})
    assert not LetterWords.objects.exists()


def test_the_frame_runs_nothing_and_stands_only_on_our_own_pages(root):
    answer = signed_in(root).get(reverse("letter_shown", args=["place_confirmed"]))
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["sandbox"] == ""
    assert re.fullmatch(r"'sha256-[\w+/=]+'", policy["style-src"])
    assert "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = signed_in(root).get(reverse("letter", args=["place_confirmed"])).content.decode()
    assert re.search(r"<iframe[^>]* sandbox></iframe>", page)


# --- The demo's mailbox -----------------------------------------------------------------------


def test_the_demos_mailbox_shows_both_parts(client, settings, tmp_path):
    settings.DEBUG, settings.MAIL_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    mail.place_confirmed(to="ada@example.org", key="x", path="/my/")
    assert "Your place is confirmed" in client.get(reverse("demo_mail")).content.decode()
    page = client.get(reverse("demo_letter", args=[0])).content.decode()
    assert "http://testserver/my/" in page
    shown = client.get(reverse("demo_letter_shown", args=[0]))
    assert '<base target="_top">' in shown.content.decode()
    assert "allow-scripts" not in shown.headers["Content-Security-Policy"]
    settings.DEBUG = False
    for name, args in (("demo_mail", []), ("demo_letter", [0]), ("demo_letter_shown", [0])):
        assert client.get(reverse(name, args=args)).status_code == 404


def test_a_letter_renders_without_its_facts_in_place_of_crashing():
    assert render_to_string("email/base.txt", {})
