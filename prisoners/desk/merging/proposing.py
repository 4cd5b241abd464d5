"""A merge that takes two: proposed by one, looked at and accepted by another."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners.desk.merging.comparing import (
    MERGED,
    SEPARATE,
    Choices,
    Plan,
    United,
    plan,
    seen_of,
)
from prisoners.desk.merging.fates import COMPANIONS, chosen_fields, is_empty
from prisoners.desk.merging.moving import carry_out, held_pair, label_of, ready, refuse_unseen
from prisoners.desk.revisions import text_of
from prisoners.desk.workflow import needs_second
from prisoners.models import MergeProposal, Operation, Prisoner, kind_of
from prisoners.models.workflow import demand_reason
from prisoners.reading.history import Step, author, changes_since, moment, title

Outcome = MergeProposal.Outcome


class _TriedError(Exception):
    """Leaves a transaction without keeping what was tried in it."""


def propose(
    *, kept: Prisoner, merged: Prisoner, choices: Choices, by: Any, reason: str, seen: str = ""
) -> MergeProposal:
    """Propose a merge that takes somebody else; both records stay as they are.

    Raise ValidationError, with every reason, where it cannot be done or something is not chosen,
    where (with ``seen``) a record has changed since somebody looked at it, where it needs nobody
    else, and where one of the two is proposed to be merged into the other already.
    """
    with transaction.atomic():
        made = ready(kept=kept, merged=merged, choices=choices, by=by, reason=reason)
        refuse_unseen(made, seen)
        if not made.takes_two:
            raise ValidationError(_("This merge needs nobody else: it is done at once."))
        if MergeProposal.objects.open().between(kept.pk, merged.pk).exists():
            raise ValidationError(_("This merge is proposed already: it waits for somebody else."))
        proposal = MergeProposal(
            kept_id=kept.pk,
            merged_id=merged.pk,
            label=label_of(made),
            # Also what was only suggested: it is what somebody looked at.
            choices={one.key: one.chosen for one in made.conflicts}
            | {one.key: one.chosen for one in made.episodes},
            said=_as_said(made),
            seen=made.seen,
            reason=reason.strip(),
            by=by,
        )
        _try(made, by, reason)
        proposal.save()
    return proposal


def _try(made: Plan, by: Any, reason: str) -> None:
    """Do it and take it back, so that whatever rule it breaks is told before it is proposed."""
    try:
        with transaction.atomic():
            carry_out(made, by=by, reason=reason)
            raise _TriedError
    except _TriedError:
        pass


def _as_said(made: Plan) -> dict[str, Any]:
    """Return the comparison as it is now: what both say, what is chosen, what goes along."""
    return {
        "pairs": [
            {
                "kind": kind_of(one.kept),
                "kept": one.kept.pk,
                "merged": one.merged.pk,
                "fields": _fields_said(one),
            }
            for one in made.united
        ],
        "separate": [
            [one.kept.pk, one.merged.pk] for one in made.episodes if one.chosen == SEPARATE
        ],
        "moved": [[str(one._meta.model_name), one.pk] for one in made.moved],
        "left": [[kind_of(one), one.pk] for one in made.left],
    }


def _fields_said(united: United) -> dict[str, list[str | None]]:
    kept, merged = united.kept, united.merged
    taken, joint = set(united.taken), united.joint()
    names = [
        name
        for one in chosen_fields(type(kept))
        for name in (one, *COMPANIONS.get(one, ()))
        if not (is_empty(kept, name) and is_empty(merged, name))
    ]
    return {
        name: [
            text_of(kept, kept._meta.get_field(name)),
            text_of(merged, merged._meta.get_field(name)),
            "both" if name in joint else MERGED if name in taken else "kept",
        ]
        for name in names
    }


def accept(*, proposal: MergeProposal, by: Any, reason: str = "", seen: str = "") -> Operation:
    """Do a merge that somebody else proposed; return the operation, by which it is undone.

    ``seen`` is of what whoever accepts it has looked at; without it, of what was proposed. Raise
    ValidationError, with every reason, where one of the records does not say that any more (with
    who changed what), where it cannot be done by now, and where the same person proposed it
    (unless one person is the team); nothing is done then.
    """
    with transaction.atomic():
        # In the order in which a merge takes them, and whoever proposes one.
        people = held_pair(*(one for one in (proposal.kept_id, proposal.merged_id) if one))
        proposal = _undecided(proposal)
        if proposal.by_id == by.pk and needs_second(by):
            raise ValidationError(_("Somebody else than whoever proposed it accepts a merge."))
        kept, merged = (people.get(one or 0) for one in (proposal.kept_id, proposal.merged_id))
        if kept is None or merged is None:
            raise ValidationError(_("One of the two records is gone: it can only be refused."))
        made = plan(kept=kept, merged=merged, choices=proposal.choices, by=by)
        looked_at = seen or proposal.seen
        if made.seen != looked_at:
            raise ValidationError(
                [
                    *(told(one) for one in since(proposal)),
                    _("It is not what you looked at: look at both records, and decide again."),
                ]
            )
        if reasons := [*made.refusals, *made.open]:
            raise ValidationError(reasons)
        operation = carry_out(made, by=by, reason=proposal.reason, proposed_by=proposal.by)
        proposal.operation = operation
        proposal.decide(Outcome.ACCEPTED, by, reason)
    return operation


def refuse(*, proposal: MergeProposal, by: Any, reason: str) -> None:
    """Turn a proposed merge down; raise ValidationError without a reason."""
    demand_reason("mergeproposal_refused_for_a_reason", reason, MergeProposal)
    with transaction.atomic():
        _undecided(proposal).decide(Outcome.REFUSED, by, reason)


def take_back(*, proposal: MergeProposal, by: Any, reason: str = "") -> None:
    """Take a proposal back; only whoever made it does."""
    with transaction.atomic():
        stored = _undecided(proposal)
        if stored.by_id != by.pk:
            raise ValidationError(_("Only whoever proposed a merge takes it back."))
        stored.decide(Outcome.TAKEN_BACK, by, reason)


# What has become of what was proposed


def obstacles(proposal: MergeProposal, by: Any) -> list[str]:
    """Return why a proposed merge cannot be done as it is by now; none where it can."""
    if proposal.kept is None or proposal.merged is None:
        return [_("One of the two records is gone: it can only be refused.")]
    made = plan(kept=proposal.kept, merged=proposal.merged, choices=proposal.choices, by=by)
    return [*made.refusals, *made.open]


def seen_now(proposal: MergeProposal) -> str:
    """Return a text that stands for what the two records say now; none where one is gone."""
    if proposal.kept is None or proposal.merged is None:
        return ""
    return seen_of(proposal.kept, proposal.merged)


def since(proposal: MergeProposal) -> list[Step]:
    """Return what was changed in either record since a merge of them was proposed."""
    numbers = [one for one in (proposal.kept_id, proposal.merged_id) if one is not None]
    return changes_since(Prisoner, numbers, proposal.at)


def told(step: Step) -> str:
    """Say who changed what of a record: ``Detention “Test”: began, ended (by whom, when)``."""
    row = step.row
    fields = [capfirst(str(one.verbose_name)) for one in step.fields]
    words = {"+": _("entered"), "-": _("deleted")}.get(row.history_type)
    return _("%(kind)s “%(record)s”: %(what)s, by %(who)s, %(day)s.") % {
        "kind": capfirst(str(row.instance_type._meta.verbose_name)),
        "record": title(row),
        "what": words or ", ".join(fields),
        "who": author(row),
        "day": moment(row.history_date),
    }


def _undecided(proposal: MergeProposal) -> MergeProposal:
    """Return a proposal as it is stored, held until the transaction ends; refuse a decided one."""
    found = MergeProposal.objects.select_for_update().filter(pk=proposal.pk)
    stored = found.order_by("pk").first()
    if stored is None or not stored.is_open:
        raise ValidationError(_("Somebody has decided this already."))
    return stored
