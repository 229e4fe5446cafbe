"""Uploads in an S3-compatible bucket. Nothing in it ever gets an address of its own."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from course.uploads import UploadsAway

PIECE = 256 * 1024


class Bucket(S3Storage):
    """A bucket without public files: pictures and papers are served by our own views."""

    def get_default_settings(self) -> dict[str, Any]:
        how = Config(
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2},
            # As servers other than Amazon's understand them, and Amazon's does too.
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
        )
        private = {"default_acl": None, "file_overwrite": False, "client_config": how}
        return super().get_default_settings() | private

    def url(self, name: str, *_args: Any, **_kwargs: Any) -> str:
        return settings.MEDIA_URL + quote(str(name).lstrip("/"))

    def part(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """These bytes of a file. The bucket is asked for no others."""
        if end < start:  # an empty file has no part that could be asked for
            return
        kept = self.bucket.Object(self._normalize_name(name))
        try:
            yield from kept.get(Range=f"bytes={start}-{end}")["Body"].iter_chunks(PIECE)
        except (BotoCoreError, ClientError) as error:
            raise UploadsAway(type(error).__name__) from None


def _telling(name: str) -> Callable[..., Any]:
    whole = getattr(S3Storage, name)

    def asked(self: Bucket, *args: Any, **kwargs: Any) -> Any:
        try:
            return whole(self, *args, **kwargs)
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise UploadsAway(type(error).__name__) from None

    return asked


for _name in ("_save", "_open", "exists", "delete", "listdir", "size", "get_modified_time"):
    setattr(Bucket, _name, _telling(_name))
