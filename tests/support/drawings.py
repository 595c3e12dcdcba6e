"""Photographs for the browser tests to upload, drawn with Pillow."""

from pathlib import Path

from PIL import Image, ImageDraw


def draw_umbrella(path: Path, colour: str, shift_px: int = 0) -> Path:
    """An open umbrella on a table; another shift gives another photograph of it."""
    picture = Image.new("RGB", (480, 360), (214, 205, 190))
    pen = ImageDraw.Draw(picture)
    left, top = 110 + shift_px, 60 + shift_px
    pen.line((left + 130, top + 20, left + 130, top + 260), fill=(90, 70, 60), width=8)
    pen.arc((left + 90, top + 235, left + 130, top + 275), 0, 180, fill=(90, 70, 60), width=8)
    pen.pieslice((left, top, left + 260, top + 230), 180, 360, fill=colour)
    for rib in range(5):
        x = left + rib * 65
        pen.line((left + 130, top, x, top + 115), fill=(30, 30, 40), width=2)
    picture.save(path, "JPEG", quality=90)
    return path


def draw_bag(path: Path, colour: str) -> Path:
    """A bag with a handle, nothing like the umbrella."""
    picture = Image.new("RGB", (480, 360), (236, 236, 232))
    pen = ImageDraw.Draw(picture)
    pen.arc((180, 40, 300, 180), 180, 360, fill=(40, 30, 30), width=12)
    pen.rounded_rectangle((110, 110, 370, 320), 28, fill=colour, outline=(40, 30, 30), width=5)
    pen.rectangle((210, 180, 270, 215), fill=(230, 200, 80))
    picture.save(path, "JPEG", quality=90)
    return path
