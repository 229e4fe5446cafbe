from allauth.account import forms as allauth
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from course import names
from course.asking import Asked
from course.people import zones
from course.people.models import User


class SignupForm(Asked, allauth.SignupForm):
    """Sign-up that takes as long, and says the same, for a known address (R70)."""

    field_order = ["email", "display_name", "password1", "is_adult"]

    display_name = forms.CharField(
        label=_("What shall we call you?"),
        max_length=60,
        required=False,
        help_text=_("A first name, a nickname, or nothing. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        validators=[names.one_line],
    )
    is_adult = forms.BooleanField(
        label=_("I am an adult"),
        required=False,
        error_messages={"required": _("Please tell us that you are an adult.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("Your own address works best if you may change jobs.")
        self.fields["password1"].help_text = _("At least 12 characters. Three words will do.")
        self.fields["is_adult"].label = _("I am %(age)s or older") % {"age": settings.MINIMUM_AGE}

    def clean_is_adult(self) -> bool:
        if not self.cleaned_data["is_adult"]:
            raise forms.ValidationError(
                _("This programme is for people aged %(age)s or older. Tick the box if you are."),
                params={"age": settings.MINIMUM_AGE},
            )
        return True

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            # Hashing is what takes the time when an address is new.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class LoginForm(Asked, allauth.LoginForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields.pop("remember", None)


class AddEmailForm(Asked, allauth.AddEmailForm):
    pass


class ChangePasswordForm(Asked, allauth.ChangePasswordForm):
    pass


class ResetPasswordForm(Asked, allauth.ResetPasswordForm):
    pass


class NewPasswordForm(Asked, allauth.ResetPasswordKeyForm):
    pass


class ShowItIsYouForm(Asked, allauth.ReauthenticateForm):
    pass


class NamesForm(forms.ModelForm):
    """The two names: one for the screen, one for paper."""

    class Meta:
        model = User
        fields = ["display_name", "document_name"]

    def clean_display_name(self) -> str:
        names.one_line(self.cleaned_data["display_name"])
        return self.cleaned_data["display_name"]

    def clean_document_name(self) -> str:
        return names.check_name(self.cleaned_data["document_name"], blank=True)


class ZoneForm(forms.ModelForm):
    """Whose clocks times are shown by. Empty is each group's own."""

    zone = forms.CharField(
        label=_("Show times in"),
        required=False,
        widget=forms.Select,
        help_text=_("Typing the first letters of your country finds it."),
    )

    class Meta:
        model = User
        fields = ["zone"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", _("My group’s own time")), *zones.by_country()]
        mine = self.instance.zone
        if mine and mine not in dict(listed):  # a zone that the list has under another name
            listed.insert(1, (mine, zones.city(mine)))
        self.fields["zone"].widget.choices = listed

    def clean_zone(self) -> str:
        """Also one that a device calls by an old name."""
        chosen = self.cleaned_data["zone"]
        zone = zones.today_called(chosen)
        if chosen and not zone:
            raise forms.ValidationError(
                _("We do not know that time zone. Please choose one of the list.")
            )
        return zone
