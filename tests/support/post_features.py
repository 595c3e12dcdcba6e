"""Posts whose vectors have exactly the similarities that a test specifies."""

from typing import Any

import numpy as np
import numpy.typing as npt

from matching.core.types import PostFeatures


def vecs_with(similarities: list[list[float]]) -> npt.NDArray[np.float32]:
    """Unit vectors with these cosines.

    Shape: (n, n) symmetric with ones on the diagonal -> (n, n)
    """
    values, vectors = np.linalg.eigh(np.array(similarities))
    assert values.min() > -1e-9, "no vectors have these cosines"
    vecs: npt.NDArray[np.float32] = (vectors * np.sqrt(values.clip(0.0))).astype(np.float32)
    return vecs


def lost_and_found(
    *,
    text_text: float,
    image_image: float | None = None,
    own: float = 0.26,
    cross: float = 0.26,
    lost: dict[str, Any] | None = None,
    found: dict[str, Any] | None = None,
    photographs: str = "both",
) -> tuple[PostFeatures, PostFeatures]:
    """A lost and a found post with these cosines.

    Args:
        own: of a post's text with its own photograph.
        cross: of a post's text with the other post's photograph.
        photographs: both, lost, found or none.
    """
    ii = 0.6 if image_image is None else image_image
    lost_text, found_text, lost_image, found_image = vecs_with(
        [
            [1.0, text_text, own, cross],
            [text_text, 1.0, cross, own],
            [own, cross, 1.0, ii],
            [cross, own, ii, 1.0],
        ]
    )
    return (
        post(1, "lost", lost_text, [lost_image] if photographs in ("both", "lost") else [], lost),
        post(
            2, "found", found_text, [found_image] if photographs in ("both", "found") else [], found
        ),
    )


def post(
    post_id: int,
    kind: Any,
    text_vec: Any,
    image_vecs: Any = (),
    fields: dict[str, Any] | None = None,
) -> PostFeatures:
    """A post from plain lists."""
    text = None if text_vec is None else np.asarray(text_vec, dtype=np.float32)
    images = np.asarray(image_vecs, dtype=np.float32)
    if not len(image_vecs):
        images = np.zeros((0, 0 if text is None else len(text)), dtype=np.float32)
    return PostFeatures(post_id, kind, text, images, **(fields or {}))
