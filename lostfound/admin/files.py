"""CSV in the admin: exporting the listed posts, and importing with a preview."""

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lostfound.http import AuthenticatedHttpRequest
from lostfound.models import Post
from lostfound.spreadsheets import (
    BY_NAME,
    MAX_FILE_BYTES,
    MAX_ROWS,
    SAVED,
    FileRefused,
    Report,
    Row,
    Table,
    csv_lines,
    import_rows,
    read_table,
    sample_lines,
)

SALT: Final = "lostfound.import"
PREVIEW_AGE_S: Final = 3600
CHUNK: Final = 500


def export_response(queryset: QuerySet[Post]) -> StreamingHttpResponse:
    """The posts as a CSV file, streamed while it is generated."""
    name = f"posts-{timezone.localtime():%Y%m%d-%H%M}.csv"
    return _file(csv_lines(queryset.order_by("pk").iterator(chunk_size=CHUNK)), name)


def sample_view(model_admin: admin.ModelAdmin[Post], request: HttpRequest) -> StreamingHttpResponse:
    """A template for imports, with headings in the reader's language."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    return _file(sample_lines(), "things.csv")


def _file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def import_view(
    model_admin: admin.ModelAdmin[Post], request: AuthenticatedHttpRequest
) -> HttpResponse:
    """Choose a file, preview its rows, import it, and list the rows that were refused."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    context: dict[str, Any] = {}
    if request.method == "POST":
        if "content" in request.POST:
            return _bring_in(model_admin, request)
        context = _preview(request)
    return _page(model_admin, request, context)


def _preview(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    upload = request.FILES.get("file")
    if upload is None:
        return {"problem": _("Please choose a CSV file.")}
    if (upload.size or 0) > MAX_FILE_BYTES:
        return {"problem": _("The file is larger than 1 MB. Please split it.")}
    content = upload.read()
    try:
        table = read_table(content, actor=request.user)
    except FileRefused as refused:
        return {"problem": str(refused)}
    return {
        "rows": table.rows,
        "ignored": table.ignored,
        "fine": sum(row.is_new for row in table.rows),
        "known": sum(row.known is not None for row in table.rows),
        "content": signing.dumps(content.decode("latin-1"), salt=SALT, compress=True),
    }


def _bring_in(
    model_admin: admin.ModelAdmin[Post], request: AuthenticatedHttpRequest
) -> HttpResponse:
    try:
        table = _looked_at(request)
    except signing.BadSignature:
        problem = _("The preview has expired. Please choose the file again.")
        return _page(model_admin, request, {"problem": problem})
    except FileRefused as refused:
        return _page(model_admin, request, {"problem": str(refused)})
    report = import_rows(table.rows, actor=request.user)
    _tell(request, report)
    if not report.refused:
        return HttpResponseRedirect(reverse("admin:lostfound_post_changelist"))
    return _page(model_admin, request, {"refused": report.refused})


def _looked_at(request: AuthenticatedHttpRequest) -> Table:
    """The previewed file, read again: a colleague may have imported it since."""
    text = signing.loads(request.POST["content"], salt=SALT, max_age=PREVIEW_AGE_S)
    return read_table(text.encode("latin-1"), actor=request.user)


def _tell(request: HttpRequest, report: Report) -> None:
    if count := len(report.saved):
        text = ngettext("%(n)d thing was taken in.", "%(n)d things were taken in.", count)
        messages.success(request, text % {"n": count})
    if count := len(report.known):
        text = ngettext(
            "%(n)d row was skipped because it had been imported before.",
            "%(n)d rows were skipped because they had been imported before.",
            count,
        )
        messages.info(request, text % {"n": count})


def _page(
    model_admin: admin.ModelAdmin[Post], request: HttpRequest, context: dict[str, Any]
) -> TemplateResponse:
    listed: list[Row] = context.get("rows") or context.get("refused") or []
    columns = [name for name in BY_NAME if any(row.texts.get(name) for row in listed)]
    for row in listed:
        row.cells = [row.texts.get(name, "") for name in columns]
    shown = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import from a CSV file"),
        "opts": model_admin.opts,
        "columns": [BY_NAME[name].heading for name in columns],
        "understood": SAVED,
        "most": MAX_ROWS,
        **context,
    }
    return TemplateResponse(request, "admin/lostfound/post/import.html", shown)
