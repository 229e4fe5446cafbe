import uuid

from django.conf import settings
from django.db import models


class HelpRequest(models.Model):
    """Words that someone sent to the site's help address, kept until they are surely there.

    Hazard: people may write about themselves. No screen shows these rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="help_requests"
    )
    email = models.EmailField()
    words = models.TextField(max_length=3000)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"help request {self.pk}"
