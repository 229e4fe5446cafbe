"""Invitations: every line answered for, one place for one person, and a sum that never moves."""

import re
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.cohorts import joining
from course.cohorts.models import Cohort, Enrolment
from course.places import accepting, addresses, inviting, showing, tokens
from course.places.inviting import Outcome
from course.places.models import Invitation, Order, Place
from course.places.states import PlaceState
from tests.cast import NOON, person, settle_everything
from tests.places.selling import bought, hash_behind, invited

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def order(max, organisation, paid_cohort) -> Order:
    return bought(max, organisation, paid_cohort, 3)


def outcomes(order, lines, max, now=NOON) -> list[Outcome]:
    return [a.outcome for a in inviting.invite(order, lines, by=max, now=now)]


# --- Lists --------------------------------------------------------------------------------------


def test_every_line_is_answered_for(order, max):
    lines = ["One@Example.org", "nonsense", "one@example.ORG", "two@example.org", "a@b@c.org"]
    lines += ["three@example.org", "four@example.org"]
    assert outcomes(order, lines, max) == [
        Outcome.INVITED,
        Outcome.BAD,
        Outcome.TWICE,
        Outcome.INVITED,
        Outcome.BAD,
        Outcome.INVITED,
        Outcome.NO_PLACE,
    ]
    assert outcomes(order, ["ONE@example.org"], max) == [Outcome.ALREADY]
    assert showing.counts(order) == showing.Counts(bought=3, taken=0, invited=3, free=0)


def test_the_answer_is_the_same_for_those_who_have_an_account(order, max, cyn):
    assert outcomes(order, [cyn.email, "nobody@example.org"], max) == [Outcome.INVITED] * 2


def test_a_list_of_5000_lines_with_everything_in_it(order, max, django_assert_max_num_queries):
    text = "\ufeffName,E-Mail\r\n"
    text += "\r\n".join(f'"Doe, Jo",Jo{n % 2500}@Example.org' for n in range(4_998))
    text += "\r\n=cmd()|' /C calc'!A0\r\n"
    lines = addresses.read_addresses(text)
    assert len(lines) == 4_999
    with django_assert_max_num_queries(80):
        found = outcomes(order, lines, max)
    assert (found.count(Outcome.INVITED), found.count(Outcome.TWICE)) == (3, 2_498)
    assert (found.count(Outcome.NO_PLACE), found.count(Outcome.BAD)) == (2_497, 1)
    with pytest.raises(addresses.TooMany):
        addresses.read_addresses("a@example.org\n" * 5_001)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (
            "a@example.org, b@example.org;c@example.org",
            ["a@example.org", "b@example.org", "c@example.org"],
        ),
        ("Ada Byron <a@example.org>; Bea <b@example.org>", ["a@example.org", "b@example.org"]),
        ("Email\n\n  a@example.org  \n", ["a@example.org"]),
        ("Ada\tByron\ta@example.org\tNurse", ["a@example.org"]),
        ("not an address", ["not an address"]),
    ],
)
def test_lists_as_people_paste_them(text, found):
    assert addresses.read_addresses(text) == found


@pytest.mark.parametrize(
    "bad", ["a b@example.org", "a@example", "x" * 260 + "@example.org", "a@\nb.org"]
)
def test_addresses_that_no_letter_reaches(bad):
    assert addresses.tidy(bad) is None


def test_a_hundred_a_day_for_one_organisation(max, organisation, paid_cohort):
    Cohort.objects.filter(pk=paid_cohort.pk).update(capacity=None)
    order = bought(max, organisation, paid_cohort, 102)
    lines = [f"n{n}@example.org" for n in range(102)]
    first = outcomes(order, lines, max)
    assert (first.count(Outcome.INVITED), first.count(Outcome.TOMORROW)) == (100, 2)
    assert outcomes(order, lines[100:], max, now=NOON + DAY) == [Outcome.INVITED] * 2


def test_one_address_has_five_letters_a_day_at_most(order, max):
    place = invited(order, max).place
    for _again in range(4):
        inviting.resend(place, by=max, now=NOON)
    with pytest.raises(inviting.TooManyLetters):
        inviting.resend(place, by=max, now=NOON)
    inviting.withdraw(place, by=max, now=NOON)
    assert outcomes(order, ["new@example.org"], max) == [Outcome.WAIT]


# --- Tokens --------------------------------------------------------------------------------------


def test_nothing_in_the_database_opens_a_place(order, max):
    invitation = invited(order, max)
    token = tokens.token(tokens.INVITATION, invitation.pk)
    assert len(token) == 43
    kept = {str(value) for row in Invitation.objects.values() for value in row.values()}
    assert token not in kept
    assert invitation.token_hash == tokens.hash_of(token) != token


def test_another_secret_key_makes_other_tokens(order, max, settings):
    invitation = invited(order, max)
    before = tokens.token(tokens.INVITATION, invitation.pk)
    assert before != tokens.token(tokens.JOIN_LINK, invitation.pk)
    settings.SECRET_KEY = "another"
    assert before != tokens.token(tokens.INVITATION, invitation.pk)


def test_the_letter_carries_the_link_and_says_what_stays_private(order, max):
    invited(order, max)
    assert settle_everything() == 1
    [letter] = mail.outbox
    assert letter.to == ["new@example.org"]
    assert "Northmoor" not in letter.subject
    assert "Northmoor Trust has a place for you" in letter.body
    token = re.search(r"http://testserver/join/([\w-]{43})/", letter.body)[1]
    assert Invitation.objects.get().token_hash == tokens.hash_of(token)
    assert token in letter.alternatives[0][0]
    assert Invitation.objects.get().sent_at


def test_a_letter_that_cannot_be_delivered_is_shown(order, max, monkeypatch):
    def refuse(*args, **kwargs):
        raise SMTPRecipientsRefused({})

    place = invited(order, max).place
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    settle_everything()
    row = showing.row(showing.places_shown(order).get(pk=place.pk))
    assert "could not be delivered" in row.letter


# --- What can become of an invitation ---------------------------------------------------------


def test_accepting_gives_the_place_once(order, max, cyn):
    link = hash_behind(invited(order, max))
    first = accepting.accept(link, user=cyn, now=NOON)
    assert accepting.accept(link, user=cyn, now=NOON) == first
    assert (first.state, first.holder) == (PlaceState.ACCEPTED, cyn)
    assert Enrolment.objects.current().filter(user=cyn).count() == 1
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(link, user=person("dee"), now=NOON)


def test_an_address_that_nobody_verified_takes_nothing(order, max, cyn):
    cyn.emailaddress_set.update(verified=False)
    with pytest.raises(accepting.NotVerified):
        accepting.accept(hash_behind(invited(order, max)), user=cyn, now=NOON)


def test_whoever_is_in_the_group_already_leaves_the_place_free(order, max, cyn, paid_cohort):
    joining.enrol(cyn, cohort=paid_cohort, now=NOON)
    link = hash_behind(invited(order, max))
    with pytest.raises(joining.AlreadyIn):
        accepting.accept(link, user=cyn, now=NOON)
    assert Invitation.objects.get().state == Invitation.PENDING
    assert accepting.accept(link, user=person("dee"), now=NOON)


@pytest.mark.parametrize(
    "change", [{"closed_at": NOON}, {"starts_on": None, "ends_on": NOON.date() - DAY}]
)
def test_a_group_that_is_over_takes_nobody(order, max, cyn, paid_cohort, change):
    link = hash_behind(invited(order, max))
    Cohort.objects.filter(pk=paid_cohort.pk).update(**change)
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(link, user=cyn, now=NOON)


def test_after_fourteen_days_the_place_is_free_again(order, max, cyn):
    invitation = invited(order, max)
    late = NOON + 14 * DAY
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(hash_behind(invitation), user=cyn, now=late)
    assert inviting.expire_invitations(late - timedelta(seconds=1)) == 0
    assert [inviting.expire_invitations(late) for _twice in range(2)] == [1, 0]
    assert showing.counts(order).free == 3
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(hash_behind(invitation), user=cyn, now=NOON)


def test_a_reminder_has_the_same_link_once_a_day(order, max):
    place = invited(order, max).place
    inviting.remind(place, by=max, now=NOON + DAY)
    with pytest.raises(inviting.TooManyLetters):
        inviting.remind(place, by=max, now=NOON + DAY)
    settle_everything()
    links = {re.search(r"/join/\S+/", letter.body)[0] for letter in mail.outbox}
    assert (len(mail.outbox), len(links)) == (2, 1)


def test_a_new_link_kills_the_old_one(order, max, cyn):
    old = invited(order, max)
    new = inviting.resend(old.place, by=max, now=NOON)
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(hash_behind(old), user=cyn, now=NOON)
    assert accepting.accept(hash_behind(new), user=cyn, now=NOON).pk == old.place_id


def test_an_invitation_taken_back_opens_nothing_and_writes_nothing(order, max, cyn):
    old = invited(order, max)
    inviting.withdraw(old.place, by=max, now=NOON)
    with pytest.raises(inviting.CannotNow):
        inviting.withdraw(old.place, by=max, now=NOON)
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(hash_behind(old), user=cyn, now=NOON)
    settle_everything()
    assert mail.outbox == []  # the letter had not gone yet, and there is no point in it now


def test_a_place_moves_on_and_nothing_moves_with_it(order, max, cyn):
    old = invited(order, max)
    accepting.accept(hash_behind(old), user=cyn, now=NOON)
    Place.objects.filter(pk=old.place_id).update(completion_shown_at=NOON)
    settle_everything()
    mail.outbox.clear()
    new = inviting.transfer(old.place, "next@example.org", by=max, now=NOON)
    place = Place.objects.get(pk=old.place_id)
    assert (place.state, place.holder, place.enrolment) == (PlaceState.INVITED, None, None)
    assert (place.taken_at, place.completion_shown_at) == (None, None)
    assert not Enrolment.objects.current().filter(user=cyn).exists()
    settle_everything()
    assert {letter.to[0] for letter in mail.outbox} == {"cyn@example.org", "next@example.org"}
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(hash_behind(old), user=cyn, now=NOON)
    dee = person("dee")
    accepting.accept(hash_behind(new), user=dee, now=NOON)
    assert showing.row(showing.places_shown(order).get(pk=place.pk)).address == "next@example.org"
    assert Enrolment.objects.get(user=dee).pk != Enrolment.objects.get(user=cyn).pk


def test_a_place_taken_by_a_link_shows_no_address_of_those_before(order, max, cyn):
    old = invited(order, max)
    accepting.accept(hash_behind(old), user=cyn, now=NOON)
    inviting.take_back(old.place, by=max, now=NOON)
    link = accepting.open_join_link(order, cap=3, by=max, now=NOON)
    taken = accepting.accept(link.token_hash, user=person("dee"), now=NOON)
    assert taken.pk == old.place_id
    assert showing.row(showing.places_shown(order).get(pk=taken.pk)).address == ""


def test_a_place_in_use_stays_where_it_is(order, max, cyn):
    link = invited(order, max)
    accepting.accept(hash_behind(link), user=cyn, now=NOON)
    Place.objects.filter(pk=link.place_id).update(state=PlaceState.STARTED)
    with pytest.raises(inviting.CannotNow):
        inviting.transfer(link.place, "next@example.org", by=max, now=NOON)
    with pytest.raises(inviting.CannotNow):
        inviting.take_back(link.place, by=max, now=NOON)
    assert Enrolment.objects.current().filter(user=cyn).exists()


def test_a_place_on_hold_opens_for_nobody_and_for_the_invited_again_after_it(order, max, cyn):
    invitation = invited(order, max)
    Place.objects.filter(order=order).update(state=PlaceState.FROZEN)
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(hash_behind(invitation), user=cyn, now=NOON)
    with pytest.raises(inviting.CannotNow):
        inviting.resend(invitation.place, by=max, now=NOON)
    Place.objects.filter(order=order).update(state=PlaceState.AVAILABLE)
    assert outcomes(order, [f"n{n}@example.org" for n in range(3)], max)[2] == Outcome.NO_PLACE
    assert showing.counts(order) == showing.Counts(bought=3, taken=0, invited=3, free=0)
    assert accepting.accept(hash_behind(invitation), user=cyn, now=NOON)


def test_a_join_link_stops_at_its_cap(order, max, cyn):
    link = accepting.open_join_link(order, cap=2, by=max, now=NOON)
    for _twice in range(2):
        accepting.accept(link.token_hash, user=cyn, now=NOON)
    dee, eli = person("dee"), person("eli")
    accepting.accept(link.token_hash, user=dee, now=NOON)
    accepting.accept(link.token_hash, user=dee, now=NOON)  # once more, after the last use
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(link.token_hash, user=eli, now=NOON)
    other = accepting.open_join_link(order, cap=3, by=max, now=NOON)
    assert accepting.close_join_link(order, by=max, now=NOON)
    with pytest.raises(accepting.LinkNotGood):
        accepting.accept(other.token_hash, user=eli, now=NOON)
    with pytest.raises(inviting.CannotNow):
        accepting.open_join_link(order, cap=4, by=max, now=NOON)


# --- In every order -----------------------------------------------------------------------------

STEPS = ["invite", "remind", "resend", "withdraw", "transfer", "take_back", "accept", "link"]
STEPS += ["start", "expire", "freeze", "thaw"]
REFUSALS = [inviting.CannotNow, inviting.TooManyLetters, accepting.LinkNotGood, joining.AlreadyIn]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=25))
def test_whatever_happens_in_whatever_order_the_sum_is_the_same(order, max, people, steps):
    fresh(order)
    now = NOON
    for name, number in steps:
        now += timedelta(hours=1)
        with suppress(*REFUSALS):
            take_step(name, number, order=order, max=max, people=people, now=now)
        counts = showing.counts(order)
        frozen = order.places.filter(state=PlaceState.FROZEN).count()
        assert counts.bought == 3 == counts.taken + counts.invited + counts.free + frozen
        enrolled = Enrolment.objects.current().filter(cohort=order.cohort).count()
        assert enrolled == counts.taken
        order.cohort.refresh_from_db()
        assert (order.cohort.held, order.cohort.sold) == (0, 3)


def take_step(name, number, *, order, max, people, now):
    place = order.places.order_by("seq")[number % 3]
    facts = {"by": max, "now": now}
    other = {
        "invite": lambda: inviting.invite(order, [f"n{number}@example.org"], **facts),
        "transfer": lambda: inviting.transfer(place, f"m{number}@example.org", **facts),
        "accept": lambda: accept_one(number, people[number], now),
        "link": lambda: join_one(order, max, people[number], now),
        "start": lambda: move(place, [PlaceState.ACCEPTED], PlaceState.STARTED),
        "expire": lambda: inviting.expire_invitations(now + 15 * DAY),
        "freeze": lambda: move(place, [PlaceState.AVAILABLE, "invited"], PlaceState.FROZEN),
        "thaw": lambda: move(place, [PlaceState.FROZEN], PlaceState.AVAILABLE),
    }
    other.get(name, lambda: getattr(inviting, name)(place, **facts))()


def accept_one(number, user, now):
    for invitation in Invitation.objects.order_by("-invited_at")[number : number + 1]:
        accepting.accept(invitation.token_hash, user=user, now=now)


def join_one(order, max, user, now):
    link = accepting.open_join_link(order, cap=2, by=max, now=now)
    accepting.accept(link.token_hash, user=user, now=now)


def move(place, states, to):
    Place.objects.filter(pk=place.pk, state__in=states).update(state=to)


@pytest.fixture
def people(db):
    return [person(f"p{n}") for n in range(4)]


def fresh(order):
    """As it was bought: nobody in it, nobody asked."""
    Invitation.objects.all().delete()
    nothing = {"holder": None, "enrolment": None, "taken_at": None}
    order.places.update(state=PlaceState.AVAILABLE, **nothing)
    Enrolment.objects.filter(cohort=order.cohort).delete()
    order.join_links.all().delete()
