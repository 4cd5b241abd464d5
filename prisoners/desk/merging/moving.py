"""Merging one record into another: what belongs to it goes along, and its address leads there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from prisoners.desk import duplicates, revisions, workflow
from prisoners.desk.former_addresses import forget_telling
from prisoners.desk.merging.comparing import Choices, Plan, United, plan
from prisoners.desk.merging.fates import Fate, relations
from prisoners.desk.merging.uniting import Uniting, check, withdraw
from prisoners.desk.protecting import protect
from prisoners.desk.revisions import Key
from prisoners.desk.telling import refuse_telling
from prisoners.models import (
    Citation,
    Detention,
    Disclosure,
    FormerAddress,
    Operation,
    OperationKind,
    Origin,
    Prisoner,
    PrisonerName,
    Record,
    State,
    kind_of,
    recorded,
)
from prisoners.models.duplicates import Merger
from prisoners.models.looking import today
from prisoners.reading.gaps import uncited


def merge(
    *, kept: Prisoner, merged: Prisoner, choices: Choices, by: Any, reason: str, seen: str = ""
) -> Operation:
    """Merge one record into another; return the operation, by which it is undone.

    Raise ValidationError, with every reason, where it cannot be done, something is not chosen, or
    (with ``seen``, of the plan that somebody looked at) a record has changed since, or it is to be
    proposed, as visitors would notice it or it is not theirs; nothing is done then.
    """
    with transaction.atomic():
        made = ready(kept=kept, merged=merged, choices=choices, by=by, reason=reason)
        refuse_unseen(made, seen)
        if made.is_editors:
            raise ValidationError(
                _(
                    "This merge touches what is or was public: it is proposed, and an editor "
                    "accepts it."
                )
            )
        if made.takes_two:
            raise ValidationError(
                _("Visitors would notice this merge: it is proposed, and somebody else accepts it.")
            )
        return carry_out(made, by=by, reason=reason)


def ready(
    *, kept: Prisoner, merged: Prisoner, choices: Choices, by: Any, reason: str
) -> Plan:  # fmt: skip
    """Hold two records until the transaction ends, and return what merging them does.

    Raise ValidationError, with every reason, where it cannot be done as it is chosen.
    """
    people = held_pair(kept.pk, merged.pk)
    made = plan(kept=people[kept.pk], merged=people[merged.pk], choices=choices, by=by)
    if not reason.strip():
        made.refusals.append(_("Say why: the next researcher must know."))
    if reasons := [*made.refusals, *made.open]:
        raise ValidationError(reasons)
    return made


def held_pair(*numbers: int) -> dict[int, Prisoner]:
    """Hold people until the transaction ends, and return them by number.

    In one order, so that two merges of the same people wait and do not block each other.
    """
    locked = Prisoner.objects.select_for_update().filter(pk__in=numbers)
    return {one.pk: one for one in locked.order_by("pk")}


def refuse_unseen(made: Plan, seen: str) -> None:
    """Raise ValidationError where a record has changed since somebody looked at it."""
    if seen and seen != made.seen:
        raise ValidationError(
            _("One of the records was changed since you looked at it: look again.")
        )


def carry_out(made: Plan, *, by: Any, reason: str, proposed_by: Any = None) -> Operation:
    """Do what is planned, within the transaction that holds both records.

    ``proposed_by`` is who proposed it, where somebody else accepts it: what the kept record would
    take over from drafts is proposed by them too.
    """
    operation = Operation.objects.create(
        kind=OperationKind.MERGE, label=label_of(made), reason=reason.strip(), by=by
    )
    consents = list(made.merged.consents.values_list("pk", flat=True))
    united = [[one.kept._meta.model_name, one.merged.pk, one.kept.pk] for one in made.united]
    with recorded(by=by, reason=reason.strip(), origin=Origin.HAND, operation=operation):
        _Doing(made, operation, proposed_by or by).do()
        # Before it is looked at what is told: names that stay with the merged record count.
        Merger.objects.create(
            merged=made.merged,
            kept=made.kept,
            operation=operation,
            united=united,
            consents=consents,
        )
        protect(person=Prisoner.objects.get(pk=made.kept.pk), today=today())
        refuse_telling(made.kept)
        forget_telling(made.kept)
    duplicates.look_again(people=[made.kept.pk, made.merged.pk])
    return operation


def label_of(made: Plan) -> str:
    """Say in words what a merge is."""
    return _("%(merged)s into %(kept)s") % {
        "merged": str(made.merged)[:130],
        "kept": str(made.kept)[:130],
    }


class _Doing:
    def __init__(self, made: Plan, operation: Operation, proposer: Any) -> None:
        self.plan = made
        self.operation = operation
        self.proposer = proposer
        # What came from the merged record and is not public yet.
        self.sources: list[Citation] = []

    def do(self) -> None:
        unitings = [Uniting(united, self.operation) for united in self.plan.united]
        for uniting in unitings:
            self.sources += uniting.do()
        for part in self.plan.moved:
            self._move(part)
        for united in self.plan.united:
            self._move_apart(united)
        self._redirect()
        self._check_sources()
        self._propose([one for one in unitings if one.united.waits])

    def _propose(self, unitings: Iterable[Uniting]) -> None:
        """Propose what public records take over from drafts, page by page."""
        pages: dict[Key, tuple[Record, list[Uniting]]] = {}
        for one in unitings:
            page = _page_of(one.kept)
            pages.setdefault((kind_of(page), page.pk), (page, []))[1].append(one)
        for page, of_page in pages.values():
            changes = {key: new for one in of_page for key, new in one.waiting.items() if new}
            if changes:
                revisions.propose(
                    record=page,
                    changes=changes,
                    added=[(kind_of(one), one.pk) for uniting in of_page for one in uniting.added],
                    by=self.proposer,
                    reason=self.operation.reason,
                    operation=self.operation,
                )

    def _move(self, part: Any) -> None:
        owner = self._new_owner(part)
        name = "prisoner" if hasattr(part, "prisoner_id") else part.owner_field
        setattr(part, name, owner)
        fields = [name]
        if isinstance(part, PrisonerName) and part.is_display:
            shown = PrisonerName.objects.filter(
                prisoner=owner, language=part.language, is_display=True
            )
            if shown.exists():
                part.is_display = False
                fields.append("is_display")
        if isinstance(part, Record):
            check(part)
            fields.append("updated_at")
        part.save(update_fields=fields)

    @staticmethod
    def _move_apart(united: United) -> None:
        for relation in relations(type(united.kept), Fate.APART):
            name = relation.field.name
            rows = relation.related_model._default_manager.filter(**{name: united.merged})
            rows.update(**{name: united.kept})

    def _new_owner(self, part: Any) -> Any:
        """Return what a part goes to: what its owner is united with."""
        name = "prisoner" if hasattr(part, "prisoner_id") else part.owner_field
        owner = getattr(part, name)
        return next(
            one.kept
            for one in self.plan.united
            if type(one.merged) is type(owner) and one.merged.pk == owner.pk
        )

    def _redirect(self) -> None:
        """Withdraw the merged record, and let its address lead to the kept one if it was public."""
        kept, merged = self.plan.kept, self.plan.merged
        if merged.state == State.PUBLISHED:
            if merged.disclosure == Disclosure.PUBLIC:
                FormerAddress.objects.filter(slug=merged.slug, prisoner__isnull=False).delete()
                FormerAddress.objects.create(slug=merged.slug, prisoner=kept)
        else:
            # Nobody ever saw its address: it answers as if it had never been.
            merged.slug = merged.public_id
            merged.save(update_fields=["slug", "updated_at"])
        withdraw(merged, self.operation)

    def _check_sources(self) -> None:
        """Publish the sources of what public records took over; refuse what has none."""
        taken = {
            (type(one.kept), one.kept.pk): set(one.taken_at_once)
            for one in self.plan.united
            if one.taken_at_once and one.kept.state == State.PUBLISHED
        }
        if not taken:
            return
        # A fact that was public stays so, on whatever it rested; what is a draft stays one.
        for citation in () if self.plan.needs_second else self.sources:
            target: Any = citation.target  # each has one
            if not citation.field or citation.field in taken.get((type(target), target.pk), ()):
                workflow.publish(
                    record=citation, by=self.operation.by, reason=self.operation.reason
                )
        reasons = [
            _("%(record)s: “%(field)s” has no source.") % {"record": gap.record, "field": gap.label}
            for gap in uncited(self.plan.kept)
            if gap.field in taken.get((type(gap.record), gap.record.pk), ())
        ]
        if reasons:
            raise ValidationError(reasons)


def _page_of(record: Record) -> Record:
    """Return the record on whose page another one is entered."""
    owner: Record | None = getattr(record, record.owner_field) if record.owner_field else None
    return owner if owner is not None and not isinstance(record, Detention) else record
