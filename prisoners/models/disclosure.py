"""What is kept from the public of one person: rules for single facts, and consents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prisoners.models.detentions import Charge, Detention, Placement, Sentence
from prisoners.models.fields import IntervalField
from prisoners.models.holding_back import COMPANIONS, PARTS, HoldsBack, How
from prisoners.models.people import UNTIL, Affiliation, Prisoner, Recognition

STAYS: Final = _(
    "A consent is not deleted: the person would be shown as if there had never been one. Enter the "
    "day on which it was withdrawn, or what was agreed since as a new consent."
)

# Every kind of record that facts can be held back of, by the name of a rule's relation to it.
HOLDING_BACK: Final[dict[str, type[HoldsBack]]] = {
    "prisoner": Prisoner,
    "affiliation": Affiliation,
    "recognition": Recognition,
    "detention": Detention,
    "placement": Placement,
    "charge": Charge,
    "sentence": Sentence,
}

# The facts of which a year or a month can be shown; a name is one of a date in every record.
DATES: Final = sorted(
    {
        field
        for model in HOLDING_BACK.values()
        for field in model.sensitive
        if isinstance(model._meta.get_field(field), IntervalField)
    }
)


def _target(name: str) -> Any:
    model = HOLDING_BACK[name]
    return models.ForeignKey(
        model,
        # What is deleted can be made again out of its history, and must not be without its rules.
        models.PROTECT,
        null=True,
        blank=True,
        related_name="disclosure_rules",
        verbose_name=model._meta.verbose_name,
    )


def _one_target() -> Q:
    condition = Q()
    for chosen in HOLDING_BACK:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in HOLDING_BACK})
    return condition


class DisclosureRule(models.Model):
    """How much visitors see of one fact, why, and what is known beyond that.

    ``kept`` holds the value itself, with what is stored beside it, as text by field name. It is
    looked at by the desk only.
    """

    prisoner = _target("prisoner")
    affiliation = _target("affiliation")
    recognition = _target("recognition")
    detention = _target("detention")
    placement = _target("placement")
    charge = _target("charge")
    sentence = _target("sentence")
    field = models.CharField(_("fact"), max_length=40)
    how = models.CharField(_("what visitors see"), max_length=8, choices=How, default=How.WITHHELD)
    reason = models.TextField(_("why"), help_text=_("Never shown to the public."))
    asked_by = models.CharField(
        _("who asked for it"), max_length=200, blank=True, help_text=_("Never shown to the public.")
    )
    review_on = models.DateField(
        _("look again on"), null=True, blank=True, help_text=_("Empty: no day is set.")
    )
    kept = models.JSONField(_("what is known"), default=dict, editable=False)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)

    class Meta:
        verbose_name = _("fact held back")
        verbose_name_plural = _("facts held back")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_one_target(),
                name="disclosurerule_exactly_one_target",
                violation_error_message=_("A rule is about a fact of exactly one record."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="disclosurerule_for_a_reason",
                violation_error_message=_(
                    "Say why this is withheld: the next researcher must know."
                ),
            ),
            models.CheckConstraint(
                condition=Q(how=How.WITHHELD) | Q(field__in=DATES),
                name="disclosurerule_part_of_a_date",
                violation_error_message=_("This is no date: visitors see it, or nothing of it."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[name, "field"],
                    name=f"disclosurerule_of_{name}_once",
                    violation_error_message=_("There is a rule for this fact already."),
                )
                for name in HOLDING_BACK
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target}: {self.field}, {self.get_how_display()}"

    @property
    def target(self) -> Any:
        """The record that the fact is of."""
        return next(
            (getattr(self, name) for name in HOLDING_BACK if getattr(self, f"{name}_id")), None
        )

    def clean(self) -> None:
        """Refuse a field that no rule can be made for, and a part of what is no date."""
        super().clean()
        target = self.target
        if target is None:
            return
        if self.field not in target.sensitive:
            raise ValidationError({"field": _("Nothing can be held back of this field.")})
        is_date = isinstance(target._meta.get_field(self.field), IntervalField)
        if self.how != How.WITHHELD and not is_date:
            raise ValidationError({"how": _("This is no date: visitors see it, or nothing of it.")})


def write_held_back(record: HoldsBack) -> None:
    """Write on a record which rules there are for it, and on what it is a part of that there are.

    What the rules keep back is moved into them; see ``HoldsBack.hold_back``.
    """
    kind: Any = type(record)
    name = next(one for one, model in HOLDING_BACK.items() if model is kind)
    rules = DisclosureRule.objects.filter(**{name: record}).order_by("field")
    parts = [
        f"{field}:{one.how}"
        for one in rules
        for field in (one.field, *COMPANIONS.get(one.field, ()))
    ]
    if any(
        part.held_back
        for relation in kind._meta.related_objects
        if relation.related_model in HOLDING_BACK.values()
        and relation.related_model.owner_field == relation.field.name
        for part in getattr(record, relation.get_accessor_name()).exclude(held_back="")
    ):
        parts.append(f"{PARTS}:part")
    text = f"|{'|'.join(parts)}|" if parts else ""
    if text != record.held_back:
        record.held_back = text
        record.save(update_fields=["held_back", *record.held.keys() - {PARTS}])
    if kind.owner_field:
        write_held_back(getattr(record, kind.owner_field))


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents; however they are written, until when people are shown is written with them."""

    def _of(self) -> list[int]:
        return list(self.order_by().values_list("prisoner", flat=True).distinct())

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **kwargs)
            Prisoner.objects.settle({one.prisoner_id for one in made})
        return made

    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> int:
        consents = list(objs)
        with transaction.atomic():
            rows = self.filter(pk__in=[one.pk for one in consents]).order_by()
            before = list(rows.values_list("prisoner", flat=True))
            changed = super().bulk_update(consents, *args, **kwargs)
            Prisoner.objects.settle({*before, *(one.prisoner_id for one in consents)})
        return changed

    def update(self, **values: Any) -> int:
        with transaction.atomic():
            people = set(self._of())
            for name in ("prisoner", "prisoner_id"):
                if people and name in values:
                    people.add(getattr(values[name], "pk", values[name]))
            changed = super().update(**values)
            Prisoner.objects.settle(people)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]  # read by the template engine

    def delete(self) -> Any:
        """Refuse, as ``Consent.delete``; what goes with its person goes another way."""
        consents: set[models.Model] = {*self}
        if consents:
            raise ProtectedError(str(STAYS), consents)
        return 0, {}

    delete.alters_data = True  # type: ignore[attr-defined]  # read by Django
    delete.queryset_only = True  # type: ignore[attr-defined]  # read by Django


class Consent(models.Model):
    """Somebody agrees that something of a person is shown, from a day on and until another one.

    Once there was a consent to something, it is shown as long as one of them lasts, whatever else
    the person is shown by.
    """

    class Giver(models.TextChoices):
        SELF = "self", _("the person")
        RELATIVE = "relative", _("a relative")
        LAWYER = "lawyer", _("a lawyer")
        ORGANISATION = "organisation", _("an organisation")

    prisoner = models.ForeignKey(
        Prisoner, models.CASCADE, related_name="consents", verbose_name=_("prisoner")
    )
    given_by = models.CharField(_("who gave it"), max_length=200)
    given_as = models.CharField(_("as what"), max_length=12, choices=Giver)
    given_on = models.DateField(_("given on"))
    for_name = models.BooleanField(
        _("for the name"),
        default=False,
        help_text=_("Without it nothing of the person can be shown."),
    )
    for_portrait = models.BooleanField(_("for the portrait"), default=False)
    for_biography = models.BooleanField(_("for the biography"), default=False)
    for_contact = models.BooleanField(
        _("for letters and contact"),
        default=False,
        help_text=_("Recorded for the desk: this site shows neither."),
    )
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("Its last day. Empty: without an end.")
    )
    withdrawn_on = models.DateField(
        _("withdrawn on"),
        null=True,
        blank=True,
        help_text=_("From this day on nothing is shown by it. Empty: it was not withdrawn."),
    )
    note = models.TextField(
        _("note to colleagues"), blank=True, help_text=_("Never shown to the public.")
    )
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("given_on", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(for_name=True)
                | Q(for_portrait=True)
                | Q(for_biography=True)
                | Q(for_contact=True),
                name="consent_to_something",
                violation_error_message=_("Say what the consent is for."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("given_on")),
                name="consent_ends_after_it_was_given",
                violation_error_message=_("The consent ends before it was given."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on")),
                name="consent_withdrawn_after_it_was_given",
                violation_error_message=_("The consent was withdrawn before it was given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prisoner}, {self.given_on}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds; None where it has no end."""
        days = [self.until] if self.until else []
        if self.withdrawn_on:
            days.append(self.withdrawn_on - timedelta(days=1))
        return min(days, default=None)

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed, so that less is shown because of it."""
        return self.last_day is not None and self.last_day < timezone.localdate()

    def clean(self) -> None:
        """Refuse a consent that is still to be given, and one that is taken back in silence.

        The one would hold from now on; without the other the person would be shown as if nobody
        had ever had to agree.
        """
        super().clean()
        self._refuse_taking_back()
        given: Any = self.given_on
        if isinstance(given, date) and given > timezone.localdate():
            raise ValidationError({"given_on": _("This day is still to come.")})

    def _refuse_taking_back(self) -> None:
        before = Consent.objects.filter(pk=self.pk).first() if self.pk else None
        if before is None:
            return
        if any(
            getattr(before, f"for_{what}") and not getattr(self, f"for_{what}") for what in UNTIL
        ):
            raise ValidationError(
                _(
                    "What was agreed to stays as it was: enter the day on which this consent was "
                    "withdrawn, and what still holds as a new one."
                )
            )
        if before.is_over and before.prisoner_id != self.prisoner_id:
            raise ValidationError(
                {"prisoner": _("It has ended, and stays with the person who is hidden by it.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            before = (
                Consent.objects.filter(pk=self.pk).values_list("prisoner", flat=True)
                if self.pk
                else []
            )
            people = {*before, self.prisoner_id}
            super().save(*args, **kwargs)
            Prisoner.objects.settle(people)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: nobody would know that there was one, and the person would be shown again."""
        raise ProtectedError(str(STAYS), {self})

    def withdraw(self, *, day: date) -> None:
        """Let it end, so that nothing is shown by it from a day on; one that is over stays so."""
        if self.is_over:
            return
        self.withdrawn_on = day
        self.save(update_fields=["withdrawn_on"])
