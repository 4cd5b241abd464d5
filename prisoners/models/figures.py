"""Numbers that others report. They stand beside what is documented and are never added to it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from prisoners import bounds
from prisoners.models.actors import Actor
from prisoners.models.base import LARGEST, Record, record_constraints, work_indexes
from prisoners.models.fields import FirstDay, IntervalField, LastDay, interval_constraints
from prisoners.models.releases import Release


class Figure(Record):
    """A number that a source states: what it counts, its bound, as of when and by whom."""

    class Counts(models.TextChoices):
        HELD = "held", _("political prisoners held")
        RELEASED = "released", _("political prisoners released")
        RECOGNISED = "recognised", _("people recognised as political prisoners")
        DIED = "died", _("political prisoners who died in custody")
        EXPELLED = "expelled", _("people expelled after release")

    class Bound(models.TextChoices):
        EXACTLY = bounds.Kind.EXACTLY.value, _("exactly")
        ABOUT = bounds.Kind.ABOUT.value, _("about")
        AT_LEAST = bounds.Kind.AT_LEAST.value, _("at least")
        MORE_THAN = bounds.Kind.MORE_THAN.value, _("more than")
        AT_MOST = bounds.Kind.AT_MOST.value, _("at most")
        FEWER_THAN = bounds.Kind.FEWER_THAN.value, _("fewer than")

    class Relation(models.TextChoices):
        BEFORE = "before", _("before the release")
        AFTER = "after", _("after the release")

    counts = models.CharField(_("what it counts"), max_length=16, choices=Counts)
    country = CountryField(_("country"))
    value = models.PositiveIntegerField(_("number"), validators=[MaxValueValidator(LARGEST)])
    bound = models.CharField(_("bound"), max_length=16, choices=Bound, default=Bound.EXACTLY)
    is_estimate = models.BooleanField(
        _("an estimate"), default=False, help_text=_("The source calls it an estimate.")
    )
    as_of = IntervalField(_("as of"))
    as_of_first = FirstDay("as_of")
    as_of_last = LastDay("as_of")
    stated_by = models.ForeignKey(
        Actor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="figures",
        verbose_name=_("stated by"),
        help_text=_("Empty: the source itself."),
    )
    release = models.ForeignKey(
        Release,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="figures",
        verbose_name=_("release"),
    )
    relation = models.CharField(_("before or after it"), max_length=8, choices=Relation, blank=True)

    public_through = ("stated_by", "release")
    facts = ("value", "as_of", "stated_by", "relation")

    class Meta:
        verbose_name = _("reported figure")
        verbose_name_plural = _("reported figures")
        ordering = (F("as_of_first").asc(nulls_last=True), "pk")
        constraints = [
            *record_constraints("figure"),
            *interval_constraints("figure", "as_of"),
            models.CheckConstraint(
                condition=Q(relation="") | Q(release__isnull=False),
                name="figure_relation_to_a_release",
                violation_error_message=_("Before or after which release?"),
            ),
            models.CheckConstraint(
                condition=~Q(bound=bounds.Kind.FEWER_THAN.value, value=0),
                name="figure_allows_a_number",
                violation_error_message=_("Nothing is fewer than 0."),
            ),
        ]
        indexes = [
            *work_indexes("figure"),
            models.Index(fields=["country", "counts"], name="figure_of_country"),
        ]

    def __str__(self) -> str:
        return f"{self.get_bound_display()} {self.value} {self.get_counts_display()}"

    def get_absolute_url(self) -> str:
        return f"{reverse('figure-list')}#figure-{self.pk}"

    def allows(self) -> bounds.Bound:
        """Return the numbers that it allows."""
        return bounds.bound(self.value, bounds.Kind(self.bound))
