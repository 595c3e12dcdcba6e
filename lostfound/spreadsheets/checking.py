"""Each row of a file, judged by the rules by which posts are saved."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lostfound.colour_words import colour_named
from lostfound.models import Office, Post
from lostfound.models.post import MAX_DESCRIPTION_CHARS
from lostfound.services.post_fields import assign_fields, clean_text
from lostfound.spreadsheets.cells import read_cell
from lostfound.spreadsheets.columns import BY_NAME, Column, plain
from lostfound.spreadsheets.days import day_written, refuse_unlikely_day
from lostfound.spreadsheets.names import KnownNames
from lostfound.spreadsheets.row import Row


def checked_row(
    number: int,
    columns: Sequence[Column | None],
    cells: Sequence[str],
    names: KnownNames,
    office: Office | None,
) -> Row:
    """What a line says, with everything that is wrong with it.

    Args:
        office: keeps what names no place of its own.
    """
    # A row may be shorter than the headings: what is missing is empty.
    said = {
        column.name: read_cell(cell)
        for column, cell in zip(columns, cells, strict=False)
        if column is not None
    }
    row = Row(number, said)
    if beyond := [cell.strip() for cell in cells[len(columns) :] if cell.strip()]:
        row.errors.append(
            _(
                "This row has more cells than there are headings: “%(text)s” stands under none. "
                "If it belongs to a text with a comma or semicolon in it, put the whole text in "
                'quotation marks: "…, …".'
            )
            % {"text": " ".join(beyond)}
        )
    for name, text in said.items():
        if text:
            _take(row, name, text, names)
    if not row.errors:
        _check(row, office)
    return row


def _take(row: Row, name: str, text: str, names: KnownNames) -> None:
    if name in names.rows:
        row.fields[name] = names.rows[name].get(plain(text))
        if row.fields[name] is None:
            row.errors.append(_("“%(text)s” is not known.") % {"text": text})
    elif name in names.choices:
        _judge(row, name, text, names.choices[name].get(plain(text)))
    elif name == "colour":
        row.fields[name] = colour_named(text)
        if row.fields[name] is None:
            row.errors.append(_("“%(text)s” is no colour that is known.") % {"text": text})
    elif name == "happened_on":
        row.fields[name] = day_written(text)
        if row.fields[name] is None:
            row.errors.append(
                _("“%(text)s” is no day. Please write it like 2026-03-31.") % {"text": text}
            )
    elif not BY_NAME[name].is_fact:
        limit = getattr(Post._meta.get_field(name), "max_length", 0) or MAX_DESCRIPTION_CHARS
        if len(text) > limit:
            row.errors.append(
                _("%(name)s is longer than %(limit)d characters.")
                % {"name": BY_NAME[name].heading, "limit": limit}
            )
        row.fields[name] = text


def _judge(row: Row, name: str, text: str, value: str | None) -> None:
    """Only what was found and still waits is taken in: a file of ours holds everything."""
    if value is None:
        row.errors.append(_("“%(text)s” is not known.") % {"text": text})
    elif value == Post.Kind.LOST:
        row.errors.append(_("A lost post: only found things are taken in."))
    elif name == "status" and value != Post.Status.OPEN:
        label = Post.Status(value).label
        row.errors.append(_("“%(status)s”: only what still waits is taken in.") % {"status": label})


def _check(row: Row, office: Office | None) -> None:
    """What saving would refuse is said beforehand, by the same rules."""
    post = Post(kind=Post.Kind.FOUND)
    try:
        if not clean_text(row.fields.get("title", ""), is_one_line=True):
            row.errors.append(_("The title is missing."))
            return
        assign_fields(post, row.fields)
        refuse_unlikely_day(post.happened_on)
    except ValidationError as error:
        row.errors += _told(error)
        return
    # As it is saved, so that the same thing is known again however it was written.
    row.fields = {name: getattr(post, name) for name in row.fields}
    if row.fields.get("office") or row.fields.get("kept_note"):
        return
    if office is None:
        row.errors.append(_("Please choose the office, or write where the thing is kept."))
    else:
        row.fields["office"] = office


def _told(error: ValidationError) -> list[str]:
    """Each complaint with the column that it is about."""
    return [
        f"{BY_NAME[name].heading}: {message}" if name in BY_NAME else message
        for name, messages in error.message_dict.items()
        for message in messages
    ]
