"""Decodes, checks, strips, orients and scales uploads. No other code opens an upload."""

import hashlib
import io
import threading
import uuid
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

import pillow_heif
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from lostfound.media.storage import storage_failed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A thumbnail embedded in a HEIC must never replace the picture itself.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

BYTES_PER_MB: Final = 1024 * 1024
MAX_PHOTO_BYTES: Final = 10 * BYTES_PER_MB
MAX_PHOTOS: Final = 5  # per post
MAX_PIXELS: Final = 40_000_000
MIN_EDGE_PX: Final = 32
MAX_ASPECT_RATIO: Final = 20.0  # longest over shortest edge; a panorama has about 5
FULL_EDGE_PX: Final = 1600
THUMBNAIL_EDGE_PX: Final = 320
# The photographs of one post, and the form fields with them.
MAX_REQUEST_BYTES: Final = MAX_PHOTOS * MAX_PHOTO_BYTES + BYTES_PER_MB
# Cameras write about 10. Each takes tens of bytes and a pass over the whole picture: 250 of them at
# 40 megapixels took 3.5 s, and 10 MB of them would take over half an hour. A video appended to a
# photograph has about 160 by chance in 10 MB.
MAX_JPEG_SCANS: Final = 250
FULL_QUALITY: Final = 88  # JPEG quality, 1 to 95
THUMBNAIL_QUALITY: Final = 80
# What phones and browsers send. A JPEG with further pictures appended (MPO) is handled as JPEG.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
SIXTEEN_BIT_MODES: Final = ("I", "I;16", "I;16B", "I;16L", "I;16N")
SCALABLE_MODES: Final = ("L", "LA", "RGB", "RGBA", "CMYK")
# The operation that turns a picture with this EXIF orientation upright.
UPRIGHT: Final[Mapping[Any, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# One photograph at a time per process: decoding 40 megapixels takes a few hundred MB, and
# catch_warnings() is not thread-safe.
_decoding = threading.Lock()


class PhotoRefused(ValidationError):
    """The upload is refused; `code` is stable, the message says what to do.

    Codes: empty, too_large, not_a_photograph, too_many_pixels, too_small, too_narrow, damaged,
    no_room, storage.
    """

    def __init__(
        self, code: str, message: "StrOrPromise", params: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, code=code, params=params)


@dataclass(frozen=True)
class PreparedPhoto:
    """The pixels of an upload, re-encoded as JPEG without metadata or anything else.

    Attributes:
        full: JPEG bytes, longest edge at most FULL_EDGE_PX.
        thumbnail: JPEG bytes, longest edge at most THUMBNAIL_EDGE_PX.
        width_px: width of `full`.
        height_px: height of `full`.
        content_hash: sha256 of `full` in hexadecimal; equal uploads have equal hashes.
    """

    full: bytes
    thumbnail: bytes
    width_px: int
    height_px: int
    content_hash: str


def prepare_photo(upload: IO[bytes], *, max_bytes: int = MAX_PHOTO_BYTES) -> PreparedPhoto:
    """Turn an upload, whatever it claims to be, into a photograph that is safe to store.

    Raises:
        PhotoRefused: the upload is too large, damaged, too small, or not a known image format.
    """
    data = _read(upload, max_bytes)
    try:
        with _decoding, warnings.catch_warnings():
            # Damaged metadata only raises warnings; the pixels decide.
            warnings.simplefilter("ignore")
            pixels = _decode(data)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders raise almost anything on damaged files
        raise _damaged() from error
    return encoded_photo(pixels)


def encoded_photo(pixels: Image.Image) -> PreparedPhoto:
    """Both sizes of pixels that are upright RGB, longest edge at most FULL_EDGE_PX."""
    full = _encode(pixels, FULL_QUALITY)
    return PreparedPhoto(
        full=full,
        thumbnail=_encode(_scaled(pixels, THUMBNAIL_EDGE_PX), THUMBNAIL_QUALITY),
        width_px=pixels.width,
        height_px=pixels.height,
        content_hash=hashlib.sha256(full).hexdigest(),
    )


def random_photo_name(extension: str) -> str:
    """A path that nobody can guess, such as `ab/ab12….jpg`; folders keep directories small."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}.{extension}"


def full_upload_to(instance: object, filename: str) -> str:
    """A random path for a full photograph; the uploaded file's name is never used."""
    return f"photos/full/{random_photo_name('jpg')}"


def thumbnail_upload_to(instance: object, filename: str) -> str:
    """A random path for a thumbnail."""
    return f"photos/thumb/{random_photo_name('jpg')}"


def _read(upload: IO[bytes], max_bytes: int) -> bytes:
    try:
        upload.seek(0)
        data = upload.read(max_bytes + 1)
    except OSError as error:
        failed = storage_failed(error)
        raise PhotoRefused(str(failed.code), str(failed.message)) from error
    if len(data) > max_bytes:
        raise PhotoRefused(
            "too_large",
            _("The photograph is larger than %(limit)d MB. Please choose a smaller one."),
            {"limit": max_bytes // BYTES_PER_MB},
        )
    if not data:
        raise PhotoRefused("empty", _("The file is empty. Please choose another photograph."))
    return data


def _decode(data: bytes) -> Image.Image:
    """RGB pixels, upright, in sRGB, on white, longest edge at most FULL_EDGE_PX."""
    try:
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PhotoRefused(
            "not_a_photograph",
            _("This is not a photograph. Please choose a JPEG, PNG, WebP, HEIC or AVIF file."),
        ) from error
    with closing(opened) as image:
        # This is the first frame, or the primary image of a HEIC. No other is used, because its
        # size would not have been checked.
        _check_size(image.size)
        if image.format in ("JPEG", "MPO"):
            if data.count(b"\xff\xda") > MAX_JPEG_SCANS:
                raise _damaged()
            # Decodes at a half, a quarter or an eighth of the size if that is still large enough.
            image.draft("RGB", _scaled_size(image.size, FULL_EDGE_PX))
        image.load()
        _check_size(
            image.size, least_px=1
        )  # a HEIC can decode to a size other than the declared one
        orientation, profile = _orientation(image), image.info.get("icc_profile")
        # Scaled before anything is copied, so that the rest costs almost nothing.
        pixels = _scaled(_scalable(image), FULL_EDGE_PX)
        if orientation in UPRIGHT:
            pixels = pixels.transpose(UPRIGHT[orientation])
        return _plain(_to_srgb(pixels, profile))


def _check_size(size: tuple[int, int], least_px: int = MIN_EDGE_PX) -> None:
    width_px, height_px = size
    if width_px * height_px > MAX_PIXELS:
        raise _too_many_pixels()
    if min(size) < least_px:
        raise PhotoRefused(
            "too_small",
            _("The photograph is too small to see anything. Please choose a larger one."),
        )
    if max(size) / min(size) > MAX_ASPECT_RATIO:
        raise PhotoRefused(
            "too_narrow",
            _("The photograph is too long and thin. Please crop it or choose another one."),
        )


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        "too_many_pixels",
        _("The photograph has more than %(limit)d megapixels. Please choose a smaller one."),
        {"limit": MAX_PIXELS // 1_000_000},
    )


def _damaged() -> PhotoRefused:
    return PhotoRefused(
        "damaged",
        _("The photograph is damaged or incomplete. Please take or choose another one."),
    )


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # unreadable EXIF is no reason to refuse the pixels
        return None


def _scalable(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled and has 8 bits per channel."""
    if image.mode in SIXTEEN_BIT_MODES:
        # convert() alone would clip every value above 255 to white.
        return image.point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in SCALABLE_MODES and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    if not profile or image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return image  # slightly wrong colours are better than no photograph
    return converted or image


def _plain(image: Image.Image) -> Image.Image:
    """RGB pixels on white in a new image, which carries over nothing else of the upload."""
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
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
