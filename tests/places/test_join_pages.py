"""The invited person's pages: opening a link changes nothing, one press takes the place."""

import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from course.cohorts import joining
from course.cohorts.models import Enrolment
from course.people.models import User
from course.places import accepting, inviting, managing, showing, tokens
from course.places.models import Invitation, Manager, ManagerInvitation, Place
from course.places.states import PlaceState
from tests.cast import NOON, person, settle_everything, signed_in
from tests.places.selling import bought, hash_behind, invited, token_of

pytestmark = pytest.mark.django_db
NEVER = ["anything a person writes, ticks or rates", "whether they wrote at all"]
SEEN = ["the address an invitation was sent to", "only if that person says yes"]


@pytest.fixture
def order(max, organisation, paid_cohort):
    return bought(max, organisation, paid_cohort)


@pytest.fixture
def invitation(order, max) -> Invitation:
    return invited(order, max, now=timezone.now())


def opened(client, invitation):
    return client.get(reverse("open_invitation", args=[token_of(invitation)]), follow=True)


def test_opening_the_link_ten_times_changes_nothing(client, invitation):
    address = reverse("open_invitation", args=[token_of(invitation)])
    before = Invitation.objects.values().get()
    for _time in range(10):
        for method in (client.get, client.head):
            answer = method(address)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/join/")
            assert "no-store" in answer.headers["Cache-Control"]
            assert method("/join/").status_code == 200
    assert Invitation.objects.values().get() == before
    assert not Enrolment.objects.exists()


def test_the_token_leaves_the_address_and_is_kept_nowhere(client, invitation, caplog):
    caplog.set_level(logging.DEBUG)
    token = token_of(invitation)
    answer = opened(client, invitation)
    assert token not in answer.content.decode()
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert token not in caplog.text
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert tokens.hash_of(token) in str(kept)
    assert token not in str(kept)


def test_the_page_says_who_asks_what_it_is_and_what_they_see(client, invitation):
    page = opened(client, invitation).content.decode()
    for words in ["Northmoor Trust", "Spring group", "Tuesday 2 March 2027", *NEVER, *SEEN]:
        assert words in page
    assert "new@example.org" not in page  # nothing about whom it was sent to
    assert "Max" not in page


def test_any_address_of_ones_own_may_take_the_place(cyn, invitation):
    client = signed_in(cyn)
    assert "cyn@example.org" in opened(client, invitation).content.decode()
    answer = client.post("/join/", follow=True)
    assert answer.redirect_chain[-1][0] == "/my/"
    assert Place.objects.get(holder=cyn).state == PlaceState.ACCEPTED
    client.post("/join/")
    assert Enrolment.objects.filter(user=cyn).count() == 1


def test_a_press_without_signing_in_takes_nothing(client, invitation):
    opened(client, invitation)
    client.post("/join/")
    assert not Enrolment.objects.exists()


def test_unknown_used_old_and_withdrawn_links_look_alike(client, order, max, cyn):
    now = timezone.now()
    used = invited(order, max, "used@example.org", now=now)
    accepting.accept(hash_behind(used), user=cyn, now=now)
    old = invited(order, max, "old@example.org", now=now)
    Invitation.objects.filter(pk=old.pk).update(expires_at=now)
    gone = invited(order, max, "gone@example.org", now=now)
    inviting.withdraw(gone.place, by=max, now=now)
    links = [token_of(i) for i in (used, old, gone)] + ["unknown", "ü" * 43, "x" * 2000]
    pages = set()
    for link in links:
        answer = client.get(reverse("open_invitation", args=[link]), follow=True)
        assert answer.status_code == 404
        pages.add(re.sub(r'nonce="[^"]*"', "", answer.content.decode()))
    pages.add(re.sub(r'nonce="[^"]*"', "", client.get("/join/").content.decode()))
    assert len(pages) == 1
    assert "Ask whoever invited you" in pages.pop()


def test_two_people_with_one_link(cyn, invitation):
    first, second = signed_in(cyn), signed_in(person("dee"))
    opened(first, invitation)
    opened(second, invitation)
    first.post("/join/")
    answer = second.post("/join/")
    assert answer.status_code == 404
    assert Enrolment.objects.count() == 1


def test_whoever_has_a_place_reads_kind_words_and_the_place_stays_free(cyn, invitation):
    joining.enrol(cyn, cohort=invitation.place.cohort, now=NOON)
    client = signed_in(cyn)
    opened(client, invitation)
    answer = client.post("/join/")
    assert answer.status_code == 200
    assert "You have a place already" in answer.content.decode()
    assert Invitation.objects.get().state == Invitation.PENDING


def test_the_road_through_sign_up_keeps_the_invitation(client, invitation):
    page = opened(client, invitation).content.decode()
    signup = re.search(r'href="(/accounts/signup/[^"]*)"', page)[1]
    facts = {"email": "Private@example.net", "password1": "eight-calm-sessions", "is_adult": "on"}
    client.post(signup, facts | {"next": "/join/"})
    settle_everything()
    letter = next(m for m in mail.outbox if m.to == ["private@example.net"])
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+/)", letter.body)[1]
    assert client.get(link).status_code == 200
    answer = client.post(link, follow=True)
    assert answer.redirect_chain[-1][0] == "/join/"
    assert "Take this place" in answer.content.decode()
    client.post("/join/")
    assert Enrolment.objects.get().user == User.objects.get(email="private@example.net")
    assert "private@example.net" not in str(
        showing.row(showing.places_shown(invitation.place.order)[0])
    )


def test_signing_in_elsewhere_still_offers_the_way_back(client, cyn, invitation):
    opened(client, invitation)
    client.force_login(cyn)
    assert 'href="/join/"' in client.get("/my/").content.decode()


def test_a_join_link_is_one_page_for_many(order, max, cyn):
    link = accepting.open_join_link(order, cap=2, by=max, now=timezone.now())
    for user in (cyn, person("dee")):
        client = signed_in(user)
        client.get(reverse("open_invitation", args=[tokens.token(tokens.JOIN_LINK, link.pk)]))
        assert client.get("/join/").status_code == 200
        client.post("/join/")
    assert Enrolment.objects.count() == 2
    assert client.get("/join/").status_code == 404


# --- Looking after places -------------------------------------------------------------------------


def test_a_manager_says_yes_by_post_with_the_address_that_was_asked(organisation, max, cyn):
    asked = managing.ask_to_manage(organisation, "cyn@example.org", by=max, now=timezone.now())
    link = reverse("open_manager_invitation", args=[tokens.token(tokens.MANAGER, asked.pk)])
    wrong = signed_in(person("dee"))
    wrong.get(link)
    wrong.post("/teams/look-after/")
    client = signed_in(cyn)
    assert client.get(link).headers["Location"] == "/teams/look-after/"
    assert NEVER[0] in client.get("/teams/look-after/").content.decode()
    assert Manager.objects.count() == 1
    client.post("/teams/look-after/")
    assert organisation.managers.filter(user=cyn).exists()
    managing.remove_manager(organisation.managers.get(user=cyn), by=max, now=NOON)
    assert client.post("/teams/look-after/").status_code == 404  # the old yes is used up
    assert not organisation.managers.filter(user=cyn).exists()


def test_the_last_manager_stays(organisation, max):
    with pytest.raises(managing.LastManager):
        managing.remove_manager(organisation.managers.get(), by=max, now=NOON)


def test_asking_a_manager_again_writes_once_an_hour(organisation, max):
    for _twice in range(2):
        managing.ask_to_manage(organisation, "cyn@example.org", by=max, now=NOON)
    settle_everything()
    assert len(mail.outbox) == 1
    assert ManagerInvitation.objects.count() == 1


# --- What the organisation sees -------------------------------------------------------------------


def test_the_person_sees_the_very_row_that_the_manager_sees(order, max, cyn, invitation):
    accepting.accept(hash_behind(invitation), user=cyn, now=timezone.now())
    theirs = signed_in(max).get(reverse("team_order", args=[order.pk])).content.decode()
    mine = signed_in(cyn).get(reverse("my_organisation")).content.decode()
    row = re.search(r"<p><strong>Place 1</strong>.*?(?=</div>)", theirs, re.DOTALL)[0].strip()
    assert "Taken" in row
    assert row in mine


def test_completion_shows_only_with_a_yes_and_hides_at_once(order, max, cyn, invitation):
    accepting.accept(hash_behind(invitation), user=cyn, now=timezone.now())
    place, client = Place.objects.get(holder=cyn), signed_in(cyn)

    def row():
        return showing.row(showing.places_shown(order).get(pk=place.pk))

    Place.objects.filter(pk=place.pk).update(state=PlaceState.STARTED)
    started = row()
    Place.objects.filter(pk=place.pk).update(state=PlaceState.COMPLETED)
    assert row() == started  # whether somebody completed cannot be told
    address = reverse("show_completion", args=[place.pk])
    assert client.get(address).status_code == 302
    assert row() == started
    client.post(address, {"show": "yes"})
    assert (row().words, row().name) == ("Completed", "Cyn")
    client.post(address, {"show": "no"})
    assert row() == started
    signed_in(person("dee")).post(address, {"show": "yes"})
    assert row() == started
