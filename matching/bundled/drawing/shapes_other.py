"""Silhouettes of devices, and of the negatives: animals and scenes that nobody hands in."""

from math import cos, pi, sin

from matching.bundled.drawing.pen import Pen

Shape = tuple[float, ...]


def phone(pen: Pen, s: Shape) -> None:
    """The back of a phone with its cameras."""
    w = 0.2 + 0.03 * s[0]
    pen.rect(0.5 - w, 0.05, 0.5 + w, 0.95, 0.07)
    if s[1] < 0.5:
        pen.rect(0.53 - w, 0.09, 0.55, 0.3, 0.05, "dark")
        for x, y in ((0.6 - w, 0.15), (0.6 - w, 0.24), (0.7 - w, 0.19)):
            pen.oval(x, y, 0.035, 0.035, "black")
    else:
        for i in range(3):
            pen.oval(0.6 - w, 0.15 + 0.1 * i, 0.042, 0.042, "black")
    pen.rect(0.5 + w - 0.01, 0.3, 0.52 + w, 0.42, 0.0, "metal")


def earphones(pen: Pen, s: Shape) -> None:
    """An open case with two buds above it."""
    for x in (0.34, 0.66):
        pen.oval(x, 0.2, 0.09, 0.09, "white")
        pen.rect(x - 0.035, 0.22, x + 0.035, 0.48, 0.03, "white")
    pen.rect(0.16, 0.44, 0.84, 0.9, 0.18)
    pen.line([(0.18, 0.56), (0.82, 0.56)], 0.018, "dark")
    pen.oval(0.5, 0.66 + 0.06 * s[0], 0.022, 0.022, "light")


def headphones(pen: Pen, s: Shape) -> None:
    """A headband between two cups."""
    pen.arc(0.5, 0.52, 0.36, 0.42, 180, 360, 0.07 + 0.03 * s[0])
    for x in (0.17, 0.83):
        pen.rect(x - 0.1, 0.46, x + 0.1, 0.84, 0.09)
        pen.rect(x - 0.05, 0.54, x + 0.05, 0.76, 0.04, "black" if s[1] < 0.5 else "accent")


def laptop(pen: Pen, s: Shape) -> None:
    """An open screen above a keyboard."""
    pen.rect(0.14, 0.14, 0.86, 0.62, 0.03)
    pen.rect(0.18, 0.18, 0.82, 0.57, 0.01, "black" if s[0] < 0.6 else "glass")
    pen.poly([(0.14, 0.63), (0.86, 0.63), (0.98, 0.86), (0.02, 0.86)])
    for i in range(3):
        y = 0.665 + 0.04 * i
        pen.line([(0.19 - 0.03 * i, y), (0.81 + 0.03 * i, y)], 0.022, "dark")
    pen.rect(0.42, 0.785, 0.58, 0.845, 0.0, "light")


def mouse(pen: Pen, s: Shape) -> None:
    """A rounded shell with two buttons and a wheel."""
    w = 0.22 + 0.03 * s[0]
    pen.rect(0.5 - w, 0.16, 0.5 + w, 0.9, w)
    pen.line([(0.5 - w, 0.46), (0.5 + w, 0.46)], 0.014, "dark")
    pen.line([(0.5, 0.17), (0.5, 0.46)], 0.014, "dark")
    pen.rect(0.46, 0.24, 0.54, 0.38, 0.03, "black")
    if s[1] < 0.4:
        pen.line([(0.5, 0.16), (0.54, 0.08), (0.5, 0.01)], 0.022, "black")


def camera(pen: Pen, s: Shape) -> None:
    """A body with a large lens, a viewfinder and a shutter."""
    pen.rect(0.34, 0.18, 0.58, 0.34, 0.03, "dark")
    pen.rect(0.7, 0.22, 0.82, 0.32, 0.02, "metal")
    pen.rect(0.07, 0.28, 0.93, 0.82, 0.07)
    pen.rect(0.07, 0.36, 0.93, 0.44, 0.0, "accent" if s[0] < 0.3 else "dark")
    r = 0.18 + 0.03 * s[1]
    pen.oval(0.5, 0.57, r, r, "black")
    pen.oval(0.5, 0.57, r * 0.66, r * 0.66, "glass")
    pen.oval(0.5, 0.57, r * 0.36, r * 0.36, "black")
    pen.rect(0.78, 0.46, 0.87, 0.52, 0.01, "white")


def dog(pen: Pen, s: Shape) -> None:
    """A dog from the side with hanging ears."""
    for x in (0.26, 0.36, 0.6, 0.68):
        pen.rect(x - 0.035, 0.6, x + 0.035, 0.92, 0.02)
    pen.oval(0.47, 0.55, 0.28, 0.16)
    pen.line([(0.2, 0.5), (0.08, 0.3 + 0.1 * s[0])], 0.05)
    pen.oval(0.76, 0.34, 0.14, 0.13)
    pen.oval(0.88, 0.39, 0.09, 0.06)
    pen.oval(0.96, 0.37, 0.025, 0.022, "black")
    pen.oval(0.66, 0.36, 0.05, 0.13, "dark")
    pen.oval(0.8, 0.31, 0.02, 0.02, "black")


def cat(pen: Pen, s: Shape) -> None:
    """A sitting cat from the front with pointed ears and a tail."""
    pen.arc(0.72, 0.68, 0.18, 0.2, 270, 90, 0.06)
    pen.oval(0.5, 0.72, 0.2, 0.23)
    pen.poly([(0.32, 0.3), (0.31, 0.08), (0.46, 0.2)])
    pen.poly([(0.68, 0.3), (0.69, 0.08), (0.54, 0.2)])
    pen.oval(0.5, 0.34, 0.2, 0.18)
    for x in (0.42, 0.58):
        pen.oval(x, 0.32, 0.035, 0.045, "white")
        pen.oval(x, 0.32, 0.012, 0.04, "black")
    pen.poly([(0.48, 0.4), (0.52, 0.4), (0.5, 0.43)], "black")
    for d in (-0.03, 0.03):
        pen.line([(0.45, 0.42), (0.24, 0.42 + d)], 0.008, "black")
        pen.line([(0.55, 0.42), (0.76, 0.42 + d)], 0.008, "black")


def bird(pen: Pen, s: Shape) -> None:
    """A bird from the side with a beak, a wing and thin legs."""
    pen.line([(0.45, 0.7), (0.43, 0.92)], 0.016, "black")
    pen.line([(0.54, 0.7), (0.55, 0.92)], 0.016, "black")
    pen.poly([(0.28, 0.58), (0.03, 0.5 + 0.1 * s[0]), (0.08, 0.68)], "dark")
    pen.oval(0.47, 0.55, 0.24, 0.18)
    pen.oval(0.7, 0.34, 0.13, 0.13)
    pen.poly([(0.81, 0.3), (0.97, 0.36), (0.81, 0.4)], "accent")
    pen.oval(0.73, 0.31, 0.024, 0.024, "black")
    pen.oval(0.4, 0.55, 0.15, 0.09, "dark")


def fish(pen: Pen, s: Shape) -> None:
    """A fish with fins."""
    pen.poly([(0.26, 0.5), (0.04, 0.28), (0.04, 0.72)], "dark")
    pen.poly([(0.45, 0.34), (0.6, 0.14 + 0.1 * s[0]), (0.68, 0.36)], "dark")
    pen.oval(0.56, 0.5, 0.34, 0.2)
    pen.oval(0.78, 0.45, 0.04, 0.04, "white")
    pen.oval(0.785, 0.45, 0.02, 0.02, "black")
    pen.arc(0.62, 0.5, 0.1, 0.17, 300, 60, 0.016, "dark")


def building(pen: Pen, s: Shape) -> None:
    """A tower with rows of windows and a door."""
    w = 0.24 + 0.1 * s[0]
    pen.rect(0.5 - w, 0.06, 0.5 + w, 0.97, 0.0)
    for row in range(5):
        for column in range(3):
            x = 0.5 + (column - 1) * w * 0.6
            pen.rect(x - 0.06, 0.12 + row * 0.14, x + 0.06, 0.2 + row * 0.14, 0.0, "glass")
    pen.rect(0.43, 0.82, 0.57, 0.97, 0.0, "black")


def tree(pen: Pen, s: Shape) -> None:
    """A trunk below round foliage."""
    pen.rect(0.45, 0.55, 0.55, 0.97, 0.0, "black")
    for i in range(6):
        a = 2 * pi * i / 6 + s[0]
        pen.oval(0.5 + 0.2 * cos(a), 0.35 + 0.17 * sin(a), 0.15, 0.15)
    pen.oval(0.5, 0.35, 0.2, 0.2)


def mountain(pen: Pen, s: Shape) -> None:
    """Two peaks with snow."""
    pen.poly([(0.35, 0.9), (0.7, 0.3 + 0.1 * s[0]), (0.99, 0.9)], "dark")
    pen.poly([(0.02, 0.9), (0.38, 0.12), (0.76, 0.9)])
    pen.poly([(0.29, 0.31), (0.38, 0.12), (0.47, 0.31), (0.42, 0.27), (0.37, 0.34)], "white")


def car(pen: Pen, s: Shape) -> None:
    """A car from the side."""
    pen.poly([(0.2, 0.5), (0.32, 0.3), (0.64, 0.3 - 0.04 * s[0]), (0.78, 0.5)])
    pen.poly([(0.27, 0.48), (0.35, 0.34), (0.48, 0.34), (0.48, 0.48)], "glass")
    pen.poly([(0.52, 0.48), (0.52, 0.34), (0.62, 0.34), (0.71, 0.48)], "glass")
    pen.rect(0.04, 0.48, 0.96, 0.68, 0.06)
    for x in (0.25, 0.75):
        pen.oval(x, 0.7, 0.11, 0.11, "black")
        pen.oval(x, 0.7, 0.05, 0.05, "metal")
