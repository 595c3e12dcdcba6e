"""Checks for optional packages; the error for a missing one says how to install it."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def require_package(package: str, *, extra: str, setting: str) -> None:
    """Check that a package is installed, before something fails in the middle of work.

    Raises:
        ImproperlyConfigured: the package is missing; the message names the extra.
    """
    if find_spec(package) is None:
        raise ImproperlyConfigured(
            f"{setting} needs the package {package}, which is not installed. "
            f"Run pip install -c constraints.txt -e '.[{extra}]', or unset {setting}."
        )


def bucket_origins(options: Mapping[str, Any]) -> list[str]:
    """The possible origins of a bucket's signed URLs, in virtual-host or path style."""
    bucket, region = options["bucket_name"], options["region_name"]
    if options["endpoint_url"]:
        url = urlsplit(options["endpoint_url"])
        hosts = [f"{url.scheme}://{url.netloc}", f"{url.scheme}://{bucket}.{url.netloc}"]
    else:
        names = ["s3", *([f"s3.{region}"] if region else [])]
        hosts = [
            f"https://{part}{name}.amazonaws.com" for name in names for part in ("", f"{bucket}.")
        ]
    return hosts
