"""What was done to many records at once: what it was, what stands in the way of undoing it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prisoners.admin.revisions import named_at_once
from prisoners.desk import merging, operations, revisions, workflow
from prisoners.models import Operation, OperationKind, Record, Revision, State
from prisoners.models.accounts import PUBLISH, READ, WRITE, may
from prisoners.models.recording import recorded_models
from prisoners.reading.operations import OF_MANY, Named, people_of
from prisoners.reading.review import proposed

# Of how many proposals that could not be accepted it is said why.
FIRST_FEW: Final = 20

# How many people are named in a line of the list, and on the page of one operation.
IN_A_LINE: Final = 3
ON_A_PAGE: Final = 300

# What is undone here; an import is undone on its own page, and has its proposals here.
KINDS = (OperationKind.MERGE, OperationKind.BULK)


def operation_page(operation: Operation) -> str:
    """Return the address of the page on which an operation is looked at and undone."""
    return reverse("admin:prisoners_merger_operation", args=[operation.pk])


def proposals(operation: Operation) -> list[tuple[str, str]]:
    """Return what came with an operation and nobody has decided: of which record, and where."""
    found = list(proposed(operation=operation))
    named_at_once(found)
    return [
        (_named(one), reverse("admin:prisoners_revision_change", args=[one.pk])) for one in found
    ]


def _named(revision: Revision) -> str:
    return str(revision.__dict__.get("named") or _("a record that is gone"))


def people_named(named: Named) -> SafeString:
    """Return whom an operation was about, each with a link to their page, and how many more."""
    links = format_html_join(
        ", ",
        "{}",
        ((_linked(*one),) for one in named.people),
    )
    if not named.more:
        return links
    more = ngettext("and %(number)s more", "and %(number)s more", named.more)
    return format_html("{} {}", links, more % {"number": named.more})


def _linked(name: str, number: int | None) -> SafeString | str:
    if number is None:
        return name
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:prisoners_prisoner_change", args=[number]), name
    )


def touches_public(operation: Operation) -> bool:
    """Whether an operation changed anything that visitors may see."""
    if operation.kind == OperationKind.MERGE:
        kept = operation.merger.kept
        if kept.state not in workflow.UNPUBLISHED:
            return True
    return any(
        model.history.filter(operation=operation, state=State.PUBLISHED).exists()
        for model in recorded_models()
        if issubclass(model, Record)
    )


def may_undo(user: Any, operation: Operation) -> bool:
    """Whether somebody may undo an operation: an editor any, a researcher what is theirs."""
    if may(user, PUBLISH):
        return True
    return may(user, WRITE) and operation.by_id == user.pk and not touches_public(operation)


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It is kept in the history of each record."),
    )


class OperationPages:
    """The page of one operation, and undoing it."""

    def get_urls(self) -> list[URLPattern]:
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a mixin
        view = site.admin_view(self._operation_view)
        route = path("operation/<number:pk>/", view, name="prisoners_merger_operation")
        return [route, *super().get_urls()]  # type: ignore[misc]  # a mixin: its base has it

    def _operation_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may(request.user, READ):
            raise PermissionDenied
        found = Operation.objects.filter(pk=pk, kind__in=OF_MANY)
        operation = found.select_related("by", "undone_by", "import_run").first()
        if operation is None:
            raise Http404
        if "_accept" in request.POST:
            return self._accept(request, operation)
        can_undo = (
            operation.kind in KINDS
            and operation.undone_at is None
            and may_undo(request.user, operation)
        )
        form = UndoForm(request.POST or None)
        if request.method == "POST":
            if not can_undo:
                raise PermissionDenied
            if form.is_valid() and self._undo(request, operation, form):
                return HttpResponseRedirect(request.path)
        return self._operation_page(request, operation, form, can_undo)

    def _accept(self, request: HttpRequest, operation: Operation) -> HttpResponse:
        if not may(request.user, PUBLISH):
            raise PermissionDenied
        accepted, refused = revisions.accept_all(operation=operation, by=request.user)
        if accepted:
            words = ngettext(
                "%(number)s proposal is accepted: visitors see what it changes.",
                "%(number)s proposals are accepted: visitors see what they change.",
                accepted,
            )
            self.message_user(request, words % {"number": accepted}, messages.SUCCESS)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        named_at_once([one for one, _why in refused])
        for one, why in refused[:FIRST_FEW]:
            self.message_user(request, f"{_named(one)}: {' '.join(why)}", messages.ERROR)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        return HttpResponseRedirect(request.path)

    def _undo(self, request: HttpRequest, operation: Operation, form: forms.Form) -> bool:
        undo = merging.undo if operation.kind == OperationKind.MERGE else operations.undo
        try:
            undo(operation=operation, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
            return False
        words = _("It is undone: every record is what it was before.")
        self.message_user(request, words, messages.SUCCESS)  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        return True

    def _operation_page(
        self, request: HttpRequest, operation: Operation, form: forms.Form, can_undo: bool
    ) -> HttpResponse:
        site: Any = self.admin_site  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
        merger = getattr(operation, "merger", None)
        named = people_of([operation], ON_A_PAGE).get(operation.pk)
        proposed = getattr(operation, "merge_proposal", None)
        imported = getattr(operation, "import_run", None)
        waiting = proposals(operation)
        context = {
            **site.each_context(request),
            "opts": self.opts,  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            "media": self.media,  # type: ignore[attr-defined]  # a mixin: ModelAdmin has it
            "title": operation.describe(),
            "operation": operation,
            "people": people_named(named) if named else "",
            "merge_proposal": proposed,
            "proposal_page": reverse("admin:prisoners_mergeproposal_change", args=[proposed.pk])
            if proposed
            else "",
            "is_seen": can_undo and merger is not None and touches_public(operation),
            "proposals": waiting,
            "can_accept": may(request.user, PUBLISH)
            and (operation.by_id != request.user.pk or not workflow.needs_second(request.user)),
            "import_page": reverse("admin:prisoners_import_change", args=[imported.pk])
            if imported is not None and may(request.user, WRITE)
            else "",
            "obstacles": operations.obstacles(operation) if can_undo else [],
            "can_undo": can_undo,
            "form": form,
        }
        return TemplateResponse(request, "admin/duplicates/operation.html", context)
