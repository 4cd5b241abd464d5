"""The list of what was done to many records at once, in which it is found to be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prisoners.admin.operations import IN_A_LINE, operation_page, people_named
from prisoners.admin.roles import ByRole
from prisoners.models import Operation, OperationKind
from prisoners.models.accounts import WRITE, may
from prisoners.reading.history import moment
from prisoners.reading.operations import OF_MANY, done_to_many, people_of, records_touched

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


def page_of_operation(operation: Operation) -> str:
    """Return where an operation is looked at and undone; an import has a page of its own."""
    imported = getattr(operation, "import_run", None)
    if imported is not None:
        return reverse("admin:prisoners_import_change", args=[imported.pk])
    return "" if operation.kind == OperationKind.IMPORT else operation_page(operation)


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        del request, model_admin
        return [(one.value, one.label) for one in OF_MANY]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        del request
        return queryset.filter(kind=self.value()) if self.value() in OF_MANY else queryset


class UndoneFilter(admin.SimpleListFilter):
    title = gettext_lazy("undone")
    parameter_name = "undone"
    moment = "undone_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        del request, model_admin
        return [("no", gettext_lazy("not undone")), ("yes", gettext_lazy("undone"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        del request
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(**{f"{self.moment}__isnull": self.value() == "no"})


@admin.register(Operation)
class OperationAdmin(ByRole, ModelAdmin):
    """Everybody at the desk reads it; an import's own page is for those who write."""

    list_display = ("what", "whom", "how_many", "done_by", "done_at", "reason", "undone")
    list_display_links = None
    list_filter: ClassVar[Any] = (KindFilter, UndoneFilter)
    search_fields = ("label", "reason", "by__username")
    search_help_text = gettext_lazy("By what it was, why it was done, or who did it.")
    list_per_page = 50
    show_full_result_count = False
    actions = None

    class Media:
        css: ClassVar[Any] = {"all": ["admin_desk/desk.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        del request
        return done_to_many()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed = super().get_changelist_instance(request)
        found = records_touched(listed.result_list)
        named = people_of(listed.result_list, IN_A_LINE)
        for one in listed.result_list:
            one.__dict__["named"] = named.get(one.pk)
            one.__dict__["touched"] = found.get(one.pk, 0)
            one.__dict__["writes"] = may(request.user, WRITE)
        return listed

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = _("What was done to many records at once")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        operation = self.get_object(request, object_id)
        page = page_of_operation(operation) if operation is not None else ""
        if not page or not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(page)

    @admin.display(description=gettext_lazy("what it was"))
    def what(self, operation: Operation) -> SafeString | str:
        page = page_of_operation(operation)
        is_open = operation.kind != OperationKind.IMPORT or operation.__dict__.get("writes")
        if not page or not is_open:
            return operation.describe()
        return format_html('<a href="{}">{}</a>', page, operation.describe())

    @admin.display(description=gettext_lazy("whom it was about"))
    def whom(self, operation: Operation) -> str:
        named = operation.__dict__.get("named")
        return people_named(named) if named else ""

    @admin.display(description=gettext_lazy("how many"))
    def how_many(self, operation: Operation) -> str:
        imported = getattr(operation, "import_run", None)
        if imported is not None:
            rows = imported.rows_in_file
            words = ngettext("%(number)s row of a list", "%(number)s rows of a list", rows)
            return words % {"number": number_format(rows, force_grouping=True)}
        records = operation.__dict__.get("touched", 0)
        words = ngettext("%(number)s record", "%(number)s records", records)
        return words % {"number": number_format(records, force_grouping=True)}

    @admin.display(description=gettext_lazy("by"), ordering="by__username")
    def done_by(self, operation: Operation) -> str:
        return str(operation.by or _("a command"))

    @admin.display(description=gettext_lazy("when"), ordering="at")
    def done_at(self, operation: Operation) -> str:
        return moment(operation.at)

    @admin.display(description=gettext_lazy("undone"), ordering="undone_at")
    def undone(self, operation: Operation) -> str:
        if operation.undone_at is None:
            return _("no")
        return _("%(day)s, by %(who)s") % {
            "day": moment(operation.undone_at),
            "who": operation.undone_by or _("a command"),
        }
