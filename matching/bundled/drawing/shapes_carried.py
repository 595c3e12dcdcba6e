"""Silhouettes of things that people carry: bags, wallets, paper, bottles, umbrellas, keys."""

from math import cos, pi, sin

from matching.bundled.drawing.pen import Pen

Shape = tuple[float, ...]


def wallet_long(pen: Pen, s: Shape) -> None:
    """A wide, low wallet with a clasp flap and a stitched edge."""
    h = 0.19 + 0.05 * s[0]
    pen.rect(0.06, 0.5 - h, 0.94, 0.5 + h, 0.05)
    pen.line([(0.06, 0.5 - h * 0.1), (0.94, 0.5 - h * 0.1)], 0.014, "dark")
    pen.line([(0.1, 0.54 + h * 0.7), (0.9, 0.54 + h * 0.7)], 0.008, "light")
    if s[1] < 0.5:
        pen.rect(0.76, 0.5 - h * 0.35, 0.94, 0.5 + h * 0.35, 0.02, "dark")
        pen.oval(0.8, 0.5, 0.025, 0.025, "metal")
    else:
        pen.rect(0.42, 0.5 - h * 0.3, 0.58, 0.5 + h * 0.2, 0.02, "metal")


def notebook(pen: Pen, s: Shape) -> None:
    """An upright notebook with a spiral or spine, a label, and visible page edges."""
    w = 0.27 + 0.05 * s[0]
    pen.rect(0.5 - w + 0.03, 0.1, 0.5 + w + 0.04, 0.93, 0.02, "white")
    pen.rect(0.5 - w, 0.08, 0.5 + w, 0.9, 0.03)
    pen.rect(0.5 - w * 0.45, 0.2, 0.5 + w * 0.65, 0.36, 0.01, "white")
    pen.line([(0.5 - w * 0.3, 0.28), (0.5 + w * 0.5, 0.28)], 0.012, "black")
    if s[1] < 0.65:
        for i in range(9):
            pen.arc(0.5 - w, 0.15 + i * 0.085, 0.05, 0.025, 0, 360, 0.016, "metal")
    else:
        pen.rect(0.5 - w, 0.08, 0.5 - w * 0.75, 0.9, 0.02, "dark")
        pen.line([(0.5 + w * 0.8, 0.08), (0.5 + w * 0.8, 0.9)], 0.025, "accent")


def pencil_case(pen: Pen, s: Shape) -> None:
    """A roll with a zip, and pencils sticking out."""
    h = 0.15 + 0.04 * s[0]
    for i in range(2 + round(2 * s[1])):
        x = 0.62 + 0.07 * i
        pen.poly([(x, 0.5), (x + 0.12, 0.2), (x + 0.17, 0.22), (x + 0.06, 0.5)], "accent")
    pen.rect(0.05, 0.52 - h, 0.93, 0.52 + h, h)
    pen.line([(0.12, 0.52 - h * 0.4), (0.86, 0.52 - h * 0.4)], 0.028, "metal")
    pen.oval(0.12, 0.52 - h * 0.4, 0.03, 0.03, "metal")


def backpack(pen: Pen, s: Shape) -> None:
    """A rounded body with a front pocket, a handle and shoulder straps."""
    w = 0.29 + 0.05 * s[0]
    pen.arc(0.5, 0.14, 0.09, 0.09, 180, 360, 0.035, "dark")
    pen.line([(0.5 - w, 0.35), (0.5 - w - 0.09, 0.6), (0.5 - w + 0.02, 0.86)], 0.05, "dark")
    pen.line([(0.5 + w, 0.35), (0.5 + w + 0.09, 0.6), (0.5 + w - 0.02, 0.86)], 0.05, "dark")
    pen.rect(0.5 - w, 0.12, 0.5 + w, 0.92, 0.17)
    pen.arc(0.5, 0.38, w * 0.85, 0.2, 180, 360, 0.018, "metal")
    top = 0.5 + 0.06 * s[1]
    pen.rect(0.5 - w * 0.75, top, 0.5 + w * 0.75, 0.86, 0.06, "dark")
    pen.line([(0.5 - w * 0.65, top + 0.07), (0.5 + w * 0.65, top + 0.07)], 0.016, "metal")


def handbag(pen: Pen, s: Shape) -> None:
    """A trapezoid under a high round handle."""
    w = 0.3 + 0.04 * s[0]
    pen.arc(0.5, 0.42, 0.2 + 0.05 * s[1], 0.32, 180, 360, 0.045, "dark")
    pen.poly([(0.5 - w, 0.4), (0.5 + w, 0.4), (0.5 + w + 0.1, 0.88), (0.5 - w - 0.1, 0.88)])
    pen.poly([(0.5 - w, 0.4), (0.5 + w, 0.4), (0.5 + w * 0.6, 0.6), (0.5 - w * 0.6, 0.6)], "dark")
    pen.rect(0.455, 0.55, 0.545, 0.65, 0.015, "metal")


def eco_bag(pen: Pen, s: Shape) -> None:
    """A flat cloth square with two long straps."""
    w = 0.28 + 0.04 * s[0]
    pen.line(
        [
            (0.5 - w * 0.5, 0.42),
            (0.5 - w * 0.4, 0.06),
            (0.5 + w * 0.4, 0.06),
            (0.5 + w * 0.5, 0.42),
        ],
        0.04,
        "light",
    )
    pen.rect(0.5 - w, 0.4, 0.5 + w, 0.95, 0.01)
    pen.line([(0.5 - w, 0.45), (0.5 + w, 0.45)], 0.014, "dark")


def umbrella(pen: Pen, s: Shape) -> None:
    """An open canopy with scallops, a stick and a hooked handle."""
    r, y = 0.4 + 0.05 * s[0], 0.48
    pen.line([(0.5, 0.1), (0.5, 0.86)], 0.028, "metal")
    pen.arc(0.57, 0.86, 0.07, 0.08, 0, 180, 0.04, "dark")
    n, points = 5, []
    for i in range(31):
        a = pi + pi * i / 30
        points.append((0.5 + r * cos(a), y + r * 0.95 * sin(a)))
    for i in range(n):
        x = 0.5 + r - 2 * r * i / n
        points.extend([(x, y), (x - r / n, y - 0.05)])
    pen.poly(points)
    for i in range(1, n):
        x = 0.5 - r + 2 * r * i / n
        pen.line([(0.5, y - r * 0.95), (0.5 + (x - 0.5) * 0.75, y - r * 0.5), (x, y)], 0.01, "dark")


def umbrella_folding(pen: Pen, s: Shape) -> None:
    """A short closed umbrella: a fluted roll with a band and a round handle."""
    w = 0.09 + 0.03 * s[0]
    pen.line([(0.5, 0.72), (0.5, 0.9)], 0.035, "metal")
    pen.rect(0.44, 0.78, 0.56, 0.97, 0.05, "dark")
    pen.poly(
        [(0.5 - w * 0.5, 0.06), (0.5 + w * 0.5, 0.06), (0.5 + w * 1.5, 0.72), (0.5 - w * 1.5, 0.72)]
    )
    for i in (-0.7, 0.0, 0.7):
        pen.line([(0.5 + i * w * 0.4, 0.1), (0.5 + i * w * 1.3, 0.7)], 0.012, "dark")
    pen.rect(0.5 - w * 1.3, 0.44, 0.5 + w * 1.3, 0.5, 0.01, "accent")
    pen.line([(0.56, 0.88), (0.68, 0.95), (0.6, 0.99)], 0.018, "accent")


def tumbler(pen: Pen, s: Shape) -> None:
    """A tapering cup with a lid, and sometimes a straw."""
    w = 0.17 + 0.05 * s[0]
    if s[1] < 0.5:
        pen.line([(0.53, 0.2), (0.58, 0.02)], 0.035, "accent")
    pen.poly([(0.5 - w, 0.22), (0.5 + w, 0.22), (0.5 + w * 0.72, 0.95), (0.5 - w * 0.72, 0.95)])
    pen.rect(0.5 - w - 0.03, 0.14, 0.5 + w + 0.03, 0.24, 0.03, "metal")
    pen.line([(0.5 - w * 0.6, 0.3), (0.5 - w * 0.5, 0.85)], 0.025, "light")


def key(pen: Pen, s: Shape) -> None:
    """A bow with a hole, a shaft and teeth."""
    pen.oval(0.24, 0.5, 0.19, 0.19)
    pen.hole(0.2, 0.5, 0.07, 0.07)
    pen.rect(0.4, 0.455, 0.95, 0.545, 0.01, "metal")
    for i in range(3):
        d = 0.06 + 0.08 * s[i]
        pen.rect(0.66 + 0.1 * i, 0.53, 0.71 + 0.1 * i, 0.55 + d, 0.0, "metal")


def guitar(pen: Pen, s: Shape) -> None:
    """A waisted body with a sound hole, and a long neck."""
    pen.rect(0.465, 0.06, 0.535, 0.55, 0.0, "black")
    pen.rect(0.43, 0.02, 0.57, 0.13, 0.02, "black")
    r = 0.23 + 0.03 * s[0]
    pen.oval(0.5, 0.56, r * 0.78, 0.16)
    pen.oval(0.5, 0.77, r, 0.2)
    pen.oval(0.5, 0.66, 0.07, 0.07, "black")
    pen.rect(0.42, 0.82, 0.58, 0.85, 0.0, "black")
    for i in (-0.02, 0.0, 0.02):
        pen.line([(0.5 + i, 0.08), (0.5 + i, 0.83)], 0.004, "white")
