"""Where facts come from."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from prisoners.models.actors import Actor
from prisoners.models.base import (
    AddressedRecord,
    Record,
    by_target,
    exactly_one,
    record_constraints,
    work_indexes,
)
from prisoners.models.deals import Concession, Deal, DealParty, Statement
from prisoners.models.detentions import Charge, Detention, Facility, Placement, Sentence
from prisoners.models.fields import FirstDay, IntervalField, LastDay, interval_constraints
from prisoners.models.figures import Figure
from prisoners.models.people import Affiliation, ExternalId, Prisoner, PrisonerName, Recognition
from prisoners.models.releases import Release, ReleaseDestination, ReleaseOutcome


class Source(AddressedRecord):
    """A document that facts are taken from. Each of its own facts may be unknown."""

    route = "source-detail"

    class Kind(models.TextChoices):
        NEWS = "news", _("news report")
        STATEMENT = "statement", _("official statement")
        NGO = "ngo", _("report of a rights group")
        COURT = "court", _("court document")
        DATABASE = "database", _("database")
        INTERVIEW = "interview", _("interview")
        OTHER = "other", _("other")

    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.NEWS)
    publisher = models.CharField(
        _("publisher"), max_length=200, blank=True, help_text=_("Empty: not stated.")
    )
    author = models.CharField(
        _("author"), max_length=200, blank=True, help_text=_("Empty: not stated.")
    )
    published = IntervalField(_("published on"))
    published_first = FirstDay("published")
    published_last = LastDay("published")
    language = models.CharField(
        _("language"), max_length=12, blank=True, help_text=_("As a code: en, be, ru, uk.")
    )
    address = models.URLField(
        _("address"), max_length=1000, blank=True, help_text=_("Empty: not stated.")
    )
    archived = models.URLField(
        _("archived copy"), max_length=1000, blank=True, help_text=_("Empty: none is known.")
    )
    contact = models.TextField(
        _("how to reach the source"),
        blank=True,
        help_text=_("Never shown to the public, and at the desk not to everybody."),
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ("title", "pk")
        indexes = work_indexes("source")
        constraints = [*record_constraints("source"), *interval_constraints("source", "published")]

    def __str__(self) -> str:
        return self.title


# Every kind of record that can be cited, by the name of the relation that a citation has to it.
TARGETS: dict[str, type[Record]] = {
    "prisoner": Prisoner,
    "prisoner_name": PrisonerName,
    "external_id": ExternalId,
    "affiliation": Affiliation,
    "recognition": Recognition,
    "detention": Detention,
    "placement": Placement,
    "charge": Charge,
    "sentence": Sentence,
    "facility": Facility,
    "actor": Actor,
    "release": Release,
    "release_destination": ReleaseDestination,
    "release_outcome": ReleaseOutcome,
    "deal": Deal,
    "deal_party": DealParty,
    "concession": Concession,
    "statement": Statement,
    "figure": Figure,
}
TARGET_NAMES: dict[type[Record], str] = {model: name for name, model in TARGETS.items()}


def _target(model: type[Record]) -> Any:
    return models.ForeignKey(
        model,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=model._meta.verbose_name,
        db_index=False,  # see ``by_target``
    )


class Citation(Record):
    """Ties one source to one fact: a field of a record, or the record as a whole."""

    class Stance(models.TextChoices):
        SUPPORTS = "supports", _("supports")
        CONTRADICTS = "contradicts", _("contradicts")

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="citations", verbose_name=_("source")
    )
    prisoner = _target(Prisoner)
    prisoner_name = _target(PrisonerName)
    external_id = _target(ExternalId)
    affiliation = _target(Affiliation)
    recognition = _target(Recognition)
    detention = _target(Detention)
    placement = _target(Placement)
    charge = _target(Charge)
    sentence = _target(Sentence)
    facility = _target(Facility)
    actor = _target(Actor)
    release = _target(Release)
    release_destination = _target(ReleaseDestination)
    release_outcome = _target(ReleaseOutcome)
    deal = _target(Deal)
    deal_party = _target(DealParty)
    concession = _target(Concession)
    statement = _target(Statement)
    figure = _target(Figure)
    field = models.CharField(
        _("fact"),
        max_length=40,
        blank=True,
        help_text=_("Which field it is about. Empty: the record as a whole."),
    )
    locator = models.CharField(
        _("where in the source"),
        max_length=120,
        blank=True,
        help_text=_("Paragraph, page or minute: ¶4, p. 12, 03:15. Empty: not stated."),
    )
    stance = models.CharField(_("stance"), max_length=16, choices=Stance, default=Stance.SUPPORTS)
    value = models.CharField(
        _("what it says"),
        max_length=300,
        blank=True,
        help_text=_("The value that the source gives, where it differs from ours."),
    )
    read_on = models.DateField(
        _("read on"), null=True, blank=True, help_text=_("Empty: not recorded.")
    )
    archived = models.URLField(
        _("archived copy"),
        max_length=1000,
        blank=True,
        help_text=_("Where it is another one than the source's."),
    )

    # Its target is left out on purpose: nineteen joins would be needed to ask it. Citations are
    # only ever looked up for records that are public themselves.
    public_through = ("source",)

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ("pk",)
        indexes = [
            *work_indexes("citation"),
            *by_target("citation", list(TARGETS)),
            models.Index(
                fields=["stance"],
                condition=Q(stance="contradicts"),
                name="citation_contradicts",
            ),
        ]
        constraints = [
            *record_constraints("citation"),
            exactly_one("citation", list(TARGETS), _("A citation is about exactly one record.")),
            models.CheckConstraint(
                condition=~Q(stance="contradicts") | ~Q(value=""),
                name="citation_contradiction_gives_its_value",
                violation_error_message=_("A source that contradicts: what does it say instead?"),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.source), self.locator) if part)

    def clean(self) -> None:
        """Refuse a field that the cited record does not have."""
        super().clean()
        target = self.target
        if target is not None and self.field and self.field not in citable(type(target)):
            raise ValidationError(
                {
                    "field": _("“%(field)s” is no fact of this record; it has: %(facts)s.")
                    % {"field": self.field, "facts": ", ".join(citable(type(target)))}
                }
            )

    def get_absolute_url(self) -> str:
        return (self.target or self.source).get_absolute_url()

    @property
    def target_name(self) -> str | None:
        """The name of the relation that is set; None before one is."""
        return next((name for name in TARGETS if getattr(self, f"{name}_id") is not None), None)

    @property
    def target(self) -> Record | None:
        """The record that is cited; None before it is set."""
        name = self.target_name
        return getattr(self, name) if name else None


def citable(model: type[Record]) -> tuple[str, ...]:
    """Return the names of the fields of a model that a citation can be about."""
    inherited = {field.name for field in Record._meta.get_fields()}
    own = tuple(
        field.name
        for field in model._meta.fields
        if field.editable and field.name not in inherited and field.name not in ("id", "slug")
    )
    return tuple(name for name in own if name != model.owner_field)
