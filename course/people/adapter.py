from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest

from course import mail
from course.people import letters
from course.people.models import User


class AccountAdapter(DefaultAccountAdapter):
    """allauth, with letters from the outbox and our own words."""

    def send_mail(self, template_prefix: str, email: str, context_: dict) -> None:
        # Links lead to our own address, whatever Host header asked for the letter (R71).
        origin = context.request.build_absolute_uri("/").rstrip("/")
        context_ = {
            name: value.replace(origin, settings.SITE_URL) if isinstance(value, str) else value
            for name, value in context_.items()
        }
        letters.post(self.render_mail(template_prefix, email, context_))

    def render_mail(
        self, template_prefix: str, email: str, context: dict, headers: dict | None = None
    ) -> EmailMultiAlternatives:
        """Written like every other letter: allauth would put the Host header into the subject."""
        parts = mail.Parts(
            f"{template_prefix}_subject.txt",
            f"{template_prefix}_message.txt",
            f"{template_prefix}_message.html",
        )
        return mail.write(template_prefix.rsplit("/", 1)[-1], parts, to=email, context=context)

    def save_user(
        self, request: HttpRequest, user: User, form: object, commit: bool = True
    ) -> User:
        user = super().save_user(request, user, form, commit=False)
        user.email = user.email.lower()
        user.display_name = form.cleaned_data.get("display_name", "")
        user.is_adult = form.cleaned_data.get("is_adult", False)
        if commit:
            user.save()
        return user


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.WAGTAIL_SITE_NAME}
