"""Notices that a new version of a library prepares inputs differently than for stored vectors."""

from typing import Final
from weakref import WeakSet

from django.db import transaction

from matching.encoders.base import EncoderUnavailable, TextEncoder
from matching.encoders.preparation import Preparation, ShowsInputs
from matching.models import Embedding, RecordedPreparation, StoredProfile

ANEW: Final = "python manage.py embed_posts --anew"

_verified: WeakSet[TextEncoder] = WeakSet()  # by this process


def verify_preparation(encoder: TextEncoder) -> None:
    """Compare how the encoder prepares inputs with how it did for stored vectors; once a process.

    The first encoder of a fingerprint is recorded. An encoder class of the site's own, which does
    not show its inputs, is taken at its word.

    Raises: EncoderUnavailable, if its vectors could not be compared with the stored ones
    """
    if encoder in _verified or not isinstance(encoder, ShowsInputs):
        return
    now = Preparation.of(encoder)
    row, _ = RecordedPreparation.objects.get_or_create(
        fingerprint=encoder.fingerprint, defaults={"inputs": now.as_json()}
    )
    before = Preparation(**row.inputs)
    if different := now.differences(before):
        raise EncoderUnavailable(
            f"{_named(now, before)} prepare {' and '.join(different)} differently than for the "
            f"stored vectors, which were made with {_named(before, now)}. Install those versions "
            f"again, or run `{ANEW}`, which embeds every open post again."
        )
    _verified.add(encoder)


@transaction.atomic
def forget_vectors(fingerprint: str) -> int:
    """Delete all vectors of an encoder, to be made anew; returns their number.

    The profile is built anew as well, since it holds vectors of prompts and of posts.
    """
    RecordedPreparation.objects.filter(fingerprint=fingerprint).delete()
    profiles = StoredProfile.objects.filter(fingerprint=fingerprint, is_current=True)
    profiles.update(prompts_hash="")
    _verified.clear()
    return Embedding.objects.filter(fingerprint=fingerprint).delete()[0]


def _named(one: Preparation, other: Preparation) -> str:
    """The libraries with another version than in the other preparation, or all."""
    libraries = one.libraries.items()
    changed = [f"{name} {found}" for name, found in libraries if other.libraries.get(name) != found]
    return ", ".join(changed or [f"{name} {found}" for name, found in libraries])
