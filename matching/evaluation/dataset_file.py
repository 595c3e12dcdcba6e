"""Reads and validates a benchmark file; errors name the array and the row in one line."""

import json
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from lostfound.text.brands import brand_in
from lostfound.text.colours import colour_in
from matching.core.arrays import Floats, Ints
from matching.core.vectors import Vec, unit

LENGTH_TOLERANCE: Final = 1e-2  # vectors stored in half precision are off by some thousandths
NO_CODE: Final = -1
SEPARATE: Final = "separate_spaces"  # whether texts and photographs have vectors of two encoders
# Codes of what the texts name; may be left out.
COLOURS: Final = ("colour_lost", "colour_found")
BRANDS: Final = ("brand_lost", "brand_found")
SENTENCES: Final = ("sentence_lost", "sentence_found")  # of a second encoder; may be left out
LAST_DAYS: Final = "last_day_lost"  # of losses whose day is a range; may be left out
ARRAYS: Final = (
    *("text_lost", "text_found", "image_lost", "image_found"),
    *("prompts", "family", "category_lost", "category_found", "place_lost", "place_found"),
    *("zone", "day_lost", "day_found", "pair_lost", "pair_found"),
)


class DatasetFileError(ValueError):
    """The benchmark file is invalid; the message names the array and the row."""


def read_dataset_file(path: Path) -> dict[str, Any]:
    """Every array of the file, validated and in the types of `BenchmarkDataset`.

    Colours and brands are those of the arrays, or else those that the texts name in a .json file
    beside it.

    Raises: DatasetFileError
    """
    arrays = _read(path)
    is_separate = bool(arrays.get(SEPARATE, False))
    if is_separate:
        _lay_apart(arrays)
    checked = {**_checked(arrays), "share_space": not is_separate}
    if LAST_DAYS in arrays:
        checked[LAST_DAYS] = _last_days(arrays[LAST_DAYS], checked["day_lost"])
    checked |= _sentences(arrays, checked)
    texts = read_texts(path.with_suffix(".json"))
    for name in (*COLOURS, *BRANDS):
        named, _, kind = name.partition("_")
        n = len(checked[f"text_{kind}"])
        codes = arrays.get(name)
        if codes is None:
            written = texts.get(kind, [])
            find = colour_in if named == "colour" else brand_in
            codes = np.array([find(text) for text in written] if len(written) == n else [""] * n)
        if codes.shape != (n,) or codes.dtype.kind != "U":
            raise DatasetFileError(f"{name}: expected {n} codes, found {codes.shape}.")
        checked[name] = codes.astype(np.str_)
    return checked


def _lay_apart(arrays: dict[str, Any]) -> None:
    """Put both kinds of vectors into one space, at right angles, if their lengths differ."""
    texts = [name for name in ("text_lost", "text_found", "prompts") if arrays[name].ndim == 2]
    images = [name for name in ("image_lost", "image_found") if arrays[name].ndim == 2]
    widths = {
        kind: {arrays[name].shape[1] for name in names}
        for kind, names in (("texts", texts), ("images", images))
    }
    if widths["texts"] == widths["images"] or max(map(len, widths.values())) != 1:
        return  # laid apart already, or to be refused
    (text_width,), (image_width,) = widths["texts"], widths["images"]
    for name in texts:
        arrays[name] = np.pad(arrays[name], ((0, 0), (0, image_width)))
    for name in images:
        padded = np.pad(arrays[name], ((0, 0), (text_width, 0)))
        padded[np.isnan(arrays[name]).all(axis=1)] = np.nan
        arrays[name] = padded


def _sentences(arrays: dict[str, Any], checked: dict[str, Any]) -> dict[str, Vec]:
    """The second encoder's vectors of both kinds, if the file has them."""
    found: dict[str, Vec] = {}
    width = None
    for name in SENTENCES:
        if name in arrays:
            rows = len(checked[name.replace("sentence", "text")])
            vecs = _matrix(name, arrays[name], rows, width)
            width = vecs.shape[1]
            found[name] = _unit_rows(name, vecs, nan_allowed=True)
    return found


def read_texts(path: Path) -> dict[str, list[str]]:
    """The texts of both kinds, {"lost": [...], "found": [...]}; empty without such a file."""
    try:
        texts = json.loads(path.read_text())
        return {kind: [str(text) for text in texts[kind]] for kind in ("lost", "found")}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetFileError(f"{path}: no texts of lost and found posts ({error}).") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in ARRAYS if name not in file.files]
            if missing:
                raise DatasetFileError(f"{path}: the array {missing[0]!r} is missing.")
            may_be = (*COLOURS, *BRANDS, *SENTENCES, LAST_DAYS, SEPARATE)
            there = [*ARRAYS, *(name for name in may_be if name in file.files)]
            return {name: file[name] for name in there}
    except DatasetFileError:
        raise
    except FileNotFoundError:
        raise DatasetFileError(f"{path}: no such file.") from None
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DatasetFileError(f"{path}: not an .npz file of arrays ({reason}).") from None


def _checked(arrays: dict[str, Any]) -> dict[str, Any]:
    prompts = _matrix("prompts", arrays["prompts"], None, None)
    dim, n_categories = prompts.shape[1], prompts.shape[0]
    if not n_categories:
        raise DatasetFileError("prompts: expected at least one category, found none.")
    checked: dict[str, Any] = {"prompts": _unit_rows("prompts", prompts, nan_allowed=False)}
    for kind in ("lost", "found"):
        texts = _matrix(f"text_{kind}", arrays[f"text_{kind}"], None, dim)
        images = _matrix(f"image_{kind}", arrays[f"image_{kind}"], len(texts), dim)
        checked[f"text_{kind}"] = _unit_rows(f"text_{kind}", texts, nan_allowed=True)
        checked[f"image_{kind}"] = _unit_rows(f"image_{kind}", images, nan_allowed=True)
        n = len(texts)
        n_buildings = len(_column("zone", arrays["zone"], None))
        checked[f"category_{kind}"] = _numbers(
            f"category_{kind}", arrays[f"category_{kind}"], n, n_categories, least=NO_CODE
        )
        checked[f"place_{kind}"] = _numbers(
            f"place_{kind}", arrays[f"place_{kind}"], n, n_buildings, least=NO_CODE
        )
        checked[f"day_{kind}"] = _days(f"day_{kind}", arrays[f"day_{kind}"], n)
    checked["family"] = _numbers("family", arrays["family"], n_categories, None)
    checked["zone"] = _numbers("zone", arrays["zone"], None, None)
    pairs = len(_column("pair_lost", arrays["pair_lost"], None))
    for kind in ("lost", "found"):
        posts = len(checked[f"text_{kind}"])
        checked[f"pair_{kind}"] = _numbers(f"pair_{kind}", arrays[f"pair_{kind}"], pairs, posts)
    return checked


def _matrix(name: str, values: Any, rows: int | None, columns: int | None) -> Vec:
    shape = f"({'n' if rows is None else rows}, {'dim' if columns is None else columns})"
    if (
        values.ndim != 2
        or values.dtype.kind != "f"
        or (rows is not None and len(values) != rows)
        or (columns is not None and values.shape[1] != columns)
        or not values.shape[1]
    ):
        raise DatasetFileError(
            f"{name}: expected numbers of shape {shape}, found {values.dtype} {values.shape}."
        )
    return np.asarray(values, dtype=np.float32)


def _column(name: str, values: Any, rows: int | None) -> Any:
    if values.ndim != 1 or values.dtype.kind not in "iuf" or rows not in (None, len(values)):
        raise DatasetFileError(
            f"{name}: expected numbers of shape ({'n' if rows is None else rows},), "
            f"found {values.dtype} {values.shape}."
        )
    return values


def _unit_rows(name: str, vecs: Vec, *, nan_allowed: bool) -> Vec:
    absent = np.isnan(vecs).all(axis=1)
    off = np.abs(np.linalg.norm(vecs.astype(np.float64), axis=1) - 1.0)
    # Negated, so that NaN counts as off: every comparison with NaN is false.
    bad = ~(off <= LENGTH_TOLERANCE) & ~(absent if nan_allowed else np.zeros_like(absent))
    if bad.any():
        row = int(bad.argmax())
        wanted = "a unit vector or all NaN" if nan_allowed else "a unit vector"
        raise DatasetFileError(f"{name}: row {row} is not {wanted}.")
    return unit(vecs)


def _numbers(name: str, values: Any, rows: int | None, below: int | None, least: int = 0) -> Ints:
    column = _column(name, values, rows)
    with np.errstate(invalid="ignore"):
        whole = column.astype(np.int64)
    bad = whole != column
    if below is not None:
        bad |= (whole < least) | (whole >= below)
    if bad.any():
        row = int(bad.argmax())
        wanted = (
            "a whole number" if below is None else f"a whole number from {least} to {below - 1}"
        )
        raise DatasetFileError(f"{name}: row {row} is {column[row]}, not {wanted}.")
    return np.asarray(whole, dtype=np.int64)


def _last_days(values: Any, first_days: Floats) -> Floats:
    column = _days(LAST_DAYS, _column(LAST_DAYS, values, len(first_days)), len(first_days))
    bad = ~np.isnan(column) & ~(column >= first_days)
    if bad.any():
        row = int(bad.argmax())
        raise DatasetFileError(f"{LAST_DAYS}: row {row} is before the loss's first day.")
    return column


def _days(name: str, values: Any, rows: int) -> Floats:
    column = _column(name, values, rows).astype(np.float64)
    bad = np.isinf(column)
    if bad.any():
        raise DatasetFileError(f"{name}: row {int(bad.argmax())} is infinite.")
    return np.asarray(column, dtype=np.float64)
