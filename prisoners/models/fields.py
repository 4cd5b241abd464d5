"""Model fields of the record: the interval date and what is derived from it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from prisoners import dates
from prisoners.dates import DateTextError, Interval

if TYPE_CHECKING:
    _IntervalBase = models.CharField[Interval | str | None, Interval | None]
    _DayBase = models.DateField[date | None, date | None]
else:
    _IntervalBase = models.CharField
    _DayBase = models.DateField


def first_name(name: str) -> str:
    """Return the name of the column that holds the first possible day of a date."""
    return f"{name}_first"


def last_name(name: str) -> str:
    """Return the name of the column that holds the last possible day of a date."""
    return f"{name}_last"


def read_interval(value: object) -> Interval | None:
    """Read what may be set on an interval field; raise ValidationError where it cannot be."""
    if value is None or isinstance(value, Interval):
        return value
    try:
        if isinstance(value, date):
            return dates.on_day(value)
        return dates.parse(str(value))
    except DateTextError as error:
        raise ValidationError(str(error), code="invalid_date") from error


class IntervalAttribute(DeferredAttribute):
    """Keeps a date and its possible days in step whenever the date is set.

    Text that cannot be read stays as it is until the record is cleaned or saved, which refuses it.
    """

    def __set__(self, instance: models.Model, value: object) -> None:
        try:
            value = read_interval(value)
        except ValidationError:
            pass
        else:
            instance.__dict__[first_name(self.field.attname)] = value.first if value else None
            instance.__dict__[last_name(self.field.attname)] = value.last if value else None
        instance.__dict__[self.field.attname] = value


class IntervalField(_IntervalBase):
    """A date as EDTF text. NULL: not known.

    A model that has one also declares its possible days, ``FirstDay`` and ``LastDay``, under
    the same name with ``_first`` and ``_last``, and ``interval_constraints``.
    """

    descriptor_class = IntervalAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", dates.LONGEST_TEXT)
        kwargs["null"] = kwargs["blank"] = True
        kwargs.setdefault(
            "help_text",
            _(
                "As precise as it is known and no more: 2021, 2021-07, 2021-07-14; 2025-12-13? "
                "inferred; 2019~ about; 2020-08-09/2020-08-12 between. Empty: not known."
            ),
        )
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"], kwargs["blank"]
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, *_: object) -> Interval | None:
        return dates.parse(value) if value else None

    def to_python(self, value: object) -> Interval | None:
        return read_interval(value)

    def run_validators(self, value: object) -> None:
        """The text was read, which is stricter than any validator on its length."""

    def get_prep_value(self, value: object) -> str | None:
        interval = read_interval(value)
        return interval.text if interval else None

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": IntervalFormField, **kwargs})


class IntervalFormField(forms.CharField):
    """A date in a form: EDTF text in, an Interval out; empty is None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("empty_value", None)
        super().__init__(**kwargs)

    def to_python(self, value: object) -> Any:
        return read_interval(super().to_python(value))

    def run_validators(self, value: Any) -> None:
        """The text was read, which is stricter than any validator on its length."""

    def prepare_value(self, value: object) -> object:
        return value.text if isinstance(value, Interval) else value

    def has_changed(self, initial: object, data: object) -> bool:
        return str(initial or "") != str(data or "").strip()


class PossibleDayAttribute(DeferredAttribute):
    """Holds what its date says, whatever else it is set to: None by ``Model(began=…)``."""

    def __set__(self, instance: models.Model, value: object) -> None:
        field: Any = self.field
        interval = instance.__dict__.get(field.source)
        if isinstance(interval, Interval):
            value = getattr(interval, field.end)
        instance.__dict__[field.attname] = value


class _PossibleDay(_DayBase):
    """A column derived from an interval field, written with it and never by hand."""

    descriptor_class = PossibleDayAttribute
    end = ""

    def __init__(self, source: str = "", **kwargs: Any) -> None:
        self.source = source
        self.derived_from = (source,)
        kwargs.update(null=True, editable=False)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"], kwargs["editable"]
        return name, path, args, {**kwargs, "source": self.source}

    def derive(self, value: object) -> date | None:
        """Return the day that follows from a date."""
        interval = read_interval(value)
        day: date | None = getattr(interval, self.end) if interval else None
        return day

    def pre_save(self, model_instance: models.Model, add: bool) -> date | None:
        day = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, day)
        return day


class FirstDay(_PossibleDay):
    """The first possible day of a date. NULL: not known, or no earliest day."""

    end = "first"


class LastDay(_PossibleDay):
    """The last possible day of a date. NULL: not known, or no latest day."""

    end = "last"


def interval_constraints(model: str, *names: str) -> list[models.CheckConstraint]:
    """Return the constraints that each date of a model keeps: first ≤ last, and both with it."""
    constraints = []
    for name in names:
        first, last = first_name(name), last_name(name)
        unknown = {f"{name}__isnull": True, f"{first}__isnull": True, f"{last}__isnull": True}
        known = models.Q(**{f"{name}__isnull": False}) & (
            models.Q(**{f"{first}__isnull": False}) | models.Q(**{f"{last}__isnull": False})
        )
        constraints += [
            models.CheckConstraint(
                condition=models.Q(**{f"{first}__lte": models.F(last)}),
                name=f"{model}_{name}_first_not_after_last",
                violation_error_message=_("A date's first possible day is after its last."),
            ),
            models.CheckConstraint(
                condition=models.Q(**unknown) | known,
                name=f"{model}_{name}_with_its_days",
                violation_error_message=_("A date and its possible days are out of step."),
            ),
        ]
    return constraints


class BytewiseField(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text kept as bytes, so that it has one order whatever the database's collation."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        return value.encode() if isinstance(value, str) else value

    def from_db_value(self, value: bytes | None, *_: object) -> str | None:
        return None if value is None else bytes(value).decode()

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return value
