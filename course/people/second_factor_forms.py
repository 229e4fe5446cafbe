from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext as _

from course import names
from course.asking import Asked


class CodeForm(Asked, AuthenticateForm):
    pass


class CodeAgainForm(Asked, ReauthenticateForm):
    pass


class AppForm(Asked, ActivateTOTPForm):
    pass


class EditPasskeyForm(Asked, EditWebAuthnForm):
    def clean_name(self) -> str:
        names.one_line(self.cleaned_data["name"])
        return self.cleaned_data["name"]


class AddPasskeyForm(AddWebAuthnForm):
    def clean_name(self) -> str:
        names.one_line(self.cleaned_data["name"])
        return super().clean_name()

    def clean(self) -> dict[str, Any]:
        """What the device makes travels in a hidden box: nobody could go there to mend it."""
        if self.errors.pop("credential", None):
            words = _("Your device sent no passkey. It needs a browser with scripts switched on.")
            self.add_error(None, words + " " + _("A code from an app works without."))
        return super().clean()
