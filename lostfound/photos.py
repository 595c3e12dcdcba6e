"""Decodes, checks, strips, orients and scales uploads: the only code that opens one."""

import hashlib
import io
import uuid
import warnings
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any, Final

import pillow_heif
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()

MAX_PHOTO_BYTES: Final = 10 * 1024 * 1024
MAX_PHOTOS: Final = 5
MAX_PIXELS: Final = 40_000_000
MIN_EDGE_PX: Final = 32
MAX_ASPECT_RATIO: Final = 10.0
FULL_EDGE_PX: Final = 1600
THUMBNAIL_EDGE_PX: Final = 320
# The photographs of one post, and the words around them.
MAX_REQUEST_BYTES: Final = MAX_PHOTOS * MAX_PHOTO_BYTES + 1024 * 1024
FULL_QUALITY: Final = 88
THUMBNAIL_QUALITY: Final = 80
# What phones and browsers send. A JPEG with a second picture in it (MPO) is opened as JPEG.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
SIXTEEN_BIT_MODES: Final = ("I", "I;16", "I;16B", "I;16L", "I;16N")


class PhotoRefused(ValidationError):
    """An upload that is not kept; `code` is stable, the message says what to do."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True)
class PreparedPhoto:
    """Pixels of an upload, encoded anew as JPEG without anything else of it.

    Attributes:
        full: JPEG bytes, longest edge at most FULL_EDGE_PX.
        thumbnail: JPEG bytes, longest edge at most THUMBNAIL_EDGE_PX.
        content_hash: sha256 of `full`, hexadecimal; the same upload gives the same hash.
    """

    full: bytes
    thumbnail: bytes
    width_px: int
    height_px: int
    content_hash: str


def prepare_photo(upload: IO[bytes], *, max_bytes: int = MAX_PHOTO_BYTES) -> PreparedPhoto:
    """Turn an upload, whatever it claims to be, into a photograph that is safe to keep.

    Raises:
        PhotoRefused: too large, damaged, too small, or not a photograph that is understood.
    """
    data = _read(upload, max_bytes)
    try:
        with warnings.catch_warnings():
            # Damaged metadata warns; the pixels decide.
            warnings.simplefilter("ignore")
            pixels = _decode(data)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders of damaged files raise almost anything
        raise PhotoRefused(
            "damaged",
            _("The photograph is damaged or incomplete. Please take or choose another one."),
        ) from error
    full = _encode(_scaled(pixels, FULL_EDGE_PX), FULL_QUALITY)
    scaled_size = _scaled_size(pixels.size, FULL_EDGE_PX)
    return PreparedPhoto(
        full=full,
        thumbnail=_encode(_scaled(pixels, THUMBNAIL_EDGE_PX), THUMBNAIL_QUALITY),
        width_px=scaled_size[0],
        height_px=scaled_size[1],
        content_hash=hashlib.sha256(full).hexdigest(),
    )


def full_upload_to(instance: object, filename: str) -> str:
    """A random place for a full photograph; the name that the user gave is never used."""
    return f"photos/full/{_random_name()}"


def thumbnail_upload_to(instance: object, filename: str) -> str:
    """A random place for a small photograph."""
    return f"photos/thumb/{_random_name()}"


def _random_name() -> str:
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}.jpg"


def _read(upload: IO[bytes], max_bytes: int) -> bytes:
    upload.seek(0)
    data = upload.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise PhotoRefused(
            "too_large",
            _("The photograph is larger than 10 MB. Please choose a smaller one."),
        )
    if not data:
        raise PhotoRefused("empty", _("The file is empty. Please choose another photograph."))
    return data


def _decode(data: bytes) -> Image.Image:
    try:
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError as error:
        raise PhotoRefused(
            "not_a_photograph",
            _("This is not a photograph. Please choose a JPEG, PNG, WebP, HEIC or AVIF file."),
        ) from error
    with closing(opened) as image:
        _check_size(image.size)
        # A JPEG is decoded at a half or a quarter where that is still large enough.
        image.draft("RGB", (2 * FULL_EDGE_PX, 2 * FULL_EDGE_PX))
        image.seek(0)
        image.load()
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        return _plain(_to_srgb(_to_eight_bit(upright), profile))


def _check_size(size: tuple[int, int]) -> None:
    width_px, height_px = size
    if width_px * height_px > MAX_PIXELS:
        raise _too_many_pixels()
    if min(size) < MIN_EDGE_PX:
        raise PhotoRefused(
            "too_small",
            _("The photograph is too small to see anything. Please choose a larger one."),
        )
    if max(size) / min(size) > MAX_ASPECT_RATIO:
        raise PhotoRefused(
            "too_narrow", _("The photograph is too long and thin. Please cut it or choose another.")
        )


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        "too_many_pixels",
        _("The photograph has more than 40 megapixels. Please choose a smaller one."),
    )


def _to_eight_bit(image: Image.Image) -> Image.Image:
    # convert("RGB") would clip every value above 255 to white.
    if image.mode in SIXTEEN_BIT_MODES:
        return image.point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    return image


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    if not profile or image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # colours a little off are better than no photograph
    return converted or image


def _plain(image: Image.Image) -> Image.Image:
    """RGB pixels on white in a new image, so that nothing else of the upload is carried along."""
    canvas = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        canvas.paste(layer, mask=layer.getchannel("A"))
    else:
        canvas.paste(image.convert("RGB"))
    return canvas


def _scaled_size(size: tuple[int, int], edge_px: int) -> tuple[int, int]:
    scale = min(1.0, edge_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _scaled(image: Image.Image, edge_px: int) -> Image.Image:
    size = _scaled_size(image.size, edge_px)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def _encode(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
