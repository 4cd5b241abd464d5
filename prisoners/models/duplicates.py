"""Records that may be of one person: which to look at, what was judged, what was merged."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from prisoners.models.base import State
from prisoners.models.history import Operation
from prisoners.models.inserting import InsertingQuerySet
from prisoners.models.people import Prisoner
from prisoners.models.workflow import Proposal, decided

LONGEST_REASON: Final = 1000


def in_order(one: int, other: int) -> tuple[int, int]:
    """Return a pair of numbers as it is kept, whichever was named first."""
    return (one, other) if one < other else (other, one)


class PairQuerySet(InsertingQuerySet):
    def of(self, person: int) -> Self:
        """Return the pairs that somebody is one of."""
        return self.filter(Q(first=person) | Q(second=person))

    def between(self, one: int, other: int) -> Self:
        first, second = in_order(one, other)
        return self.filter(first=first, second=second)


class Pair(models.Model):
    """Two people, in the order of their numbers."""

    first = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="%(class)ss_first", verbose_name=_("one record")
    )
    second = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="%(class)ss_second", verbose_name=_("the other")
    )

    class Meta:
        abstract = True

    def other(self, person: int) -> Prisoner:
        """Return whom somebody is paired with."""
        return self.second if self.first_id == person else self.first


def in_order_constraint(model: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(first__lt=F("second")),
        name=f"{model}_in_order",
        violation_error_message=_(
            "A pair is two different records, in the order of their numbers."
        ),
    )


class DuplicateCandidate(Pair):
    """A pair to be looked at by somebody; derived from the record, see ``reading.duplicates``.

    It is here as long as the question is open: a judgement or a merge takes it away.
    """

    score = models.PositiveSmallIntegerField(_("how alike, in per cent"))
    marks = models.CharField(_("what speaks for it, and against it"), max_length=200, blank=True)
    first_spelling = models.CharField(_("spelling of the one"), max_length=200)
    second_spelling = models.CharField(_("spelling of the other"), max_length=200)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ("-score", "pk")
        default_permissions = ()
        constraints = [
            in_order_constraint("duplicatecandidate"),
            models.UniqueConstraint(
                fields=["first", "second"],
                name="duplicatecandidate_once",
                violation_error_message=_("This pair is already listed."),
            ),
        ]
        indexes = [models.Index(fields=["-score", "id"], name="duplicatecandidate_by_score")]

    def __str__(self) -> str:
        return f"{self.first_spelling} / {self.second_spelling}"


class DuplicateSearch(models.Model):
    """Up to which version of the record possible duplicates were looked for; at most one row."""

    version = models.BigIntegerField(_("version"))
    stamp = models.BigIntegerField(_("stamp"))
    at = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)


class JudgementQuerySet(PairQuerySet):
    def standing(self) -> Self:
        """Return the judgements that count: those that nobody has reopened."""
        return self.filter(reopened_at=None)


class Judgement(Pair):
    """What somebody found of two records, and why. One that was reopened is kept too."""

    class Verdict(models.TextChoices):
        SAME = "same", _("the same person")
        DIFFERENT = "different", _("different people")
        UNSURE = "unsure", _("unsure")

    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict)
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="judgements",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    reopened_at = models.DateTimeField(_("reopened"), null=True, editable=False)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="judgements_reopened",
        verbose_name=_("reopened by"),
    )

    objects = JudgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("judgement of two records")
        verbose_name_plural = _("judgements of two records")
        ordering = ("-at", "-pk")
        default_permissions = ()
        constraints = [
            in_order_constraint("judgement"),
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(reopened_at__isnull=True),
                name="judgement_one_standing",
                violation_error_message=_("Somebody has judged these two already."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="judgement_has_a_reason",
                violation_error_message=_("Say why: the next researcher must know."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_verdict_display())


class MergerQuerySet(models.QuerySet["Merger"]):
    def standing(self) -> Self:
        """Return the merges that nobody has undone."""
        return self.filter(operation__undone_at=None)


class Merger(models.Model):
    """One record was merged into another: where the merged one points to.

    It stands as long as its operation is not undone; the row stays even then.
    """

    merged = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="mergers", verbose_name=_("merged")
    )
    kept = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="mergers_of_others", verbose_name=_("into")
    )
    operation = models.OneToOneField(
        Operation, models.PROTECT, related_name="merger", verbose_name=_("operation")
    )
    # Which record of what kind was united with which: lists of kind, merged and kept number.
    united = models.JSONField(_("what was united"), default=list)
    # The numbers of the consents that were moved: they have no history by which to go back.
    consents = models.JSONField(_("consents that were moved"), default=list)

    objects = MergerQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("-pk",)
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged=F("kept")),
                name="merger_of_two",
                violation_error_message=_("A record is not merged into itself."),
            )
        ]

    def __str__(self) -> str:
        return _("%(merged)s into %(kept)s") % {"merged": self.merged, "kept": self.kept}


class MergeProposalQuerySet(models.QuerySet["MergeProposal"]):
    def open(self) -> Self:
        """Return the proposals that nobody has decided."""
        return self.filter(outcome=Proposal.Outcome.OPEN)

    def waiting(self) -> Self:
        """Return those of them that somebody could accept.

        Where one of the two is gone, withdrawn (as whoever was merged elsewhere is) or withheld
        from visitors by now, or only the merged one is public, there is nothing left to decide.
        """
        drafts = (State.DRAFT, State.IN_REVIEW)
        return self.open().filter(
            Q(kept__state=State.PUBLISHED) | Q(kept__state__in=drafts, merged__state__in=drafts),
            merged__disclosure=F("kept__disclosure"),
        ).exclude(merged__state=State.WITHDRAWN)  # fmt: skip

    def of(self, person: int) -> Self:
        """Return the proposals that are about somebody."""
        return self.filter(Q(kept=person) | Q(merged=person))

    def between(self, one: int, other: int) -> Self:
        return self.filter(Q(kept=one, merged=other) | Q(kept=other, merged=one))


class MergeProposal(Proposal):
    """A merge that takes two, proposed for somebody else to accept.

    ``choices`` is what was chosen where the two differ, ``seen`` stands for all that they said
    then: if that is not what they say when it is accepted, it is looked at again. ``said`` is the
    comparison as it was made: ``{"pairs": [{"kind", "kept", "merged", "fields": {name: [of the
    kept one, of the other, chosen]}}], "separate", "moved", "left"}``, each record by its kind and
    number, each value as its field's own text. A record that is gone leaves its row here.
    """

    kept = models.ForeignKey(
        Prisoner,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="merges_into_proposed",
        verbose_name=_("into"),
    )
    merged = models.ForeignKey(
        Prisoner,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="merges_proposed",
        verbose_name=_("merged"),
    )
    label = models.CharField(_("what it was"), max_length=300, editable=False)
    choices = models.JSONField(_("what was chosen"), default=dict, editable=False)
    said = models.JSONField(_("the comparison as it was made"), default=dict, editable=False)
    seen = models.CharField(_("what the two said"), max_length=64, editable=False)
    operation = models.OneToOneField(
        Operation,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="merge_proposal",
        verbose_name=_("operation"),
    )

    objects = MergeProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed merge")
        verbose_name_plural = _("proposed merges")
        ordering = ("-at", "-pk")
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["outcome", "at"], name="mergeproposal_by_outcome")
        ]
        constraints: ClassVar = [
            *decided("mergeproposal"),
            models.CheckConstraint(
                condition=~Q(merged=F("kept")),
                name="mergeproposal_of_two",
                violation_error_message=_("A record is not merged into itself."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="accepted") | Q(operation__isnull=True),
                name="mergeproposal_done_if_accepted",
                violation_error_message=_("Only a merge that is accepted is done."),
            ),
            models.UniqueConstraint(
                fields=["kept", "merged"],
                condition=Q(outcome="open"),
                name="mergeproposal_once",
                violation_error_message=_("This merge is proposed already."),
            ),
        ]

    def __str__(self) -> str:
        return self.label
