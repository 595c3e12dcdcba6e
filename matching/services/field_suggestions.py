"""Suggests a category and a colour for a post that is being written; the author decides.

The web process only stores the request; the worker, which has the model, answers it.
"""

import io
import logging
from datetime import timedelta
from functools import lru_cache, partial
from typing import IO, Final
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone
from PIL import Image

from lostfound.infra.queue import enqueue
from lostfound.media.processing import prepare_photo
from lostfound.models import Category, Post, User
from lostfound.services.privacy import mask_personal_numbers
from matching.core.field_suggestions import ColourSet, propose_category, propose_colour
from matching.core.types import PostFeatures
from matching.core.vectors import known, means_of_known
from matching.encoders.base import EncoderUnavailable, current_fingerprint, get_encoder
from matching.encoders.prompts import colour_prompts
from matching.models import IntakeQuestion
from matching.services.profiles import ensure_profile

logger = logging.getLogger(__name__)

ANSWER_TASK: Final = "matching.tasks.answer_intake"
MAX_TEXT_CHARS: Final = 1000  # longer texts add nothing about category and colour
KEPT_FOR: Final = timedelta(hours=1)


def ask_intake(
    user: User, *, title: str = "", description: str = "", photo: IO[bytes] | None = None
) -> IntakeQuestion:
    """Request suggestions for a post; the worker answers within seconds.

    Raises:
        PhotoRefused: the photograph cannot be used.
    """
    words = Post(title=title.strip(), description=description.strip()).text[:MAX_TEXT_CHARS]
    question = IntakeQuestion(
        asked_by=user,
        text=mask_personal_numbers(words.replace("\x00", "")),
        photo=prepare_photo(photo).thumbnail if photo else b"",
    )
    if not question.text.strip() and not question.photo:
        question.status = IntakeQuestion.Status.DONE
    with transaction.atomic():
        question.save()
        if question.status == IntakeQuestion.Status.WAITING:
            transaction.on_commit(partial(_send, question.public_id))
    return question


def intake_of(user: User, public_id: UUID) -> IntakeQuestion | None:
    """A request of this person; None if it does not exist or has expired."""
    return IntakeQuestion.objects.filter(public_id=public_id, asked_by=user).first()


def _send(public_id: UUID) -> None:
    """Enqueue the task; if the queue is unavailable, the author continues without suggestions."""
    try:
        enqueue(ANSWER_TASK, str(public_id))
    except Exception:
        logger.exception("Suggestion request %s could not be enqueued", public_id)
        IntakeQuestion.objects.filter(public_id=public_id).update(
            status=IntakeQuestion.Status.FAILED, text="", photo=b""
        )


def answer_intake(public_id: UUID) -> str:
    """Answer a pending request; returns the outcome in a word."""
    question = IntakeQuestion.objects.filter(
        public_id=public_id, status=IntakeQuestion.Status.WAITING
    ).first()
    if question is None:
        return "not waiting"
    try:
        question.answer = _proposals(question)
        question.status = IntakeQuestion.Status.DONE
    except EncoderUnavailable:
        question.status = IntakeQuestion.Status.FAILED
    except Exception:
        logger.exception("Suggestion request %s failed", public_id)
        question.status = IntakeQuestion.Status.FAILED
    question.text, question.photo = "", b""
    question.save(update_fields=["answer", "status", "text", "photo"])
    return question.status


def prune_intake() -> int:
    """Delete requests that nobody waits for any more; returns the number deleted."""
    old = IntakeQuestion.objects.filter(asked_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]


def _proposals(question: IntakeQuestion) -> dict[str, list[tuple[str, float]]]:
    fingerprint = current_fingerprint()
    profile = ensure_profile(fingerprint)
    encoder = get_encoder()
    vec = known(encoder.encode_texts([question.text])[0]) if question.text.strip() else None
    images = np.zeros((0, profile.dim), dtype=np.float32)
    if question.photo:
        with Image.open(io.BytesIO(bytes(question.photo))) as image:
            images = encoder.encode_images([image])
    if vec is None and not len(images):
        return {"category": [], "colour": []}  # what is usual here says nothing about this post
    post = PostFeatures(post_id=0, kind="lost", text_vec=vec, image_vecs=images)
    active = set(Category.objects.filter(is_active=True).values_list("code", flat=True))
    return {
        "category": [
            (one.code, round(one.probability, 4))
            for one in propose_category(post, profile)
            if one.code in active
        ],
        "colour": [
            (one.code, round(one.probability, 4))
            for one in propose_colour(post, profile, _colours(fingerprint))
        ],
    }


@lru_cache(maxsize=1)
def _colours(fingerprint: str) -> ColourSet:
    """Embedded once per process and encoder."""
    prompts = colour_prompts()
    texts = [text for _, wordings in prompts for text in wordings]
    vecs = get_encoder().encode_texts(texts)
    codes = np.array([code for code, _ in prompts], dtype=np.str_)
    return ColourSet(codes, means_of_known(vecs, [len(wordings) for _, wordings in prompts]))
