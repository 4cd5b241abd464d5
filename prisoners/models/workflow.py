"""Who moved a record from state to state and why, and what is proposed to change in public."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prisoners.models.accounts import RESTRICTED_FACTS
from prisoners.models.base import Record, State
from prisoners.models.history import Operation
from prisoners.models.holding_back import DECIDED

# As ``Change.kind``: the name of a model, in small letters.
KIND_LENGTH: Final = 40
# Fields of a record that say nothing of the world, or nothing that visitors may see. A change of
# them is not proposed, and does not make anybody the author of what is published.
NO_FACTS: Final = frozenset(
    {"id", "key", "state", "disclosure", "created_at", "updated_at", *RESTRICTED_FACTS, *DECIDED}
)


def kind_of(record: Record | type[Record]) -> str:
    """Return how the log, the steps and the revisions name a kind of record."""
    return str(record._meta.model_name)


class Verb(models.TextChoices):
    """The named actions, as what was done."""

    SUBMITTED = "submitted", _("submitted for review")
    SENT_BACK = "sent_back", _("sent back")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn from the public")
    TAKEN_UP = "taken_up", _("made a draft again")


class About(models.Model):
    """A row about one record. By its number and not by a relation: it outlives the record."""

    kind = models.CharField(_("kind of record"), max_length=KIND_LENGTH, editable=False)
    record = models.BigIntegerField(_("record"), editable=False)

    class Meta:
        abstract = True


class AboutQuerySet(models.QuerySet[Any]):
    def about(self, record: Record) -> Self:
        return self.filter(kind=kind_of(record), record=record.pk)


class StepQuerySet(AboutQuerySet):
    """Steps. They are written once: what happened is not changed afterwards."""

    def update(self, **values: Any) -> int:
        raise TypeError("a step is written once and never changed")

    def delete(self) -> Any:
        raise TypeError("a step is written once and never deleted")


class Step(About):
    """One move of one record to a state.

    ``lead`` marks the record that the action was asked for; ``parts`` is how many moved with it,
    each of which has a step of its own. ``by`` is empty where a command or a dossier did it.
    """

    verb = models.CharField(_("what was done"), max_length=16, choices=Verb, editable=False)
    before = models.CharField(_("from"), max_length=16, choices=State, editable=False)
    after = models.CharField(_("to"), max_length=16, choices=State, editable=False)
    lead = models.BooleanField(_("asked for"), default=True, editable=False)
    parts = models.PositiveIntegerField(_("parts that went with it"), default=0, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("by"),
        null=True,
        blank=True,
        editable=False,
        related_name="steps",
    )
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("-pk",)
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["kind", "record"], name="step_of_record")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(verb=Verb.WITHDRAWN) | ~Q(reason=""),
                name="step_withdrawn_for_a_reason",
                violation_error_message=_("Say why this is withdrawn: the next one must know."),
            ),
            models.CheckConstraint(
                condition=~Q(verb=Verb.SENT_BACK) | ~Q(reason=""),
                name="step_sent_back_for_a_reason",
                violation_error_message=_("Say what is to be done: whoever wrote it reads this."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record}: {self.before} → {self.after}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a step is written once and never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a step is written once and never deleted")

    @property
    def is_sent_back(self) -> bool:
        return self.verb == Verb.SENT_BACK


class Proposal(models.Model):
    """What somebody proposes, and what somebody else has decided of it."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("waits for review")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        TAKEN_BACK = "taken_back", _("taken back")

    reason = models.TextField(_("why"), blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("proposed by"),
        editable=False,
        related_name="%(class)ss",
    )
    at = models.DateTimeField(_("proposed"), default=timezone.now, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=Outcome, default=Outcome.OPEN, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        editable=False,
        related_name="decided_%(class)ss",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    answer = models.TextField(_("answer"), blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.OPEN

    def decide(self, outcome: str, by: Any, answer: str) -> None:
        """Keep what somebody decided. Only verbs call it, with the row held."""
        self.outcome = outcome
        self.decided_by, self.decided_at = by, timezone.now()
        self.answer = answer.strip()
        self.save()


def decided(model: str) -> list[models.BaseConstraint]:
    """Return the rules of how a proposal is decided, under the name of its model."""
    return [
        models.CheckConstraint(
            condition=Q(outcome="open", decided_at__isnull=True)
            | (~Q(outcome="open") & Q(decided_at__isnull=False)),
            name=f"{model}_decided_on_a_day",
            violation_error_message=_("A revision that is decided says when."),
        ),
        models.CheckConstraint(
            condition=~Q(outcome="refused") | ~Q(answer=""),
            name=f"{model}_refused_for_a_reason",
            violation_error_message=_("Say why it is refused: whoever proposed it reads this."),
        ),
        models.CheckConstraint(
            condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("at")),
            name=f"{model}_decided_after_it_was_proposed",
            violation_error_message=_("A revision is decided after it is proposed."),
        ),
    ]


class Revision(Proposal, About):
    """What somebody proposes to change in a published record and its parts.

    ``changes`` is a list of ``{"kind", "record", "fields": {name: [before, after]}}``; a value is
    its field's own text, null where there is none. ``before`` is what it was proposed against.
    ``added`` is a list of ``[kind, record]``: drafts that were entered with it, such as the
    citations of what changes, and become public with it. ``operation`` is what it came with, such
    as an import: undoing that takes the proposal back, or undoes what it changed.
    """

    changes = models.JSONField(_("changes"), editable=False)
    added = models.JSONField(_("drafts that come with it"), default=list, editable=False)
    operation = models.ForeignKey(
        Operation,
        models.PROTECT,
        verbose_name=_("part of"),
        null=True,
        blank=True,
        editable=False,
        related_name="revisions",
    )

    objects = AboutQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed revision")
        verbose_name_plural = _("proposed revisions")
        ordering = ("-at", "-pk")
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["kind", "record"], name="revision_of_record"),
            models.Index(fields=["outcome", "at"], name="revision_by_outcome"),
        ]
        constraints: ClassVar = decided("revision")

    def __str__(self) -> str:
        return f"{self.kind} {self.record}: {self.pk}"


def demand_reason(constraint: str, reason: str, model: type[models.Model] = Step) -> None:
    """Raise ValidationError, in the words of a rule of the data, where no reason is given."""
    if not reason.strip():
        rule = next(one for one in model._meta.constraints if one.name == constraint)
        raise ValidationError(str(rule.violation_error_message))
