"""People are not deleted from the workspace: their writing key would outlive their rows."""

import pytest
from django.urls import NoReverseMatch, reverse

from course.people.models import User
from reflections.keys.models import WritingKey
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def test_no_screen_deletes_a_person_not_even_for_root(root, ada):
    client = signed_in(root)
    with pytest.raises(NoReverseMatch):
        reverse("wagtailusers_users:delete", args=[ada.pk])
    for address in (f"/cms/users/delete/{ada.pk}/", f"/cms/users/{ada.pk}/delete/"):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
    bulk = f"/cms/bulk/people/user/delete/?id={ada.pk}"
    assert client.get(bulk).status_code == 404
    assert client.post(bulk).status_code == 404
    assert User.objects.filter(pk=ada.pk).exists()
    assert WritingKey.objects.filter(owner_id=ada.pk).exists()


def test_no_screen_offers_it(root, ada):
    client = signed_in(root)
    for address in ("/cms/users/", f"/cms/users/edit/{ada.pk}/", f"/cms/users/history/{ada.pk}/"):
        answer = client.get(address)
        assert answer.status_code == 200
        main = answer.content.decode().split("<main", 1)[1]
        assert f"/delete/{ada.pk}" not in main
        assert "user/delete" not in main
    assert "bulk/people/user/assign_role" in client.get("/cms/users/").content.decode()


def test_the_form_says_what_can_be_done_instead(root, ada):
    client = signed_in(root)
    page = client.get(f"/cms/users/edit/{ada.pk}/").content.decode()
    assert "can erase their own account" in page
    facts = {"email": ada.email, "display_name": "Ada"}  # without the tick
    assert client.post(f"/cms/users/edit/{ada.pk}/", facts).status_code == 302
    ada.refresh_from_db()
    assert not ada.is_active
    assert signed_in(ada).get("/my/").status_code == 302
