"""R74: a line of the audit log is added and stays. The models and the database both see to it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from course.audit.forgetting import forget
from course.audit.models import Entry, OnlyAppended
from course.audit.recording import record, shortened
from course.audit.words import in_words
from tests.cast import NOON

pytestmark = pytest.mark.django_db

WAYS = [
    lambda line: Entry.objects.all().delete(),
    lambda line: Entry.objects.filter(pk=line.pk).update(result="done"),
    lambda line: Entry.objects.bulk_update([line], ["result"]),
    lambda line: Entry.objects.update_or_create(pk=line.pk, defaults={"result": "x"}),
    lambda line: line.save(),
    lambda line: line.delete(),
]
STATEMENTS = [
    "UPDATE audit_entry SET result = 'done'",
    "UPDATE audit_entry SET actor = 'system' WHERE 1 = 1",
    "DELETE FROM audit_entry",
]


@pytest.fixture
def line() -> Entry:
    record("role.given", actor=None, subject="person:1", result="denied", at=NOON)
    return Entry.objects.get()


def test_no_model_changes_or_loses_a_line(line):
    for way in WAYS:
        with pytest.raises(OnlyAppended):
            way(line)
    assert Entry.objects.get().result == "denied"


def test_the_database_itself_refuses(line):
    emptying = ["TRUNCATE audit_entry"] if connection.vendor == "postgresql" else []
    for statement in STATEMENTS + emptying:
        with (
            pytest.raises(DatabaseError, match="only ever appended"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Entry.objects.get().result == "denied"


def test_only_the_job_of_retention_forgets_and_the_door_is_shut_again(line):
    record("order.paid", actor=None, at=NOON)
    assert forget(Entry.objects.filter(action="role.given")) == 1
    assert [entry.action for entry in Entry.objects.all()] == ["order.paid"]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")


def test_a_line_whose_forgetting_was_stopped_halfway_is_still_there(line):
    with transaction.atomic():
        forget(Entry.objects.all())
        transaction.set_rollback(True)
    assert Entry.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM audit_forgetting")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("", None),
        ("unix:", None),
    ],
)
def test_an_address_is_kept_shortened(address, kept):
    assert shortened(address) == kept


def test_a_line_says_from_which_network_and_the_system_from_none(ada, client):
    wrong = {"login": ada.email, "password": "not hers"}
    client.post(reverse("account_login"), wrong, REMOTE_ADDR="203.0.113.7")
    record("order.paid", actor=None)
    lines = dict(Entry.objects.values_list("action", "network"))
    assert lines == {"sign_in.failed": "203.0.113.0/24", "order.paid": None}
    assert "113.7" not in str(list(Entry.objects.values()))


def test_the_export_says_in_words_what_was_done():
    assert in_words("account.totp_activated") == "You added an app for codes"
    assert in_words("meeting.brought_back") == "Meeting: brought back"
