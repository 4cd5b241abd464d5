"""Importing at the desk: upload, columns, preview with decisions, run, report, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from prisoners.admin.base import ModelAdmin
from prisoners.admin.operations import may_undo
from prisoners.desk.importing import guessing, process, report, running
from prisoners.desk.importing.odd_dates import AUTO
from prisoners.desk.importing.planning import PERSON
from prisoners.desk.importing.profile import FIELDS, LayoutError, find, read_layout
from prisoners.desk.importing.reading import FileError
from prisoners.desk.workflow import needs_second
from prisoners.models import Import, ImportProfile, ImportRow, State
from prisoners.models.accounts import RESTRICTED, WRITE, may
from prisoners.reading.review import proposed

PER_PAGE: Final = 50
REFRESH_SECONDS: Final = 2
Stage = Import.Stage
Outcome = ImportRow.Outcome

DATE_ORDERS: Final = (
    (AUTO, gettext_lazy("only where there is no other way to read them")),
    ("dmy", gettext_lazy("day, month, year")),
    ("mdy", gettext_lazy("month, day, year")),
    ("ymd", gettext_lazy("year, month, day")),
)
KEYS: Final = (
    ("external_id", gettext_lazy("its id in the list")),
    ("name,birth", gettext_lazy("name and birth together")),
    ("name,began", gettext_lazy("name and beginning of the detention together")),
    ("name,birth,began", gettext_lazy("name, birth and beginning of the detention together")),
)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("List"),
        help_text=gettext_lazy(
            "CSV or XLSX, 50 MB at most, headings in the first row. It is kept until it is "
            "imported, or for seven days, and then deleted."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class LayoutForm(forms.Form):
    """What holds for a list as a whole."""

    name = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,39}$",
        label=gettext_lazy("Name of the profile"),
        help_text=gettext_lazy(
            "Small letters, digits, - and _. Rows of one profile are known again: give each list "
            "its own."
        ),
    )
    save = forms.BooleanField(
        label=gettext_lazy("Save the profile for the next file of this list"),
        required=False,
        initial=True,
    )
    key = forms.ChoiceField(label=gettext_lazy("A row is known again by"), choices=KEYS)
    scheme = forms.SlugField(
        label=gettext_lazy("Whose ids they are"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("As in the external ids of a person. Empty: the profile's name."),
    )
    dates = forms.ChoiceField(label=gettext_lazy("Dates are written"), choices=DATE_ORDERS)
    country = forms.CharField(
        label=gettext_lazy("Country that holds or held the people"),
        max_length=2,
        required=False,
        help_text=gettext_lazy("Its code of two letters, where no column says it."),
    )
    language = forms.CharField(
        label=gettext_lazy("Language that the names are written in"),
        max_length=12,
        required=False,
        initial="en",
    )
    code = forms.CharField(
        label=gettext_lazy("Law that articles are of"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Where the cells do not say it: Criminal Code of Belarus."),
    )
    nothing = forms.CharField(
        label=gettext_lazy("Further words for nothing"),
        required=False,
        help_text=gettext_lazy("Separated by commas. Cells such as N/A, - and FALSE are known."),
    )
    encoding = forms.CharField(
        label=gettext_lazy("Encoding"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Empty: it is found out."),
    )
    source = forms.CharField(
        label=gettext_lazy("Title of the source"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What all its facts are cited to. Empty: what the profile says."),
    )


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class OfWriters(ModelAdmin):
    """What is seen by whoever may write records."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, WRITE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return may(request.user, WRITE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, WRITE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return False


@admin.register(ImportProfile)
class ImportProfileAdmin(OfWriters):
    list_display = ("name", "made_by", "changed_at")
    list_select_related = ("made_by",)
    fields = ("name", "made_by", "changed_at", "layout")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A profile is made with the file that it is for."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return may(request.user, WRITE)


@admin.register(Import)
class ImportAdmin(OfWriters):
    list_display = ("file_name", "stage", "profile", "rows_in_file", "made_by", "made_at")
    list_filter = ("stage", "profile")
    list_select_related = ("made_by",)
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(view)
            return path(f"<number:pk>/{address}/", wrapped, name=f"prisoners_import_{name}")

        return [
            route("columns", self.columns_view, "columns"),
            route("rows/<number:row>/decide", require_POST(self.decide_view), "decide"),
            route("run", require_POST(self.run_view), "run"),
            route("preview", require_POST(self.preview_view), "preview"),
            route("discard", require_POST(self.discard_view), "discard"),
            route("undo", self.undo_view, "undo"),
            route("report", require_safe(self.report_view), "report"),
            *super().get_urls(),
        ]

    # Lists and uploads

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        running.forget_old()
        return super().changelist_view(request, {"title": _("Imports"), **(extra_context or {})})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        del form_url, extra_context
        if not self.has_add_permission(request):
            raise PermissionDenied
        running.forget_old()
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                # One byte more than is allowed tells that there is more.
                one = running.receive(
                    content=file.read(running.LARGEST_UPLOAD + 1),
                    file_name=file.name,
                    by=request.user,
                )
            except FileError as error:
                form.add_error("file", str(error))
            else:
                return self._to(one, "columns")
        context = {"title": _("Import a list"), "form": form}
        return self._page(request, "upload", context)

    # Columns

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = self._import(request, pk, reads=True)
        if one.stage not in (Stage.UPLOADED, Stage.PLANNED, Stage.FAILED):
            return self._to(one)
        try:
            listing = running.listing_of(one)
            examples = listing.examples()
        except (FileError, running.NotImportedError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._to(None)
        given = self._begun(request, one, listing.headings, examples)
        if request.method == "POST":
            form = LayoutForm(request.POST)
            given = _of_post(request, one.headings, given)
            if form.is_valid() and (answer := self._choose(request, one, form, given)):
                return answer
        else:
            form = LayoutForm(initial=_initial(given, one))
            if one.error:
                self.message_user(request, one.error, messages.ERROR)
        context = {
            "title": _("Columns of %(file)s") % {"file": one.file_name},
            "one": one,
            "form": form,
            "columns": _columns(one.headings, given, examples),
            "choices": [(field.name, field.label) for field in FIELDS.values()],
            "profiles": guessing.profiles(),
            "begun": given.get("name", ""),
            "remarks": listing.remarks,
        }
        return self._page(request, "columns", context)

    def _begun(
        self, request: HttpRequest, one: Import, headings: Any, examples: Any
    ) -> dict[str, Any]:
        """Return the layout to begin with: the one chosen, the one used, one that fits, a guess."""
        chosen = request.GET.get("profile", "")
        if chosen in guessing.profiles():
            return dict(find(chosen).given)
        if one.layout:
            return dict(one.layout)
        fitting = guessing.fitting(headings)
        return dict(fitting.given) if fitting else guessing.guess(headings, examples)

    def _choose(
        self, request: HttpRequest, one: Import, form: LayoutForm, given: dict[str, Any]
    ) -> HttpResponse | None:
        """Settle the layout and begin with the preview; None where it cannot be used."""
        asked = form.cleaned_data
        given |= {
            name: asked[name]
            for name in ("name", "scheme", "dates", "country", "language", "code", "encoding")
        }
        given["key"] = asked["key"].split(",")
        given["nothing"] = [word.strip() for word in asked["nothing"].split(",") if word.strip()]
        try:
            layout = read_layout(given)
            running.choose(one=one, layout=layout, source=asked["source"])
        except LayoutError as error:
            for problem in error.problems:
                form.add_error(None, problem)
            return None
        except (FileError, running.NotImportedError) as error:
            form.add_error(None, str(error))
            return None
        if asked["save"]:
            ImportProfile.objects.update_or_create(
                name=layout.name, defaults={"layout": given, "made_by_id": request.user.pk}
            )
        one.refresh_from_db()
        process.start(one=one, action=process.PREVIEW, by=request.user)
        return self._to(one)

    # Preview, progress, result

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        del form_url, extra_context
        one = self._import(request, object_id)
        if one.stage in process.WORKING:
            return self._progress(request, one)
        reads = self._reads(request, one)
        if one.stage == Stage.UPLOADED and reads:
            return self._to(one, "columns")
        outcome = request.GET.get("outcome", "")
        rows = ImportRow.objects.filter(of=one).order_by("number").select_related("prisoner")
        if not reads:
            rows = rows.prefetch_related("prisoner__names")
        if outcome in Outcome.values:
            rows = rows.filter(outcome=outcome)
        elif outcome == "uncertain":
            rows = rows.filter(uncertain=True)
        total = one.counts.get(outcome) if outcome else sum(_counted(one).values())
        page = _Counted(rows, PER_PAGE, total or 0).get_page(request.GET.get("page"))
        shown = page if reads else report.without_cells(page)
        is_done = (
            one.stage == Stage.DONE
            and one.operation is not None
            and one.operation.undone_at is None
        )
        context = {
            "title": one.file_name,
            "one": one,
            "reads": reads,
            "page": page,
            "rows": [_shown(row, request.user) for row in shown],
            "outcome": outcome,
            "filters": _filters(one, outcome),
            "left_out": read_layout(one.layout).left_out(one.headings) if one.layout else [],
            "facilities": one.counts.get("facilities", []),
            # Nobody runs, or throws away, what they have not read.
            "can_run": reads and one.stage in (Stage.PLANNED, Stage.FAILED) and bool(one.layout),
            "can_decide": reads and one.stage in (Stage.PLANNED, Stage.FAILED),
            "is_done": is_done,
            "can_undo": is_done and self._may_undo(request, one),
            "undecided": _undecided(one),
            "proposed_page": reverse("admin:prisoners_merger_operation", args=[one.operation.pk])
            if one.operation is not None and proposed(operation=one.operation).exists()
            else "",
            "takes_two": needs_second(request.user),
            "left_days": running.KEPT_FOR.days,
        }
        return self._page(request, "preview", context)

    def _progress(self, request: HttpRequest, one: Import) -> HttpResponse:
        now = process.working(one)
        context = {
            "title": one.file_name,
            "one": one,
            "done": now.done,
            "is_alive": now.is_alive,
            "is_beginning": now.is_beginning,
            "can_begin": self._may_undo(request, one)
            if one.stage == Stage.UNDOING
            else self._reads(request, one),
            "percent": min(100, 100 * now.done // max(one.rows_in_file, 1)),
            "action": {
                Stage.PLANNING: process.PREVIEW,
                Stage.RUNNING: process.RUN,
                Stage.UNDOING: process.UNDO,
            }[Stage(one.stage)],
        }
        answer = self._page(request, "progress", context)
        # Works without a script, and the address stays: a header, which no content policy forbids.
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
        return answer

    def decide_view(self, request: HttpRequest, pk: int, row: int) -> HttpResponse:
        one = self._import(request, pk, reads=True)
        found = get_object_or_404(ImportRow, of=one, pk=row)
        try:
            running.decide(
                row=found,
                what=request.POST.get("what", "")[:40],
                choice=request.POST.get("choice", "")[:40],
                by=request.user,
            )
        except (ValidationError, running.NotImportedError) as error:
            words = error.messages[0] if isinstance(error, ValidationError) else str(error)
            self.message_user(request, words, messages.ERROR)
        return HttpResponseRedirect(f"{self._address(one)}?{_kept_query(request)}#row-{row}")

    def run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._work(request, pk, process.RUN, (Stage.PLANNED, Stage.FAILED, Stage.RUNNING))

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._work(request, pk, process.PREVIEW, (Stage.PLANNING,))

    def _work(
        self, request: HttpRequest, pk: int, action: str, stages: tuple[str, ...], reason: str = ""
    ) -> HttpResponse:
        one = self._import(request, pk, reads=action != process.UNDO)
        now = process.working(one)
        if one.stage not in stages or now.is_alive or now.is_beginning:
            self.message_user(request, _("It is being worked on already."), messages.ERROR)
            return self._to(one)
        process.start(one=one, action=action, by=request.user, reason=reason)
        return self._to(one)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = self._import(request, pk, reads=True)
        try:
            running.discard(one=one)
        except running.NotImportedError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._to(one)
        words = _("%(file)s was deleted, and nothing was imported.")
        self.message_user(request, words % {"file": one.file_name}, messages.SUCCESS)
        return self._to(None)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = self._import(request, pk)
        if one.stage not in (Stage.DONE, Stage.UNDOING):
            return self._to(one)
        if not self._may_undo(request, one):
            raise PermissionDenied
        form = UndoForm(request.POST or None)
        found = running.obstacles(one=one)
        if request.method == "POST" and form.is_valid() and not found:
            reason = form.cleaned_data["reason"]
            return self._work(request, pk, process.UNDO, (Stage.DONE, Stage.UNDOING), reason)
        context = {
            "title": _("Undo the import of %(file)s") % {"file": one.file_name},
            "one": one,
            "form": form,
            "obstacles": found[:200],
            "number": len(found),
        }
        return self._page(request, "undo", context)

    @staticmethod
    def _reads(request: HttpRequest, one: Import) -> bool:
        """Whether somebody reads what a list says: it may tell what is restricted, or of whom.

        Whoever brought it knows it; of what came by the command line that is nobody.
        """
        return may(request.user, RESTRICTED) or one.made_by_id == request.user.pk

    def _may_undo(self, request: HttpRequest, one: Import) -> bool:
        """As with all that is done to many: an editor any, a researcher their own drafts."""
        if one.operation is None:
            return self._reads(request, one)
        return may_undo(request.user, one.operation)

    def report_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        one = self._import(request, pk, reads=True)
        rows = ImportRow.objects.filter(of=one).order_by("number").select_related("prisoner")
        found = rows.iterator(chunk_size=500)
        answer = StreamingHttpResponse(report.lines(found), content_type="text/csv; charset=utf-8")
        name = f"import-{one.pk}.csv"
        answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
        return answer

    # What they share

    def _import(self, request: HttpRequest, pk: Any, *, reads: bool = False) -> Import:
        """Return an import; ``reads``: for what only those may do who read what the list says."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            one = get_object_or_404(
                Import.objects.select_related("source", "operation"), pk=int(pk)
            )
        except ValueError as error:
            raise Http404 from error
        if reads and not self._reads(request, one):
            raise PermissionDenied
        return one

    def _address(self, one: Import | None, name: str = "change") -> str:
        if one is None:
            return reverse("admin:prisoners_import_changelist")
        return reverse(f"admin:prisoners_import_{name}", args=[one.pk])

    def _to(self, one: Import | None, name: str = "change") -> HttpResponseRedirect:
        return HttpResponseRedirect(self._address(one, name))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/importing/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )


class _Counted(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Pages of rows whose number is known: counting them takes longer than showing them."""

    def __init__(self, rows: Any, per_page: int, number: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = number


def _counted(one: Import) -> dict[str, int]:
    return {name: one.counts.get(name, 0) for name in Outcome.values}


def _filters(one: Import, chosen: str) -> list[dict[str, Any]]:
    """Return what the rows can be narrowed to: each with its words, number and address."""
    counts = _counted(one)
    found = [{"name": "", "label": _("all"), "number": sum(counts.values())}]
    found += [
        {"name": outcome.value, "label": outcome.label, "number": counts[outcome.value]}
        for outcome in Outcome
        if counts[outcome.value]
    ]
    if number := one.counts.get("uncertain", 0):
        found.append({"name": "uncertain", "label": _("read with doubt"), "number": number})
    return [{**one, "chosen": one["name"] == chosen} for one in found]


def _undecided(one: Import) -> int:
    return int(one.counts.get(Outcome.CONFLICT.value, 0))


def _shown(row: ImportRow, by: Any) -> dict[str, Any]:
    """Return a row of the preview as its template shows it."""
    return {
        "row": row,
        "cells": [{**cell, "label": _label(cell["field"])} for cell in row.cells],
        "changes": [
            {
                **change,
                "label": _label(change["field"]),
                "now": report.shown(change["now"]) if change["field"] != "note" else "",
                "file": report.shown(change["file"]),
                "decided": row.decisions.get(change["field"], ""),
                "can_take": running.may_take(change, by),
                # Once it has run, whether it was; before, whether it would be.
                "is_proposed": change.get("proposed", False)
                or (change.get("of") == State.PUBLISHED and needs_second(by)),
            }
            for change in row.changes
        ],
        "likenesses": [
            {**alike, "percent": round(100 * alike["nearness"])} for alike in row.likenesses
        ],
        "person": row.decisions.get(PERSON, ""),
    }


_LABELS: Final = {
    "end_kind": gettext_lazy("how it ended"),
    "term": gettext_lazy("term"),
    "names": gettext_lazy("name"),
}


def _label(name: str) -> Any:
    return _LABELS.get(name) or (FIELDS[name].label if name in FIELDS else name)


def _kept_query(request: HttpRequest) -> str:
    """Return the filter and page that a decision was made on."""
    query = request.GET.copy()
    for name in ("outcome", "page"):
        if value := request.POST.get(name):
            query[name] = value
    return str(query.urlencode())


def _columns(headings: list[str], given: dict[str, Any], examples: Any) -> list[dict[str, Any]]:
    """Return each column of a file with its field, its examples and its codes."""
    known = {str(column["heading"]): column for column in given.get("columns", ())}
    found = []
    for place, heading in enumerate(headings):
        column = known.get(heading, {})
        cells = list(dict.fromkeys(row[place].strip() for row in examples if row[place].strip()))
        found.append(
            {
                "place": place,
                "heading": heading,
                "field": column.get("field", ""),
                "examples": [cell[:80] for cell in cells[:3]],
                "values": "\n".join(
                    f"{code} = {meaning}" for code, meaning in column.get("values", {}).items()
                ),
                "codes": cells if len(cells) <= 12 else [],
            }
        )
    return found


def _of_post(request: HttpRequest, headings: list[str], given: dict[str, Any]) -> dict[str, Any]:
    """Return a layout with the columns as they were chosen; the rest of it stays."""
    known = {str(column["heading"]): column for column in given.get("columns", ())}
    columns = []
    for place, heading in enumerate(headings):
        name = request.POST.get(f"field-{place}", "").replace("\0", "")
        values = {}
        for line in request.POST.get(f"values-{place}", "").splitlines():
            code, sign, meaning = line.replace("\0", "").partition("=")
            if sign:
                values[code.strip()] = meaning.strip()
        before = known.get(heading, {})
        column = dict(before) if before.get("field") == name else {"heading": heading}
        column |= {"field": name, "values": values}
        columns.append(column)
    return {**given, "columns": columns}


def _initial(given: dict[str, Any], one: Import) -> dict[str, Any]:
    key = ",".join(given.get("key", ("external_id",)))
    return {
        **{
            name: given.get(name, "")
            for name in ("name", "scheme", "dates", "country", "language", "code", "encoding")
        },
        "key": key if key in dict(KEYS) else "external_id",
        "nothing": ", ".join(given.get("nothing", ())),
        "source": one.source_named or given.get("source", {}).get("title", ""),
        # A copy of a shipped profile would hide what later versions of it know.
        "save": given.get("name", "") not in guessing.profiles(),
    }
