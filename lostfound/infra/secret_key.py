"""A secret key for this machine, for development and the demo."""

import contextlib
import os
import secrets
from pathlib import Path


def local_secret_key(folder: Path) -> str:
    """The key stored in `folder`, created on first use; safe if processes start concurrently."""
    path = folder / "secret_key"
    if path.exists():
        return path.read_text().strip()
    with contextlib.suppress(FileExistsError):
        temporary = folder / f".secret_key.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            # A hard link never replaces an existing file: the first process wins with a whole file.
            os.link(temporary, path)
        finally:
            temporary.unlink()
    return path.read_text().strip()
