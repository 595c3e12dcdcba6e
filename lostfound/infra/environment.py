"""Settings read from the environment, each declared once with default, unit and description.

lostfound.settings reads them through an `Environment`, and docs/settings.md is generated from
its declarations. Must not import Django's settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from environs import Env, validate


@dataclass(frozen=True)
class Setting:
    """One environment variable, as described in docs/settings.md."""

    section: str
    name: str
    default: str  # Markdown
    unit: str
    about: str


class Environment:
    """Typed environment variables, with a file `.env` as fallback.

    Every reader takes the name, the default and a description. The table shows `shown` instead
    of a default that depends on the machine or on other settings. Readers raise EnvError, which
    names the variable, if a value is invalid.
    """

    def __init__(self, file: Path) -> None:
        self._env = Env()
        self._env.read_env(str(file), recurse=False)
        self._section = ""
        self.declared: list[Setting] = []

    def section(self, title: str) -> None:
        """Start a section: the declarations that follow belong to it."""
        self._section = title

    def text(
        self, name: str, default: str, about: str, *, shown: str = "", choices: Sequence[str] = ()
    ) -> str:
        """A string."""
        if choices:
            about = f"{about} (one of {', '.join(f'`{choice}`' for choice in choices)})"
        self._declare(name, shown or (f"`{default}`" if default else ""), about)
        one_of = validate.OneOf(choices) if choices else None
        return str(self._env.str(name, default, validate=one_of))

    def texts(self, name: str, default: list[str], about: str, *, shown: str = "") -> list[str]:
        """Strings separated by commas."""
        self._declare(name, shown or ", ".join(f"`{one}`" for one in default), about)
        return list(self._env.list(name, default))

    def boolean(self, name: str, default: bool, about: str, *, shown: str = "") -> bool:
        """True or false, on or off, 1 or 0."""
        self._declare(name, shown or ("on" if default else "off"), about)
        return bool(self._env.bool(name, default))

    def integer(
        self,
        name: str,
        default: int,
        about: str,
        *,
        unit: str = "",
        shown: str = "",
        least: int | None = None,
        most: int | None = None,
    ) -> int:
        """An integer from `least` to `most`."""
        self._declare(name, shown or str(default), about, unit)
        limits = None if least is most is None else validate.Range(min=least, max=most)
        return int(self._env.int(name, default, validate=limits))

    @overload
    def number(
        self, name: str, default: float, about: str, *, unit: str = "", shown: str = ""
    ) -> float: ...

    @overload
    def number(
        self, name: str, default: None, about: str, *, unit: str = "", shown: str = ""
    ) -> float | None: ...

    def number(
        self, name: str, default: float | None, about: str, *, unit: str = "", shown: str = ""
    ) -> float | None:
        """A float; None only if that is the default."""
        self._declare(name, shown or str(default), about, unit)
        value = self._env.float(name, default)
        return None if value is None else float(value)

    def database(self, name: str, default: str, about: str, *, shown: str) -> dict[str, Any]:
        """An entry of DATABASES, from a URL such as postgres://user:password@host/name."""
        self._declare(name, shown, about)
        return dict(self._env.dj_db_url(name, default))

    def _declare(self, name: str, default: str, about: str, unit: str = "") -> None:
        self.declared.append(Setting(self._section, name, default, unit, about))


def settings_page(declared: Sequence[Setting]) -> str:
    """The contents of docs/settings.md: a table per section, in the order of declaration."""
    lines = [
        "# Settings",
        "",
        "Settings are environment variables, or lines of a file `.env` next to `manage.py`; the",
        "environment takes precedence. Start from [.env.example](../.env.example).",
        "",
        "This page is generated from [settings.py](../lostfound/settings.py) by",
        "`manage.py settings_table`.",
    ]
    for section in dict.fromkeys(one.section for one in declared):
        lines += ["", f"## {section}", "", "| setting | default | unit | what it does |"]
        lines.append("|---|---|---|---|")
        for one in declared:
            if one.section == section:
                cells = (f"`{one.name}`", one.default or "none", one.unit, one.about)
                lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
