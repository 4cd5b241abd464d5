"""Giving a record values back that it had before, out of its history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prisoners.desk.protecting import protect_touched
from prisoners.desk.workflow import UNPUBLISHED, note_moves
from prisoners.models import Operation, OperationKind, State, recorded, unrecorded
from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.models.history import current
from prisoners.models.looking import today
from prisoners.models.recording import keep_changes
from prisoners.reading.history import title, tracked
from prisoners.reading.owners import root_of

# What a record is to the public is decided anew and never put back in passing: the workflow asks
# for sources, and whoever lifts a withholding has to know its reason. An address that was forgotten
# may hold a name.
DECIDED_ANEW: Final = frozenset(
    {
        "state",
        "disclosure",
        "disclosure_reason",
        "disclosure_asked_by",
        "disclosure_review_on",
        "special_risk",
        "shown_because",
        "basis",
        "slug",
    }
)


def can_be_put_back(model: type[models.Model], *, restricted: bool) -> list[Any]:
    """Return the fields that are put back; those that are restricted by whoever may read them."""
    kept = DECIDED_ANEW if restricted else DECIDED_ANEW.union(RESTRICTED_FACTS)
    return [field for field in tracked(model) if field.name not in kept]


def put_back(*, row: Any, fields: Iterable[str], by: Any, reason: str) -> Any:
    """Give fields of a record the values of a row of its history; return the record.

    One that is deleted is made again, under its number, with all that the row says; as a draft,
    or withdrawn where it had been public. Raise ValidationError where the values break a rule of
    the record as it is now, or change nothing.
    """
    model = row.instance_type
    with transaction.atomic():
        record = model._default_manager.select_for_update().filter(pk=row.id).first()
        operation = Operation.objects.create(
            kind=OperationKind.REVERT, label=_label(row)[:300], reason=reason, by=by
        )
        try:
            with transaction.atomic(), recorded(by=by, reason=reason, operation=operation):
                given = _make_again(row) if record is None else _give(record, row, set(fields))
                protect_touched(operation=operation, today=today())
                return given
        except IntegrityError as error:
            raise ValidationError(
                _("This cannot be put back: it breaks a rule of the record as it is now.")
            ) from error


def _label(row: Any) -> str:
    """Return the words for what is put back: of a part, its kind and whose it is.

    Its own words hold dates and texts, which may be held back later.
    """
    record = row.instance
    try:
        root = root_of(record)
        if root is record:
            return title(row)
        return _("%(kind)s “%(record)s”") % {
            "kind": capfirst(str(record._meta.verbose_name)),
            "record": root,
        }
    except (ObjectDoesNotExist, AttributeError):  # it hung on something that is deleted
        return capfirst(str(record._meta.verbose_name))


def _give(record: Any, row: Any, names: set[str]) -> Any:
    allowed = can_be_put_back(type(record), restricted=True)
    differing = [
        field
        for field in allowed
        if field.name in names
        and field.get_prep_value(getattr(record, field.attname))
        != field.get_prep_value(getattr(row, field.attname))
    ]
    if not differing:
        raise ValidationError(_("Nothing is put back: it is so already."))
    for field in differing:
        setattr(record, field.attname, getattr(row, field.attname))
    record.full_clean()
    record.save()
    return record


def _make_again(row: Any) -> Any:
    record = row.instance
    record.state = State.DRAFT if row.state in UNPUBLISHED else State.WITHDRAWN
    record.full_clean()
    with unrecorded():
        record.save(force_insert=True)
        # Saving has set it to now.
        type(record)._default_manager.filter(pk=record.pk).update(created_at=row.created_at)
    keep_changes(type(record), [record.pk])
    if record.state == State.WITHDRAWN:
        note_moves([(record, row.state)], by=current().by, reason=current().reason)
    return record
