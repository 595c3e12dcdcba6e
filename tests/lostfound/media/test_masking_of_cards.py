"""On photographs of invented cards, every digit is covered, whichever way the card lies."""

import io
from importlib.util import find_spec

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from lostfound.media.masking import MASK_COLOUR, masked
from lostfound.media.processing import encoded_photo
from lostfound.services import edit_post
from lostfound.services.masking import mask_photos
from tests.support.builders import make_category, make_post
from tests.support.invented_cards import card_photograph, uncovered

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(find_spec("rapidocr") is None, reason="needs the extra `mask`"),
]

PHOTOGRAPHS = 10
ALL_AROUND = 360.0


def digits_left(seed: int, width_px: int) -> tuple[list[int], list[int]]:
    """The digits that the masked photograph and its thumbnail still show."""
    photograph = card_photograph(seed, width_px, angle=seed * ALL_AROUND / PHOTOGRAPHS)
    with Image.open(io.BytesIO(photograph.jpeg)) as image:
        prepared = encoded_photo(masked(image.convert("RGB")))
    left = []
    for jpeg, share in ((prepared.full, 0.05), (prepared.thumbnail, 0.5)):
        with Image.open(io.BytesIO(jpeg)) as image:
            shown = image.resize(photograph.labels.shape[::-1], Image.Resampling.NEAREST)
        left.append(uncovered(photograph, shown, MASK_COLOUR, share))
    return left[0], left[1]


@pytest.mark.parametrize("width_px", [1000, 600, 400])
def test_every_digit_is_covered(width_px: int) -> None:
    for seed in range(PHOTOGRAPHS):
        full, thumbnail = digits_left(seed, width_px)
        assert (full, thumbnail) == ([], []), seed


def test_nine_of_ten_small_cards_show_no_digit() -> None:
    clean = [digits_left(seed, 250)[0] == [] for seed in range(PHOTOGRAPHS)]
    assert sum(clean) >= 9


def test_the_measure_sees_a_digit_that_shows() -> None:
    photograph = card_photograph(3, 600)
    with Image.open(io.BytesIO(photograph.jpeg)) as image:
        untouched = uncovered(photograph, image, MASK_COLOUR)
    assert untouched == list(range(1, int(photograph.labels.max()) + 1))
    assert uncovered(photograph, Image.new("RGB", (1280, 960), MASK_COLOUR), MASK_COLOUR) == []


@pytest.mark.django_db
def test_a_card_under_wallets_is_public_only_without_its_digits() -> None:
    photograph = card_photograph(4, 600)
    post = make_post(category=make_category(photo_policy="masked"))
    upload = SimpleUploadedFile("wallet.jpg", photograph.jpeg, "image/jpeg")
    edit_post(post, actor=post.author, fields={}, add_photos=[upload])
    photo = post.photos.get()
    assert Client().get(photo.thumbnail_url).status_code == 404
    assert mask_photos(post.pk) == 1
    photo.refresh_from_db()
    assert Client().get(photo.thumbnail_url).status_code == 200
    assert (photo.width_px, photo.height_px) == (1280, 960)
    with photo.full.open("rb") as file, Image.open(file) as image:
        assert uncovered(photograph, image, MASK_COLOUR) == []
