"""Lists that were imported: how they are laid out, what each row said, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from prisoners.models.history import Operation
from prisoners.models.inserting import InsertingQuerySet
from prisoners.models.people import Prisoner
from prisoners.models.sources import Source


class ImportProfile(models.Model):
    """A layout of lists that was saved under a name: which column is which field."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    layout = models.JSONField(_("layout"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One list that was brought in, from its upload to its report, and perhaps to its undoing.

    ``layout`` is the profile as it was used. ``source`` is what its facts are cited to and
    ``operation`` what undoes it: both are empty where nothing was written.
    """

    class Stage(models.TextChoices):
        UPLOADED = "uploaded", _("columns to be chosen")
        PLANNING = "planning", _("preview being made")
        PLANNED = "planned", _("ready to run")
        RUNNING = "running", _("running")
        DONE = "done", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    stage = models.CharField(_("stage"), max_length=16, choices=Stage, default=Stage.UPLOADED)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("checksum"), max_length=64, help_text=_("SHA-256 of the file."))
    profile = models.SlugField(_("profile"), max_length=40, blank=True)
    layout = models.JSONField(_("layout"), default=dict)
    headings = models.JSONField(_("headings"), default=list)
    encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    remarks = models.JSONField(_("remarks"), default=list)
    rows_in_file = models.PositiveIntegerField(_("rows"), default=0)
    counts = models.JSONField(_("outcomes"), default=dict)
    source_named = models.CharField(_("source"), max_length=300, blank=True)
    source = models.ForeignKey(
        Source,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("source"),
    )
    operation = models.OneToOneField(
        Operation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_run",
        verbose_name=_("operation"),
    )
    error = models.TextField(_("why it failed"), blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.file_name


class ImportFile(models.Model):
    """The file of an import until it has run, or until its time is over.

    It may name people in danger: it is in no folder, and no page hands it out.
    """

    of = models.OneToOneField(Import, models.CASCADE, related_name="file", verbose_name=_("import"))
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.of)


class ImportRow(models.Model):
    """One row of a list: what it says, what it is about, and what becomes or became of it.

    ``said`` are its facts as the record would hold them; with what a former row of the same
    ``record`` said, the next import sees what the list has changed and what a researcher has.
    ``stands``: the import has run and was not undone.
    """

    class Outcome(models.TextChoices):
        CREATED = "created", _("created")
        UPDATED = "updated", _("updated")
        UNCHANGED = "unchanged", _("unchanged")
        CONFLICT = "conflict", _("to be decided")
        DUPLICATE = "duplicate", _("possible duplicate")
        REFUSED = "refused", _("refused")
        SKIPPED = "skipped", _("left out")

    of = models.ForeignKey(
        Import, models.CASCADE, related_name="rows", verbose_name=_("import"), db_index=False
    )
    number = models.PositiveIntegerField(_("row"))
    profile = models.SlugField(_("profile"), max_length=40, db_index=False)
    record = models.CharField(_("known by"), max_length=300, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    uncertain = models.BooleanField(_("read with doubt"), default=False)
    prisoner = models.ForeignKey(
        Prisoner,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_rows",
        verbose_name=_("prisoner"),
    )
    said = models.JSONField(_("said"), default=dict)
    # What it was read from, what was changed, why, whom it resembles, and what was decided.
    cells = models.JSONField(_("cells"), default=list)
    changes = models.JSONField(_("changes"), default=list)
    reasons = models.JSONField(_("reasons"), default=list)
    likenesses = models.JSONField(_("likenesses"), default=list)
    decisions = models.JSONField(_("decisions"), default=dict)
    settled = models.JSONField(_("settled"), default=dict)
    parts = models.JSONField(_("parts"), default=dict)
    stands = models.BooleanField(_("stands"), default=False)

    objects = InsertingQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ("of", "number")
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["of", "number"],
                name="importrow_once",
                violation_error_message=_("This row is already there."),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["of", "outcome", "number"], name="importrow_by_outcome"),
            models.Index(
                fields=["profile", "record"], condition=Q(stands=True), name="importrow_by_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"
