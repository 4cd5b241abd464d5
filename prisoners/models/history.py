"""What is kept of every change: who made it, when, why, from where, and together with what.

Each record has rows of history beside it, one for each state that it was ever in. They are only
ever added; see ``prisoners.models.append_only``. ``prisoners.models.recording`` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Origin(models.TextChoices):
    """From where a change came."""

    HAND = "hand", _("by hand")
    DOSSIER = "dossier", _("dossier")
    IMPORT = "import", _("import")
    COMMAND = "command", _("command")
    UNDO = "undo", _("undoing")
    # No change: what a record was when its history began.
    BEFORE = "before", _("before histories were kept")


class OperationKind(models.TextChoices):
    IMPORT = "import", _("import")
    MERGE = "merge", _("merging")
    BULK = "bulk", _("change of many records")
    REVERT = "revert", _("putting back")
    UNDO = "undo", _("undoing")


class Operation(models.Model):
    """One set of changes that were made together, and can be undone together.

    ``label`` says in words what it was: the name of the imported file, the two people merged.
    ``by`` is empty where a command did it.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=OperationKind)
    label = models.CharField(_("what it was"), max_length=300, blank=True)
    reason = models.TextField(_("why"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="operations",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="operations_undone",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ("-at", "-pk")
        default_permissions = ()

    def __str__(self) -> str:
        return self.describe()

    def describe(self) -> str:
        """Say what it was: ``import: people.csv``."""
        kind = OperationKind(self.kind).label
        return f"{kind}: {self.label}" if self.label else str(kind)


@dataclass(frozen=True, slots=True)
class Recording:
    """What is written down beside each change that is made now.

    ``by`` is an account; one that is nobody's (anonymous) counts as none.
    """

    by: Any = None
    reason: str = ""
    origin: Origin = Origin.COMMAND
    operation: Operation | None = None
    is_kept: bool = True

    @property
    def user_id(self) -> int | None:
        return None if self.by is None else self.by.pk

    @property
    def operation_id(self) -> int | None:
        return None if self.operation is None else self.operation.pk


# Outside of any ``recorded`` there is no desk: it is a command or a shell.
_NOBODY: Final = Recording()
_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def current() -> Recording:
    """Return what is written down beside each change that is made now."""
    return _current.get() or _NOBODY


@contextmanager
def recorded(
    *,
    by: Any = None,
    reason: str = "",
    origin: Origin | None = None,
    operation: Operation | None = None,
) -> Iterator[Recording]:
    """Let every change inside say who made it, why, from where and together with what.

    Inside another one, what is given here takes the place of what was given there, and the rest
    stays. Outermost, the origin is ``Origin.HAND`` unless it is given.
    """
    outer = _current.get()
    given: dict[str, Any] = {
        name: value
        for name, value in {
            "by": by,
            "reason": reason,
            "origin": origin,
            "operation": operation,
        }.items()
        # Not by their truth: asking that of a request's account would load it.
        if value is not None and not (name == "reason" and not value)
    }
    inner = replace(outer or Recording(origin=Origin.HAND), **given)
    token = _current.set(inner)
    try:
        yield inner
    finally:
        _current.reset(token)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Write nothing down of the changes inside.

    Only for values that are set aside and come back in the same transaction, and for people who
    do not exist.
    """
    token = _current.set(replace(current(), is_kept=False))
    try:
        yield
    finally:
        _current.reset(token)


class HistoryRow(models.Model):
    """What each row of history has beside the record's own columns and its date, user and why."""

    # Without its choices: each further one would alter the table of every history.
    origin = models.CharField(_("from where"), max_length=16)
    operation = models.ForeignKey(
        Operation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # see ``Histories.get_meta_options``
        verbose_name=_("part of"),
    )

    class Meta:
        abstract = True


class Histories(HistoricalRecords):  # type: ignore[misc]  # comes without types
    """The history of a kind of record, in a table beside its own.

    The rows are written by ``prisoners.models.recording``, many at once, and by no signals.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(bases=[HistoryRow], history_id_field=models.BigAutoField(), **kwargs)

    def finalize(self, sender: Any, **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        models.signals.post_save.disconnect(self.post_save, sender=sender)
        models.signals.post_delete.disconnect(self.post_delete, sender=sender)
        models.signals.pre_delete.disconnect(self.pre_delete, sender=sender)

    def copy_fields(self, model: Any) -> Any:
        """Leave out the indexes: a history is only ever asked by whose it is."""
        fields = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False
        return fields

    def get_meta_options(self, model: Any) -> Any:
        name = model._meta.model_name
        targets = [
            name
            for name in (one.fields[0] for one in model._meta.indexes if one.condition is not None)
            if model._meta.get_field(name).is_relation
        ]
        owner = getattr(model, "owner_field", None)
        return {
            **super().get_meta_options(model),
            "default_permissions": (),
            # Names of indexes have 30 characters at most.
            "indexes": [
                models.Index(fields=["id", "history_id"], name=f"history_{name}"[:30]),
                models.Index(
                    fields=["operation", "id"],
                    condition=Q(operation__isnull=False),
                    name=f"done_{name}"[:30],
                ),
                models.Index(
                    fields=["history_date"],
                    condition=Q(history_type="-"),
                    name=f"gone_{name}"[:30],
                ),
                *(
                    [models.Index(fields=[owner], name=f"history_{name}_owner"[:30])]
                    if owner
                    else []
                ),
                *(
                    models.Index(
                        fields=[target],
                        condition=Q(**{f"{target}__isnull": False}),
                        name=f"was_{name}_of_{target}"[:30],
                    )
                    for target in targets
                ),
            ],
        }

    @property
    def _date_indexing(self) -> bool:
        return False

    def _get_history_change_reason_field(self) -> Any:
        return models.TextField(_("why"), blank=True, default="")

    def _get_history_user_fields(self) -> Any:
        return {
            "history_user": models.ForeignKey(
                settings.AUTH_USER_MODEL,
                models.PROTECT,
                null=True,
                related_name="+",
                db_index=False,
                verbose_name=_("who"),
            )
        }
