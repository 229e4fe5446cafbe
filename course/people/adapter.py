import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest

from course import mail
from course.audit.recording import record
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

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords count for who types them: no stranger can lock someone out (R70)."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"

    def is_reauthentication_required(self, *, app: str, **facts: Any) -> bool:
        """Signing in counts as showing that it is oneself: nobody is asked twice in a row."""
        request = context.request
        records = get_authentication_records(request, request.user)
        hour = app_settings.REAUTHENTICATION_TIMEOUT
        if records and time.time() - records[-1]["at"] < hour:
            return False
        return super().is_reauthentication_required(app=app, **facts)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Whose account it was about, where there is one. Never what was typed."""
        email = credentials.get("email") or ""
        whose = User.objects.filter(email=email.lower()).values_list("pk", flat=True).first()
        record("sign_in.failed", actor=None, subject=f"person:{whose or ''}", result="denied")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict | None = None,
        email: str | None = None,
    ) -> None:
        """allauth tells of each change to how someone signs in: the one place to note them all."""
        what = template_prefix.rsplit("/", 1)[-1]
        record(f"account.{what}", actor=user.pk, subject=f"person:{user.pk}")
        super().send_notification_mail(template_prefix, user, context=context, email=email)

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
