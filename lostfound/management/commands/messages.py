"""`manage.py messages`: updates the translation catalogue without the gettext programs.

Reads every marked string in the project's Python code and templates, updates the .po file and
compiles the .mo next to it. English needs no catalogue, since the strings in the code are English.
"""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

LOCALE: Final = "ko"
SCRIPTS: Final = "djangojs.po"  # texts of the admin's scripts, maintained by hand
HEADER: Final = (
    "# Korean texts of the whole project; `manage.py messages` keeps this file up to date."
)
# Folders below the project's root with user-facing strings.
PYTHON_FOLDERS: Final = ("lostfound", "matching")
TEMPLATE_FOLDERS: Final = ("templates", "lostfound", "matching")
TEMPLATE_SUFFIXES: Final = frozenset({".html", ".txt"})
SKIPPED_PARTS: Final = frozenset({"migrations", "__pycache__", "static", "locale"})
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Command(BaseCommand):
    """Updates the Korean catalogue, or with --check reports what it lacks."""

    help = "Collects translatable strings into lostfound/locale/ko and compiles it (no gettext)."

    def add_arguments(self, parser: CommandParser) -> None:
        """See Django: one switch."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail if something is missing"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Update both files, or with --check compare them with the code."""
        folder = Path(settings.LOCALE_PATHS[0]) / LOCALE / "LC_MESSAGES"
        po_path = folder / "django.po"
        stored = stored_catalog(po_path)
        wanted = updated_catalog(stored)
        scripts = stored_catalog(folder / SCRIPTS)
        problems = [*missing(wanted), *broken(wanted), *missing(scripts), *broken(scripts)]
        compiled = {po_path: stored if check else wanted, folder / SCRIPTS: scripts}
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            po_path.write_bytes(po_bytes(wanted))
        for path, catalog in compiled.items():
            compiled_path = path.with_suffix(".mo")
            if not check:
                compiled_path.write_bytes(mo_bytes(catalog))
            elif not compiled_path.exists() or compiled_path.read_bytes() != mo_bytes(catalog):
                problems.append(f"{compiled_path.name} is not compiled from {path.name}")
        for problem in problems:
            self.stdout.write(problem)
        if check and problems:
            raise CommandError(
                f"{len(problems)} problem(s) in the Korean catalogue. "
                f"Run `python manage.py messages`, translate {po_path.name}, and run it again."
            )
        self.stdout.write(f"{len(wanted)} strings, {len(problems)} problem(s)")


class KoreanCatalog(Catalog):
    """A catalogue without dates in its header, so that equal texts produce equal files."""

    def __init__(self) -> None:
        super().__init__(locale=LOCALE, header_comment=HEADER, fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The headers that gettext needs to read the file."""
        return [
            ("Language", LOCALE),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def stored_catalog(po_path: Path) -> Catalog:
    """The catalogue on disk; empty if there is none."""
    if not po_path.exists():
        return KoreanCatalog()
    with po_path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def updated_catalog(stored: Catalog) -> KoreanCatalog:
    """Exactly the strings that are in the code, with their existing translations."""
    wanted = KoreanCatalog()
    for message in messages_of(template()):
        known = stored.get(message.id, message.context)
        kept = known is not None and known.pluralizable == message.pluralizable
        wanted.add(
            message.id,
            known.string if known and kept else "",
            locations=message.locations,
            flags=["fuzzy"] if known and kept and known.fuzzy else [],
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else [],
            context=message.context,
        )
    return wanted


def template() -> Catalog:
    """Every string in the project that is marked for translation."""
    root = Path(settings.BASE_DIR)
    found = Catalog()
    for path in sorted(set(source_files(root))):
        for _line, message, comments, context in strings_of(path):
            found.add(
                message,
                locations=[(path.relative_to(root).as_posix(), 1)],
                auto_comments=comments,
                context=context,
            )
    return found


def source_files(root: Path) -> Iterator[Path]:
    """Python files and templates, without migrations and generated files."""
    for folder in PYTHON_FOLDERS:
        yield from _below(root / folder, frozenset({".py"}))
    for folder in TEMPLATE_FOLDERS:
        yield from _below(root / folder, TEMPLATE_SUFFIXES, inside="templates")


def _below(folder: Path, suffixes: frozenset[str], inside: str = "") -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix not in suffixes or SKIPPED_PARTS.intersection(path.parts):
            continue
        if not inside or inside in path.parts:
            yield path


def strings_of(path: Path) -> Iterable[tuple[int, Any, list[str], str | None]]:
    """Line, string (or its plural forms), comments and context of each marked string."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django turns a template into calls that look like Python; the indentation of the text
        # between them is meaningless and would confuse the tokenizer.
        lines = templatize(source, origin=str(path)).splitlines()
        source = "\n".join(line.lstrip() for line in lines) + "\n"
    return extract(
        "python",
        io.BytesIO(source.encode()),
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )


def missing(catalog: Catalog) -> Iterator[str]:
    """Strings without a Korean translation, or with one marked as fuzzy."""
    for message in messages_of(catalog):
        if not is_translated(message):
            yield f"not translated: {message.id!r}"
        elif message.fuzzy:
            yield f"fuzzy: {message.id!r}"


def broken(catalog: Catalog) -> Iterator[str]:
    """Translations whose placeholders differ from those of the original."""
    for message in messages_of(catalog):
        for error in message.check(catalog) if is_translated(message) else ():
            yield f"{message.id!r}: {error}"


def is_translated(message: Message) -> bool:
    """Whether all its forms have a text."""
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(texts)


def messages_of(catalog: Catalog) -> Iterator[Message]:
    """The catalogue's strings without its header."""
    return (message for message in catalog if message.id)


def po_bytes(catalog: KoreanCatalog) -> bytes:
    """The file for translators: sorted, with file names but no lines, so that diffs stay small."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, sort_output=True, include_lineno=False)
    return buffer.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The compiled catalogue; the same texts give the same bytes."""
    compiled = KoreanCatalog()
    for message in messages_of(catalog):
        if not message.fuzzy:
            compiled.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, compiled)
    return buffer.getvalue()
