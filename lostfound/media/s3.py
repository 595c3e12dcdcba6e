"""Photographs in object storage: S3, or whatever speaks it. Imported only where S3_BUCKET is set.

The bucket stays private: the application passes the bytes on, or signs an address for seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from lostfound.media.storage import StorageAway, StoredFile

CONNECT_S: Final = 3
READ_S: Final = 10
MAX_ATTEMPTS: Final = 2
NOT_FOUND: Final = 404


@contextmanager
def _plain_errors(name: str) -> Iterator[None]:
    """The library's errors as those that a folder has.

    Raises:
        FileNotFoundError: there is no such file.
        StorageAway: anything else.
    """
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"].get("HTTPStatusCode") == NOT_FOUND:
            code = error.response["Error"].get("Code")
            if code != "NoSuchBucket":
                raise FileNotFoundError(f"There is no {name} in the bucket.") from error
        raise StorageAway(f"The object storage refused {name}: {error}") from error
    except BotoCoreError as error:
        raise StorageAway(f"The object storage does not answer: {error}") from error


class PhotoBucket(S3Storage):  # type: ignore[misc]
    """One private bucket. Names are random, so that nothing is asked for before it is written."""

    def __init__(self, **options: Any) -> None:
        style = options.pop("addressing_style", "auto")
        super().__init__(
            **options,
            default_acl=None,
            file_overwrite=True,
            # Photographs are small: a thread for each would cost more than it brings.
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                s3={"addressing_style": style},
                signature_version="s3v4",
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
                # Many servers that speak S3 do not know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _open(self, name: str, mode: str = "rb") -> "ContentFile[bytes]":
        """The whole file, with one request: what fails, fails here and not while it is read."""
        if mode != "rb":
            raise ValueError("A photograph is opened to be read.")
        with _plain_errors(name):
            answer = self.connection.meta.client.get_object(
                Bucket=self.bucket_name, Key=self._normalize_name(name)
            )
            return ContentFile(answer["Body"].read(), name=name)

    def _save(self, name: str, content: IO[bytes]) -> str:
        with _plain_errors(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        with _plain_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        with _plain_errors(name):
            return bool(super().exists(name))

    def files_below(self, folder: str) -> Iterator[StoredFile]:
        """Every file below a folder, a thousand for each request."""
        root = f"{self.location.strip('/')}/" if self.location else ""
        below = f"{root}{folder}/" if folder else root
        with _plain_errors(folder):
            for entry in self.bucket.objects.filter(Prefix=below):
                yield StoredFile(entry.key.removeprefix(root), entry.last_modified)

    def signed_url(self, name: str, filename: str, valid_s: int) -> str:
        """An address of this file alone that works for some seconds, for whoever has it."""
        headers = {
            "ResponseContentType": "image/jpeg",
            "ResponseContentDisposition": f'inline; filename="{filename}"',
            "ResponseCacheControl": "private, no-store",
        }
        with _plain_errors(name):
            return str(self.url(name, parameters=headers, expire=valid_s))
