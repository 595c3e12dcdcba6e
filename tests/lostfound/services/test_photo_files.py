"""Files share the fate of their transaction's rows, in nested transactions, too."""

from pathlib import Path

import pytest

from lostfound.models import Photo
from lostfound.services.photo_files import WrittenFiles, transaction_with_files

# Real transactions: what is kept is kept by their commit.
pytestmark = pytest.mark.django_db(transaction=True)


def write(written: WrittenFiles, content: bytes) -> None:
    written.write(Photo().full, content)


def files_in(folder: Path) -> list[bytes]:
    return sorted(file.read_bytes() for file in folder.rglob("*") if file.is_file())


class Refused(Exception):
    """The error of a caller that fails after everything was written."""


def test_files_of_an_inner_transaction_stay_with_the_outer_one(media_root: Path) -> None:
    with transaction_with_files() as outer:
        write(outer, b"outer")
        with transaction_with_files() as inner:
            write(inner, b"inner")
    assert files_in(media_root) == [b"inner", b"outer"]


def test_a_refusal_after_an_inner_transaction_takes_its_files_back(media_root: Path) -> None:
    with pytest.raises(Refused), transaction_with_files():
        with transaction_with_files() as inner:
            write(inner, b"inner")
        assert files_in(media_root) == [b"inner"]
        raise Refused
    assert files_in(media_root) == []


def test_an_inner_transaction_that_fails_costs_its_own_files_alone(media_root: Path) -> None:
    with transaction_with_files() as outer:
        write(outer, b"outer")
        with pytest.raises(Refused), transaction_with_files() as inner:
            write(inner, b"inner")
            raise Refused
    assert files_in(media_root) == [b"outer"]
    with transaction_with_files() as next_one:  # and nothing is left of the nesting
        write(next_one, b"next")
    assert files_in(media_root) == [b"next", b"outer"]
