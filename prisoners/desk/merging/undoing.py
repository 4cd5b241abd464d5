"""Taking a merge back, and which record stands for one that was merged."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from prisoners.desk import duplicates, operations
from prisoners.desk.merging.comparing import is_over, shown_otherwise
from prisoners.models import Consent, Disclosure, Operation, Prisoner
from prisoners.models.duplicates import Merger
from prisoners.models.people import UNTIL


def undo(*, operation: Operation, by: Any, reason: str) -> None:
    """Take a merge back: both records are again what they were.

    Raise ValidationError with what stands in the way, such as a later change of the same fact, or
    a later decision to show less of the kept record: the merged one would be shown as before; and
    without a reason, for visitors may see it at once.
    """
    if not reason.strip():
        raise ValidationError(_("Say why: the next researcher must know."))
    with transaction.atomic():
        merger = Merger.objects.select_related("operation").get(operation=operation)
        pair = [merger.kept_id, merger.merged_id]
        locked = Prisoner.objects.select_for_update().filter(pk__in=pair)
        people = {one.pk: one for one in locked.order_by("pk")}
        kept, merged = people[merger.kept_id], people[merger.merged_id]
        if _shows_more(kept, merged):
            raise ValidationError(
                _(
                    "It was decided since that visitors see less of “%(kept)s”, and “%(merged)s” "
                    "would be shown as before. Withhold “%(merged)s” first."
                )
                % {"kept": kept, "merged": merged}
            )
        operations.undo(operation=operation, by=by, reason=reason)
        mine = Consent.objects.filter(pk__in=merger.consents, prisoner=kept)
        mine.update(prisoner=merged)
        duplicates.look_again(people=[merger.kept_id, merger.merged_id])


def _shows_more(kept: Prisoner, merged: Prisoner) -> bool:
    """Whether visitors would learn of a merged person what they may not learn of the kept one."""
    if merged.disclosure == Disclosure.WITHHELD:
        return False
    hidden = [is_over(getattr(kept, column)) for column in UNTIL.values()]
    return not kept.is_named or bool(kept.held_back) or any(hidden) or shown_otherwise(kept, merged)


def standing_for() -> dict[tuple[str, int], int]:
    """Return which record stands for each that was united with another: by kind and number."""
    stands: dict[tuple[str, int], int] = {}
    for united in Merger.objects.standing().order_by("pk").values_list("united", flat=True):
        for model, gone, kept in united:
            stands = {
                one: kept if (one[0], number) == (model, gone) else number
                for one, number in stands.items()
            }
            stands[model, gone] = kept
    return stands
