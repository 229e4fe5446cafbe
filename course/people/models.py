import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **facts)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in with an e-mail address.

    The id is random, so that it may appear in an address or bind a ciphertext.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(
        _("name on screen"), max_length=60, blank=True, help_text=_("What we call you here.")
    )
    document_name = models.CharField(
        _("name on documents"),
        max_length=120,
        blank=True,
        help_text=_("As you want it printed on a certificate. It can differ from any other name."),
    )
    is_active = models.BooleanField(default=True)
    is_adult = models.BooleanField(default=False)  # said so at sign-up; no date of birth is kept
    date_joined = models.DateTimeField(auto_now_add=True)
    # An IANA zone, for showing times; empty is the cohort's own.
    zone = models.CharField(_("time zone"), max_length=60, blank=True)
    # Reading settings; see people/reading.py. Never used for statistics: a font can hint
    # at a diagnosis.
    reading = models.JSONField(default=dict, blank=True)
    # For accounts that nobody uses: when someone was here last besides signing in, noted each
    # night, and how often and when a letter said that the account will go (retention).
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_letters = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    quiet_letter_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return name_on_screen(self)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


def name_on_screen(user: User) -> str:
    """The name someone chose, or a neutral greeting. Never the e-mail address."""
    return user.display_name or str(_("you"))


class Consent(models.Model):
    """One answer to one clear question, kept with its wording's version and its times."""

    WRITING = "writing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    about = models.CharField(max_length=20, choices=[(WRITING, _("private writing"))])
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "about"],
                condition=models.Q(withdrawn_at=None),
                name="one_open_consent_per_person_and_matter",
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class Erasure(models.Model):
    """Someone is to be erased, and it is not finished: the row goes with the person.

    Written before anything is destroyed, so that what a killed process left is finished.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="erasure")
    asked_at = models.DateTimeField()
    keeps_certificates = models.BooleanField()  # so that their codes can still be checked
    quietly = models.BooleanField(default=False)  # replayed after a restore: no second goodbye

    def __str__(self) -> str:
        return f"erasure of {self.user_id}"
