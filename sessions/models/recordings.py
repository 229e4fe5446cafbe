from django.db import models
from wagtail.documents.models import Document


class Recording(models.Model):
    """How long an editor's recording is, read from its file when that came in."""

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="recording"
    )
    file_hash = models.CharField(max_length=40)  # of the file that was measured
    seconds = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"recording {self.pk}"
