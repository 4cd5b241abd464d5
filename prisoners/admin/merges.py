"""Proposed merges: the two records as they were compared, what changed since, what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
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

from prisoners.admin.comparing import Side
from prisoners.admin.duplicates import OfPairs, compare_page, proposal_page
from prisoners.admin.operations import operation_page
from prisoners.admin.revisions import NOTHING, citations_by_field, told, worded
from prisoners.admin.standing import page_of
from prisoners.admin.steps import reason_of
from prisoners.desk import merging, workflow
from prisoners.desk.revisions import values_of
from prisoners.models import HoldsBack, MergeProposal, Prisoner, Record
from prisoners.models.accounts import PUBLISH, RESTRICTED, RESTRICTED_FACTS, WRITE, may
from prisoners.reading.history import Step, hold_back

VERBS: Final[dict[str, tuple[Callable[..., Any], Any, Any]]] = {
    "accept": (
        merging.accept,
        gettext_lazy("Accept and merge them"),
        gettext_lazy("It is accepted, and the two are one record now: visitors see it so."),
    ),
    "refuse": (
        merging.refuse,
        gettext_lazy("Refuse"),
        gettext_lazy("It is refused, with your word to whoever proposed it."),
    ),
    "take_back": (
        merging.take_back,
        gettext_lazy("Take back"),
        gettext_lazy("It is taken back: both records stay as they are."),
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact as it was compared; ``then`` is what the kept record is to say of it."""

    label: str
    kept: Side
    merged: Side
    then: str
    is_apart: bool
    since: str


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    rows: list[Row]


def tables(proposal: MergeProposal, *, restricted: bool) -> Iterator[Table]:
    """Yield what two records said when they were compared, record by record.

    Unless whoever looks may read what is ``restricted``, of a fact that is held back by now only
    what visitors may see is told. Sources are those that are cited now.
    """
    for pair in proposal.said.get("pairs", ()):
        model: Any = apps.get_model("prisoners", pair["kind"])
        found = model._default_manager.in_bulk([pair["kept"], pair["merged"]])
        bare = model()
        kept, merged = (found.get(pair[one]) for one in ("kept", "merged"))
        sides = [_Then(one, bare, restricted) for one in (kept, merged)]
        kind = capfirst(str(model._meta.verbose_name))
        title = f"{kind}: {kept}" if kept else _("%(kind)s: a record that is gone") % {"kind": kind}
        yield Table(title, [_row(name, said, *sides) for name, said in pair["fields"].items()])


class _Then:
    """One of two records: its facts as they were, its sources as they are."""

    def __init__(self, record: Any, bare: Record, restricted: bool) -> None:
        self.record = record
        self.bare = bare
        self.restricted = restricted
        self.cited = citations_by_field(record) if record else {}
        self.now = values_of(record) if record else {}
        self.held = record.held if isinstance(record, HoldsBack) and not restricted else {}

    def words(self, name: str, text: str | None) -> str:
        if self.record is not None and not self.restricted:
            text = told(self.record, name, text)
        return worded(self.record or self.bare, name, text)

    def side(self, name: str, text: str | None) -> Side:
        some = [] if name in self.held else [*self.cited.get(name, []), *self.cited.get("", [])]
        return Side(self.words(name, text), [str(one) for one in some])

    def since(self, name: str, text: str | None) -> str:
        """Return what a fact says by now, where that is something else; empty where it is not."""
        now = self.now.get(name, text)
        return "" if (now or "") == (text or "") else self.words(name, now)


def _row(name: str, said: list[Any], kept: _Then, merged: _Then) -> Row:
    ours, theirs, chosen = said
    both = {*(ours or "").split(","), *(theirs or "").split(",")} - {""}
    then = {"merged": theirs, "both": ",".join(sorted(both))}.get(chosen, ours)
    field: Any = kept.bare._meta.get_field(name)
    changed = [
        _("“%(now)s” by now in “%(record)s”") % {"now": now, "record": one.record}
        for one, text in ((kept, ours), (merged, theirs))
        if (now := one.since(name, text))
    ]
    return Row(
        label=capfirst(str(field.verbose_name)),
        kept=kept.side(name, ours),
        merged=merged.side(name, theirs),
        then=(merged if chosen == "merged" else kept).words(name, then),
        is_apart=(ours or "") != (theirs or ""),
        since="; ".join(changed),
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """The records of one kind that go along, or stay behind."""

    title: str
    records: list[str]


def kinds(named: Iterable[list[Any]]) -> list[Kind]:
    """Return records that a proposal names by kind and number, in words."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for kind, number in named:
        numbers[kind].append(number)
    found = []
    for kind, some in numbers.items():
        model: Any = apps.get_model("prisoners", kind)
        records = model._default_manager.in_bulk(some)
        gone = _("a record that is gone")
        title = capfirst(str(model._meta.verbose_name_plural))
        found.append(Kind(title, [str(records.get(one, gone)) for one in some]))
    return found


def merges_proposed(person: Prisoner) -> list[tuple[str, str]]:
    """Return the merges of a person that wait for somebody, in words and with their pages."""
    found = MergeProposal.objects.waiting().of(person.pk).order_by("at", "pk")
    return [
        (_("A merge waits for a decision: %(merge)s") % {"merge": one}, proposal_page(one))
        for one in found
    ]


@admin.register(MergeProposal)
class MergeProposalAdmin(OfPairs):
    """Everybody at the desk reads it; an editor who did not propose it decides."""

    pair = ("merged", "kept")
    list_display = ("what", "by", "at", "reason", "outcome", "decided_by", "answer")
    list_display_links = None
    list_filter: ClassVar[Any] = ("outcome", "by")
    actions = None
    empty_value_display = NOTHING

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by", "decided_by")

    def get_ordering(self, request: HttpRequest) -> Any:
        del request
        return [Case(When(outcome="open", then=0), default=1), "-at", "-pk"]

    @admin.display(description=gettext_lazy("merge"))
    def what(self, proposal: MergeProposal) -> SafeString:
        return format_html('<a href="{}">{}</a>', proposal_page(proposal), proposal)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self._verb_view))
        name = "prisoners_mergeproposal_%s"
        verbs = [
            path(f"<number:pk>/{verb}/", view, {"verb": verb}, name=name % verb) for verb in VERBS
        ]
        return [*verbs, *super().get_urls()]

    # One proposal

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
        proposal: MergeProposal | None = self.get_object(request, unquote(object_id))
        if proposal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        restricted = may(request.user, RESTRICTED)
        seen = merging.seen_now(proposal) if proposal.is_open else proposal.seen
        people = [one for one in (proposal.kept, proposal.merged) if one is not None]
        said = proposal.said
        context = {
            **self.admin_site.each_context(request),
            "title": _("Proposed merge"),
            "opts": self.opts,
            "media": self.media,
            "proposal": proposal,
            "people": [(one, page_of(one)) for one in people],
            "compare_page": compare_page(people[0].pk, people[1].pk) if len(people) > 1 else "",
            "operation_page": operation_page(proposal.operation) if proposal.operation else "",
            "tables": list(tables(proposal, restricted=restricted)),
            "separate": kinds([["detention", one] for one, _two in said.get("separate", ())]),
            "moving": kinds(said.get("moved", ())),
            "left": kinds(said.get("left", ())),
            "seen": seen,
            "is_changed": seen != proposal.seen,
            "since": [merging.told(one) for one in self._since(proposal, seen, restricted)],
            "obstacles": merging.obstacles(proposal, request.user) if proposal.is_open else [],
            "verbs": list(self._verbs(request, proposal)),
        }
        return TemplateResponse(request, "admin/duplicates/proposal.html", context)

    @staticmethod
    def _since(proposal: MergeProposal, seen: str, restricted: bool) -> list[Step]:
        """Return what changed since; of what is restricted nothing to whoever may not read it."""
        if seen == proposal.seen:
            return []
        steps = merging.since(proposal)
        if not restricted:
            hold_back(row for one in steps for row in (one.row, one.before) if row is not None)
        return [
            one
            for one in steps
            if restricted or any(field.name not in RESTRICTED_FACTS for field in one.fields)
        ]

    def _verbs(self, request: HttpRequest, proposal: MergeProposal) -> Iterator[dict[str, Any]]:
        for verb, (_action, label, _said) in VERBS.items():
            if proposal.is_open and self._may(request, verb, proposal):
                yield {
                    "name": verb,
                    "label": label,
                    "url": reverse(f"admin:prisoners_mergeproposal_{verb}", args=[proposal.pk]),
                    "needs_reason": verb == "refuse",
                }

    @staticmethod
    def _may(request: HttpRequest, verb: str, proposal: MergeProposal) -> bool:
        is_own = proposal.by_id == request.user.pk
        if verb == "take_back":
            return is_own and may(request.user, WRITE)
        if verb == "accept" and is_own and workflow.needs_second(request.user):
            return False
        return may(request.user, PUBLISH)

    def _verb_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        proposal: MergeProposal | None = self.get_object(request, str(pk))
        if proposal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined,no-any-return]  # a mixin; Django's own way, without types
        if not self._may(request, verb, proposal):
            raise PermissionDenied
        action, _label, said = VERBS[verb]
        sent = request.POST
        # What was changed since is accepted only by whoever says that they have looked at it.
        how = {"seen": sent.get("seen", "")} if verb == "accept" and "knowingly" in sent else {}
        try:
            action(proposal=proposal, by=request.user, reason=reason_of(sent), **how)
        except ValidationError as error:
            for text in error.messages:
                self.message_user(request, text, messages.ERROR)
        else:
            self.message_user(request, str(said), messages.SUCCESS)
        return HttpResponseRedirect(proposal_page(proposal))
