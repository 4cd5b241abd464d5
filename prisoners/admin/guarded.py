"""The page of a record that two may have open at once: see ``prisoners.admin.opened``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from prisoners.admin.opened import OPENED, Meanwhile, compare, page_values
from prisoners.admin.roles import ByRole
from prisoners.desk import workflow
from prisoners.models import TARGET_NAMES, TRANSLATED_NAMES, kind_of
from prisoners.reading.authors import last_written

# A page of what was deleted: it is entered anew.
ANEW: Final = "_anew"
ROWS: Final = "-INITIAL_FORMS"

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class Guarded(ByRole, ModelAdmin):
    """A page that is saved over nobody's work without its being seen."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if self.is_gone(request, object_id):
            return self.enter_anew(request, form_url, extra_context)
        with transaction.atomic():
            meanwhile = self.changed_meanwhile(request, object_id)
            if meanwhile is None:
                return self.save_page(request, object_id, form_url, extra_context)
            sent = request.POST
            request.POST = meanwhile.entries  # type: ignore[assignment]  # what is read from here on
            request.refusal = ValidationError(told(meanwhile))  # type: ignore[attr-defined]  # set by us
            try:
                response = super().changeform_view(request, object_id, form_url, extra_context)
            finally:
                request.POST = sent
        context = getattr(response, "context_data", None)
        if context is not None:
            context["meanwhile"] = said_of(meanwhile)
            beside_fields(context, meanwhile)
        return response

    def is_gone(self, request: HttpRequest, object_id: str) -> bool:
        """Whether somebody deleted what is saved while its page was open."""
        was_open = request.POST.get(OPENED) or ANEW in request.POST
        return bool(was_open) and self.get_object(request, unquote(object_id)) is None

    def enter_anew(
        self, request: HttpRequest, form_url: str, extra: dict[str, Any] | None
    ) -> HttpResponse:
        """Show what was typed about a deleted record as a new one; save it when sent again."""
        sent = request.POST
        if ANEW not in sent:
            request.refusal = ValidationError(  # type: ignore[attr-defined]  # set by us
                _(
                    "Somebody deleted this record while you had it open. Nothing of yours is lost: "
                    "save again to enter it anew."
                )
            )
        request.POST = as_new(sent, self.model)  # type: ignore[assignment]  # what is read from here on
        try:
            response = super().changeform_view(request, None, form_url, extra)
        finally:
            request.POST = sent
        context = getattr(response, "context_data", None)
        if context is not None:
            context["anew"] = True
        return response

    def save_page(
        self, request: HttpRequest, object_id: str, form_url: str, extra: dict[str, Any] | None
    ) -> HttpResponse:
        """Save a page that nobody else saved meanwhile, or show what is wrong with it."""
        return super().changeform_view(request, object_id, form_url, extra)

    def changed_meanwhile(self, request: HttpRequest, object_id: str) -> Meanwhile | None:
        """Hold the record, and find what others changed in it since the page was opened."""
        stored = self.get_object(request, unquote(object_id))
        if stored is None or not self.has_change_permission(request, stored):
            return None
        workflow.hold(stored)
        if OPENED not in request.POST:
            return None
        stored = self.get_object(request, unquote(object_id))
        if stored is None:
            return None
        return compare(request.POST, request.FILES, *self.unfilled(request, stored))

    def unfilled(self, request: HttpRequest, stored: Any) -> tuple[Any, list[Any]]:
        """Return the form and the tables of a page as they are before anything is typed."""
        fields = flatten_fieldsets(self.get_fieldsets(request, stored))
        form = self.get_form(request, stored, change=True, fields=fields)(instance=stored)
        tables: list[Any] = []
        taken: dict[str, int] = {}
        for kind, inline in self.get_formsets_with_inlines(request, stored):
            made: Any = kind
            prefix = made.get_default_prefix()
            taken[prefix] = taken.get(prefix, 0) + 1
            if taken[prefix] != 1:
                prefix = f"{prefix}-{taken[prefix]}"
            queryset = inline.get_queryset(request)
            tables.append(made(instance=stored, prefix=prefix, queryset=queryset))
        return form, tables

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context.get("original") is not None and "opened" not in context:
            tables = [one.formset for one in context["inline_admin_formsets"]]
            context["opened"] = page_values(context["adminform"].form, tables).as_text()
        return super().render_change_form(request, context, *args, **kwargs)


def as_new(entries: QueryDict, model: type[Any]) -> QueryDict:
    """Return the entries of a stored record's page as those of a new one, parts included."""
    new = entries.copy()
    own = {model._meta.pk.name, TARGET_NAMES.get(model), TRANSLATED_NAMES.get(model)}
    tables = [name.removesuffix(ROWS) for name in entries if name.endswith(ROWS)]
    for table in tables:
        new[f"{table}{ROWS}"] = "0"
        for name in entries:
            found = re.fullmatch(rf"{re.escape(table)}-\d+-(\w+)", name)
            if found and found[1] in own:
                del new[name]
    return new


def said_of(meanwhile: Meanwhile) -> list[dict[str, Any]]:
    """Return each thing that others changed, with who was the last to write that record."""
    keys = {(one.model, one.number) for one in meanwhile.differences}
    written = last_written(keys)
    return [
        {"what": one, "written": written.get((kind_of(one.model), one.number))}
        for one in meanwhile.differences
    ]


def told(meanwhile: Meanwhile) -> str:
    """Return what stands above a page that was changed by somebody else."""
    if any(one.is_conflict for one in meanwhile.differences):
        return _(
            "Somebody else saved this record while you had it open, and changed the same as you. "
            "Nothing is saved yet and nothing of yours is lost: both are shown at each such "
            "field. Save again to put yours in place of theirs."
        )
    return _(
        "Somebody else saved this record while you had it open. Nothing is saved yet and nothing "
        "of yours is lost: their changes are on this page now, beside yours. Save again to keep "
        "both."
    )


def beside_fields(context: dict[str, Any], meanwhile: Meanwhile) -> None:
    """Put what is to be said of a field where that field stands."""
    tables = [one.formset for one in context["inline_admin_formsets"]]
    for form in [context["adminform"].form, *(form for one in tables for form in one.forms)]:
        for name in form.fields:
            note = meanwhile.notes.get(form.add_prefix(name))
            if note:
                form.add_error(name, note)
