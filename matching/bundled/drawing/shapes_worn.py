"""Silhouettes of clothes and other things that people wear, of toys and of sports gear."""

from math import cos, pi, sin

from matching.bundled.drawing.pen import Paint, Pen

Shape = tuple[float, ...]


def glasses(pen: Pen, s: Shape) -> None:
    """Two rims, a bridge and the temples."""
    r = 0.17 + 0.02 * s[0]
    for x in (0.28, 0.72):
        if s[1] < 0.5:
            pen.oval(x, 0.52, r, r)
            pen.oval(x, 0.52, r - 0.045, r - 0.045, "glass")
        else:
            pen.rect(x - r, 0.52 - r * 0.8, x + r, 0.52 + r * 0.8, 0.05)
            pen.rect(x - r + 0.045, 0.56 - r * 0.8, x + r - 0.045, 0.48 + r * 0.8, 0.03, "glass")
    pen.arc(0.5, 0.5, 0.08, 0.06, 180, 360, 0.035)
    pen.line([(0.28 - r, 0.5), (0.03, 0.38)], 0.035)
    pen.line([(0.72 + r, 0.5), (0.97, 0.38)], 0.035)


def cap(pen: Pen, s: Shape) -> None:
    """A dome with a visor to the side."""
    r = 0.28 + 0.04 * s[0]
    points = [
        (0.4 + r * cos(pi + pi * i / 20), 0.6 + r * 1.1 * sin(pi + pi * i / 20)) for i in range(21)
    ]
    pen.poly(points)
    pen.line([(0.4, 0.6 - r * 1.1), (0.42, 0.6)], 0.01, "dark")
    pen.oval(0.4, 0.6 - r * 1.1, 0.025, 0.02, "dark")
    pen.poly(
        [(0.4 + r * 0.2, 0.59), (0.4 + r, 0.56), (0.95, 0.66), (0.93, 0.71), (0.4 + r * 0.2, 0.67)],
        "accent" if s[1] < 0.4 else "dark",
    )


def beanie(pen: Pen, s: Shape) -> None:
    """A knitted dome with a cuff and a pompom."""
    r = 0.3 + 0.03 * s[0]
    points = [
        (0.5 + r * cos(pi + pi * i / 20), 0.68 + 0.46 * sin(pi + pi * i / 20)) for i in range(21)
    ]
    pen.poly(points)
    for i in range(-2, 3):
        pen.line([(0.5 + i * 0.04, 0.26), (0.5 + i * r * 0.42, 0.68)], 0.01, "dark")
    pen.rect(0.5 - r - 0.02, 0.64, 0.5 + r + 0.02, 0.82, 0.04, "dark")
    pen.oval(0.5, 0.17, 0.1, 0.1, "accent" if s[1] < 0.6 else "light")


def scarf(pen: Pen, s: Shape) -> None:
    """A loop with two hanging ends and fringes."""
    pen.arc(0.5, 0.3, 0.3, 0.2, 0, 360, 0.13)
    for x, end in ((0.36, 0.8 + 0.1 * s[0]), (0.6, 0.72 + 0.1 * s[1])):
        pen.rect(x - 0.08, 0.42, x + 0.08, end, 0.0)
        for i in range(5):
            pen.line(
                [(x - 0.07 + 0.035 * i, end), (x - 0.07 + 0.035 * i, end + 0.07)], 0.012, "dark"
            )


def gloves(pen: Pen, s: Shape) -> None:
    """A cloth hand with a cuff."""
    for i, top in enumerate((0.2, 0.1, 0.08, 0.16)):
        x = 0.33 + 0.115 * i
        pen.rect(x - 0.05, top, x + 0.05, 0.6, 0.05)
    pen.line([(0.66, 0.66), (0.82, 0.5), (0.86, 0.42)], 0.11)
    pen.oval(0.86, 0.42, 0.055, 0.055)
    pen.rect(0.27, 0.42, 0.74, 0.8, 0.08)
    pen.rect(0.29, 0.77, 0.72, 0.94, 0.02, "dark" if s[0] < 0.6 else "accent")


def _upper_body(pen: Pen, sleeve_end: float, s: Shape) -> None:
    w = 0.22 + 0.03 * s[0]
    pen.poly(
        [
            (0.5 - w, 0.2),
            (0.5 - w - 0.06, 0.28),
            (0.06, sleeve_end),
            (0.2, sleeve_end + 0.07),
            (0.5 - w, 0.46),
        ]
    )
    pen.poly(
        [
            (0.5 + w, 0.2),
            (0.5 + w + 0.06, 0.28),
            (0.94, sleeve_end),
            (0.8, sleeve_end + 0.07),
            (0.5 + w, 0.46),
        ]
    )
    pen.poly([(0.5 - w, 0.18), (0.5 + w, 0.18), (0.5 + w, 0.92), (0.5 - w, 0.92)])


def tshirt(pen: Pen, s: Shape) -> None:
    """A T-shirt with short sleeves and a round neck."""
    _upper_body(pen, 0.4, s)
    pen.oval(0.5, 0.18, 0.1, 0.07, "white")


def hoodie(pen: Pen, s: Shape) -> None:
    """A hoodie with long sleeves, cords and a front pocket."""
    _upper_body(pen, 0.78, s)
    pen.oval(0.5, 0.17, 0.19, 0.15)
    pen.oval(0.5, 0.2, 0.11, 0.1, "black")
    pen.line([(0.44, 0.28), (0.43, 0.46)], 0.016, "white")
    pen.line([(0.56, 0.28), (0.57, 0.46)], 0.016, "white")
    pen.poly([(0.38, 0.64), (0.62, 0.64), (0.68, 0.82), (0.32, 0.82)], "dark")


def shoe(pen: Pen, s: Shape) -> None:
    """A trainer from the side, with a sole and laces."""
    pen.poly(
        [
            (0.08, 0.34),
            (0.34, 0.3),
            (0.44, 0.46),
            (0.72, 0.54),
            (0.92, 0.64),
            (0.94, 0.74),
            (0.07, 0.74),
        ]
    )
    h = 0.05 + 0.05 * s[0]
    pen.rect(0.05, 0.72, 0.96, 0.72 + h, 0.03, "white")
    pen.oval(0.22, 0.34, 0.13, 0.05, "black")
    for i in range(4):
        pen.line(
            [(0.4 + 0.07 * i, 0.42 + 0.04 * i), (0.5 + 0.07 * i, 0.4 + 0.045 * i)], 0.02, "white"
        )
    if s[1] < 0.6:
        pen.line([(0.4, 0.7), (0.56, 0.56)], 0.05, "accent")


def sock(pen: Pen, s: Shape) -> None:
    """A tube that turns into a foot."""
    w = 0.1 + 0.02 * s[0]
    pen.poly(
        [
            (0.4 - w, 0.08),
            (0.4 + w, 0.08),
            (0.4 + w, 0.58),
            (0.78, 0.72),
            (0.8, 0.86),
            (0.68, 0.93),
            (0.42, 0.88),
            (0.4 - w, 0.7),
        ]
    )
    pen.rect(0.39 - w, 0.06, 0.41 + w, 0.2, 0.01, "accent")
    pen.oval(0.74, 0.82, 0.09, 0.1, "accent" if s[1] < 0.5 else "dark")


def ring(pen: Pen, s: Shape) -> None:
    """A band with a stone."""
    pen.oval(0.5, 0.6, 0.33, 0.33)
    w = 0.06 + 0.03 * s[0]
    pen.hole(0.5, 0.6, 0.33 - w, 0.33 - w)
    d = 0.1 + 0.05 * s[1]
    pen.poly(
        [(0.5 - d, 0.22), (0.5 - d * 0.5, 0.1), (0.5 + d * 0.5, 0.1), (0.5 + d, 0.22), (0.5, 0.36)],
        "glass",
    )


def watch(pen: Pen, s: Shape) -> None:
    """A round face with hands on a strap."""
    pen.rect(0.38, 0.02, 0.62, 0.3, 0.03)
    pen.rect(0.38, 0.7, 0.62, 0.98, 0.03)
    r = 0.24 + 0.03 * s[0]
    pen.oval(0.5, 0.5, r, r, "metal")
    pen.oval(0.5, 0.5, r - 0.05, r - 0.05, "white" if s[1] < 0.6 else "black")
    hands: Paint = "black" if s[1] < 0.6 else "white"
    a, b = 2 * pi * s[2], 2 * pi * s[3]
    pen.line([(0.5, 0.5), (0.5 + 0.1 * cos(a), 0.5 + 0.1 * sin(a))], 0.028, hands)
    pen.line([(0.5, 0.5), (0.5 + 0.15 * cos(b), 0.5 + 0.15 * sin(b))], 0.018, hands)
    pen.rect(0.5 + r - 0.01, 0.47, 0.55 + r, 0.53, 0.01, "metal")


def plush(pen: Pen, s: Shape) -> None:
    """A sitting bear, or a rabbit with long ears."""
    long_ears = s[0] < 0.4
    for x in (0.33, 0.67):
        if long_ears:
            pen.oval(x + (0.5 - x) * 0.4, 0.14, 0.06, 0.15)
        else:
            pen.oval(x, 0.16, 0.09, 0.09)
    pen.oval(0.25, 0.62, 0.09, 0.13)
    pen.oval(0.75, 0.62, 0.09, 0.13)
    pen.oval(0.5, 0.7, 0.24, 0.24)
    pen.oval(0.5, 0.72, 0.13, 0.14, "light")
    pen.oval(0.34, 0.9, 0.11, 0.08)
    pen.oval(0.66, 0.9, 0.11, 0.08)
    pen.oval(0.5, 0.34, 0.22, 0.19)
    pen.oval(0.42, 0.31, 0.026, 0.03, "black")
    pen.oval(0.58, 0.31, 0.026, 0.03, "black")
    pen.oval(0.5, 0.41, 0.08, 0.06, "white")
    pen.oval(0.5, 0.39, 0.03, 0.022, "black")


def ball(pen: Pen, s: Shape) -> None:
    """A sphere with seams."""
    pen.oval(0.5, 0.5, 0.42, 0.42)
    if s[0] < 0.5:
        pen.line([(0.08, 0.5), (0.92, 0.5)], 0.02, "black")
        pen.line([(0.5, 0.08), (0.5, 0.92)], 0.02, "black")
        pen.arc(0.1, 0.5, 0.25, 0.36, 290, 70, 0.02, "black")
        pen.arc(0.9, 0.5, 0.25, 0.36, 110, 250, 0.02, "black")
    else:
        pen.poly(
            [
                (0.5 + 0.14 * cos(2 * pi * i / 5), 0.5 + 0.14 * sin(2 * pi * i / 5))
                for i in range(5)
            ],
            "black",
        )
        for i in range(5):
            a = 2 * pi * i / 5
            pen.line(
                [
                    (0.5 + 0.14 * cos(a), 0.5 + 0.14 * sin(a)),
                    (0.5 + 0.4 * cos(a), 0.5 + 0.4 * sin(a)),
                ],
                0.02,
                "black",
            )


def racket(pen: Pen, s: Shape) -> None:
    """A strung oval on a handle."""
    r = 0.22 + 0.03 * s[0]
    for i in range(-3, 4):
        pen.line([(0.5 + i * 0.06, 0.1), (0.5 + i * 0.06, 0.56)], 0.006, "white")
        pen.line([(0.5 - r, 0.32 + i * 0.07), (0.5 + r, 0.32 + i * 0.07)], 0.006, "white")
    pen.arc(0.5, 0.33, r + 0.02, 0.3, 0, 360, 0.05)
    pen.line([(0.5, 0.62), (0.5, 0.72)], 0.04, "metal")
    pen.rect(0.455, 0.7, 0.545, 0.98, 0.02, "dark" if s[1] < 0.5 else "accent")
