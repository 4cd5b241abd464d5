"""Possible duplicates at the desk: the list, two side by side, what was judged, what was merged."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from prisoners.admin.base import people_found
from prisoners.admin.comparing import changes, comparison, moving
from prisoners.admin.done import UndoneFilter
from prisoners.admin.operations import OperationPages, operation_page
from prisoners.admin.sources import ReadOnlyAdmin
from prisoners.admin.standing import page_of
from prisoners.admin.steps import reason_of
from prisoners.desk import duplicates, merging
from prisoners.models import DuplicateCandidate, Judgement, MergeProposal, Merger, Prisoner
from prisoners.models.accounts import WRITE, may
from prisoners.models.duplicates import LONGEST_REASON, in_order
from prisoners.reading.duplicates import FOR, Mark

FIRST_FEW: Final = 3


def compare_page(one: int, other: int) -> str:
    """Return the address of the page that shows two people (by number) side by side."""
    return reverse("admin:prisoners_duplicatecandidate_compare", args=in_order(one, other))


def proposal_page(proposal: MergeProposal) -> str:
    """Return the address of the page on which a proposed merge is decided."""
    return reverse("admin:prisoners_mergeproposal_change", args=[proposal.pk])


class JudgementForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("What are they?"),
        choices=Judgement.Verdict,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The next researcher reads it; the two are not asked about again."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It is kept in the history of both records."),
    )


class OfPairs(ReadOnlyAdmin):
    """What is about two people, found by the name or id of either."""

    search_fields = ("pk",)  # shows the field; what it finds is below
    pair: tuple[str, str] = ("first", "second")

    class Media:
        # After Django's own, whose filters are wider than a tablet.
        css: ClassVar[Any] = {"all": ["admin_desk/desk.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        names = [f"{one}__names" for one in self.pair]
        return super().get_queryset(request).select_related(*self.pair).prefetch_related(*names)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if "\0" in term:
            return queryset.none(), False
        people = list(people_found(term).spellings)
        one, other = self.pair
        return queryset.filter(Q(**{f"{one}__in": people}) | Q(**{f"{other}__in": people})), False


@admin.register(DuplicateCandidate)
class DuplicateCandidateAdmin(OfPairs):
    list_display = ("pair_of", "score_of", "reasons")
    list_display_links = None
    ordering = ("-score", "pk")
    change_list_template = "admin/duplicates/list.html"

    # The list

    @admin.display(description=gettext_lazy("two records"))
    def pair_of(self, candidate: DuplicateCandidate) -> SafeString:
        words = _("%(one)s and %(other)s") % {"one": candidate.first, "other": candidate.second}
        return format_html(
            '<a href="{}">{}</a>', compare_page(candidate.first_id, candidate.second_id), words
        )

    @admin.display(description=gettext_lazy("how alike"), ordering="score")
    def score_of(self, candidate: DuplicateCandidate) -> str:
        return _("%(number)s %%") % {"number": candidate.score}

    @admin.display(description=gettext_lazy("what speaks for it, and against it"))
    def reasons(self, candidate: DuplicateCandidate) -> str:
        return "; ".join(reasons(candidate))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        changed = duplicates.changed_people()
        context = {
            **(extra_context or {}),
            "title": _("People who may be in the record twice"),
            "changed": None if changed is None else len(changed),
            "can_look": may(request.user, WRITE)
            and changed is not None
            and 0 < len(changed) <= duplicates.AT_ONCE,
        }
        return super().changelist_view(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        candidate = self.get_object(request, object_id)
        if not self.has_view_permission(request, candidate):
            raise PermissionDenied
        if candidate is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(compare_page(candidate.first_id, candidate.second_id))

    def get_urls(self) -> list[URLPattern]:
        name = "prisoners_duplicatecandidate_%s"
        compare = self.admin_site.admin_view(self._compare)
        look = self.admin_site.admin_view(require_POST(self._look))
        return [
            path("compare/<number:one>/<number:other>/", compare, name=name % "compare"),
            path("look/", look, name=name % "look"),
            *super().get_urls(),
        ]

    def _look(self, request: HttpRequest) -> HttpResponse:
        if not may(request.user, WRITE):
            raise PermissionDenied
        number = duplicates.catch_up()
        if number is None:
            words = _("Too many people were changed: run “manage.py find_duplicates”.")
            self.message_user(request, words, messages.WARNING)
        else:
            words = ngettext(
                "%(number)s changed person was compared with all others.",
                "%(number)s changed people were compared with all others.",
                number,
            )
            self.message_user(request, words % {"number": number}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:prisoners_duplicatecandidate_changelist"))

    # Two side by side

    def _compare(self, request: HttpRequest, one: int, other: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = Prisoner.objects.in_bulk([one, other])
        if len(people) != 2:  # two people
            raise Http404
        return _Comparing(self, request, people[one], people[other]).answer()


class _Comparing:
    """One request for the page of two records."""

    def __init__(self, desk: Any, request: HttpRequest, one: Prisoner, other: Prisoner) -> None:
        self.desk = desk
        self.request = request
        sent = request.POST or request.GET
        turned = sent.get("keep", "") == str(other.pk) or (
            "keep" not in sent and other.is_public and not one.is_public
        )
        self.kept, self.merged = (other, one) if turned else (one, other)
        self.here = compare_page(one.pk, other.pk)
        self.writes = may(request.user, WRITE)

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._page()
        if "_judge" in self.request.POST:
            return self._judge()
        if "_reopen" in self.request.POST:
            return self._reopen()
        if not self.writes:
            raise PermissionDenied
        return self._merge() if "_merge" in self.request.POST else self._preview()

    def _choices(self) -> dict[str, str]:
        return {
            name.removeprefix("choice-"): str(value)
            for name, value in self.request.POST.items()
            if name.startswith("choice-")
        }

    def _plan(self) -> merging.Plan:
        return merging.plan(
            kept=self.kept, merged=self.merged, choices=self._choices(), by=self.request.user
        )

    def _standing(self) -> Judgement | None:
        return Judgement.objects.standing().between(self.kept.pk, self.merged.pk).first()

    def _judge(self) -> HttpResponse:
        if not self.writes:
            raise PermissionDenied
        form = JudgementForm(self.request.POST)
        if not form.is_valid():
            return self._page(judging=form)
        try:
            judgement = duplicates.judge(
                one=self.kept, other=self.merged, by=self.request.user, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self._page(judging=form)
        words = _("Kept: %(one)s and %(other)s – %(verdict)s.") % {
            "one": self.kept,
            "other": self.merged,
            "verdict": judgement.get_verdict_display(),
        }
        self.desk.message_user(self.request, words, messages.SUCCESS)
        if judgement.verdict == Judgement.Verdict.SAME:
            return HttpResponseRedirect(self.here)
        return HttpResponseRedirect(reverse("admin:prisoners_duplicatecandidate_changelist"))

    def _reopen(self) -> HttpResponse:
        if not self.writes:
            raise PermissionDenied
        judgement = self._standing()
        if judgement is not None:
            duplicates.reopen(judgement=judgement, by=self.request.user)
            words = _("The question is open again; what was judged before is kept.")
            self.desk.message_user(self.request, words, messages.SUCCESS)
        return HttpResponseRedirect(self.here)

    def _preview(self) -> HttpResponse:
        made = self._plan()
        form = ReasonForm(self.request.POST)
        reasons = [*made.refusals, *made.open]
        if reasons or not form.is_valid():
            return self._page(made, reasons, merging_form=form)
        return self._answer(
            "admin/duplicates/merge.html",
            title=_("Merge “%(merged)s” into “%(kept)s”?")
            % {"merged": self.merged, "kept": self.kept},
            changes=[one for one in changes(made) if not one.waits],
            waiting=[one for one in changes(made) if one.waits],
            moving=moving(made),
            left=made.left,
            united=[one for one in made.united if one.kept != made.kept],
            choices=self._choices(),
            reason=form.cleaned_data["reason"],
            seen=made.seen,
            takes_two=made.takes_two,
            is_noticed=made.noticed,
            kept_is_public=self.kept.is_public,
            merged_is_public=self.merged.is_public,
        )

    def _merge(self) -> HttpResponse:
        # Afterwards the merged record has no names of its own by which to call it.
        named = {"merged": self.merged, "kept": self.kept}
        done = _("“%(merged)s” is merged into “%(kept)s”.") % named
        waits = _("Visitors see no change yet: the merge waits for somebody else’s decision.")
        takes_two = self._plan().takes_two
        try:
            made = (merging.propose if takes_two else merging.merge)(
                kept=self.kept,
                merged=self.merged,
                choices=self._choices(),
                by=self.request.user,
                reason=reason_of(self.request.POST),
                seen=self.request.POST.get("seen", "") or "-",
            )
        except ValidationError as error:
            form = ReasonForm(self.request.POST)
            return self._page(None, error.messages, merging_form=form)
        if isinstance(made, MergeProposal):
            self._say(waits, proposal_page(made), _("See the proposal"))
        else:
            self._say(done, operation_page(made), _("Look at it, or undo it"))
        return HttpResponseRedirect(page_of(self.kept))

    def _say(self, words: str, url: str, link: str) -> None:
        said = format_html('{} <a href="{}">{}</a>', words, url, link)
        self.desk.message_user(self.request, said, messages.SUCCESS)

    def _page(
        self,
        made: merging.Plan | None = None,
        errors: list[str] | None = None,
        judging: forms.Form | None = None,
        merging_form: forms.Form | None = None,
    ) -> HttpResponse:
        made = made or self._plan()
        candidate = DuplicateCandidate.objects.between(self.kept.pk, self.merged.pk).first()
        proposal = MergeProposal.objects.open().between(self.kept.pk, self.merged.pk).first()
        past = Judgement.objects.between(self.kept.pk, self.merged.pk).select_related("by")
        return self._answer(
            "admin/duplicates/compare.html",
            title=_("Are these two records of one person?"),
            compared=comparison(made),
            refusals=made.refusals,
            errors=[one for one in errors or [] if one not in made.refusals],
            candidate=candidate,
            reasons=reasons(candidate) if candidate else [],
            standing=self._standing(),
            proposal=proposal,
            proposal_page=proposal_page(proposal) if proposal else "",
            past=[one for one in past if one.reopened_at],
            judging=judging or JudgementForm(),
            merging_form=merging_form or ReasonForm(),
        )

    def _answer(self, template: str, **values: Any) -> HttpResponse:
        context = {
            **self.desk.admin_site.each_context(self.request),
            "opts": self.desk.opts,
            "media": self.desk.media,
            "kept": self.kept,
            "merged": self.merged,
            "kept_page": page_of(self.kept),
            "merged_page": page_of(self.merged),
            "turned_page": f"{self.here}?keep={self.merged.pk}",
            "here": self.here,
            "writes": self.writes,
            **values,
        }
        return TemplateResponse(self.request, template, context)


def reasons(candidate: DuplicateCandidate) -> list[str]:
    """Say what speaks for two records being of one person, and against it."""
    marks = [Mark(one) for one in candidate.marks.split(",") if one in Mark.values]
    words = []
    for mark in marks:
        if mark in FOR:
            words.append(str(mark.label))
        else:
            words.append(_("but: %(reason)s") % {"reason": mark.label})
    if candidate.first_spelling == candidate.second_spelling:
        words.append(_("both spelled %(name)s") % {"name": candidate.first_spelling})
    else:
        words.append(
            _("spelled %(one)s / %(other)s")
            % {"one": candidate.first_spelling, "other": candidate.second_spelling}
        )
    return words


def possible_duplicates(person: Prisoner) -> list[tuple[str, str]]:
    """Return who may be the same as a person, the nearest first, in words and with the address."""
    found = DuplicateCandidate.objects.of(person.pk).order_by("-score", "pk")
    found = found.select_related("first", "second").prefetch_related(
        "first__names", "second__names"
    )
    return [
        (
            _("Possible duplicate: %(name)s, %(number)s %%")
            % {"name": one.other(person.pk), "number": one.score},
            compare_page(one.first_id, one.second_id),
        )
        for one in found[:FIRST_FEW]
    ]


def merges_of(person: Prisoner) -> list[tuple[str, str]]:
    """Return what a person was merged into, and who was merged into them; each has its history."""
    into = person.mergers.standing().select_related("kept").prefetch_related("kept__names")
    others = person.mergers_of_others.standing().select_related("merged")
    return [
        *((_("Merged into “%(name)s”") % {"name": one.kept}, page_of(one.kept)) for one in into),
        *(
            (_("“%(name)s” was merged into this") % {"name": one.merged}, page_of(one.merged))
            for one in others.prefetch_related("merged__names")
        ),
    ]


def told(pairs: list[tuple[str, str]]) -> SafeString:
    """Say who may be the same as a person that was just entered."""
    links = format_html_join("", '<li><a href="{1}">{0}</a></li>', pairs)
    words = _("Somebody like this is in the record already. Compare before you go on:")
    return format_html("{}<ul>{}</ul>", words, links)


@admin.register(Judgement)
class JudgementAdmin(OfPairs):
    list_display = ("pair_of", "verdict", "reason", "by", "at", "reopened_at")
    list_display_links = None
    list_filter = ("verdict", ("reopened_at", admin.EmptyFieldListFilter))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")

    @admin.display(description=gettext_lazy("two records"))
    def pair_of(self, judgement: Judgement) -> SafeString:
        words = _("%(one)s and %(other)s") % {"one": judgement.first, "other": judgement.second}
        return format_html(
            '<a href="{}">{}</a>', compare_page(judgement.first_id, judgement.second_id), words
        )


class MergerUndoneFilter(UndoneFilter):
    moment = "operation__undone_at"


@admin.register(Merger)
class MergerAdmin(OperationPages, OfPairs):
    pair = ("merged", "kept")
    list_display = ("what", "by", "at", "reason", "undone_at")
    list_display_links = None
    list_filter = (MergerUndoneFilter,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("operation__by")

    @admin.display(description=gettext_lazy("merge"))
    def what(self, merger: Merger) -> SafeString:
        words = merger.operation.label or merger  # the merged record may have lost its names
        return format_html('<a href="{}">{}</a>', operation_page(merger.operation), words)

    @admin.display(description=gettext_lazy("by"))
    def by(self, merger: Merger) -> str:
        return str(merger.operation.by or "")

    @admin.display(description=gettext_lazy("when"), ordering="operation__at")
    def at(self, merger: Merger) -> Any:
        return merger.operation.at

    @admin.display(description=gettext_lazy("why"))
    def reason(self, merger: Merger) -> str:
        return merger.operation.reason

    @admin.display(description=gettext_lazy("undone"), ordering="operation__undone_at")
    def undone_at(self, merger: Merger) -> Any:
        return merger.operation.undone_at
