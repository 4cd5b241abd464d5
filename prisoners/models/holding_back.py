"""Fields that hold less than is known, for somebody's safety.

The record holds what visitors may see and nothing else: the withheld or more exact value stands
in the rule (``DisclosureRule``), where no public code looks. So no page, filter, count, sort
order or download can tell more than the record, and none of them has to know of rules.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Final

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from prisoners import dates
from prisoners.models.fields import IntervalField

# What is stored with a fact because of it, and says too much without it.
COMPANIONS: Final = {"occupation": ("occupation_group",), "portrait": ("portrait_rights",)}
ALONG: Final = frozenset(name for names in COMPANIONS.values() for name in names)
# What is written along with rules, consents and the decision on a name, and is put back by nothing
# else: a value from before would let out what was held back since.
DECIDED: Final = frozenset(
    {"held_back", "identity", "shown_until", "portrait_until", "biography_until"}
)
# Stands for the parts of a record: some rule is about one of them.
PARTS: Final = "*"
STAYS_WITHHELD: Final = "_stays_withheld"


class How(models.TextChoices):
    """How much of a fact visitors see."""

    WITHHELD = "withheld", _("nothing")
    YEAR = "year", _("the year")
    MONTH = "month", _("the month")


class HoldsBack(models.Model):
    """A record of which visitors may be shown less than is known.

    ``sensitive`` names the fields that rules can be made for. ``held_back`` says which there are,
    as ``|birth:year|occupation:withheld|``; it is written with the rules, and is empty for nearly
    everybody, who cost nothing.
    """

    held_back = models.CharField(
        _("held back"), max_length=400, blank=True, default="", db_default="", editable=False
    )

    sensitive: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None and self.is_stored:
            kwargs["update_fields"] = self.undecided()
        if not self.held_back:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            fields = kwargs.get("update_fields")
            moved = self.hold_back(fields)
            if fields is not None:
                kwargs["update_fields"] = {*fields, *moved}
            super().save(*args, **kwargs)

    @property
    def is_stored(self) -> bool:
        """Whether this was loaded or saved before."""
        return self.pk is not None and not self._state.adding

    def undecided(self) -> set[str]:
        """Return the fields that a save of the whole record writes.

        What was decided since this was loaded is not among them: a save would take it back. A
        value that was held back meanwhile is then refused by the database.
        """
        deferred = self.get_deferred_fields()
        return {
            field.name
            for field in self._meta.concrete_fields
            if not field.primary_key and field.attname not in deferred
        } - DECIDED

    def get_constraints(self) -> list[Any]:
        return [
            (model, [one for one in rules if not one.name.endswith(STAYS_WITHHELD)])
            for model, rules in super().get_constraints()
        ]

    @property
    def held(self) -> dict[str, str]:
        """How much is shown of each field that there is a rule for."""
        return dict(one.split(":") for one in self.held_back.strip("|").split("|") if one)

    def hold_back(self, fields: Collection[str] | None = None) -> set[str]:
        """Move what visitors may not see of this record into its rules; return what was changed.

        Whatever way a more exact value comes in, by a form, a dossier or an import, it ends there.
        """
        changed: set[str] = set()
        for name, how in self.held.items():
            if name == PARTS or name in ALONG:
                continue
            names = (name, *COMPANIONS.get(name, ()))
            if fields is not None and not set(names).intersection(fields):
                continue
            known = {one: text_of(self, one) for one in names}
            shown = {one: shown_of(self, one, how) for one in names}
            lost = {one for one in names if known[one] != shown[one]}
            if lost:
                self.disclosure_rules.filter(field=name).update(kept=known)  # type: ignore[attr-defined]  # all that hold facts have them
                for one in lost:
                    setattr(self, one, shown[one])
                changed |= lost
        return changed


def text_of(record: models.Model, name: str) -> str:
    """Return the value of a field as text, from which it can be set again; empty for none."""
    field: Any = record._meta.get_field(name)
    value = field.get_prep_value(field.value_from_object(record))
    return "" if value is None else str(value)


def shown_of(record: models.Model, name: str, how: str) -> str:
    """Return what visitors may see of a field, as text."""
    if how == How.WITHHELD or not isinstance(record._meta.get_field(name), IntervalField):
        return ""
    interval = getattr(record, name)
    return dates.coarser(interval, how).text if interval else ""


def holds_back_constraint(
    model: str, sensitive: Collection[str], intervals: Collection[str]
) -> models.CheckConstraint:
    """Return the constraint that each field that is withheld holds nothing, or only a year.

    Forms do not check it: what is entered in such a field is moved away when it is saved.
    """
    condition = Q()
    for name in sensitive:
        nothing = Q(**{f"{name}__isnull": True}) if name in intervals else Q(**{name: ""})
        condition &= ~Q(held_back__contains=f"|{name}:{How.WITHHELD.value}|") | nothing
        if name in intervals:
            # A month or a day comes after a hyphen.
            of_years = Q(**{f"{name}__isnull": True}) | ~Q(**{f"{name}__contains": "-"})
            condition &= ~Q(held_back__contains=f"|{name}:{How.YEAR.value}|") | of_years
    return models.CheckConstraint(
        # Empty for nearly everybody: nothing more is looked at then.
        condition=Q(held_back="") | condition,
        name=f"{model}{STAYS_WITHHELD}",
        violation_error_message=_("What is withheld from the public does not stand here."),
    )
