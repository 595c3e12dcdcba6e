"""Photographs in S3-compatible object storage. Imported only if S3_BUCKET is set.

The bucket stays private: the application relays the bytes, or signs a URL for a few seconds.
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
    """Translates the library's errors to those of a local folder.

    Raises:
        FileNotFoundError: the file does not exist.
        StorageAway: any other error.
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
    """A private bucket. Names are random, so no check for an existing file is needed."""

    def __init__(self, **options: Any) -> None:
        style = options.pop("addressing_style", "auto")
        super().__init__(
            **options,
            default_acl=None,
            file_overwrite=True,
            # Photographs are small: a thread for each would cost more than it gains.
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                s3={"addressing_style": style},
                signature_version="s3v4",
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
                # Many S3-compatible servers do not support the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _open(self, name: str, mode: str = "rb") -> "ContentFile[bytes]":
        """Reads the whole file with one request, so that errors occur here and not later."""
        if mode != "rb":
            raise ValueError("Photographs can only be opened for reading.")
        with _plain_errors(name):
            answer = self.connection.meta.client.get_object(
                Bucket=self.bucket_name, Key=self._normalize_name(name)
            )
            return ContentFile(answer["Body"].read(), name=name)

    def _save(self, name: str, content: IO[bytes]) -> str:
        with _plain_errors(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Remove a file; a missing one is not an error."""
        with _plain_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Whether a file with this name exists."""
        with _plain_errors(name):
            return bool(super().exists(name))

    def files_below(self, folder: str) -> Iterator[StoredFile]:
        """Every file below a folder, with one request per thousand files."""
        root = f"{self.location.strip('/')}/" if self.location else ""
        below = f"{root}{folder}/" if folder else root
        with _plain_errors(folder):
            for entry in self.bucket.objects.filter(Prefix=below):
                yield StoredFile(entry.key.removeprefix(root), entry.last_modified)

    def signed_url(self, name: str, filename: str, valid_s: int) -> str:
        """A URL that gives anybody who has it access to this one file, for a few seconds."""
        headers = {
            "ResponseContentType": "image/jpeg",
            "ResponseContentDisposition": f'inline; filename="{filename}"',
            "ResponseCacheControl": "private, no-store",
        }
        with _plain_errors(name):
            return str(self.url(name, parameters=headers, expire=valid_s))
