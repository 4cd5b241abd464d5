"""Public texts that hold a name that is not shown: where they are, and what was found of each."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from prisoners.models.duplicates import LONGEST_REASON
from prisoners.models.people import Prisoner


class MentionQuerySet(models.QuerySet["Mention"]):
    def standing(self) -> Self:
        """Return those that count: open ones, and those whose answer nobody has reopened."""
        return self.filter(reopened_at=None)

    def open(self) -> Self:
        """Return those that nobody has looked at."""
        return self.filter(at=None)


class Mention(models.Model):
    """A text that holds a name of somebody who is not shown, and perhaps why it may.

    Derived from the record while nobody has looked at it, see ``desk.mentions``; kept once
    somebody has. The record is named by kind and number, the text by its checksum: of another
    text it is asked again. It may be a draft's: whether visitors see it is asked when it is told.
    """

    person = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="mentions", verbose_name=_("whose name it may be")
    )
    kind = models.CharField(_("kind of record"), max_length=40)
    record = models.BigIntegerField(_("record"))
    field = models.CharField(_("field"), max_length=40)
    digest = models.CharField(_("checksum of the text"), max_length=64)
    reason = models.TextField(_("why it is another person"), max_length=LONGEST_REASON, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="mentions",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), null=True, editable=False)
    reopened_at = models.DateTimeField(_("reopened"), null=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="mentions_reopened",
        verbose_name=_("reopened by"),
    )

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("text with a name that is not shown")
        verbose_name_plural = _("texts with a name that is not shown")
        ordering = ("-at", "-pk")
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "record", "field", "person", "digest"],
                condition=Q(reopened_at__isnull=True),
                name="mention_once",
                violation_error_message=_("This text is already listed."),
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=True, reopened_at__isnull=True, reason="")
                | (Q(at__isnull=False) & ~Q(reason="")),
                name="mention_answered_with_a_reason",
                violation_error_message=_("Say why: the next researcher must know."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(at__isnull=True), name="mention_open")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind} {self.record}, {self.field}"


class MentionSearch(models.Model):
    """Up to which version of the record, and for whom, names were looked for; at most one row.

    ``people`` holds, by number, a checksum of the spellings that were looked for; ``day``, on
    which day: who is shown by a consent may be hidden on the next.
    """

    version = models.BigIntegerField(_("version"))
    stamp = models.BigIntegerField(_("stamp"))
    day = models.DateField(_("day"))
    people = models.JSONField(_("whose names"), default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)
