"""Rows of the target table: a value, its target, and whether it is reached."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

Measure = Callable[[bool], "list[Row]"]  # the argument is --quick


@dataclass(frozen=True)
class Row:
    """One line of the target table.

    Attributes:
        target: as text, such as ">= 10000"; empty for a row without a target.
        detail: medians and spread behind the value.
    """

    row: str
    target: str
    value: float | None
    unit: str
    reached: bool | None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """The row as `--json` writes it."""
        return asdict(self)


def at_least(row: str, target: float, value: float, unit: str = "times", detail: str = "") -> Row:
    """A row whose value must be at least its target."""
    return Row(row, f">= {target:g}", round(value, 4), unit, value >= target, detail)


def at_most(row: str, target: float, value: float, unit: str = "times", detail: str = "") -> Row:
    """A row whose value must be at most its target."""
    return Row(row, f"<= {target:g}", round(value, 4), unit, value <= target, detail)


def figure(row: str, value: float, unit: str, detail: str = "") -> Row:
    """A figure without a target, such as that of a peer."""
    return Row(row, "", round(value, 4), unit, None, detail)


@dataclass(frozen=True)
class Times:
    """Seconds of repeated runs, in the order in which they ran."""

    seconds: Sequence[float]

    @property
    def median_s(self) -> float:
        """The median run."""
        return median(self.seconds)

    @property
    def words(self) -> str:
        """Median and spread in milliseconds."""
        ordered = sorted(self.seconds)
        low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
        return f"{self.median_s * 1e3:.3g} ms ({low * 1e3:.3g} to {high * 1e3:.3g})"


def timed(work: Callable[[], object], times: int, warm_up: int = 1) -> Times:
    """Time repeated runs, after some that do not count."""
    for _ in range(warm_up):
        work()
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return Times(seconds)


def alternately(
    works: dict[str, Callable[[], object]], times: int, warm_up: int = 1
) -> dict[str, Times]:
    """Time several works in turn, so that a slow moment of the machine affects all of them."""
    for work in works.values():
        for _ in range(warm_up):
            work()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            start = perf_counter()
            work()
            seconds[name].append(perf_counter() - start)
    return {name: Times(of_one) for name, of_one in seconds.items()}


def ratios(over: Sequence[float], under: Sequence[float]) -> tuple[float, float, float]:
    """Median, minimum and maximum ratio of figures that were measured in turn."""
    each = [a / b for a, b in zip(over, under, strict=True)]
    return median(each), min(each), max(each)
