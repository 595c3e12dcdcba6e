"""Reads the campus files: categories (taxonomy.toml) and places (campus.toml).

Only reads and validates; lostfound.services.campus_import writes the result. Imports no models, so
that a migration can use it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

DATA_DIR: Final = Path(__file__).resolve().parent
TAXONOMY_FILE: Final = DATA_DIR / "taxonomy.toml"
CAMPUS_FILE: Final = DATA_DIR / "campus.toml"

CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
POLICE_CLASS: Final = re.compile(r"(PR[A-Z]\d{0,2})?")
MAX_NAME_CHARS: Final = 80
PHOTO_POLICIES: Final = ("none", "masked", "normal")
DEFAULT_PHOTO_POLICY: Final = "masked"  # of a category that says nothing about it
SYNONYM_KEYS: Final = ("synonyms_ko", "synonyms_en")


class CampusFileError(ValueError):
    """The file cannot be loaded; `problems` lists each place and what is wrong there."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{path.name}: {problem}" for problem in problems))


@dataclass(frozen=True)
class Entry:
    """A row to be written: model, code, values, and the row that it belongs to."""

    model: str
    code: str
    values: Mapping[str, Any]
    parent_field: str = ""
    parent_code: str = ""


@dataclass
class _Reader:
    """Collects entries and all problems, so that a person can fix a file in one go."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def tables(self, holder: Mapping[str, Any], key: str, where: str) -> Iterator[dict[str, Any]]:
        tables = holder.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problems.append(f"{where}: {key} is not a list of [[{key}]] tables")
            return
        yield from tables

    def add(
        self,
        model: str,
        table: Mapping[str, Any],
        where: str,
        *,
        position: int,
        extra: Mapping[str, type[Any]] | None = None,
        parent: tuple[str, str] = ("", ""),
        children: tuple[str, ...] = (),
    ) -> str:
        """Validate one table and add it as an entry; returns its code."""
        code = table.get("code")
        if not isinstance(code, str) or not CODE.fullmatch(code):
            self.problems.append(f"{where}: code {code!r} is not a short name of a-z, 0-9, _ and -")
            code = "?"
        elif any(entry.model == model and entry.code == code for entry in self.entries):
            self.problems.append(f"{where}: the code {code!r} occurs twice")
        where = f"{where} ({code})"
        values: dict[str, Any] = {"position": position}
        for key in ("name_ko", "name_en"):
            values[key] = self._name(table.get(key), key, where)
        for key, kind in (extra or {}).items():
            value = table.get(key, kind())
            if not isinstance(value, kind):
                self.problems.append(f"{where}: {key} is {value!r}, not a {kind.__name__}")
            elif key in SYNONYM_KEYS:
                for word in value:
                    self._name(word, key, where)
            values[key] = value
        for key in table.keys() - {"code", "name_ko", "name_en", *(extra or {}), *children}:
            self.problems.append(f"{where}: {key} is unknown")
        self.entries.append(Entry(model, code, values, *parent))
        return code

    def _name(self, value: object, key: str, where: str) -> str:
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f"{where}: {key} is missing or empty")
            return ""
        if len(value) > MAX_NAME_CHARS:
            self.problems.append(f"{where}: {key} is longer than {MAX_NAME_CHARS} characters")
        return value


def read_taxonomy(path: Path = TAXONOMY_FILE) -> list[Entry]:
    """Reads families and categories, each family before its categories.

    Raises:
        CampusFileError: lists every problem in the file.
    """
    reader = _Reader()
    words = {
        **{"synonyms_ko": list, "synonyms_en": list},
        **{"police_class": str, "sensitive": bool, "photos": str},
    }
    for number, family in enumerate(reader.tables(_parse(path), "family", "file"), start=1):
        where = f"family {number}"
        code = reader.add("Family", family, where, position=number, children=("category",))
        for at, category in enumerate(reader.tables(family, "category", where), start=1):
            spot = f"{where}, category {at}"
            category = {"photos": DEFAULT_PHOTO_POLICY, **category}
            reader.add(
                "Category",
                category,
                spot,
                position=number * 100 + at,
                extra=words,
                parent=("family", code),
            )
            police_class = category.get("police_class", "")
            if isinstance(police_class, str) and not POLICE_CLASS.fullmatch(police_class):
                reader.problems.append(f"{spot}: police_class {police_class!r} is not like PRH")
            if category["photos"] not in PHOTO_POLICIES:
                known = ", ".join(PHOTO_POLICIES)
                reader.problems.append(f"{spot}: photos {category['photos']!r} is none of {known}")
    return _finished(reader, path, "family")


def read_campus(path: Path = CAMPUS_FILE) -> list[Entry]:
    """Reads zones, buildings and offices, each after the row that it belongs to.

    Raises:
        CampusFileError: lists every problem in the file.
    """
    reader = _Reader()
    content = _parse(path)
    words = {"synonyms_ko": list, "synonyms_en": list}
    for number, zone in enumerate(reader.tables(content, "zone", "file"), start=1):
        where = f"zone {number}"
        code = reader.add("Zone", zone, where, position=number, children=("building",))
        for at, building in enumerate(reader.tables(zone, "building", where), start=1):
            spot = f"{where}, building {at}"
            position = number * 100 + at
            reader.add(
                "Building", building, spot, position=position, extra=words, parent=("zone", code)
            )
    buildings = {entry.code for entry in reader.entries if entry.model == "Building"}
    for number, office in enumerate(reader.tables(content, "office", "file"), start=1):
        where = f"office {number}"
        building_code = office.get("building")
        if building_code not in buildings:
            reader.problems.append(f"{where}: there is no building {building_code!r}")
        reader.add(
            "Office",
            office,
            where,
            position=number,
            extra={"phone": str, "hours_ko": str, "hours_en": str},
            parent=("building", str(building_code)),
            children=("building",),
        )
    return _finished(reader, path, "zone")


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CampusFileError(path, [f"cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CampusFileError(path, [f"is not valid TOML: {error}"]) from error


def _finished(reader: _Reader, path: Path, first: str) -> list[Entry]:
    if not reader.entries and not reader.problems:
        reader.problems.append(f"contains no [[{first}]]")
    if reader.problems:
        raise CampusFileError(path, reader.problems)
    return reader.entries
