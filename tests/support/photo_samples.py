"""Builds photographs like those of phones and files like those of attackers."""

import io
import struct
import zlib
from typing import Any, Final

import pillow_heif
from PIL import Image, ImageDraw, PngImagePlugin

RED: Final = (220, 20, 20)
GREEN: Final = (20, 180, 20)
BLUE: Final = (20, 20, 220)
YELLOW: Final = (230, 220, 20)
SCRIPT: Final = b"<script>alert(document.cookie)</script>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">' + SCRIPT + b"</svg>"


def corners(width_px: int = 192, height_px: int = 128, mode: str = "RGB") -> Image.Image:
    """Red top left, green top right, blue bottom left, yellow bottom right."""
    image = Image.new("RGB", (width_px, height_px), RED)
    draw = ImageDraw.Draw(image)
    middle = (width_px // 2, height_px // 2)
    draw.rectangle((middle[0], 0, width_px, middle[1] - 1), fill=GREEN)
    draw.rectangle((0, middle[1], middle[0] - 1, height_px), fill=BLUE)
    draw.rectangle((*middle, width_px, height_px), fill=YELLOW)
    return image.convert(mode)


def encoded(image: Image.Image, format_name: str, **options: Any) -> bytes:
    """The image as a file of this format."""
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def jpeg(width_px: int = 192, height_px: int = 128, **options: Any) -> bytes:
    """A JPEG of the four corners."""
    return encoded(corners(width_px, height_px), "JPEG", **options)


def oriented(format_name: str, orientation: int) -> bytes:
    """The four corners as stored, with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(corners(), format_name, exif=exif.tobytes(), quality=95)


def jpeg_with_private_data() -> bytes:
    """A JPEG with a place (EXIF GPS), an owner (XMP) and a comment."""
    exif = Image.Exif()
    exif[0x010F] = "SecretMaker"
    exif[0x8825] = {1: "N", 2: (37.0, 27.0, 33.0), 3: "E", 4: (126.0, 57.0, 7.0)}
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><owner>SecretOwner</owner></x:xmpmeta>'
    return jpeg(exif=exif, xmp=xmp, comment=b"SecretComment", icc_profile=display_p3_profile())


def png_with_private_data() -> bytes:
    """A PNG with text chunks of every kind."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SecretAuthor")
    text.add_text("Comment", "SecretComment", zip=True)
    text.add_itxt("XML:com.adobe.xmp", "<owner>SecretOwner</owner>")
    return encoded(corners(), "PNG", pnginfo=text)


def mpo() -> bytes:
    """A JPEG of two pictures, as phones write it; the second is plain black."""
    second = Image.new("RGB", (192, 128), "black")
    return encoded(corners(), "MPO", save_all=True, append_images=[second])


def jpeg_of_many_scans(repeats: int) -> bytes:
    """A progressive JPEG whose last scan is repeated many times."""
    data = encoded(Image.new("L", (64, 64), 100), "JPEG", progressive=True)
    last_scan = data[data.rfind(b"\xff\xda") : -2]
    return data[:-2] + last_scan * repeats + data[-2:]


def jpeg_that_claims(width_px: int, height_px: int) -> bytes:
    """A small JPEG with another size in its header."""
    data = bytearray(jpeg())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height_px, width_px)
    return bytes(data)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk with its length and checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width_px: int, height_px: int, *chunks: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG with these chunks; without an IDAT chunk it has no pixels at all."""
    header = struct.pack(">IIBBBBB", width_px, height_px, depth, colour, 0, 0, 0)
    body = b"".join((png_chunk(b"IHDR", header), *chunks, png_chunk(b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + body


def png_idat(row_bytes: int, height_px: int) -> bytes:
    """The pixels of an all-zero PNG, compressed row by row to save memory."""
    packer = zlib.compressobj(9)
    row = bytes(1 + row_bytes)
    rows = b"".join(packer.compress(row) for _ in range(height_px))
    return png_chunk(b"IDAT", rows + packer.flush())


def png_bomb(edge_px: int = 13_312) -> bytes:
    """A valid PNG of 177 megapixels in a few kB (one bit a pixel)."""
    return png(edge_px, edge_px, png_idat(edge_px // 8, edge_px), depth=1)


def png_of_40_megapixels() -> bytes:
    """The largest allowed image, with the transparency that needs the most memory."""
    return png(8_000, 5_000, png_idat(4 * 8_000, 5_000), colour=6)


def png_text_bomb() -> bytes:
    """A PNG whose compressed text unpacks to 64 MB."""
    content = b"Comment\0\0" + zlib.compress(bytes(64 * 1024 * 1024), 9)
    return png(64, 64, png_chunk(b"zTXt", content), png_idat(64, 64))


def grey_16_bit() -> bytes:
    """A PNG that rises from black on the left to white on the right, 16 bits a pixel."""
    width_px, height_px = 256, 64
    row = b"\0" + b"".join(struct.pack(">H", x * 257) for x in range(width_px))
    pixels = png_chunk(b"IDAT", zlib.compress(row * height_px))
    return png(width_px, height_px, pixels, depth=16)


def palette_with_transparency() -> bytes:
    """A PNG with a palette: left half opaque red, right half transparent."""
    image = Image.new("P", (64, 64), 0)
    image.putpalette([*RED, 0, 0, 0])
    image.paste(1, (32, 0, 64, 64))
    return encoded(image, "PNG", transparency=b"\xff\x00")


def half_transparent(mode: str) -> bytes:
    """A black PNG: left half opaque, right half transparent."""
    image = Image.new(mode, (64, 64))
    alpha = Image.new("L", (64, 64), 255)
    alpha.paste(0, (32, 0, 64, 64))
    image.putalpha(alpha)
    return encoded(image, "PNG")


def animation(format_name: str) -> bytes:
    """Red, then blue."""
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE)]
    return encoded(
        frames[0], format_name, save_all=True, append_images=frames[1:], duration=200, lossless=True
    )


def webp_that_claims(width_px: int, height_px: int) -> bytes:
    """An animated WebP of 100 bytes with a huge canvas."""
    canvas = (width_px - 1).to_bytes(3, "little") + (height_px - 1).to_bytes(3, "little")
    frame = bytes(6) + b"\x0f\0\0" * 2 + b"\x64\0\0\0"
    frame += encoded(Image.new("RGB", (16, 16)), "WEBP")[12:]
    chunks = ((b"VP8X", b"\2\0\0\0" + canvas), (b"ANIM", bytes(6)), (b"ANMF", frame))
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(data)) + data for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic(width_px: int = 192, height_px: int = 128, **options: Any) -> bytes:
    """A HEIC of the four corners, as iPhones write it."""
    return encoded(corners(width_px, height_px), "HEIF", **options)


def heic_that_claims(width_px: int, height_px: int) -> bytes:
    """A small HEIC with another size in its header."""
    data = bytearray(heic())
    size_box = data.index(b"ispe") + 8
    data[size_box : size_box + 8] = struct.pack(">II", width_px, height_px)
    return bytes(data)


def heic_with_a_huge_neighbour() -> bytes:
    """A HEIC whose primary picture is small and whose first one has 45 megapixels."""
    file = pillow_heif.from_pillow(Image.new("L", (9_000, 5_000), 0))
    file.add_from_pillow(corners())
    buffer = io.BytesIO()
    file.save(buffer, primary_index=1, quality=50)
    return buffer.getvalue()


def display_p3_profile() -> bytes:
    """A minimal ICC profile with the primaries of Display P3 and a gamma of 2.2."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def xyz(*values: float) -> bytes:
        return b"XYZ " + bytes(4) + fixed(*values)

    gamma = b"curv" + struct.pack(">IIH", 0, 1, round(2.2 * 256)) + bytes(2)
    tags = {
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        b"rTRC": gamma,
        b"gTRC": gamma,
        b"bTRC": gamma,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, content = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", offset + len(content), len(value))
        content += value
    header = bytes(4) + bytes(4) + bytes.fromhex("02400000") + b"mntrRGB XYZ " + bytes(12)
    header += b"acsp" + bytes(28) + fixed(0.9642, 1.0, 0.8249) + bytes(48)
    return struct.pack(">I", offset + len(content)) + header[4:] + table + content
