"""Wagtail's user screens, for superusers only, with our one name instead of first and last.

Nobody sets anyone's password or e-mail address here: whoever could would be able to sign in
as that person and open what is private. People do both themselves, by e-mail.

Nobody is deleted here either: rows that went before their writing key would leave sealed words
behind with a key to open them. A person erases their own account; others can make it inactive.
"""

from typing import Any

from django import forms
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import account
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.bulk_actions import DeleteBulkAction
from wagtail.users.views.users import IndexView
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from course import names
from course.people.models import User
from course.people.role_screens import NotedPersonCreateView, NotedPersonEditView


def name_field() -> forms.CharField:
    facts = {"required": False, "max_length": 60, "validators": [names.one_line]}
    return forms.CharField(label=_("Name on screen"), **facts)


class PersonEditForm(UserEditForm):
    first_name = None
    last_name = None
    email = forms.EmailField(
        disabled=True,
        required=False,
        label=_("Email address"),
        help_text=_("Only its owner can change it, on their own account page."),
    )
    display_name = name_field()
    is_active = forms.BooleanField(
        required=False,
        label=_("Active"),
        help_text=_(
            "Without this tick they cannot sign in, and nothing of theirs is lost. Nobody is "
            "deleted here: each person can erase their own account, and all they wrote with it."
        ),
    )
    password_enabled = False

    class Meta(UserEditForm.Meta):
        fields = {"email", "display_name", "is_superuser", "groups", "is_active"}


class PersonCreationForm(UserCreationForm):
    first_name = None
    last_name = None
    email = forms.EmailField(
        label=_("Email address"),
        help_text=_("They choose a password themselves, with “Forgotten your password?”."),
    )
    display_name = name_field()
    password_enabled = False

    class Meta(UserCreationForm.Meta):
        fields = {"email", "display_name", "is_superuser", "groups"}

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        return super().save(commit=commit)


class PeopleIndexView(IndexView):
    def get_delete_url(self, instance: User) -> None:
        return None


class PersonEditView(NotedPersonEditView):
    def setup(self, *args: Any, **kwargs: Any) -> None:
        super().setup(*args, **kwargs)
        self.can_delete = False


class UserViewSet(WagtailUserViewSet):
    index_view_class = PeopleIndexView
    add_view_class = NotedPersonCreateView
    edit_view_class = PersonEditView
    copy_view_enabled = False  # a person's rights are given one by one, and noted

    def get_urlpatterns(self) -> list[URLPattern]:
        return [route for route in super().get_urlpatterns() if route.name != "delete"]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return PersonEditForm if for_update else PersonCreationForm


class NameForm(forms.ModelForm):
    """The account page's first panel. Wagtail's asks for a first and a last name."""

    display_name = name_field()

    class Meta:
        model = User
        fields = ["display_name"]


# Wagtail has no setting for this form; without ours the account page could not be saved at all.
account.NameEmailSettingsPanel.form_class = NameForm

# Wagtail registers this for every model of people, and takes it back for none.
DeleteBulkAction.models = []
