"""Proposed revisions: what is proposed beside what is there, and what was decided."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from prisoners.admin.base import described
from prisoners.admin.roles import ByRole
from prisoners.admin.standing import missing, page_of, shown
from prisoners.admin.steps import reason_of
from prisoners.desk import revisions
from prisoners.desk.own_sources import counts
from prisoners.models import TARGET_NAMES, Citation, HoldsBack, Record, Revision, kind_of
from prisoners.models.accounts import PUBLISH, RESTRICTED, WRITE, may
from prisoners.models.holding_back import shown_of

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

# Shorter values stand side by side as they are; of longer ones the words that differ are marked.
SHORT: Final = 80
LONGEST: Final = 20_000
# How a value reads where a field holds nothing.
NOTHING: Final = "—"

VERBS: Final[dict[str, tuple[Callable[..., Any], Any]]] = {
    "accept": (revisions.accept, gettext_lazy("Accept and make public")),
    "refuse": (revisions.refuse, gettext_lazy("Refuse")),
    "take_back": (revisions.take_back, gettext_lazy("Take back")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field that changes; ``words`` are parts of a long text and whether each is in or out."""

    label: str
    now: str
    proposed: str
    words: list[tuple[str, str]]
    # Each with whether it was given for what is proposed; others are of the value before.
    citations: list[tuple[Citation, bool]]
    since: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A record that a revision changes; None where it is gone."""

    record: Record | None
    kind: str
    url: str
    lines: list[Line]


def lines_of(revision: Revision, *, restricted: bool) -> list[Changed]:
    """Return what a revision changes, in words, with the citations of each fact.

    Unless whoever looks may read what is ``restricted``, of a fact that is held back by now only
    what visitors may see is told, whenever it was proposed.
    """
    apart = {
        (kind_of(one.record), one.record.pk, one.field): one
        for one in (revisions.conflicts(revision) if revision.is_open else ())
    }
    found: list[Changed] = []
    for (record, fields), named in zip(
        revisions.changed_records(revision), revision.changes, strict=True
    ):
        if record is None:
            found.append(Changed(None, named["kind"], "", []))
            continue
        held = record.held if isinstance(record, HoldsBack) and not restricted else {}
        cited = {
            name: some for name, some in citations_by_field(record).items() if name not in held
        }
        lines = [
            line(
                record,
                name,
                change if restricted else [told(record, name, text) for text in change],
                cited,
                apart.get((named["kind"], record.pk, name)),
                revision,
            )
            for name, change in fields.items()
        ]
        kind = capfirst(str(record._meta.verbose_name))
        found.append(Changed(record, kind, page_of(record), lines))
    return found


def told(record: Record, name: str, text: str | None) -> str | None:
    """Return what is left of a value, as text, when what is held back of its field is left out."""
    how = record.held.get(name) if isinstance(record, HoldsBack) else None
    if how is None or not text:
        return text
    bare = type(record)()
    try:
        revisions.put(bare, {name: text})
        return shown_of(bare, name, how) or None
    except (ValidationError, ValueError):
        return None


def line(
    record: Record,
    name: str,
    change: list[str | None],
    cited: dict[str, list[Citation]],
    conflict: revisions.Conflict | None,
    revision: Revision,
) -> Line:
    """Return one field as it was proposed: from what, or from what there is by now, to what."""
    before, after = change
    field: Any = record._meta.get_field(name)
    old, new = worded(record, name, before), worded(record, name, after)
    return Line(
        label=capfirst(str(field.verbose_name)),
        now=old,
        proposed=new,
        words=words(old, new) if max(len(old), len(new)) > SHORT else [],
        citations=[
            (one, counts(one, revision) or not revision.is_open or name not in record.facts)
            for one in [*cited.get(name, []), *cited.get("", [])]
        ],
        since=worded(record, name, conflict.now) if conflict else "",
    )


def worded(record: Record, name: str, text: str | None) -> str:
    """Return a value that a field has as its own text in the words that the desk shows."""
    model = type(record)
    bare = model()
    try:
        revisions.put(bare, {name: text})
        return shown(bare, name, LONGEST) if text not in (None, "") else NOTHING
    except (ValidationError, ValueError, models.ObjectDoesNotExist):
        return str(text)  # such as the number of a record that is gone


def words(old: str, new: str) -> list[tuple[str, str]]:
    """Return the words of two texts in one line: ``("del", "was ")``, ``("ins", "is ")``."""
    before, after = re.split(r"(?<=\s)", old), re.split(r"(?<=\s)", new)
    found: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            found.append(("", "".join(before[start:end])))
            continue
        if end > start:
            found.append(("del", "".join(before[start:end])))
        if new_end > new_start:
            found.append(("ins", "".join(after[new_start:new_end])))
    return found


def citations_by_field(record: Record) -> dict[str, list[Citation]]:
    found: dict[str, list[Citation]] = {}
    if type(record) in TARGET_NAMES:
        for one in record.citations.exclude(state="withdrawn").select_related("source"):  # type: ignore[attr-defined]  # all that hold facts have them
            found.setdefault(one.field, []).append(one)
    return found


@admin.register(Revision)
class RevisionAdmin(ByRole, ModelAdmin):
    """What was proposed. Everybody at the desk reads it; it is decided by whose it is to decide."""

    list_display = ("about", "by", "at", "reason", "outcome", "decided_by")
    list_display_links = None
    list_filter = ("outcome", "by", "kind")
    list_select_related = ("by", "decided_by")
    list_per_page = 50
    show_full_result_count = False
    actions = None
    empty_value_display = NOTHING

    class Media:
        css = {"all": ["admin_desk/desk.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return False

    # The list

    def get_ordering(self, request: HttpRequest) -> Any:
        del request
        return [Case(When(outcome=Revision.Outcome.OPEN, then=0), default=1), "-at", "-pk"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed = super().get_changelist_instance(request)
        named_at_once(listed.result_list)
        return listed

    @admin.display(description=gettext_lazy("what it changes"))
    def about(self, revision: Revision) -> SafeString:
        record = revision.__dict__.get("named")
        address = reverse("admin:prisoners_revision_change", args=[revision.pk])
        return format_html('<a href="{}">{}</a>', address, record or _("a record that is gone"))

    # One revision

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self._verb_view))
        return [
            *(
                path(
                    f"<number:pk>/{verb}/", view, {"verb": verb}, name=f"prisoners_revision_{verb}"
                )
                for verb in VERBS
            ),
            *super().get_urls(),
        ]  # fmt: skip

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        del form_url, extra_context
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision: Revision | None = self.get_object(request, unquote(object_id))
        if revision is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        record = revisions.load(revision.kind, revision.record)
        changed = lines_of(revision, restricted=may(request.user, RESTRICTED))
        stored = [one.record for one in changed if one.record is not None]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Proposed revision"),
            "subtitle": str(record or ""),
            "opts": self.opts,
            "media": self.media,
            "revision": revision,
            "record": record,
            "page": page_of(record) if record else "",
            "changed": changed,
            "lacking": missing(revision) if revision.is_open else [],
            "can_cite": may(request.user, WRITE),
            "has_conflict": any(line.since for one in changed for line in one.lines),
            "drafts": [
                (capfirst(str(one._meta.verbose_name)), one, page_of(one))
                for one in (revisions.drafts_with(revision, stored) if revision.is_open else ())
            ],
            "verbs": list(self._verbs(request, revision)),
            "change_url": f"{page_of(record)}?revision={revision.pk}"
            if record and self._is_own(request, revision)
            else "",
        }
        return TemplateResponse(request, "admin/prisoners/revision.html", context)

    def _is_own(self, request: HttpRequest, revision: Revision) -> bool:
        is_own = revision.by_id == request.user.pk and may(request.user, WRITE)
        return revision.is_open and is_own

    def _verbs(self, request: HttpRequest, revision: Revision) -> Iterator[dict[str, Any]]:
        for verb, (_action, label) in VERBS.items():
            if revision.is_open and self._may(request, verb, revision):
                yield {
                    "name": verb,
                    "label": label,
                    "url": reverse(f"admin:prisoners_revision_{verb}", args=[revision.pk]),
                    "needs_reason": verb == "refuse",
                }

    def _may(self, request: HttpRequest, verb: str, revision: Revision) -> bool:
        if verb == "take_back":
            return self._is_own(request, revision)
        return may(request.user, PUBLISH)

    def _verb_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        revision: Revision | None = self.get_object(request, str(pk))
        if revision is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        if not self._may(request, verb, revision):
            raise PermissionDenied
        action, _label = VERBS[verb]
        how = {"knowingly": "knowingly" in request.POST} if verb == "accept" else {}
        page = reverse("admin:prisoners_revision_change", args=[pk])
        try:
            action(revision=revision, by=request.user, reason=reason_of(request.POST), **how)
        except ValidationError as error:
            for text in error.messages:
                self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(page)
        self.message_user(request, str(SAID[verb]), messages.SUCCESS)
        return HttpResponseRedirect(page)


SAID: Final = {
    "accept": gettext_lazy("It is accepted: visitors see the record as proposed."),
    "refuse": gettext_lazy("It is refused, with your word to whoever proposed it."),
    "take_back": gettext_lazy("It is taken back; the drafts entered with it are still there."),
}


def named_at_once(found: Any) -> None:
    """Set on revisions, as ``named``, the records they are about: a query for each kind."""
    kinds: dict[str, set[int]] = {}
    for one in found:
        kinds.setdefault(one.kind, set()).add(one.record)
    for kind, numbers in kinds.items():
        model: Any = apps.get_model("prisoners", kind)
        records = model._default_manager.prefetch_related(*described(model)).in_bulk(numbers)
        for one in found:
            if one.kind == kind:
                one.__dict__["named"] = records.get(one.record)
