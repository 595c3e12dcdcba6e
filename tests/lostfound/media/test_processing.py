"""Processing of photographs: what is accepted, what is refused, and what remains."""

import hashlib
import io
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lostfound.media import processing
from lostfound.media.processing import PhotoRefused, PreparedPhoto, prepare_photo
from tests.support import photo_samples as samples

WHITE = (255, 255, 255)
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")


def prepared(data: bytes) -> PreparedPhoto:
    return prepare_photo(io.BytesIO(data))


def refusal(data: bytes) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as caught:
        prepared(data)
    return caught.value


def pixels(photo: PreparedPhoto) -> Image.Image:
    """What is kept, decoded again; also checks that it is what it says."""
    image = Image.open(io.BytesIO(photo.full), formats=("JPEG",))
    image.load()
    assert image.mode == "RGB"
    assert image.size == (photo.width_px, photo.height_px)
    return image


def at(image: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a point, in fractions of width and height."""
    value = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(value, tuple)
    return value[0], value[1], value[2]


def is_near(colour: tuple[int, ...], expected: tuple[int, ...], tolerance: int = 14) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


def assert_corners(image: Image.Image) -> None:
    found = [at(image, x, y) for y in (0.2, 0.8) for x in (0.2, 0.8)]
    wanted = [samples.RED, samples.GREEN, samples.BLUE, samples.YELLOW]
    assert all(is_near(*pair) for pair in zip(found, wanted, strict=True)), found


def segments(data: bytes) -> list[int]:
    """The markers of a JPEG up to its pixels."""
    markers, position = [], 2
    while position < len(data):
        markers.append(data[position + 1])
        if markers[-1] == 0xDA:
            break
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return markers


# What is accepted


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_of_phones_and_browsers_is_accepted(format_name: str) -> None:
    image = pixels(prepared(samples.encoded(samples.corners(), format_name, quality=95)))
    assert image.size == (192, 128)
    assert_corners(image)


@pytest.mark.parametrize("format_name", ["JPEG", pytest.param("HEIF", marks=pytest.mark.slow)])
def test_twelve_megapixels_are_scaled(format_name: str) -> None:
    photo = prepared(samples.encoded(samples.corners(4032, 3024), format_name))
    assert (photo.width_px, photo.height_px) == (1600, 1200)
    assert_corners(pixels(photo))


def test_thumbnail_is_a_small_jpeg_of_the_same_picture() -> None:
    photo = prepared(samples.jpeg(4000, 2000))
    thumbnail = Image.open(io.BytesIO(photo.thumbnail), formats=("JPEG",))
    assert thumbnail.size == (320, 160)
    assert_corners(thumbnail)


def test_small_photograph_is_not_enlarged() -> None:
    photo = prepared(samples.jpeg(100, 50))
    assert (photo.width_px, photo.height_px) == (100, 50)


@pytest.mark.parametrize("format_name", FORMATS)
def test_same_upload_gives_the_same_hash(format_name: str) -> None:
    data = samples.encoded(samples.corners(), format_name)
    first, second = prepared(data), prepared(data)
    assert first == second
    assert first.content_hash == hashlib.sha256(first.full).hexdigest()
    assert prepared(samples.jpeg(200, 100)).content_hash != first.content_hash


def test_jpeg_with_a_second_picture_gives_the_first() -> None:
    data = samples.mpo()
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.format == "MPO"
    assert_corners(pixels(prepared(data)))


def test_large_jpeg_with_a_second_picture_is_scaled() -> None:
    big = samples.corners(4000, 3000)
    data = samples.encoded(big, "MPO", save_all=True, append_images=[samples.corners()])
    assert_corners(pixels(prepared(data)))


def test_video_behind_a_photograph_is_left_behind() -> None:
    video = hashlib.shake_128(b"video").digest(9 * 1024 * 1024)
    assert prepared(samples.jpeg() + video) == prepared(samples.jpeg())


def test_upload_is_read_from_its_start() -> None:
    upload = io.BytesIO(samples.jpeg())
    upload.read(100)
    assert_corners(pixels(prepare_photo(upload)))


# Modes that a plain convert("RGB") spoils


def test_sixteen_bit_grey_is_scaled_and_not_clipped() -> None:
    image = pixels(prepared(samples.grey_16_bit()))
    assert [at(image, x, 0.5)[0] // 16 for x in (0.02, 0.25, 0.5, 0.75, 0.98)] == [0, 4, 8, 12, 15]


def test_cmyk_becomes_rgb() -> None:
    data = samples.encoded(samples.corners(mode="CMYK"), "JPEG", quality=95)
    assert_corners(pixels(prepared(data)))


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_colours_become_rgb(mode: str) -> None:
    image = Image.new("RGB", (64, 64), "white").convert(mode)
    assert is_near(at(pixels(prepared(samples.encoded(image, "PNG"))), 0.5, 0.5), WHITE)


def test_palette_with_transparency_lies_on_white() -> None:
    image = pixels(prepared(samples.palette_with_transparency()))
    assert is_near(at(image, 0.2, 0.5), samples.RED)
    assert is_near(at(image, 0.8, 0.5), WHITE)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_transparent_part_lies_on_white(mode: str) -> None:
    image = pixels(prepared(samples.half_transparent(mode)))
    assert is_near(at(image, 0.2, 0.5), (0, 0, 0))
    assert is_near(at(image, 0.8, 0.5), WHITE)


def test_transparent_colour_lies_on_white() -> None:
    data = samples.encoded(samples.corners(), "PNG", transparency=samples.GREEN)
    image = pixels(prepared(data))
    assert is_near(at(image, 0.8, 0.2), WHITE)
    assert is_near(at(image, 0.2, 0.2), samples.RED)


@pytest.mark.parametrize("depth", [8, 16])
def test_transparent_grey_does_not_break_it(depth: int) -> None:
    transparent = samples.png_chunk(b"tRNS", b"\0\1")
    data = samples.png(64, 64, transparent, samples.png_idat(64 * depth // 8, 64), depth=depth)
    assert is_near(at(pixels(prepared(data)), 0.5, 0.5), (0, 0, 0))


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "AVIF"])
def test_animation_gives_its_first_frame(format_name: str) -> None:
    image = pixels(prepared(samples.animation(format_name)))
    assert is_near(at(image, 0.5, 0.5), samples.RED)


def test_wide_gamut_colours_become_srgb() -> None:
    colour = (60, 180, 60)
    profile = samples.display_p3_profile()
    data = samples.encoded(Image.new("RGB", (64, 64), colour), "PNG", icc_profile=profile)
    # The same light has less red and more green among the narrower primaries of sRGB.
    red, green, _ = at(pixels(prepared(data)), 0.5, 0.5)
    assert red < 40
    assert green > 180


@pytest.mark.parametrize("profile", [b"x", b"\0" * 200, samples.display_p3_profile()[:200]])
def test_broken_colour_profile_is_ignored(profile: bytes) -> None:
    data = samples.encoded(samples.corners(), "JPEG", icc_profile=profile, quality=95)
    assert_corners(pixels(prepared(data)))


# Orientation and what else came along

# Where the stored top left (red) and top right (green) corners belong, by the EXIF standard.
TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT = (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)
ORIENTATIONS = {
    1: (TOP_LEFT, TOP_RIGHT),
    2: (TOP_RIGHT, TOP_LEFT),
    3: (BOTTOM_RIGHT, BOTTOM_LEFT),
    4: (BOTTOM_LEFT, BOTTOM_RIGHT),
    5: (TOP_LEFT, BOTTOM_LEFT),
    6: (TOP_RIGHT, BOTTOM_RIGHT),
    7: (BOTTOM_RIGHT, TOP_RIGHT),
    8: (BOTTOM_LEFT, TOP_LEFT),
}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_orientation_is_applied_once(orientation: int, format_name: str) -> None:
    image = pixels(prepared(samples.oriented(format_name, orientation)))
    red, green = ORIENTATIONS[orientation]
    assert image.size == ((192, 128) if orientation < 5 else (128, 192))
    assert is_near(at(image, *red), samples.RED)
    assert is_near(at(image, *green), samples.GREEN)


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0MMMM"])
def test_broken_exif_does_not_refuse_the_pixels(exif: bytes) -> None:
    assert_corners(pixels(prepared(samples.jpeg(exif=exif, quality=95))))


@pytest.mark.parametrize("build", [samples.jpeg_with_private_data, samples.png_with_private_data])
def test_place_owner_comment_and_profile_are_gone(build: Callable[[], bytes]) -> None:
    data = build()
    assert b"Secret" in data
    photo = prepared(data)
    for kept in (photo.full, photo.thumbnail):
        assert b"Secret" not in kept
        # JFIF header, tables, frame, pixels: no other APP segment, no comment.
        assert set(segments(kept)) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
        with Image.open(io.BytesIO(kept)) as image:
            assert not image.getexif()
            assert not {"exif", "xmp", "comment", "icc_profile"} & set(image.info)


@pytest.mark.parametrize(
    "data",
    [
        samples.jpeg() + samples.SCRIPT,
        samples.jpeg(comment=samples.SCRIPT),
        samples.encoded(samples.corners(), "PNG") + samples.SCRIPT,
        samples.encoded(samples.corners(), "WEBP") + samples.SCRIPT,
    ],
    ids=["behind a JPEG", "in its comment", "behind a PNG", "behind a WebP"],
)
def test_script_in_a_photograph_is_not_kept(data: bytes) -> None:
    photo = prepared(data)
    assert b"<script" not in photo.full + photo.thumbnail


# What is refused


def other_formats() -> dict[str, bytes]:
    image = samples.corners()
    names = ("EPS", "TIFF", "BMP", "ICO", "GIF", "PPM", "JPEG2000", "TGA", "PDF")
    found = {name: samples.encoded(image, name) for name in names}
    found["SVG"] = samples.SVG
    found["GIF with a script"] = found["GIF"] + samples.SCRIPT
    found["HTML"] = b"<!doctype html>" + samples.SCRIPT
    found["text"] = "사진이 아닙니다".encode()
    return found


@pytest.mark.parametrize("name", other_formats())
def test_other_format_named_jpg_is_refused(name: str) -> None:
    upload = SimpleUploadedFile("photograph.jpg", other_formats()[name], "image/jpeg")
    with pytest.raises(PhotoRefused) as caught:
        prepare_photo(upload)
    assert caught.value.code == "not_a_photograph"


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_photograph_is_refused(format_name: str, share: float) -> None:
    noise = Image.effect_noise((256, 256), 80)
    data = samples.encoded(noise.convert("RGB"), format_name)
    assert refusal(data[: int(len(data) * share)]).code in ("damaged", "not_a_photograph")


def test_truncated_jpeg_is_called_damaged() -> None:
    data = samples.jpeg(800, 600)
    assert refusal(data[: len(data) * 2 // 3]).code == "damaged"


def test_bomb_of_177_megapixels_is_refused() -> None:
    bomb = samples.png_bomb()
    assert len(bomb) < 50_000
    assert refusal(bomb).code == "too_many_pixels"


@pytest.mark.parametrize(
    "data",
    [
        # Without pixels behind their headers, or with those of a small picture: whoever decodes
        # them first calls them damaged.
        samples.png(13_312, 13_312, depth=1),
        samples.png(60_000, 60_000),
        samples.png(6_401, 6_250),
        samples.jpeg_that_claims(65_000, 65_000),
        samples.jpeg_that_claims(8_000, 5_001),
        samples.webp_that_claims(16_383, 16_383),
        samples.webp_that_claims(9_000, 9_000),
        samples.heic_that_claims(8_000, 5_001),
    ],
)
def test_too_many_pixels_are_refused_from_the_header(data: bytes) -> None:
    assert refusal(data).code == "too_many_pixels"


def test_heic_of_another_size_than_it_claims_is_refused() -> None:
    assert refusal(samples.heic_that_claims(96, 64)).code == "damaged"


@pytest.mark.slow
def test_only_the_checked_picture_of_a_heic_is_decoded() -> None:
    image = pixels(prepared(samples.heic_with_a_huge_neighbour()))
    assert image.size == (192, 128)
    assert_corners(image)


def test_jpeg_of_endless_scans_is_refused() -> None:
    assert refusal(samples.jpeg_of_many_scans(100_000)).code == "damaged"
    assert prepared(samples.jpeg_of_many_scans(20)).width_px == 64


def test_compressed_text_that_unpacks_to_a_lot_is_refused() -> None:
    bomb = samples.png_text_bomb()
    assert len(bomb) < 100_000
    assert refusal(bomb).code == "damaged"


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read the peak from")
def test_memory_stays_bounded_for_the_largest_photograph() -> None:
    script = """
import io, sys
from pathlib import Path
from django.conf import settings
settings.configure()
from lostfound.media.processing import prepare_photo
def peak_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024
before = peak_mb()
photo = prepare_photo(io.BytesIO(sys.stdin.buffer.read()))
print(photo.width_px, peak_mb() - before)
"""
    result = subprocess.run(
        [sys.executable, "-c", script],
        input=samples.png_of_40_megapixels(),
        capture_output=True,
        check=True,
        cwd=Path(processing.__file__).parents[2],
    )
    width_px, grown_mb = map(int, result.stdout.split())
    assert width_px == 1600
    assert grown_mb < 450  # 160 MB as decoded, as much again while it is scaled


@pytest.mark.parametrize(
    ("size", "code"),
    [
        ((1, 1), "too_small"),
        ((1, 5000), "too_small"),
        ((31, 31), "too_small"),
        ((40, 2000), "too_narrow"),
        ((2000, 40), "too_narrow"),
    ],
)
def test_picture_without_use_is_refused(size: tuple[int, int], code: str) -> None:
    data = samples.encoded(Image.new("RGB", size), "PNG")
    assert refusal(data).code == code


def test_smallest_and_longest_are_accepted() -> None:
    assert prepared(samples.jpeg(32, 32)).width_px == 32
    panorama = prepared(samples.jpeg(6400, 320))
    assert (panorama.width_px, panorama.height_px) == (1600, 80)


class CountingUpload(io.BytesIO):
    """Says how much of it was read."""

    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.bytes_read += len(content)
        return content


def test_too_large_file_is_refused_without_reading_all_of_it() -> None:
    upload = CountingUpload(samples.jpeg() + bytes(30 * 1024 * 1024))
    with pytest.raises(PhotoRefused) as caught:
        prepare_photo(upload)
    assert caught.value.code == "too_large"
    assert upload.bytes_read <= processing.MAX_PHOTO_BYTES + 1
    with override("en"):
        assert caught.value.messages == [
            "The photograph is larger than 10 MB. Please choose a smaller one."
        ]


def test_limit_of_bytes_is_inclusive() -> None:
    data = samples.jpeg()
    assert prepare_photo(io.BytesIO(data), max_bytes=len(data)).width_px == 192
    with pytest.raises(PhotoRefused):
        prepare_photo(io.BytesIO(data), max_bytes=len(data) - 1)


def test_request_has_room_for_all_photographs() -> None:
    assert (
        processing.MAX_PHOTOS * processing.MAX_PHOTO_BYTES
        < processing.MAX_REQUEST_BYTES
        < 64 * 1024 * 1024
    )


def test_empty_file_is_refused() -> None:
    assert refusal(b"").code == "empty"


def test_refusal_is_an_error_of_a_field_with_a_message_in_the_readers_language() -> None:
    error = refusal(b"no photograph")
    assert isinstance(error, ValidationError)
    with override("en"):
        assert error.messages == [
            "This is not a photograph. Please choose a JPEG, PNG, WebP, HEIC or AVIF file."
        ]


# Names


@pytest.mark.parametrize("name", ["../../x.jpg", "한글 이름.jpg", "x.php", "x.svg", "a" * 300])
def test_name_of_the_user_is_never_used(name: str) -> None:
    for upload_to, folder in (
        (processing.full_upload_to, "full"),
        (processing.thumbnail_upload_to, "thumb"),
    ):
        path = upload_to(None, name)
        assert re.fullmatch(rf"photos/{folder}/([0-9a-f]{{2}})/\1[0-9a-f]{{30}}\.jpg", path)
        assert upload_to(None, name) != path
    upload = SimpleUploadedFile(name, samples.jpeg(), "text/html")
    assert prepare_photo(upload) == prepared(samples.jpeg())


def test_random_name_has_the_requested_extension() -> None:
    assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{30}\.webp", processing.random_photo_name("webp"))


# Whatever else comes


def test_many_at_once_are_prepared_alike_and_leave_the_warnings_alone() -> None:
    data = samples.jpeg(1200, 800)
    filters = list(warnings.filters)
    barrier = threading.Barrier(4)

    def prepare(_: int) -> str:
        barrier.wait()
        return prepared(data).content_hash

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(prepare, range(8)))) == 1
    assert list(warnings.filters) == filters


@cache
def sound_files() -> tuple[bytes, ...]:
    small = samples.corners(48, 40)
    animated = (samples.animation("PNG"), samples.animation("WEBP"), samples.mpo())
    still = tuple(samples.encoded(small, name) for name in FORMATS)
    private = (samples.jpeg_with_private_data(), samples.png_with_private_data())
    return (*still, *animated, *private, samples.encoded(small, "JPEG", progressive=True))


def survives(data: bytes) -> None:
    """Either a photograph or a refusal with a message, nothing else."""
    try:
        photo = prepared(data)
    except PhotoRefused as refused:
        assert refused.code
        assert refused.messages
    else:
        pixels(photo)


MAGIC = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"GIF89a")
BRANDS = tuple(b"\0\0\0\x18ftyp" + brand + bytes(4) for brand in (b"heic", b"mif1", b"avif"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MAGIC + BRANDS), st.binary(max_size=600))
def test_random_bytes_are_refused(magic: bytes, data: bytes) -> None:
    assert refusal(magic + data).code in ("empty", "not_a_photograph", "damaged", "too_small")


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_damaged_bytes_end_as_a_photograph_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(sound_files())))
    # Half of the damage goes where the headers are.
    places = st.integers(0, len(content) - 1) | st.integers(0, min(300, len(content) - 1))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(places)] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    survives(bytes(content[:cut]))
